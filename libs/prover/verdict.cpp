// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "libs/base/hex.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/iop/security.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/machine/verify_on_threads.hpp"
#include "libs/prover/block_file.hpp"
#include "libs/rv32/deferred_chain.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::prover {

namespace {

using Clock = std::chrono::steady_clock;

/// Collisions of the 256-bit digests (SHA-256, Keccak) that name committed values, keys and blocks: no proof is worth
/// more. Poseidon2's capacity and digests have 139 bits.
constexpr double DIGEST_BITS = 128;

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Fail<Error> refused(const machine::VerifyFailure& f, const std::string& what) {
    using machine::VerifyCode;
    if (f.code == VerifyCode::version || f.code == VerifyCode::suite)
        return fail("proof_" + std::string(machine::to_string(f.code)),
                    fmt::format("{} was made by {}", what,
                                f.code == VerifyCode::suite ? "a build with another hash suite"
                                                            : "another version of this program"),
                    "prove again, or verify with the version that made it");
    return fail("proof_" + std::string(machine::to_string(f.code)),
                fmt::format("{} is not valid: {} (part {})", what, machine::to_string(f.code), f.index));
}

}  // namespace

Security security_of(const machine::VerifyingKey& vk) {
    const iop::SecurityBits bits = iop::security_summary(vk.proof.profile, iop::size_of(vk.proof.system));
    Security s;
    s.minimum_over_rounds_bits = bits.minimum, s.sum_over_rounds_bits = bits.sum;
    s.without_grinding_bits = bits.without_work;
    s.rests_on = iop::uses_johnson_bound(vk.proof.profile) ? "mutual correlated agreement up to the Johnson bound"
                                                           : "unique decoding, no conjecture about codes";
    return s;
}

double security_bits(const Security& s) {
    return std::min({s.minimum_over_rounds_bits, iop::collision_bits(), DIGEST_BITS});
}

std::string to_text(const Security& s) {
    return fmt::format(
        "{:.0f} bits of security: {:.1f} in the weakest round with grinding, {:.1f} without, {:.1f} over the sum of "
        "all rounds; {}",
        security_bits(s), s.minimum_over_rounds_bits, s.without_grinding_bits, s.sum_over_rounds_bits, s.rests_on);
}

std::string digest_hex(const machine::VerifyingKey& vk) {
    return to_hex(rv32::digest_bytes(machine::vk_digest(vk)).view());
}

std::string profile_name(const machine::VerifyingKey& vk) {
    for (const iop::Profile& p : iop::all_profiles())
        if (p.words() == vk.proof.profile.words()) return p.name;
    return "";
}

HostResult<ProgramClaims> judge_program(const machine::VerifyingKey& vk, BytesView proof, const ProgramWanted& wanted) {
    ProgramClaims out;
    out.vk_digest = digest_hex(vk);
    if (!wanted.vk_digest.empty() && out.vk_digest != wanted.vk_digest)
        return fail("vk_other_digest", "the verifying key has the digest " + out.vk_digest,
                    "the key is of another program, or of another version or profile of it");
    const auto begin = Clock::now();
    exec::ThreadPool pool;
    const auto claims = machine::verify_run(vk, proof, machine::verify_on_threads(pool));
    out.milliseconds = milliseconds_since(begin);
    if (!claims) return refused(claims.error(), "the proof");
    if (claims->deferred_chain != rv32::DeferredChain{})
        return fail("proof_demands_others", "the program demands other proofs, and this file holds none");
    out.committed_digest = to_hex(claims->committed_bytes().view());
    if (!wanted.committed_digest.empty() && out.committed_digest != wanted.committed_digest)
        return fail("proof_committed_digest", "the proof commits to " + out.committed_digest);
    out.profile = profile_name(vk);
    out.exit_code = claims->exit_code;
    out.chunks = claims->chunks;
    out.security = security_of(vk);
    out.security_bits = security_bits(out.security);
    return out;
}

HostResult<BlockClaims> judge_block(const machine::VerifyingKey& aggregator, const machine::VerifyingKey& subblock,
                                    BytesView proof, const std::string& chain) {
    ASHLAR_ASSIGN(const BlockFile file, decode_block_file(proof));
    const auto begin = Clock::now();
    exec::ThreadPool pool;
    const auto claims = machine::verify_block(aggregator, subblock, file.proof, machine::verify_on_threads(pool));
    const double ms = milliseconds_since(begin);
    if (!claims) return refused(claims.error(), "the block proof");
    // The proof binds the digest; the file's bytes count only because they hash to it.
    if (to_hex(claims->aggregator.committed_bytes().view()) != to_hex(hash::sha256(file.committed).view()))
        return fail("proof_committed_bytes", "the claims in the file are not what the proof commits to");
    const auto claim = ethereum::BlockClaim::decode(file.committed);
    if (!claim) return fail("proof_committed_bytes", "the committed bytes are not a block's claims");
    if (claim->subblock_vk != rv32::digest_bytes(machine::vk_digest(subblock)))
        return fail("proof_other_program", "the block was proven with another subblock program");
    std::optional<ethereum::ChainConfig> config;
    if (chain.empty()) {
        config = ethereum::known_chain(claim->chain_id);
        if (!config)
            return fail("proof_unknown_chain", fmt::format("no chain with the id {} is built in", claim->chain_id),
                        "name the chain's file with --chain");
    } else {
        ASHLAR_ASSIGN(config, ethereum::load_chain(chain));
    }
    if (claim->config_digest != config->digest())
        return fail("proof_other_chain", "the block was proven under other chain rules", "name the chain with --chain");
    BlockClaims out;
    out.chain_id = claim->chain_id, out.number = claim->number, out.gas_used = claim->gas_used;
    out.block_hash = to_hex0x(claim->block_hash.view()), out.parent_hash = to_hex0x(claim->parent_hash.view());
    out.state_root_before = to_hex0x(claim->root_before.view()), out.state_root = to_hex0x(claim->root_after.view());
    out.config_digest = to_hex0x(claim->config_digest.view());
    out.security = security_of(aggregator);  // both keys have one machine and one profile
    out.security_bits = security_bits(out.security);
    out.profile = profile_name(aggregator);
    out.milliseconds = ms;
    return out;
}

HostResult<void> expect_block(const BlockClaims& claims, const std::string& block_hash) {
    if (claims.block_hash != block_hash)
        return fail("proof_of_another_block",
                    fmt::format("the proof is of block {}, not of {}", claims.block_hash, block_hash));
    return {};
}

}  // namespace ashlar::prover
