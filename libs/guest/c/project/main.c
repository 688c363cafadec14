/* Proves that the prover knows bytes whose Keccak-256 is the public output. */
#include <stdio.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    zkvm_keccak256_hash hash;
    zkvm_keccak256(input, size, &hash);
    write_output(hash.data, sizeof hash.data);

    printf("hashed %u bytes\n", (unsigned)size); /* goes to the prover's log and is no part of the proof */
    return 0;
}
