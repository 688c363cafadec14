// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/reduction.hpp"

namespace ashlar::chips {

struct Secp256k1Fp {
    using Modulus = Secp256k1Modulus;
    static constexpr std::string_view NAME = "secp256k1_fp";
    static constexpr std::array CALLS = {Syscall::SECP256K1_FP_ADD, Syscall::SECP256K1_FP_SUB,
                                         Syscall::SECP256K1_FP_MUL};
};
struct Bn254Fp {
    using Modulus = Bn254Modulus;
    static constexpr std::string_view NAME = "bn254_fp";
    static constexpr std::array CALLS = {Syscall::BN254_FP_ADD, Syscall::BN254_FP_SUB, Syscall::BN254_FP_MUL};
};
struct Bls12381Fp {
    using Modulus = Bls12381Modulus;
    static constexpr std::string_view NAME = "bls12381_fp";
    static constexpr std::array CALLS = {Syscall::BLS12381_FP_ADD, Syscall::BLS12381_FP_SUB, Syscall::BLS12381_FP_MUL};
};
struct Bn254Fp2 {
    using Modulus = Bn254Modulus;
    static constexpr std::string_view NAME = "bn254_fp2";
    static constexpr std::array CALLS = {Syscall::BN254_FP2_ADD, Syscall::BN254_FP2_SUB, Syscall::BN254_FP2_MUL};
};
struct Bls12381Fp2 {
    using Modulus = Bls12381Modulus;
    static constexpr std::string_view NAME = "bls12381_fp2";
    static constexpr std::array CALLS = {Syscall::BLS12381_FP2_ADD, Syscall::BLS12381_FP2_SUB,
                                         Syscall::BLS12381_FP2_MUL};
};

/// Which of the three operations a row is; all zero on an unused row.
template <class T>
struct OperationFlags {
    T add, sub, mul;
};

/// Constraints of the flags; returns their sum, the row's own flag.
template <class B, class V>
V check_operation(B& b, const OperationFlags<V>& op) {
    b.boolean(op.add);
    b.boolean(op.sub);
    b.boolean(op.mul);
    const V flag = op.add + op.sub + op.mul;
    b.boolean(flag);
    return flag;
}
/// The id of the call the row answers.
template <class V>
V operation_id(const OperationFlags<V>& op, const std::array<Syscall, 3>& calls) {
    return op.add * F::from_canonical(call_id(calls[0])) + op.sub * F::from_canonical(call_id(calls[1])) +
           op.mul * F::from_canonical(call_id(calls[2]));
}
inline bool fill_operation(OperationFlags<F>& op, OperationFlags<int64_t>& values, uint32_t word,
                           const std::array<Syscall, 3>& calls) {
    values = {word == static_cast<uint32_t>(calls[0]), word == static_cast<uint32_t>(calls[1]),
              word == static_cast<uint32_t>(calls[2])};
    op = {F::from_int(static_cast<int32_t>(values.add)), F::from_int(static_cast<int32_t>(values.sub)),
          F::from_int(static_cast<int32_t>(values.mul))};
    return values.add + values.sub + values.mul == 1;
}

/// a digit by digit times a flag.
template <class V, size_t N>
constexpr Digits<V, N> gated(const V& flag, const Digits<V, N>& a) {
    Digits<V, N> r;
    for (size_t i = 0; i < N; i++) r[i] = flag * a[i];
    return r;
}

/// x := x op y mod M for op in add, sub, mul (ABI.md 5.7). x at a0 is overwritten at t + 1, y at a1 read at t.
/// Operands may be unreduced; the result is reduced.
template <class Field>
struct FieldOperationChip {
    using M = typename Field::Modulus;
    using D = ModulusDigits<M>;
    static constexpr std::string_view NAME = Field::NAME;
    static constexpr auto CALLS = Field::CALLS;
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = D::BYTES;

    template <class T>
    struct Main {
        OperationFlags<T> op;
        T t;
        Operand<T> x, y;
        T a[N], b[N], c[N];
        AccessTime<T> y_times[N / 4], x_times[N / 4];
        Reduction<T, M> reduction;
        LessThanModulus<T, M> less;
    };

