/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZKVM_IO_H
#define ZKVM_IO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Input and output of a guest, as the zkVM standard "IO interface" has them (github.com/eth-act/zkvm-standards). */

/* The input, which the proof does not reveal: the first buffer of the program's standard input. The memory belongs to
 * the runtime and must not be written. Any number of calls give the same. A program that runs without any input buffer
 * faults here. */
void read_input(const uint8_t** buffer, size_t* size);

/* Appends to the public values, which the proof binds by their SHA-256. */
void write_output(const uint8_t* output, size_t size);

#ifdef __cplusplus
}
#endif

#endif
