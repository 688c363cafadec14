/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of two points of G1 of BLS12-381. Input: x, y of each (48 bytes a number). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_bls12_381_g1_point p;
    zkvm_bls12_381_g1_point q;
    if (size != sizeof p + sizeof q) return 2;
    memcpy(&p, input, sizeof p);
    input += sizeof p;
    memcpy(&q, input, sizeof q);

    zkvm_bls12_381_g1_point result;
    if (zkvm_bls12_g1_add(&p, &q, &result) != ZKVM_EOK) return 1;
    write_output(result.data, sizeof result.data);
    return 0;
}