    template <class V>
    struct Values {
        OperationFlags<V> op;
        Digits<V, N> a, b, c;
    };
    /// a op b - c + 16 M: not negative for any operands, since 16 M > 2^(8 N).
    template <class V>
    static constexpr ReductionSum<V, M> sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(gated(v.op.mul, v.a), v.b);
        sum.add_bytes(gated(V(v.op.add + v.op.sub), v.a));
        sum.add_bytes(gated(V(v.op.add - v.op.sub), v.b));
        sum.add_bytes(v.c, -1);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{16}), V(v.op.add + v.op.sub + v.op.mul));
        return sum;
    }
    static constexpr CarryPlan PLAN = plan_reduction<M>(
        sum(Values<Range>{{Range(0, 1), Range(0, 1), Range(0, 1)}, BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>}));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(PLAN.sound());
        const V flag = check_operation(b, m.op);
        receive_call(b, flag, m.t, operation_id(m.op, CALLS), m.x, N / 4, m.y, N / 4);
        read_bytes(b, flag, V(word_of(m.y.first)), m.t, m.y_times, m.b);
        replace_bytes(b, flag, V(word_of(m.x.first)), V(m.t + F::ONE), m.x_times, m.a, m.c);
        check_all_bytes(b, flag, m.a, m.b, m.c);
        const Values<V> v = {m.op, digits(m.a), digits(m.b), digits(m.c)};
        check_less<M>(b, flag, v.c, m.less);
        check_reduction<M>(b, flag, sum(v), m.reduction, PLAN);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        constexpr size_t W = D::NUM_WORDS;
        Main<F>& m = *rows;
        const OperandWords<W> y(accesses), x(accesses + W);
        fill_call(call, accesses, m.t, m.x, m.x_times, m.y, m.y_times);
        const uint32_t *a = x.before.data(), *b = y.before.data(), *c = x.after.data();
        fill_bytes(m.a, a), fill_bytes(m.b, b), fill_bytes(m.c, c);
        Values<int64_t> v = {{}, byte_digits<N>(a), byte_digits<N>(b), byte_digits<N>(c)};
        bool ok = fill_operation(m.op, v.op, call.word, CALLS);
        ok &= fill_less<M>(m.less, c);
        ok &= fill_reduction<M>(sum(v), m.reduction);
        return ok;
    }
};

/// The same in Fp[u] / (u^2 + 1), elements c0 then c1 (ABI.md 5.7). A subtraction with b_i > a_i + M, which faults,
/// is not provable: its sum a_i - b_i - c_i + M would be negative, which no quotient is.
template <class Field>
struct QuadraticOperationChip {
    using M = typename Field::Modulus;
    using D = ModulusDigits<M>;
    static constexpr std::string_view NAME = Field::NAME;
    static constexpr auto CALLS = Field::CALLS;
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = D::BYTES;

    template <class T>
    struct Main {
        OperationFlags<T> op;
        T t;
        Operand<T> x, y;
        T a0[N], a1[N], b0[N], b1[N], c0[N], c1[N];
        AccessTime<T> y_times[N / 2], x_times[N / 2];
        Reduction<T, M> reduction0, reduction1;
        LessThanModulus<T, M> less0, less1;
    };

