/* SPDX-License-Identifier: Apache-2.0 */
/* The compression function of BLAKE2b. Input: as the precompiled contract has it (EIP-152): rounds (4 bytes, most
 * significant first), h, m, t, f. */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_blake2f_state h;
    zkvm_blake2f_message m;
    zkvm_blake2f_offset t;
    if (size != 4 + sizeof h + sizeof m + sizeof t + 1) return 2;
    const uint32_t rounds = (uint32_t)input[0] << 24 | (uint32_t)input[1] << 16 | (uint32_t)input[2] << 8 | input[3];
    memcpy(&h, input + 4, sizeof h);
    memcpy(&m, input + 68, sizeof m);
    memcpy(&t, input + 196, sizeof t);

    if (zkvm_blake2f(rounds, &h, &m, &t, input[212]) != ZKVM_EOK) return 1;
    write_output(h.data, sizeof h.data);
    return 0;
}
