// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

/// System calls of the guest ABI, one function each (ABI.md 3). Integers are little-endian arrays of
/// words; every pointer is 4-aligned; the first operand is overwritten with the reduced result. Preconditions that the
/// ABI answers with a guest fault are stated per call: a guest that breaks one cannot be proven.
namespace ashlar::guest {

/// The 32-bit words that select a call in t0.
enum class Syscall : uint32_t {
    HALT = 0x00000000,
    WRITE = 0x00000002,
    ENTER_UNCONSTRAINED = 0x00000003,
    EXIT_UNCONSTRAINED = 0x00000004,
    COMMIT = 0x00000010,
    COMMIT_DEFERRED_PROOFS = 0x0000001a,
    VERIFY_PICO_PROOF = 0x0000001b,
    HINT_LEN = 0x000000f0,
    HINT_READ = 0x000000f1,
    SHA_EXTEND = 0x00300105,
    SHA_COMPRESS = 0x00010106,
    KECCAK_PERMUTE = 0x00010109,
    POSEIDON2_PERMUTE = 0x0001012f,
    UINT256_MUL = 0x0001011d,
    ED_ADD = 0x00010107,
    ED_DECOMPRESS = 0x00000108,
    SECP256K1_ADD = 0x0001010a,
    SECP256K1_DOUBLE = 0x0000010b,
    SECP256K1_DECOMPRESS = 0x0000010c,
    SECP256R1_ADD = 0x00010130,
    SECP256R1_DOUBLE = 0x00000131,
    SECP256R1_DECOMPRESS = 0x00000132,
    BN254_ADD = 0x0001010e,
    BN254_DOUBLE = 0x0000010f,
    BLS12381_ADD = 0x0001011e,
    BLS12381_DOUBLE = 0x0000011f,
    BLS12381_DECOMPRESS = 0x0000011c,
    BLS12381_FP_ADD = 0x00010120,
    BLS12381_FP_SUB = 0x00010121,
    BLS12381_FP_MUL = 0x00010122,
    BLS12381_FP2_ADD = 0x00010123,
    BLS12381_FP2_SUB = 0x00010124,
    BLS12381_FP2_MUL = 0x00010125,
    BN254_FP_ADD = 0x00010126,
    BN254_FP_SUB = 0x00010127,
    BN254_FP_MUL = 0x00010128,
    BN254_FP2_ADD = 0x00010129,
    BN254_FP2_SUB = 0x0001012a,
    BN254_FP2_MUL = 0x0001012b,
    SECP256K1_FP_ADD = 0x0001012c,
    SECP256K1_FP_SUB = 0x0001012d,
    SECP256K1_FP_MUL = 0x0001012e,
};

/// File descriptors of WRITE (ABI.md 4.2).
enum Fd : uint32_t { STDOUT = 1, STDERR = 2, PUBLIC_VALUES = 3, HINT = 4, HOOK_ECRECOVER = 5, HOOK_ED25519 = 8 };

#if defined(__riscv)

/// Every call but three leaves all registers as they were (t0 too, so calls in a row share it); memory may change.
inline void ecall(Syscall id, uint32_t a0 = 0, uint32_t a1 = 0) {
    register uint32_t t0 asm("t0") = static_cast<uint32_t>(id);
    register uint32_t x asm("a0") = a0;
    register uint32_t y asm("a1") = a1;
    asm volatile("ecall" : : "r"(t0), "r"(x), "r"(y) : "memory");
}
/// The three calls that return a value in t0.
inline uint32_t ecall_value(Syscall id) {
    register uint32_t t0 asm("t0") = static_cast<uint32_t>(id);
    asm volatile("ecall" : "+r"(t0) : : "memory");
    return t0;
}
inline uint32_t address(const void* p) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p)); }

