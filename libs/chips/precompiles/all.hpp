// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/air/chip_set.hpp"
#include "libs/chips/precompiles/curve_add.hpp"
#include "libs/chips/precompiles/curve_decompress.hpp"
#include "libs/chips/precompiles/curve_double.hpp"
#include "libs/chips/precompiles/deferred_chain.hpp"
#include "libs/chips/precompiles/edwards.hpp"
#include "libs/chips/precompiles/field_operation.hpp"
#include "libs/chips/precompiles/keccak_permute.hpp"
#include "libs/chips/precompiles/poseidon2_permute.hpp"
#include "libs/chips/precompiles/sha_compress.hpp"
#include "libs/chips/precompiles/sha_extend.hpp"
#include "libs/chips/precompiles/uint256_mul.hpp"

/// Every precompile chip, and how their rows come from a chunk's record.
///
/// Each chip here has, besides what air::Chip asks:
///   static constexpr std::array CALLS;            the calls it has rows for
///   static constexpr size_t ROWS_PER_CALL;
///   static bool fill(const rv32::CallRecord&, const rv32::WordAccess* accesses, Main<F>* rows);
/// fill() sets the rows, zero before, of one call; false if the record is not what the executor would have written (a
/// wrong result, an operand on which it faults): then no proof of the chunk exists.
namespace ashlar::chips {

namespace detail {
template <class... Sets>
struct Join;
template <class... A>
struct Join<air::ChipSet<A...>> {
    using Type = air::ChipSet<A...>;
};
template <class... A, class... B, class... Rest>
struct Join<air::ChipSet<A...>, air::ChipSet<B...>, Rest...> {
    using Type = typename Join<air::ChipSet<A..., B...>, Rest...>::Type;
};
}  // namespace detail

/// The chips of several sets, in order.
template <class... Sets>
using JoinSets = typename detail::Join<Sets...>::Type;

// In groups, so that what is compiled per chip can be split over translation units.
using KeccakChips = air::ChipSet<KeccakPermuteChip>;
using ShaChips = air::ChipSet<ShaExtendChip, ShaExtendRoundsChip, ShaCompressChip, ShaCompressRoundsChip>;
using ArithmeticChips =
    air::ChipSet<Uint256MulChip, CurveAddChip<Secp256k1>, CurveDoubleChip<Secp256k1>,
                 CurveDecompressChip<Secp256k1, RootChoice::parity>, DeferredChainChip, Poseidon2PermuteChip>;
using CurveChips =
    air::ChipSet<CurveAddChip<Secp256r1>, CurveDoubleChip<Secp256r1>,
                 CurveDecompressChip<Secp256r1, RootChoice::parity>, CurveAddChip<Bn254>, CurveDoubleChip<Bn254>>;
using Bls12381Chips =
    air::ChipSet<CurveAddChip<Bls12381>, CurveDoubleChip<Bls12381>, CurveDecompressChip<Bls12381, RootChoice::order>>;
using FieldChips =
    air::ChipSet<FieldOperationChip<Secp256k1Fp>, FieldOperationChip<Bn254Fp>, FieldOperationChip<Bls12381Fp>,
                 QuadraticOperationChip<Bn254Fp2>, QuadraticOperationChip<Bls12381Fp2>>;
using EdwardsChips = air::ChipSet<EdwardsAddChip, EdwardsDecompressChip>;

/// All of them.
using PrecompileChips =
    JoinSets<KeccakChips, ShaChips, ArithmeticChips, CurveChips, Bls12381Chips, FieldChips, EdwardsChips>;

/// Whether a chip has rows for a syscall word.
template <class Chip>
constexpr bool answers(uint32_t word) {
    for (Syscall call : Chip::CALLS)
        if (static_cast<uint32_t>(call) == word) return true;
    return false;
}

/// Indices of the calls of a chunk that a chip has rows for, in order of time: row ROWS_PER_CALL * i is the first of
/// call i.
template <class Chip>
std::vector<uint32_t> calls_of(const rv32::ChunkRecord& chunk) {
    std::vector<uint32_t> out;
    for (size_t i = 0; i < chunk.calls.size(); i++)
        if (answers<Chip>(chunk.calls[i].word)) out.push_back(static_cast<uint32_t>(i));
    return out;
}

/// Rows of the calls [begin, end) of `calls` into column-major storage: cell (row, column) is columns[column * stride +
/// row], with row 0 the first row of calls[0]. Ranges of calls are independent: run them on as many threads as there
/// are. False as soon as one fill() is.
template <class Chip>
bool fill_columns(const rv32::ChunkRecord& chunk, std::span<const uint32_t> calls, size_t begin, size_t end, F* columns,
                  size_t stride) {
    using Row = typename Chip::template Main<F>;
    constexpr size_t ROWS = Chip::ROWS_PER_CALL, WIDTH = air::NUM_MAIN<Chip>;
    // Several rows at a time, so that a column's cells of one batch share cache lines.
    constexpr size_t BATCH = ROWS >= 16 ? 1 : 16 / ROWS;
    std::vector<Row> rows(ROWS * BATCH);
    for (size_t i = begin; i < end; i += BATCH) {
        const size_t n = std::min(BATCH, end - i);
        std::fill(rows.begin(), rows.end(), Row{});
        for (size_t k = 0; k < n; k++) {
            const rv32::CallRecord& call = chunk.calls[calls[i + k]];
            if (!Chip::fill(call, &chunk.accesses[call.first_access], &rows[k * ROWS])) return false;
        }
        const F* cells = reinterpret_cast<const F*>(rows.data());
        for (size_t c = 0; c < WIDTH; c++)
            for (size_t r = 0; r < n * ROWS; r++) columns[c * stride + i * ROWS + r] = cells[r * WIDTH + c];
    }
    return true;
}

}  // namespace ashlar::chips
