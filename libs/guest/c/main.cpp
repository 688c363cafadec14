// SPDX-License-Identifier: Apache-2.0
// What a program in C is started by, and its input and output.
#include "libs/guest/c/exit.hpp"
#include "libs/guest/c/include/zkvm_io.h"
#include "libs/guest/runtime.hpp"

extern "C" {

// The application's. C++ forbids to call or declare `main` as an ordinary function, C's name for it does not.
int application_main(void) asm("main");

void read_input(const uint8_t** buffer, size_t* size) {
    static bool have = false;
    static ashlar::BytesView input;
    if (!have) input = ashlar::guest::read_input();
    have = true;
    *buffer = input.data();
    *size = input.size();
}

void write_output(const uint8_t* output, size_t size) { ashlar::guest::commit({output, size}); }

}  // extern "C"

int ashlar::guest::program() { exit_after_handlers(application_main()); }
