/* SPDX-License-Identifier: Apache-2.0 */
/* The point of G2 that an element of Fp2 is mapped to (RFC 9380). Input: the element (96 bytes, real part first). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_bls12_381_fp2 element;
    if (size != sizeof element) return 2;
    memcpy(&element, input, sizeof element);

    zkvm_bls12_381_g2_point result;
    if (zkvm_bls12_map_fp2_to_g2(&element, &result) != ZKVM_EOK) return 1;
    write_output(result.data, sizeof result.data);
    return 0;
}
