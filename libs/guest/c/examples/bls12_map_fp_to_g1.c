/* SPDX-License-Identifier: Apache-2.0 */
/* The point of G1 that a field element is mapped to (RFC 9380). Input: the element (48 bytes). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_bls12_381_fp element;
    if (size != sizeof element) return 2;
    memcpy(&element, input, sizeof element);

    zkvm_bls12_381_g1_point result;
    if (zkvm_bls12_map_fp_to_g1(&element, &result) != ZKVM_EOK) return 1;
    write_output(result.data, sizeof result.data);
    return 0;
}
