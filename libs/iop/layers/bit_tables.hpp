// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/layers/argument.hpp"
#include "libs/iop/layers/eq_levels.hpp"

/// What turns bytes of bits into field elements: tables.
namespace ashlar::iop::layers {

/// Values of polynomials of degree < size, given as bits u = +-1 at 0 .. size - 1, at the integers size .. size + nodes
/// - 1: the bits of byte t of the word contribute entry(t, byte).
template <class L>
class NodeTable {
  public:
    NodeTable(uint32_t size, uint32_t nodes) : vectors_((nodes + L::WIDTH - 1) / L::WIDTH) {
        table_ = exec::Buffer<F>::zeroed(size_t{size} / 8 * 256 * row());
        for (uint32_t k = 0; k < nodes; k++) {
            const std::vector<Ext> basis = lagrange_basis(size, Ext::from_base(F::reduce(size + k)));
            basis_.push_back({});
            for (const Ext& x : basis) basis_.back().push_back(x.c[0]);
            for (uint32_t t = 0; t < size / 8; t++) {
                F* const column = table_.data() + size_t{t} * 256 * row() + k;
                F sum = F::ZERO;
                for (uint32_t b = 0; b < 8; b++) sum += basis[8 * t + b].c[0];
                column[0] = sum;
                for (uint32_t m = 1; m < 256; m++) {
                    const uint32_t b = static_cast<uint32_t>(__builtin_ctz(m));
                    column[m * row()] = column[(m & (m - 1)) * row()] - basis[8 * t + b].c[0].doubled();
                }
            }
        }
    }
    uint32_t nodes() const { return static_cast<uint32_t>(basis_.size()); }
    size_t vectors() const { return vectors_; }
    size_t row() const { return vectors_ * L::WIDTH; }
    const F* data() const { return table_.data(); }
    /// Values of the Lagrange basis at node k.
    const std::vector<F>& basis(size_t k) const { return basis_[k]; }

  private:
    size_t vectors_;
    exec::Buffer<F> table_;
    std::vector<std::vector<F>> basis_;
};

/// Bits bound to a challenge: sum_z basis[z] u_z from the half bytes of |basis| bits, two 16-entry tables for each
/// byte.
class HalfByteTable {
  public:
    /// [half byte][coefficient][16]
    HalfByteTable(std::span<const Ext> basis, const Ext& scale) : table_(basis.size() / 4 * 80) {
        for (size_t q = 0; q < basis.size() / 4; q++) {
            Ext entry[16];
            entry[0] = Ext::zero();
            for (size_t b = 0; b < 4; b++) entry[0] += basis[4 * q + b] * scale;
            for (size_t m = 1; m < 16; m++)
                entry[m] =
                    entry[m & (m - 1)] -
                    (basis[4 * q + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(m)))] * scale).doubled();
            for (size_t m = 0; m < 16; m++)
                for (size_t c = 0; c < 5; c++) table_[(q * 5 + c) * 16 + m] = entry[m].c[c];
        }
    }
    const F* data() const { return table_.data(); }

  private:
    exec::Buffer<F> table_;
};

/// W elements of a 16-entry table, chosen by half bytes: the low ones if `half` is 0, else the high ones.
template <class L>
ASHLAR_INLINE Extension<L> look_up(const F* table, const uint8_t* bytes, size_t half) {
    Extension<L> x;
    if constexpr (L::WIDTH == 1) {
        const size_t index = *bytes >> (4 * half) & 15;
        for (size_t c = 0; c < 5; c++) x.c[c] = table[16 * c + index];
    } else {
        using S = typename L::Simd;
        typename S::R index = S::load_bytes(bytes);
        if (half) index = S::template shift_right<4>(index);
        for (size_t c = 0; c < 5; c++)
            x.c[c] = L(S::lookup_16(reinterpret_cast<const uint32_t*>(table + 16 * c), index));
    }
    return x;
}

/// Eight bytes as an 8 x 8 matrix of bits, transposed.
inline uint64_t transpose_bits(uint64_t x) {
    uint64_t t = (x ^ (x >> 7)) & 0x00aa'00aa'00aa'00aa;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000'cccc'0000'cccc;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x0000'0000'f0f0'f0f0;
    return x ^ t ^ (t << 28);
}

/// sum_i e_i b_i for the bits of 64 instances: tables of the sums of eight weights.
class InstanceTables {
  public:
    static constexpr size_t BLOCK = 64, GROUPS = BLOCK / 8;
    struct alignas(64) Sum {
        uint64_t c[8];  // five coefficients in Montgomery form, not reduced; sums of fewer than 2^32 of them
    };

    /// Weights of instances i .. i + 63.
    void set(ConstExtPtr weights, size_t i) {
        for (size_t g = 0; g < GROUPS; g++) {
            Entry* const t = tables_[g];
            t[0] = {};
            for (size_t b = 0; b < 8; b++) {
                const Ext x = field::ext_get(weights, i + 8 * g + b);
                for (size_t m = 0; m < size_t{1} << b; m++)
                    for (size_t c = 0; c < 5; c++)
                        t[(size_t{1} << b) + m].c[c] = (F::from_monty(t[m].c[c]) + x.c[c]).monty();
            }
        }
    }
    /// Adds to sums[z] the weights of instances with bit z set, for a plane's bytes of the 64 instances.
    void add(const uint8_t* bytes, Sum* sums) const {
        for (size_t g = 0; g < GROUPS; g++) {
            uint64_t x;
            __builtin_memcpy(&x, bytes + 8 * g, 8);
            x = transpose_bits(x);
            for (size_t z = 0; z < 8; z++) {
                const Entry& e = tables_[g][x >> (8 * z) & 0xff];
#pragma GCC unroll 8
                for (size_t c = 0; c < 8; c++) sums[z].c[c] += e.c[c];
            }
        }
    }

  private:
    struct alignas(32) Entry {
        uint32_t c[8];
    };
    Entry tables_[GROUPS][256];
};

}  // namespace ashlar::iop::layers
