// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <functional>
#include <vector>

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

/// Versioned container.
Bytes encode(const RunProof& proof);
Result<RunProof, VerifyFailure> decode_run_proof(BytesView bytes);

/// One chunk proof of a statement.
Result<void, VerifyFailure> verify_chunk(const VerifyingKey& vk, const Statement& statement, BytesView proof);

struct VerifyOptions {
    bool allow_test_profiles = false;
    /// Calls check(0) .. check(count - 1), which are independent, in any order and on any threads; empty: one by one.
    std::function<void(size_t count, const std::function<void(size_t)>& check)> for_each = nullptr;
};

/// Checks every chunk, that they follow one another from the key's entry and image to pc 0, and the opening: halted
/// with exit code 0. Total on any bytes.
Result<RunClaims, VerifyFailure> verify_run(const VerifyingKey& vk, BytesView proof, const VerifyOptions& options = {});

/// A run to be checked with others.
struct RunToCheck {
    const VerifyingKey* vk;
    BytesView proof;
};

/// verify_run of each, with all their chunks in one for_each.
std::vector<Result<RunClaims, VerifyFailure>> verify_runs(std::span<const RunToCheck> runs,
                                                          const VerifyOptions& options = {});

}  // namespace ashlar::machine
