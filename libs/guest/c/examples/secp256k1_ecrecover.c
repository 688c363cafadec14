/* SPDX-License-Identifier: Apache-2.0 */
/* The public key of a signature, x and y. Input: hash, r, s (32 bytes each), recovery id (1 byte). */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_secp256k1_hash hash;
    zkvm_secp256k1_signature signature;
    if (size != sizeof hash + sizeof signature + 1) return 2;
    memcpy(&hash, input, sizeof hash);
    memcpy(&signature, input + sizeof hash, sizeof signature);

    zkvm_secp256k1_pubkey key;
    if (zkvm_secp256k1_ecrecover(&hash, &signature, input[size - 1], &key) != ZKVM_EOK) return 1;
    write_output(key.data, sizeof key.data);
    return 0;
}
