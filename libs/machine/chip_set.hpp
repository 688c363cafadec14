// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/core.hpp"
#include "libs/chips/precompiles/all.hpp"

namespace ashlar::machine {

namespace detail {
template <class... Sets>
struct Concat;
template <class... A>
struct Concat<air::ChipSet<A...>> {
    using Type = air::ChipSet<A...>;
};
template <class... A, class... B, class... Rest>
struct Concat<air::ChipSet<A...>, air::ChipSet<B...>, Rest...> {
    using Type = typename Concat<air::ChipSet<A..., B...>, Rest...>::Type;
};
}  // namespace detail

/// Chips of precompiles whose calls are in the call table.
using KeccakChips = air::ChipSet<chips::KeccakRoundChip, chips::KeccakMemoryChip>;
using ShaChips = air::ChipSet<chips::ShaExtendChip, chips::ShaExtendRoundsChip, chips::ShaCompressChip,
                              chips::ShaCompressRoundsChip>;
using ArithmeticChips =
    air::ChipSet<chips::Uint256MulChip, chips::CurveAddChip<chips::Secp256k1>, chips::CurveDoubleChip<chips::Secp256k1>,
                 chips::CurveDecompressChip<chips::Secp256k1, chips::RootChoice::parity>, chips::DeferredChainChip>;
using PrecompileChips = detail::Concat<KeccakChips, ShaChips, ArithmeticChips>::Type;

/// The tables of the machine, in the order of the proof.
using MachineChips = detail::Concat<chips::TableChips, chips::AluChips, chips::ControlChips, chips::CallChips,
                                    chips::BoundaryChips, PrecompileChips>::Type;

/// By how much a row of chip C moves the clock of the state bus at most; 0 for chips that are not on it.
template <class C>
constexpr uint32_t max_advance() {
    if constexpr (std::is_same_v<C, chips::EcallChip>)
        return chips::max_call_advance();
    else if constexpr (requires(typename C::template Main<char> m) { m.cpu; })
        return 4;
    else
        return 0;
}

/// Sum of max_advance<T> h'_T over the tables may not exceed this (proof-system.md section 7): timestamps stay below
/// 2^29 and the state bus has no closed cycle off the path.
inline constexpr uint64_t MAX_TOTAL_ADVANCE = (uint64_t{1} << 29) - 4;

}  // namespace ashlar::machine
