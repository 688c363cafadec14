/* SPDX-License-Identifier: Apache-2.0 */
/* A multiple of a point of BN254. Input: x, y, the factor (32 bytes each). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_bn254_g1_point point;
    zkvm_bn254_scalar factor;
    if (size != sizeof point + sizeof factor) return 2;
    memcpy(&point, input, sizeof point);
    input += sizeof point;
    memcpy(&factor, input, sizeof factor);

    zkvm_bn254_g1_point result;
    if (zkvm_bn254_g1_mul(&point, &factor, &result) != ZKVM_EOK) return 1;
    write_output(result.data, sizeof result.data);
    return 0;
}
