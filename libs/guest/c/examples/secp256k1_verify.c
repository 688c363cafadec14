/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a signature on secp256k1 is valid, one byte. Input: hash (32 bytes), r, s, public key x, y (32 bytes each).
 */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_secp256k1_hash hash;
    zkvm_secp256k1_signature signature;
    zkvm_secp256k1_pubkey key;
    if (size != sizeof hash + sizeof signature + sizeof key) return 2;
    memcpy(&hash, input, sizeof hash);
    input += sizeof hash;
    memcpy(&signature, input, sizeof signature);
    input += sizeof signature;
    memcpy(&key, input, sizeof key);

    bool verified;
    if (zkvm_secp256k1_verify(&hash, &signature, &key, &verified) != ZKVM_EOK) return 1;
    const uint8_t byte = verified;
    write_output(&byte, 1);
    return 0;
}
