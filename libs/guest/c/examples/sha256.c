/* SPDX-License-Identifier: Apache-2.0 */
/* The SHA-256 of the input, 32 bytes. */
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_sha256_hash hash;
    if (zkvm_sha256(input, size, &hash) != ZKVM_EOK) return 1;
    write_output(hash.data, sizeof hash.data);
    return 0;
}
