// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libs/hash/digest.hpp"

namespace ashlar::iop {

/// Parameters of a proof (PROTOCOL.md 7). Data: every integer is hashed into the verifying key.
///
/// Oracle 0 is the stack: 2^k0 slices of 2^s, k0 from the heights; oracle i >= 1 has 2^k[i-1] slices. The other lists
/// run over oracles i = 0 .. n-1, n = k.size() + 1.
struct Profile {
    std::string name;                 // not hashed
    uint32_t s = 0;                   // log2 of a slice
    std::vector<uint32_t> k;          // folding factors of rounds 1 ..
    std::vector<uint32_t> lir;        // log2 of the inverse rate
    std::vector<uint32_t> queries;    // queries to the oracle
    std::vector<uint32_t> query_pow;  // proof-of-work bits before them
    std::vector<uint32_t> fold_pow;   // proof-of-work bits before each folding challenge
    std::vector<uint32_t> ood;        // out-of-domain samples that bind the oracle; 0 in the unique-decoding regime
    std::vector<uint32_t> johnson;    // 0: unique decoding; else the Johnson multiplicity the queries are counted for
    uint32_t logup_pow = 0;           // proof-of-work bits before alpha
    uint32_t log_top = 5;             // 2^log_top fractions in clear
    uint32_t tall = 8;                // h >= 2^tall keeps three top bits, below one
    uint32_t min_block = 5;           // log2 of the smallest block
    uint32_t max_log_slices = 8;
    uint32_t max_log_fracs = 30;
    uint32_t max_log_height = 24;
    uint32_t max_log_chunks = 16;  // chunk proofs that one verification takes; not hashed: it bounds work, not meaning
    bool for_tests = false;        // not hashed; verifiers outside tests refuse it

    size_t num_oracles() const { return k.size() + 1; }
    /// log2 of the dimension of oracle i's code: the variables left after round i.
    uint32_t dim(size_t i) const;
    uint32_t final_vars() const { return dim(k.size()); }
    uint32_t log_domain(size_t i) const { return dim(i) + lir[i]; }
    /// Canonical list of integers, the hash suite's id (hash/suite.hpp) in 16-bit limbs at its end. Its hash is the
    /// profile id.
    std::vector<uint32_t> words() const;
    hash::Digest id() const;
};

/// Empty if the parameters are in range, else what is not: list lengths, rates, queries, proof of work above 24 bits,
/// leaf domains above 2^24, more than 2^6 final values, out-of-domain samples without the Johnson regime or the
/// reverse, limits.
std::string check(const Profile& profile);

/// The profiles by name: chunk, chunk-small, fold, final, test (for machines: 2^20 to 2^24 cells), and spec-test,
/// spec-test-late-johnson, spec-test-johnson, spec-test-one-oracle (for tiny tables; they are the executable
/// specification's own). nullptr for another name.
const Profile* named_profile(std::string_view name);
std::span<const Profile> all_profiles();

}  // namespace ashlar::iop
