// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

/// Rows of Montgomery products with MULX, ADCX and ADOX, whose two chains of carries run side by side: about two thirds
/// of the time that a compiler's code takes. Host only; the caller asks `has_adx` first.
#if defined(__x86_64__)
namespace ashlar::crypto {

inline bool has_adx() { return __builtin_cpu_supports("adx") && __builtin_cpu_supports("bmi2"); }

/// t[0 .. N] += x * p[0 .. N). The sum must fit.
template <size_t N>
struct AdxRow;

template <>
struct AdxRow<4> {
    [[gnu::always_inline]] static void add(uint64_t& t0, uint64_t& t1, uint64_t& t2, uint64_t& t3, uint64_t& t4,
                                           const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm("xorl %k[low], %k[low]\n\t"
            "mulxq (%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t0]\n\t"
            "adoxq %[high], %[t1]\n\t"
            "mulxq 8(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t1]\n\t"
            "adoxq %[high], %[t2]\n\t"
            "mulxq 16(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t2]\n\t"
            "adoxq %[high], %[t3]\n\t"
            "mulxq 24(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t3]\n\t"
            "movl $0, %k[low]\n\t"
            "adoxq %[high], %[t4]\n\t"
            "adcxq %[low], %[t4]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [low] "=&r"(low),
              [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[4]>(p))
            : "cc");
    }
    /// The same with one more word for the carry.
    [[gnu::always_inline]] static void add_full(uint64_t& t0, uint64_t& t1, uint64_t& t2, uint64_t& t3, uint64_t& t4,
                                                uint64_t& t5, const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm("xorl %k[low], %k[low]\n\t"
            "mulxq (%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t0]\n\t"
            "adoxq %[high], %[t1]\n\t"
            "mulxq 8(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t1]\n\t"
            "adoxq %[high], %[t2]\n\t"
            "mulxq 16(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t2]\n\t"
            "adoxq %[high], %[t3]\n\t"
            "mulxq 24(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t3]\n\t"
            "movl $0, %k[low]\n\t"
            "adoxq %[high], %[t4]\n\t"
            "adcxq %[low], %[t4]\n\t"
            "adoxq %[low], %[t5]\n\t"
            "adcxq %[low], %[t5]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5),
              [low] "=&r"(low), [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[4]>(p))
            : "cc");
    }
};

template <>
struct AdxRow<6> {
    [[gnu::always_inline]] static void add(uint64_t& t0, uint64_t& t1, uint64_t& t2, uint64_t& t3, uint64_t& t4,
                                           uint64_t& t5, uint64_t& t6, const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm("xorl %k[low], %k[low]\n\t"
            "mulxq (%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t0]\n\t"
            "adoxq %[high], %[t1]\n\t"
            "mulxq 8(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t1]\n\t"
            "adoxq %[high], %[t2]\n\t"
            "mulxq 16(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t2]\n\t"
            "adoxq %[high], %[t3]\n\t"
            "mulxq 24(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t3]\n\t"
            "adoxq %[high], %[t4]\n\t"
            "mulxq 32(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t4]\n\t"
            "adoxq %[high], %[t5]\n\t"
            "mulxq 40(%[p]), %[low], %[high]\n\t"
            "adcxq %[low], %[t5]\n\t"
            "movl $0, %k[low]\n\t"
            "adoxq %[high], %[t6]\n\t"
            "adcxq %[low], %[t6]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5),
              [t6] "+&r"(t6), [low] "=&r"(low), [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[6]>(p))
            : "cc");
    }
};

/// r := a b / 2^(64 N) mod m, not reduced (below 2 m), for a modulus with a spare top bit. `inverse` is -1 / m mod
/// 2^64.
template <size_t N>
[[gnu::always_inline]] inline void montgomery_adx(uint64_t* r, const uint64_t* a, const uint64_t* b, const uint64_t* m,
                                                  uint64_t inverse);

template <>
[[gnu::always_inline]] inline void montgomery_adx<4>(uint64_t* r, const uint64_t* a, const uint64_t* b,
                                                     const uint64_t* m, uint64_t inverse) {
    using Row = AdxRow<4>;
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
    // After each reduction the lowest word is zero and serves as the next top word.
    Row::add(t0, t1, t2, t3, t4, a, b[0]);
    Row::add(t0, t1, t2, t3, t4, m, t0 * inverse);
    Row::add(t1, t2, t3, t4, t0, a, b[1]);
    Row::add(t1, t2, t3, t4, t0, m, t1 * inverse);
    Row::add(t2, t3, t4, t0, t1, a, b[2]);
    Row::add(t2, t3, t4, t0, t1, m, t2 * inverse);
    Row::add(t3, t4, t0, t1, t2, a, b[3]);
    Row::add(t3, t4, t0, t1, t2, m, t3 * inverse);
    r[0] = t4, r[1] = t0, r[2] = t1, r[3] = t2;
}

/// r[0 .. 4] := a b / 2^256 mod m, not reduced (below 2 m), for any odd modulus of four words.
[[gnu::always_inline]] inline void montgomery_adx_full(uint64_t* r, const uint64_t* a, const uint64_t* b,
                                                       const uint64_t* m, uint64_t inverse) {
    using Row = AdxRow<4>;
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0;
    Row::add_full(t0, t1, t2, t3, t4, t5, a, b[0]);
    Row::add_full(t0, t1, t2, t3, t4, t5, m, t0 * inverse);
    Row::add_full(t1, t2, t3, t4, t5, t0, a, b[1]);
    Row::add_full(t1, t2, t3, t4, t5, t0, m, t1 * inverse);
    Row::add_full(t2, t3, t4, t5, t0, t1, a, b[2]);
    Row::add_full(t2, t3, t4, t5, t0, t1, m, t2 * inverse);
    Row::add_full(t3, t4, t5, t0, t1, t2, a, b[3]);
    Row::add_full(t3, t4, t5, t0, t1, t2, m, t3 * inverse);
    r[0] = t4, r[1] = t5, r[2] = t0, r[3] = t1, r[4] = t2;
}

template <>
[[gnu::always_inline]] inline void montgomery_adx<6>(uint64_t* r, const uint64_t* a, const uint64_t* b,
                                                     const uint64_t* m, uint64_t inverse) {
    using Row = AdxRow<6>;
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0;
    Row::add(t0, t1, t2, t3, t4, t5, t6, a, b[0]);
    Row::add(t0, t1, t2, t3, t4, t5, t6, m, t0 * inverse);
    Row::add(t1, t2, t3, t4, t5, t6, t0, a, b[1]);
    Row::add(t1, t2, t3, t4, t5, t6, t0, m, t1 * inverse);
    Row::add(t2, t3, t4, t5, t6, t0, t1, a, b[2]);
    Row::add(t2, t3, t4, t5, t6, t0, t1, m, t2 * inverse);
    Row::add(t3, t4, t5, t6, t0, t1, t2, a, b[3]);
    Row::add(t3, t4, t5, t6, t0, t1, t2, m, t3 * inverse);
    Row::add(t4, t5, t6, t0, t1, t2, t3, a, b[4]);
    Row::add(t4, t5, t6, t0, t1, t2, t3, m, t4 * inverse);
    Row::add(t5, t6, t0, t1, t2, t3, t4, a, b[5]);
    Row::add(t5, t6, t0, t1, t2, t3, t4, m, t5 * inverse);
    r[0] = t6, r[1] = t0, r[2] = t1, r[3] = t2, r[4] = t3, r[5] = t4;
}

}  // namespace ashlar::crypto
#endif
