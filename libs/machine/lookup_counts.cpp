// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/lookup_counts.hpp"

#include "libs/chips/requests.hpp"

namespace ashlar::machine {

namespace {

void add_vector(std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
    for (size_t i = 0; i < a.size(); i++) a[i] += b[i];
}

}  // namespace

LookupCounts::LookupCounts(const ProgramLayout& program)
    : program_layout_(&program),
      range_(chips::RangeTable::HEIGHT),
      pairs_(chips::ByteTable::HEIGHT),
      ands_(chips::ByteTable::HEIGHT),
      address_(chips::AddressTable::HEIGHT),
      calls_(chips::CallTable::HEIGHT),
      program_(program.entries.size()) {}

void LookupCounts::add(const LookupCounts& o) {
    add_vector(range_, o.range_);
    add_vector(pairs_, o.pairs_);
    add_vector(ands_, o.ands_);
    add_vector(address_, o.address_);
    add_vector(calls_, o.calls_);
    add_vector(program_, o.program_);
    hashes_.insert(hashes_.end(), o.hashes_.begin(), o.hashes_.end());
    permutations_.insert(permutations_.end(), o.permutations_.begin(), o.permutations_.end());
    ok_ &= o.ok_;
}

std::vector<chips::HashChip::Request> LookupCounts::hash_requests() const {
    return chips::merge_requests<chips::HashChip>(hashes_);
}
std::vector<chips::PermutationChip::Request> LookupCounts::permutation_requests() const {
    return chips::merge_requests<chips::PermutationChip>(permutations_);
}

}  // namespace ashlar::machine
