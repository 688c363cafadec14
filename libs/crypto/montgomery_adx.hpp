// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

/// Montgomery products by rows of MULX, ADCX and ADOX, whose two chains of carries run side by side: about two thirds
/// of the time that a compiler's code takes. Host only; the caller asks `has_adx` first.
#if defined(__x86_64__)
namespace ashlar::crypto {

inline bool has_adx() { return __builtin_cpu_supports("adx") && __builtin_cpu_supports("bmi2"); }

/// One product of a row: the word of p at `offset` times x, the low half onto t_low by one chain of carries, the high
/// half onto t_high by the other.
// clang-format off
#define ASHLAR_ADX_STEP(offset, t_low, t_high)    \
    "mulxq " offset "(%[p]), %[low], %[high]\n\t" \
    "adcxq %[low], %[" t_low "]\n\t"              \
    "adoxq %[high], %[" t_high "]\n\t"
#define ASHLAR_ADX_FOUR_STEPS         \
    "xorl %k[low], %k[low]\n\t"       \
    ASHLAR_ADX_STEP("", "t0", "t1")   \
    ASHLAR_ADX_STEP("8", "t1", "t2")  \
    ASHLAR_ADX_STEP("16", "t2", "t3") \
    ASHLAR_ADX_STEP("24", "t3", "t4")
// clang-format on

/// `add<I>(t, p, x)`: t += x p[0 .. N) 2^(64 I), where t is a ring of W words: I names the one that comes first.
template <size_t N, size_t W>
struct AdxRow;

/// The sum must fit five words.
template <>
struct AdxRow<4, 5> {
    template <size_t I>
    [[gnu::always_inline]] static void add(uint64_t (&t)[5], const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm(ASHLAR_ADX_FOUR_STEPS
            "movl $0, %k[low]\n\t"
            "adcxq %[low], %[t4]"
            : [t0] "+&r"(t[I]), [t1] "+&r"(t[(I + 1) % 5]), [t2] "+&r"(t[(I + 2) % 5]), [t3] "+&r"(t[(I + 3) % 5]),
              [t4] "+&r"(t[(I + 4) % 5]), [low] "=&r"(low), [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[4]>(p))
            : "cc");
    }
};
/// With one more word for the carry.
template <>
struct AdxRow<4, 6> {
    template <size_t I>
    [[gnu::always_inline]] static void add(uint64_t (&t)[6], const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm(ASHLAR_ADX_FOUR_STEPS
            "movl $0, %k[low]\n\t"
            "adcxq %[low], %[t4]\n\t"
            "adoxq %[low], %[t5]\n\t"
            "adcxq %[low], %[t5]"
            : [t0] "+&r"(t[I]), [t1] "+&r"(t[(I + 1) % 6]), [t2] "+&r"(t[(I + 2) % 6]), [t3] "+&r"(t[(I + 3) % 6]),
              [t4] "+&r"(t[(I + 4) % 6]), [t5] "+&r"(t[(I + 5) % 6]), [low] "=&r"(low), [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[4]>(p))
            : "cc");
    }
};
/// The sum must fit seven words.
template <>
struct AdxRow<6, 7> {
    template <size_t I>
    [[gnu::always_inline]] static void add(uint64_t (&t)[7], const uint64_t* p, uint64_t x) {
        uint64_t low, high;
        asm(ASHLAR_ADX_FOUR_STEPS
            ASHLAR_ADX_STEP("32", "t4", "t5")
            ASHLAR_ADX_STEP("40", "t5", "t6")
            "movl $0, %k[low]\n\t"
            "adcxq %[low], %[t6]"
            : [t0] "+&r"(t[I]), [t1] "+&r"(t[(I + 1) % 7]), [t2] "+&r"(t[(I + 2) % 7]), [t3] "+&r"(t[(I + 3) % 7]),
              [t4] "+&r"(t[(I + 4) % 7]), [t5] "+&r"(t[(I + 5) % 7]), [t6] "+&r"(t[(I + 6) % 7]), [low] "=&r"(low),
              [high] "=&r"(high)
            : [p] "r"(p), "d"(x), "m"(*reinterpret_cast<const uint64_t(*)[6]>(p))
            : "cc");
    }
};
#undef ASHLAR_ADX_FOUR_STEPS
#undef ASHLAR_ADX_STEP

/// r[0 .. W - 1) := a b / 2^(64 N) mod m, not reduced (below 2 m). `inverse` is -1 / m mod 2^64. W = N + 1 for a
/// modulus with a spare top bit, N + 2 for any odd one.
template <size_t N, size_t W = N + 1>
[[gnu::always_inline]] inline void montgomery_adx(uint64_t* r, const uint64_t* a, const uint64_t* b, const uint64_t* m,
                                                  uint64_t inverse) {
    using Row = AdxRow<N, W>;
    uint64_t t[W] = {};
    // After each reduction the lowest word is zero and serves as the next top word.
    [&]<size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        ((Row::template add<I>(t, a, b[I]), Row::template add<I>(t, m, t[I] * inverse)), ...);
    }(std::make_index_sequence<N>{});
#pragma clang loop unroll(full)
    for (size_t i = 0; i + 1 < W; i++) r[i] = t[(N + i) % W];
}

}  // namespace ashlar::crypto
#endif