    template <class V>
    struct Values {
        OperationFlags<V> op;
        Digits<V, N> a0, a1, b0, b1, c0, c1;
    };
    /// Least factor with FACTOR M >= 2^(8 N).
    static constexpr int32_t FACTOR = static_cast<int32_t>(0xffffffffu / M::WORDS.back()) + 1;
    /// What add and sub have in common for one coordinate, and the multiples of M: M for add and sub, FACTOR M 2^(8 N)
    /// for mul, where both factors of the subtracted product may be unreduced.
    template <class V>
    static constexpr void add_linear(ReductionSum<V, M>& sum, const OperationFlags<V>& op, const Digits<V, N>& a,
                                     const Digits<V, N>& b, const Digits<V, N>& c) {
        sum.add_bytes(gated(V(op.add + op.sub), a));
        sum.add_bytes(gated(V(op.add - op.sub), b));
        sum.add_bytes(c, -1);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{1}), V(op.add + op.sub));
        std::array<int32_t, D::LIMBS + 1> factor{};
        factor[D::LIMBS] = FACTOR;
        sum.add_constant(multiple_of_modulus<M>(factor), op.mul);
    }
    template <class V>
    static constexpr ReductionSum<V, M> sum0(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(gated(v.op.mul, v.a0), v.b0);
        sum.add_product(gated(v.op.mul, v.a1), v.b1, -1);
        add_linear(sum, v.op, v.a0, v.b0, v.c0);
        return sum;
    }
    template <class V>
    static constexpr ReductionSum<V, M> sum1(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(gated(v.op.mul, v.a0), v.b1);
        sum.add_product(gated(v.op.mul, v.a1), v.b0);
        add_linear(sum, v.op, v.a1, v.b1, v.c1);
        return sum;
    }
    static constexpr Values<Range> RANGES = {{Range(0, 1), Range(0, 1), Range(0, 1)},
                                             BYTE_RANGES<N>,
                                             BYTE_RANGES<N>,
                                             BYTE_RANGES<N>,
                                             BYTE_RANGES<N>,
                                             BYTE_RANGES<N>,
                                             BYTE_RANGES<N>};
    static constexpr CarryPlan PLAN0 = plan_reduction<M>(sum0(RANGES));
    static constexpr CarryPlan PLAN1 = plan_reduction<M>(sum1(RANGES));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(PLAN0.sound() && PLAN1.sound());
        const V flag = check_operation(b, m.op);
        receive_call(b, flag, m.t, operation_id(m.op, CALLS), m.x, N / 2, m.y, N / 2);
        read_two(b, flag, V(word_of(m.y.first)), m.t, m.y_times, m.b0, m.b1);
        replace_two(b, flag, V(word_of(m.x.first)), V(m.t + F::ONE), m.x_times, m.a0, m.c0, m.a1, m.c1);
        check_all_bytes(b, flag, m.a0, m.a1, m.b0, m.b1, m.c0, m.c1);
        const Values<V> v = {m.op, digits(m.a0), digits(m.a1), digits(m.b0), digits(m.b1), digits(m.c0), digits(m.c1)};
        check_less<M>(b, flag, v.c0, m.less0);
        check_less<M>(b, flag, v.c1, m.less1);
        check_reduction<M>(b, flag, sum0(v), m.reduction0, PLAN0);
        check_reduction<M>(b, flag, sum1(v), m.reduction1, PLAN1);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        constexpr size_t W = D::NUM_WORDS;
        Main<F>& m = *rows;
        const OperandWords<2 * W> y(accesses), x(accesses + 2 * W);
        fill_call(call, accesses, m.t, m.x, m.x_times, m.y, m.y_times);
        const uint32_t *a = x.before.data(), *b = y.before.data(), *c = x.after.data();
        fill_bytes(m.a0, a), fill_bytes(m.a1, a + W), fill_bytes(m.b0, b), fill_bytes(m.b1, b + W);
        fill_bytes(m.c0, c), fill_bytes(m.c1, c + W);
        Values<int64_t> v = {{},
                             byte_digits<N>(a),
                             byte_digits<N>(a + W),
                             byte_digits<N>(b),
                             byte_digits<N>(b + W),
                             byte_digits<N>(c),
                             byte_digits<N>(c + W)};
        bool ok = fill_operation(m.op, v.op, call.word, CALLS);
        ok &= fill_less<M>(m.less0, c);
        ok &= fill_less<M>(m.less1, c + W);
        ok &= fill_reduction<M>(sum0(v), m.reduction0);
        ok &= fill_reduction<M>(sum1(v), m.reduction1);
        return ok;
    }
};

}  // namespace ashlar::chips
