// SPDX-License-Identifier: Apache-2.0
// The last word on a proof: all that `block verify`, `program verify` and the coordinator ask of one, in one place.
#pragma once
#include "libs/machine/verifying_key.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::prover {

/// Security of proofs under a key, computed from the key's own profile and machine.
Security security_of(const machine::VerifyingKey& vk);
/// What may be claimed: the weakest round, capped by the hashes.
double security_bits(const Security& security);
/// One line for people.
std::string to_text(const Security& security);
/// SHA-256 of the key's encoding, in hex.
std::string digest_hex(const machine::VerifyingKey& vk);
/// Name of the key's profile.
std::string profile_name(const machine::VerifyingKey& vk);

/// What a program's proof must say, in hex without 0x; empty: anything.
struct ProgramWanted {
    std::string committed_digest, vk_digest;
};

/// Checks a proof file of a program. Errors: vk_other_digest; proof_... with the name of a machine::VerifyCode;
/// proof_demands_others (the program deferred proofs, and the file holds none); proof_committed_digest.
HostResult<ProgramClaims> judge_program(const machine::VerifyingKey& vk, BytesView proof,
                                        const ProgramWanted& wanted = {});

/// Checks a proof file of a block. `chain`: name or file of the rules; empty: those of the chain id that the proof
/// claims. Errors: those of decode_block_file and load_chain; proof_... with the name of a machine::VerifyCode;
/// proof_committed_bytes, proof_other_program, proof_unknown_chain, proof_other_chain.
HostResult<BlockClaims> judge_block(const machine::VerifyingKey& aggregator, const machine::VerifyingKey& subblock,
                                    BytesView proof, const std::string& chain);
/// Error proof_of_another_block unless the claims are of the block with this hash (hex with 0x).
HostResult<void> expect_block(const BlockClaims& claims, const std::string& block_hash);

}  // namespace ashlar::prover
