// SPDX-License-Identifier: Apache-2.0
// What proving and verifying come to, as daemons and command line hand it on. Hex digests of 32 bytes have no 0x,
// Ethereum's hashes have one.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/wire.hpp"

namespace ashlar::prover {

/// What a proof cost.
struct ProveCost {
    uint64_t chunks = 0, cycles = 0, cells = 0, interactions = 0;
    double seconds = 0;                                  ///< wall time
    double cpu_seconds = 0;                              ///< over all threads; tells more on a busy machine
    std::vector<std::pair<std::string, double>> stages;  ///< name, seconds
    std::string committed_digest, vk_digest;
    uint64_t uncommitted_bytes = 0;  ///< public values of a guest that never called COMMIT: the proof binds none
    uint64_t proof_bytes = 0;

    /// Adds what another proof cost: counts, times and stages by name.
    void add(const ProveCost& part);
};
BOOST_DESCRIBE_STRUCT(ProveCost, (),
                      (chunks, cycles, cells, interactions, seconds, cpu_seconds, stages, committed_digest, vk_digest,
                       uncommitted_bytes, proof_bytes))

/// A proof and what it cost.
struct ProveOutcome : ProveCost {
    Bytes proof;
    Bytes committed;  ///< the bytes whose SHA-256 is committed_digest
};

/// Bits of security of a proof, round by round (libs/iop/security.hpp).
struct Security {
    double minimum_over_rounds_bits = 0;  ///< of the weakest round, proof of work counted
    double sum_over_rounds_bits = 0;      ///< of the errors of all rounds added up
    double without_grinding_bits = 0;     ///< of the weakest round if proof of work were free
    std::string rests_on;                 ///< what the figures assume of codes
};
BOOST_DESCRIBE_STRUCT(Security, (), (minimum_over_rounds_bits, sum_over_rounds_bits, without_grinding_bits, rests_on))

/// What a verified program proof says.
struct ProgramClaims {
    std::string committed_digest, vk_digest, profile;
    uint32_t exit_code = 0;
    uint64_t chunks = 0;
    double security_bits = 0;  ///< what may be claimed: the weakest round, capped by the hashes
    Security security;
    double milliseconds = 0;  ///< of verifying, making of keys not counted; not among the claims on the wire
};
BOOST_DESCRIBE_STRUCT(ProgramClaims, (),
                      (committed_digest, vk_digest, profile, exit_code, chunks, security_bits, security))

/// What a verified block proof says.
struct BlockClaims {
    uint64_t chain_id = 0, number = 0, gas_used = 0;
    std::string block_hash, parent_hash, state_root_before, state_root, config_digest;
    double security_bits = 0;
    Security security;
    std::string profile;
    double milliseconds = 0;  ///< as of ProgramClaims
};
BOOST_DESCRIBE_STRUCT(BlockClaims, (),
                      (chain_id, number, gas_used, block_hash, parent_hash, state_root_before, state_root,
                       config_digest, security_bits, security, profile))

/// A subblock of a block: transactions [first, last) and their gas.
struct SubblockRange {
    uint64_t first = 0, last = 0, gas = 0;
};
BOOST_DESCRIBE_STRUCT(SubblockRange, (), (first, last, gas))

/// What the native execution of a block found.
struct BlockFacts {
    uint64_t chain_id = 0, number = 0, gas_used = 0, transactions = 0, timestamp = 0;
    std::string hash, parent_hash, state_root, fork;
    std::vector<SubblockRange> subblocks;
};
BOOST_DESCRIBE_STRUCT(BlockFacts, (),
                      (chain_id, number, gas_used, transactions, timestamp, hash, parent_hash, state_root, fork,
                       subblocks))

/// A block ready to prove: one stdin (builder file, ABI.md 6) per subblock and one for the aggregator.
struct PreparedBlock {
    BlockFacts facts;
    std::vector<Bytes> subblock_stdins;
    Bytes aggregator_stdin;
};

}  // namespace ashlar::prover
