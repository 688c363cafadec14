// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/block_proof.hpp"

#include "libs/machine/codec.hpp"
#include "libs/rv32/deferred_chain.hpp"

namespace ashlar::machine {

namespace {
constexpr uint32_t BLOCK_MAGIC = 0x4c425341;  // "ASBL"
constexpr uint32_t BLOCK_VERSION = 2;
constexpr uint32_t MAX_SUBBLOCKS = 1 << 16;
}  // namespace

Result<Bytes, VerifyFailure> encode(const BlockProof& proof) {
    WordWriter w;
    w.word(BLOCK_MAGIC);
    w.word(BLOCK_VERSION);
    w.blob(proof.aggregator);
    w.word(static_cast<uint32_t>(proof.subblocks.size()));
    for (const Bytes& s : proof.subblocks) w.blob(s);
    return w.take();
}

Result<BlockProof, VerifyFailure> decode_block_proof(BytesView bytes) {
    WordReader r(bytes);
    r.expect(BLOCK_MAGIC, VerifyCode::magic);
    r.expect(BLOCK_VERSION, VerifyCode::version);
    BlockProof proof;
    const BytesView aggregator = r.blob();
    proof.aggregator.assign(aggregator.begin(), aggregator.end());
    const uint32_t count = r.word();
    if (count > MAX_SUBBLOCKS) r.fail(VerifyCode::too_many_chunks);
    for (uint32_t i = 0; i < count && r.ok(); i++) {
        const BytesView run = r.blob();
        proof.subblocks.emplace_back(run.begin(), run.end());
    }
    r.expect_end();
    if (!r.ok()) return Fail{VerifyFailure{r.code()}};
    return proof;
}

Result<BlockClaims, VerifyFailure> verify_block(const VerifyingKey& aggregator, const VerifyingKey& subblock,
                                                BytesView bytes, const VerifyOptions& options) {
    ASHLAR_ASSIGN(const BlockProof proof, decode_block_proof(bytes));
    BlockClaims claims;
    std::vector<RunToCheck> runs{{&aggregator, proof.aggregator}};
    for (const Bytes& s : proof.subblocks) runs.push_back({&subblock, s});
    const auto checked = verify_runs(runs, options);
    if (!checked) {
        const auto& [run, why] = checked.error();
        if (run == 0) return Fail{VerifyFailure{VerifyCode::aggregator, why.index, why.proof}};
        return Fail{VerifyFailure{VerifyCode::subblock, static_cast<uint32_t>(run - 1), why.proof}};
    }
    claims.aggregator = (*checked)[0];
    const auto key = vk_digest(subblock);
    rv32::DeferredChain chain{};
    for (uint32_t i = 0; i < proof.subblocks.size(); i++) {
        const RunClaims& sub = (*checked)[i + 1];
        if (sub.deferred_chain != rv32::DeferredChain{}) return Fail{VerifyFailure{VerifyCode::nested_deferral, i}};
        chain = rv32::extend_deferred_chain(chain, key.data(), sub.committed_digest.data());
        claims.subblocks.push_back(sub);
    }
    if (chain != claims.aggregator.deferred_chain) return Fail{VerifyFailure{VerifyCode::deferred_chain}};
    return claims;
}

}  // namespace ashlar::machine