[[noreturn]] inline void halt(uint32_t exit_code) {
    ecall(Syscall::HALT, exit_code);
    __builtin_unreachable();
}
inline void write(uint32_t fd, const void* data, size_t size) {
    register uint32_t t0 asm("t0") = static_cast<uint32_t>(Syscall::WRITE);
    register uint32_t a0 asm("a0") = fd;
    register uint32_t a1 asm("a1") = address(data);
    register uint32_t a2 asm("a2") = static_cast<uint32_t>(size);
    asm volatile("ecall" : "+r"(t0) : "r"(a0), "r"(a1), "r"(a2) : "memory");
}
/// Length in bytes of the next input buffer; a fault if there is none.
inline uint32_t hint_len() { return ecall_value(Syscall::HINT_LEN); }
/// Memory that nothing has used before and nothing else will use: zero, aligned to 8, not from operator new and never
/// freed. Ends the program if there is no more (runtime.cpp).
void* fresh_memory(size_t size);
/// Fresh memory for a hint of 32 bytes, or null after QUOTIENT_ROOM bytes: hints cannot use memory again, and a program
/// that asks for one at each division would run out of it.
uint32_t* quotient_room();
inline constexpr uint32_t QUOTIENT_ROOM = uint32_t{64} << 20;
/// Reads the next buffer, whose length must be exactly `size`, to fresh memory. **The proof does not bind what is
/// read.**
inline void hint_read(void* to, uint32_t size) { ecall(Syscall::HINT_READ, address(to), size); }
/// True inside the block, whose effects on memory and registers are undone; then false. In the proof only the second
/// exists.
inline bool enter_unconstrained() { return ecall_value(Syscall::ENTER_UNCONSTRAINED) != 0; }
inline void exit_unconstrained() { ecall(Syscall::EXIT_UNCONSTRAINED); }
inline void commit_word(uint32_t index, uint32_t word) { ecall(Syscall::COMMIT, index, word); }
inline void commit_deferred_word(uint32_t index, uint32_t word) { ecall(Syscall::COMMIT_DEFERRED_PROOFS, index, word); }
inline void verify_pico_proof(const uint32_t vk[8], const uint32_t pv[8]) {
    ecall(Syscall::VERIFY_PICO_PROOF, address(vk), address(pv));
}

inline void keccak_permute(uint32_t state[50]) { ecall(Syscall::KECCAK_PERMUTE, address(state)); }
inline void sha256_extend(uint32_t w[64]) { ecall(Syscall::SHA_EXTEND, address(w)); }
inline void sha256_compress(uint32_t w[64], uint32_t h[8]) { ecall(Syscall::SHA_COMPRESS, address(w), address(h)); }
inline void poseidon2_permute(const uint32_t in[16], uint32_t out[16]) {
    ecall(Syscall::POSEIDON2_PERMUTE, address(in), address(out));
}
/// x := x * y mod m; y_m holds y then m; m = 0 means 2^256.
inline void uint256_mul(uint32_t x[8], const uint32_t y_m[16]) {
    ecall(Syscall::UINT256_MUL, address(x), address(y_m));
}

/// Curve calls: affine points, x words then y words. ADD faults for equal x (so for p = q and p = -q); DOUBLE faults
/// for y = 0. DECOMPRESS: buffer = y slot (output), x slot (input); faults if x is no abscissa of the curve.
inline void secp256k1_add(uint32_t p[16], const uint32_t q[16]) {
    ecall(Syscall::SECP256K1_ADD, address(p), address(q));
}
inline void secp256k1_double(uint32_t p[16]) { ecall(Syscall::SECP256K1_DOUBLE, address(p)); }
inline void secp256k1_decompress(uint32_t buf[16], bool odd) {
    ecall(Syscall::SECP256K1_DECOMPRESS, address(buf), odd);
}
inline void secp256r1_add(uint32_t p[16], const uint32_t q[16]) {
    ecall(Syscall::SECP256R1_ADD, address(p), address(q));
}
inline void secp256r1_double(uint32_t p[16]) { ecall(Syscall::SECP256R1_DOUBLE, address(p)); }
inline void secp256r1_decompress(uint32_t buf[16], bool odd) {
    ecall(Syscall::SECP256R1_DECOMPRESS, address(buf), odd);
}
inline void bn254_add(uint32_t p[16], const uint32_t q[16]) { ecall(Syscall::BN254_ADD, address(p), address(q)); }
inline void bn254_double(uint32_t p[16]) { ecall(Syscall::BN254_DOUBLE, address(p)); }
inline void bls12381_add(uint32_t p[24], const uint32_t q[24]) { ecall(Syscall::BLS12381_ADD, address(p), address(q)); }
inline void bls12381_double(uint32_t p[24]) { ecall(Syscall::BLS12381_DOUBLE, address(p)); }
inline void bls12381_decompress(uint32_t buf[24], bool larger) {
    ecall(Syscall::BLS12381_DECOMPRESS, address(buf), larger);
}
inline void ed_add(uint32_t p[16], const uint32_t q[16]) { ecall(Syscall::ED_ADD, address(p), address(q)); }
inline void ed_decompress(uint32_t buf[16], bool sign) { ecall(Syscall::ED_DECOMPRESS, address(buf), sign); }

/// Field calls: x := x op y. `call` is one of the *_FP_* and *_FP2_* words.
inline void field_op(Syscall call, uint32_t* x, const uint32_t* y) { ecall(call, address(x), address(y)); }

#endif  // __riscv

}  // namespace ashlar::guest
