// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/run_proof.hpp"

#include <optional>

#include "libs/machine/codec.hpp"
#include "libs/pcs/verify.hpp"

namespace ashlar::machine {

namespace {

constexpr uint32_t RUN_MAGIC = 0x4e525341;  // "ASRN"
constexpr uint32_t RUN_VERSION = 1;
constexpr uint32_t MAX_CHUNKS = 1 << 20;
constexpr uint32_t RESERVED = rv32::RESERVED_WORD;

Fail<VerifyFailure> refuse(VerifyCode code, uint32_t index = 0) { return Fail{VerifyFailure{code, index}}; }

}  // namespace

Bytes32 RunClaims::committed_bytes() const {
    Bytes32 b;
    for (size_t i = 0; i < 8; i++) store_le32(b.data() + 4 * i, committed_digest[i]);
    return b;
}

Bytes encode(const RunProof& proof) {
    WordWriter w;
    w.word(RUN_MAGIC);
    w.word(RUN_VERSION);
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

Result<RunProof, VerifyFailure> decode_run_proof(BytesView bytes) {
    WordReader r(bytes);
    r.expect(RUN_MAGIC, VerifyCode::magic);
    r.expect(RUN_VERSION, VerifyCode::version);
    const uint32_t chunks = r.word();
    if (r.ok() && chunks == 0) r.fail(VerifyCode::no_chunks);
    if (chunks > MAX_CHUNKS) r.fail(VerifyCode::too_many_chunks);
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

Result<void, VerifyFailure> verify_chunk(const VerifyingKey& vk, const Statement& statement, BytesView proof) {
    const auto values = PublicStatement::values(statement);
    if (auto ok = pcs::verify(vk.proof, values, proof); !ok)
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

std::vector<Result<RunClaims, VerifyFailure>> verify_runs(std::span<const RunToCheck> runs,
                                                          const VerifyOptions& options) {
    struct Chunk {
        size_t run;
        uint32_t index;
        Statement statement;
        const Bytes* proof;
        std::optional<VerifyFailure> failure;
    };
    std::vector<Result<RunProof, VerifyFailure>> decoded;
    std::vector<Chunk> chunks;
    for (const RunToCheck& run : runs)
        decoded.push_back(run.vk->proof.profile.for_tests && !options.allow_test_profiles
                              ? Result<RunProof, VerifyFailure>(refuse(VerifyCode::profile_for_tests))
                              : decode_run_proof(run.proof));
    for (size_t r = 0; r < runs.size(); r++) {
        if (!decoded[r]) continue;
        Statement s{runs[r].vk->start(), runs[r].vk->start()};
        for (uint32_t i = 0; i < decoded[r]->chunks.size(); i++) {
            const ChunkProof& c = decoded[r]->chunks[i];
            s = {s.end, c.end, c.t_out};
            chunks.push_back({r, i, s, &c.proof, {}});
        }
    }
    const std::function<void(size_t)> check = [&](size_t k) {
        Chunk& c = chunks[k];
        if (auto ok = verify_chunk(*runs[c.run].vk, c.statement, *c.proof); !ok)
            c.failure = VerifyFailure{ok.error().code, c.index, ok.error().proof};
    };
    if (options.for_each)
        options.for_each(chunks.size(), check);
    else
        for (size_t k = 0; k < chunks.size(); k++) check(k);

    std::vector<Result<RunClaims, VerifyFailure>> out;
    for (size_t r = 0, k = 0; r < runs.size(); r++) {
        std::optional<VerifyFailure> failure;  // the first chunk's, or the container's
        for (; k < chunks.size() && chunks[k].run == r; k++)
            if (!failure) failure = chunks[k].failure;
        if (!decoded[r]) failure = decoded[r].error();
        out.push_back(failure ? Result<RunClaims, VerifyFailure>(Fail{*failure}) : claims_of(*decoded[r]));
    }
    return out;
}

Result<RunClaims, VerifyFailure> verify_run(const VerifyingKey& vk, BytesView bytes, const VerifyOptions& options) {
    const RunToCheck run{&vk, bytes};
    return verify_runs({&run, 1}, options)[0];
}

}  // namespace ashlar::machine
