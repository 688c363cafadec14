// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/poseidon2_parameters.hpp"

namespace ashlar::cuda {

using field::F;

/// Round constants of one width in constant memory, in the order of the rounds.
template <size_t WIDTH>
struct Poseidon2Constants {
    using Parameters = hash::Poseidon2Parameters<WIDTH>;
    uint32_t full[2 * Parameters::HALF_FULL_ROUNDS][WIDTH];
    uint32_t middle[Parameters::PARTIAL_ROUNDS];

    static constexpr Poseidon2Constants make() {
        Poseidon2Constants c{};
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++)
            for (size_t i = 0; i < WIDTH; i++) {
                c.full[r][i] = Parameters::FIRST[r][i].monty();
                c.full[Parameters::HALF_FULL_ROUNDS + r][i] = Parameters::LAST[r][i].monty();
            }
        for (size_t r = 0; r < Parameters::PARTIAL_ROUNDS; r++) c.middle[r] = Parameters::MIDDLE[r].monty();
        return c;
    }
};

static __constant__ Poseidon2Constants<24> POSEIDON2_24 = Poseidon2Constants<24>::make();

/// The permutation of width 24 in one thread's registers. Every index is a compile-time constant after unrolling. It
/// also runs on the host, so that a machine without a device can check it.
class DevicePoseidon2 {
  public:
    static constexpr size_t WIDTH = 24;
    using Parameters = hash::Poseidon2Parameters<WIDTH>;

    static __host__ __device__ void permute(F (&s)[WIDTH]) {
        external_layer(s);
        for (unsigned r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, r);
        for (unsigned r = 0; r < Parameters::PARTIAL_ROUNDS; r++) {
            s[0] = (s[0] + F::from_monty(constants().middle[r])).cube();
            internal_layer(s);
        }
        for (unsigned r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, Parameters::HALF_FULL_ROUNDS + r);
    }

  private:
    static __host__ __device__ __forceinline__ const Poseidon2Constants<24>& constants() {
#if defined(__CUDA_ARCH__)
        return POSEIDON2_24;
#else
        static constexpr Poseidon2Constants<24> HOST = Poseidon2Constants<24>::make();
        return HOST;
#endif
    }
    static __host__ __device__ __forceinline__ void full_round(F (&s)[WIDTH], unsigned r) {
#pragma unroll
        for (unsigned i = 0; i < WIDTH; i++) s[i] = (s[i] + F::from_monty(constants().full[r][i])).cube();
        external_layer(s);
    }
    static __host__ __device__ __forceinline__ void external_layer(F (&s)[WIDTH]) {
        F column[4] = {F::zero(), F::zero(), F::zero(), F::zero()};
#pragma unroll
        for (unsigned i = 0; i < WIDTH; i += 4) {
            F& a = s[Parameters::position(i)];
            F& b = s[Parameters::position(i + 1)];
            F& c = s[Parameters::position(i + 2)];
            F& d = s[Parameters::position(i + 3)];
            const F ab = a + b, cd = c + d, all = ab + cd;
            const F with_b = all + b, with_d = all + d;
            const F twice_a = a.doubled(), twice_c = c.doubled();
            a = with_b + ab;
            b = with_b + twice_c;
            c = with_d + cd;
            d = with_d + twice_a;
            column[0] += a;
            column[1] += b;
            column[2] += c;
            column[3] += d;
        }
#pragma unroll
        for (unsigned i = 0; i < WIDTH; i++) s[Parameters::position(i)] += column[i % 4];
    }
    static __host__ __device__ __forceinline__ void internal_layer(F (&s)[WIDTH]) {
        F total = s[0];
#pragma unroll
        for (unsigned i = 1; i < WIDTH; i++) total += s[i];
        internal_element<0>(s, total);
    }
    template <unsigned I>
    static __host__ __device__ __forceinline__ void internal_element(F (&s)[WIDTH], F total) {
        if constexpr (I < WIDTH) {
            constexpr auto V = Parameters::DIAGONAL_ENTRIES[I];
            s[I] = plus_diagonal<V.multiplier, V.shift>(total, s[I]);
            internal_element<I + 1>(s, total);
        }
    }
    /// total + M 2^-K x without a product, which would keep the multiplier busy three times.
    template <int M, unsigned K>
    static __host__ __device__ __forceinline__ F plus_diagonal(F total, F x) {
        if constexpr (K == 0) {
            constexpr int SIZE = M < 0 ? -M : M;
            static_assert(SIZE >= 1 && SIZE <= 4);
            const F twice = SIZE > 1 ? x.doubled() : x;
            const F all = SIZE == 4 ? twice.doubled() : SIZE == 3 ? twice + x : twice;
            return M < 0 ? total - all : total + all;
        } else {
            // As p = 127 2^24 + 1, x 2^-K = (x >> K) - 127 2^(24-K) (x mod 2^K).
            static_assert((M == 1 || M == -1) && K <= 24);
            const uint32_t high = x.monty() >> K;
            const F low = F::from_monty(((x.monty() & ((1u << K) - 1)) << (24 - K)) * 127);  // below p
            if constexpr (M == -1) return (total + low) - F::from_monty(high);
            const uint32_t sum = (total - low).monty() + high, less = sum - F::P;  // sum < 2^32
            return F::from_monty(less < sum ? less : sum);
        }
    }
};

}  // namespace ashlar::cuda
