// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/run_proof.hpp"

#include <algorithm>
#include <optional>

#include "libs/hash/suite.hpp"
#include "libs/machine/codec.hpp"
#include "libs/pcs/verify.hpp"

namespace ashlar::machine {

namespace {

constexpr uint32_t RUN_MAGIC = 0x4e525341;  // "ASRN"
constexpr uint32_t RUN_VERSION = 2;
constexpr uint32_t RESERVED = rv32::RESERVED_WORD;

Fail<VerifyFailure> refuse(VerifyCode code, uint32_t index = 0) { return Fail{VerifyFailure{code, index}}; }

}  // namespace

Bytes32 RunClaims::committed_bytes() const {
    Bytes32 b;
    for (size_t i = 0; i < 8; i++) store_le32(b.data() + 4 * i, committed_digest[i]);
    return b;
}

Result<Bytes, VerifyFailure> encode(const RunProof& proof) {
    WordWriter w;
    w.word(RUN_MAGIC);
    w.word(RUN_VERSION);
    for (uint32_t x : hash::suite_id()) w.word(x);
    w.word(static_cast<uint32_t>(proof.chunks.size()));
    for (const ChunkProof& c : proof.chunks) {
        w.word(c.end.pc);
        w.digest(c.end.root);
        w.word(c.t_out);
        w.blob(c.proof);
    }
    for (uint32_t x : proof.reserved.words) w.word(x);
    for (const Digest& d : proof.reserved.siblings) w.digest(d);
    return w.take();
}

Result<RunProof, VerifyFailure> decode_run_proof(BytesView bytes, uint64_t max_chunks) {
    WordReader r(bytes);
    r.expect(RUN_MAGIC, VerifyCode::magic);
    r.expect(RUN_VERSION, VerifyCode::version);
    for (uint32_t x : hash::suite_id()) r.expect(x, VerifyCode::suite);
    const uint32_t chunks = r.word();
    if (r.ok() && chunks == 0) r.fail(VerifyCode::no_chunks);
    if (chunks > max_chunks) r.fail(VerifyCode::too_many_chunks);
    RunProof proof;
    for (uint32_t i = 0; i < chunks && r.ok(); i++) {
        ChunkProof c;
        c.end.pc = r.element().canonical();
        c.end.root = r.digest();
        c.t_out = r.element().canonical();
        const BytesView blob = r.blob();
        c.proof.assign(blob.begin(), blob.end());
        proof.chunks.push_back(std::move(c));
    }
    for (uint32_t& x : proof.reserved.words) x = r.word();
    for (Digest& d : proof.reserved.siblings) d = r.digest();
    r.expect_end();
    if (!r.ok()) return refuse(r.code());
    return proof;
}

Result<void, VerifyFailure> verify_chunk(const VerifyingKey& vk, const Statement& statement, BytesView proof,
                                         hash::PermuteStates permute) {
    const auto values = PublicStatement::values(statement);
    if (auto ok = pcs::verify(vk.proof, values, proof, permute); !ok)
        return Fail{VerifyFailure{VerifyCode::chunk, 0, ok.error()}};
    return {};
}

namespace {

/// What the last chunk's end and the opening of the reserved leaves say.
Result<RunClaims, VerifyFailure> claims_of(const RunProof& proof) {
    const ChunkEnd& end = proof.chunks.back().end;
    if (end.pc != 0) return refuse(VerifyCode::not_finished);
    const auto& words = proof.reserved.words;
    if (proof.reserved.root() != end.root) return refuse(VerifyCode::reserved_opening);
    if (words[rv32::WORD_HALTED - RESERVED] != 1) return refuse(VerifyCode::not_halted);
    RunClaims claims;
    claims.exit_code = words[rv32::WORD_EXIT_CODE - RESERVED];
    if (claims.exit_code != 0) return refuse(VerifyCode::exit_code);
    for (size_t i = 0; i < 8; i++) {
        claims.committed_digest[i] = words[rv32::WORD_COMMITTED_DIGEST - RESERVED + i];
        claims.deferred_digest[i] = words[rv32::WORD_DEFERRED_DIGEST - RESERVED + i];
    }
    for (size_t i = 0; i < 9; i++) claims.deferred_chain[i] = words[rv32::WORD_DEFERRED_CHAIN - RESERVED + i];
    claims.chunks = static_cast<uint32_t>(proof.chunks.size());
    return claims;
}

}  // namespace

void check_in_order(size_t count, const std::function<bool(size_t)>& check) {
    for (size_t i = 0; i < count && check(i); i++) {
    }
}

Result<std::vector<RunClaims>, RunsFailure> verify_runs(std::span<const RunToCheck> runs,
                                                        const VerifyOptions& options) {
    struct Chunk {
        size_t run;
        uint32_t index;
        Statement statement;
        const Bytes* proof;
        std::optional<VerifyFailure> failure;
    };
    std::vector<RunProof> proofs;
    std::vector<RunClaims> claims;
    uint64_t count = 0;
    for (size_t r = 0; r < runs.size(); r++) {
        const iop::Profile& profile = runs[r].vk->proof.profile;
        const auto refuse_run = [&](const VerifyFailure& why) { return Fail{RunsFailure{r, why}}; };
        if (profile.for_tests && !options.allow_test_profiles) return refuse_run({VerifyCode::profile_for_tests});
        const uint64_t limit = uint64_t{1} << profile.max_log_chunks;
        auto proof = decode_run_proof(runs[r].proof, limit - std::min(limit, count));
        if (!proof) return refuse_run(proof.error());
        auto claim = claims_of(*proof);
        if (!claim) return refuse_run(claim.error());
        count += proof->chunks.size();
        proofs.push_back(std::move(*proof));
        claims.push_back(*claim);
    }
    std::vector<Chunk> chunks;
    for (size_t r = 0; r < runs.size(); r++) {
        Statement s{runs[r].vk->start(), runs[r].vk->start()};
        for (uint32_t i = 0; i < proofs[r].chunks.size(); i++) {
            const ChunkProof& c = proofs[r].chunks[i];
            s = {s.end, c.end, c.t_out};
            chunks.push_back({r, i, s, &c.proof, {}});
        }
    }
    const std::function<bool(size_t)> check = [&](size_t k) {
        Chunk& c = chunks[k];
        const auto ok = verify_chunk(*runs[c.run].vk, c.statement, *c.proof, options.permute);
        if (!ok) c.failure = VerifyFailure{ok.error().code, c.index, ok.error().proof};
        return static_cast<bool>(ok);
    };
    options.for_each(chunks.size(), check);
    for (const Chunk& c : chunks)
        if (c.failure) return Fail{RunsFailure{c.run, *c.failure}};
    return claims;
}

Result<RunClaims, VerifyFailure> verify_run(const VerifyingKey& vk, BytesView bytes, const VerifyOptions& options) {
    const RunToCheck run{&vk, bytes};
    const auto claims = verify_runs({&run, 1}, options);
    if (!claims) return Fail{claims.error().why};
    return (*claims)[0];
}

}  // namespace ashlar::machine
