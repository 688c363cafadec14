// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <functional>
#include <vector>

#include "libs/hash/merkle.hpp"
#include "libs/machine/reserved.hpp"
#include "libs/machine/verifying_key.hpp"

namespace ashlar::machine {

/// A chunk proof and where the chunk ends; where it starts follows from the one before.
struct ChunkProof {
    ChunkEnd end;
    uint32_t t_out = 0;
    Bytes proof;
};

/// Proof of a run: chunk proofs in order and an opening of the reserved words under the last root.
struct RunProof {
    std::vector<ChunkProof> chunks;
    ReservedOpening reserved;
};

/// What a verified run proves about the program of its key: it ran from its entry on its image to a halt.
struct RunClaims {
    std::array<uint32_t, 8> committed_digest{};  ///< SHA-256 of the committed bytes, as the guest gave it
    std::array<uint32_t, 8> deferred_digest{};   ///< the ABI's; nothing relies on it
    uint32_t exit_code = 0;                      ///< always 0
    std::array<uint32_t, 9> deferred_chain{};    ///< over the proofs the guest demanded; 0 if none
    uint32_t chunks = 0;

    /// The committed digest's 32 bytes: each word least significant byte first.
    Bytes32 committed_bytes() const;
};

/// Versioned container. Error: too_long, if a chunk proof has 4 GiB or more.
Result<Bytes, VerifyFailure> encode(const RunProof& proof);
/// Total on any bytes; more than `max_chunks` chunks are refused before anything is read of them.
Result<RunProof, VerifyFailure> decode_run_proof(BytesView bytes,
                                                 uint64_t max_chunks = uint64_t{1} << iop::Profile{}.max_log_chunks);

/// One chunk proof of a statement.
Result<void, VerifyFailure> verify_chunk(const VerifyingKey& vk, const Statement& statement, BytesView proof,
                                         hash::PermuteStates permute = hash::permute_each);

/// check(0), check(1), .. up to the first that is false.
void check_in_order(size_t count, const std::function<bool(size_t)>& check);

struct VerifyOptions {
    bool allow_test_profiles = false;
    /// Calls check(0) .. check(count - 1), which are independent, in any order and on any threads. Once check(i) is
    /// false the later ones need not be called, the earlier ones must.
    std::function<void(size_t count, const std::function<bool(size_t)>& check)> for_each = check_in_order;
    /// Hashes what is opened; it decides no verdict.
    hash::PermuteStates permute = hash::permute_each;
};

/// Checks every chunk, that they follow one another from the key's entry and image to pc 0, and the opening: halted
/// with exit code 0. Total on any bytes; stops at the first chunk that is refused, and tells its index.
Result<RunClaims, VerifyFailure> verify_run(const VerifyingKey& vk, BytesView proof, const VerifyOptions& options = {});

/// A run to be checked with others.
struct RunToCheck {
    const VerifyingKey* vk;
    BytesView proof;
};

/// What is wrong with the first bad one of several runs.
struct RunsFailure {
    size_t run;
    VerifyFailure why;
};
/// verify_run of all, with all their chunks in one for_each. What costs nothing (containers, openings) is checked in
/// all of them before any chunk.
Result<std::vector<RunClaims>, RunsFailure> verify_runs(std::span<const RunToCheck> runs,
                                                        const VerifyOptions& options = {});

}  // namespace ashlar::machine
