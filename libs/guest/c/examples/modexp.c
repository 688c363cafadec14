/* SPDX-License-Identifier: Apache-2.0 */
/* base^exponent mod modulus. Input: three lengths (a byte each), then the three numbers, most significant byte first.
 */
#include <string.h>
#include <zkvm_accelerators.h>
#include <zkvm_io.h>

int main(void) {
    const uint8_t* input;
    size_t size;
    read_input(&input, &size);

    if (size < 3) return 2;
    const size_t base = input[0], exponent = input[1], modulus = input[2];
    if (size != 3 + base + exponent + modulus) return 2;
    const uint8_t* numbers = input + 3;

    uint8_t result[255];
    if (zkvm_modexp(numbers, base, numbers + base, exponent, numbers + base + exponent, modulus, result) != ZKVM_EOK)
        return 1;
    write_output(result, modulus);
    return 0;
}
