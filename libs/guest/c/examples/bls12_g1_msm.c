/* SPDX-License-Identifier: Apache-2.0 */
/* A sum of multiples of points of G1. Input: pairs of a point (96 bytes) and a factor (32). */
#include <stdlib.h>
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    const size_t count = size / sizeof(zkvm_bls12_381_g1_msm_pair);
    if (size % sizeof(zkvm_bls12_381_g1_msm_pair) != 0) return 2;
    zkvm_bls12_381_g1_msm_pair* pairs = malloc(size);
    memcpy(pairs, input, size);

    zkvm_bls12_381_g1_point result;
    if (zkvm_bls12_g1_msm(pairs, count, &result) != ZKVM_EOK) return 1;
    write_output(result.data, sizeof result.data);
    return 0;
}
