// Proves that the prover knows bytes whose Keccak-256 is the public output.
#include <stdio.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

struct Input {
    const uint8_t* data = nullptr;
    size_t size = 0;
    Input() { read_input(&data, &size); }
};

int main() {
    const Input input;
    zkvm_keccak256_hash hash;
    zkvm_keccak256(input.data, input.size, &hash);
    write_output(hash.data, sizeof hash.data);

    printf("hashed %u bytes\n",
           static_cast<unsigned>(input.size));  // goes to the prover's log and is no part of the proof
    return 0;
}
