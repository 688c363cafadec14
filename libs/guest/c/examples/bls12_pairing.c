/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the product of pairings is one, one byte. Input: pairs of a G1 point (96 bytes) and a G2 point (192). */
#include <stdlib.h>
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    const size_t count = size / sizeof(zkvm_bls12_381_pairing_pair);
    if (size % sizeof(zkvm_bls12_381_pairing_pair) != 0) return 2;
    zkvm_bls12_381_pairing_pair* pairs = malloc(size);
    memcpy(pairs, input, size);

    bool verified;
    if (zkvm_bls12_pairing(pairs, count, &verified) != ZKVM_EOK) return 1;
    const uint8_t byte = verified;
    write_output(&byte, 1);
    return 0;
}
