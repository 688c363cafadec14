// SPDX-License-Identifier: Apache-2.0
// Ends of a program in C: exit, atexit and what C++ compilers call for static destructors.
#include "libs/guest/c/exit.hpp"

#include <cstdint>

#include "libs/guest/heap.hpp"
#include "libs/guest/runtime.hpp"

namespace {

struct Handler {
    void (*function)(void*);
    void* argument;
    Handler* next;
};
Handler* handlers = nullptr;

}  // namespace

void ashlar::guest::exit_after_handlers(int code) {
    while (Handler* h = handlers) {  // a handler may add others
        handlers = h->next;
        h->function(h->argument);
    }
    finish(static_cast<uint32_t>(code));
}

extern "C" {

void* __dso_handle = nullptr;

int __cxa_atexit(void (*function)(void*), void* argument, void*) {
    handlers = new (ashlar::guest::heap_allocate(sizeof(Handler))) Handler{function, argument, handlers};
    return 0;
}
// A function without parameters ignores the argument that it is called with: all arguments are in registers.
int atexit(void (*function)(void)) {
    return __cxa_atexit(reinterpret_cast<void (*)(void*)>(function), nullptr, nullptr);
}

[[noreturn]] void exit(int code) { ashlar::guest::exit_after_handlers(code); }
[[noreturn]] void _Exit(int code) { ashlar::guest::finish(static_cast<uint32_t>(code)); }
[[noreturn]] void _exit(int code) { _Exit(code); }

}  // extern "C"
