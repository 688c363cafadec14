/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a KZG proof is valid, one byte. Input: commitment (48 bytes), z, y (32 each), proof (48). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_kzg_commitment commitment;
    zkvm_kzg_field_element z;
    zkvm_kzg_field_element y;
    zkvm_kzg_proof proof;
    if (size != sizeof commitment + sizeof z + sizeof y + sizeof proof) return 2;
    memcpy(&commitment, input, sizeof commitment);
    input += sizeof commitment;
    memcpy(&z, input, sizeof z);
    input += sizeof z;
    memcpy(&y, input, sizeof y);
    input += sizeof y;
    memcpy(&proof, input, sizeof proof);

    bool verified;
    if (zkvm_kzg_point_eval(&commitment, &z, &y, &proof, &verified) != ZKVM_EOK) return 1;
    const uint8_t byte = verified;
    write_output(&byte, 1);
    return 0;
}
