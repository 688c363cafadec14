// SPDX-License-Identifier: Apache-2.0
// What is asked of a proof beyond the machine's: that the file's claims are what was committed, the programs, the
// chain, the block, and that nothing is demanded that no file holds.
#include "libs/prover/verdict.hpp"

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/iop/profile.hpp"
#include "libs/prover/block_file.hpp"
#include "test/support/small_block.hpp"

using namespace ashlar;
using namespace ashlar::prover;
using ashlar::test::small_block;
using ashlar::test::SmallBlock;

namespace {

/// "" or the code of what is wrong.
std::string verdict(const Bytes& proof, const std::string& chain = "mainnet") {
    const SmallBlock& b = small_block();
    const auto r = judge_block(b.aggregator_key, b.subblock_key, proof, chain);
    return r ? "" : r.error().code;
}

std::string verdict_of_program(const Bytes& proof, const ProgramWanted& wanted = {}) {
    const auto r = judge_program(small_block().subblock_key, proof, wanted);
    return r ? "" : r.error().code;
}

}  // namespace

TEST_CASE("a block proof says what its committed bytes say, and each of them counts") {
    const SmallBlock& b = small_block();
    const auto good = judge_block(b.aggregator_key, b.subblock_key, b.file, "mainnet");
    if (!good) FAIL(good.error().code << ": " << good.error().message);
    CHECK(good->chain_id == 1);
    CHECK(good->number == 4711);
    CHECK(good->gas_used == 21000);
    CHECK(good->block_hash == to_hex0x(b.claim.block_hash.view()));
    CHECK(good->parent_hash == to_hex0x(b.claim.parent_hash.view()));
    CHECK(good->state_root_before == to_hex0x(b.claim.root_before.view()));
    CHECK(good->state_root == to_hex0x(b.claim.root_after.view()));
    CHECK(good->config_digest == to_hex0x(b.claim.config_digest.view()));
    const BlockFile honest = *decode_block_file(b.file);
    REQUIRE(honest.committed.size() == ethereum::BlockClaim::SIZE);
    for (size_t i = 0; i < honest.committed.size(); i++) {
        INFO("byte " << i);
        BlockFile lie = honest;
        lie.committed[i] ^= static_cast<uint8_t>(1 << i % 8);
        REQUIRE(verdict(encode_block_file(lie)) == "proof_committed_bytes");
    }
    for (const Bytes& other : {Bytes{}, Bytes(honest.committed.begin(), honest.committed.end() - 1)})
        CHECK(verdict(encode_block_file({other, honest.proof})) == "proof_committed_bytes");
    BlockFile longer = honest;
    longer.committed.push_back(0);
    CHECK(verdict(encode_block_file(longer)) == "proof_committed_bytes");
    // The machine's own refusals come through.
    BlockFile broken = honest;
    broken.proof[0] ^= 1;
    CHECK(verdict(encode_block_file(broken)) == "proof_magic");
    CHECK(verdict(Bytes(b.file.begin(), b.file.end() - 1)) == "proof_truncated");
    // The file's own too, by their names: one without a proof would be refused anyway.
    Bytes version = b.file;
    version[8]++;
    CHECK(verdict(version) == "proof_version");
    Bytes longer_file = b.file;
    longer_file.push_back(0);
    CHECK(verdict(longer_file) == "proof_trailing_bytes");
}

TEST_CASE("claims that the proof commits to are refused if they are no block's, another program's or another chain's") {
    const SmallBlock& b = small_block();
    const auto with = [&](auto&& change) {
        ethereum::BlockClaim c = b.claim;
        change(c);
        return b.block(c.encode());
    };
    CHECK(verdict(b.block(Bytes(ethereum::BlockClaim::SIZE, 1))) == "proof_committed_bytes");
    CHECK(verdict(with([](auto& c) { c.subblock_vk[31] ^= 1; })) == "proof_other_program");
    CHECK(verdict(with([](auto& c) { c.config_digest[0] ^= 1; })) == "proof_other_chain");
    CHECK(verdict(b.file, "sepolia") == "proof_other_chain");
    CHECK(verdict(b.file, "no-such-chain") == "unknown_chain");
    CHECK(verdict(b.file, "") == "");  // by the chain id that it claims
    const Bytes other_id = with([](auto& c) { c.chain_id = 999'999; });
    CHECK(verdict(other_id) == "");  // the digest of the rules is what counts, and the guest sees that both agree
    CHECK(verdict(other_id, "") == "proof_unknown_chain");
}

TEST_CASE("a block proof's file has one form") {
    const Bytes file = encode_block_file({Bytes(5, 1), Bytes(7, 2)});
    const auto good = decode_block_file(file);
    REQUIRE(good);
    CHECK(good->committed == Bytes(5, 1));
    CHECK(good->proof == Bytes(7, 2));
    // A buffer of its own for each: reading past its end is seen by AddressSanitizer.
    const auto code = [&](const Bytes& b) {
        const auto r = decode_block_file(Bytes(b));
        return r ? "" : r.error().code;
    };
    const auto with = [&](size_t at, uint8_t x) {
        Bytes b = file;
        b[at] = x;
        return code(b);
    };
    CHECK(with(0, 'a') == "proof_magic");
    CHECK(with(7, 'p') == "proof_magic");
    CHECK(with(8, 2) == "proof_version");
    CHECK(with(12 + 7, 1) == "proof_truncated");  // the committed part's length
    for (size_t n = 0; n < file.size(); n++) {
        INFO(n << " bytes");
        CHECK(code(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(n))) ==
              (n < 12 ? "proof_magic" : "proof_truncated"));
    }
    Bytes longer = file;
    longer.push_back(0);
    CHECK(code(longer) == "proof_trailing_bytes");
    // A first part that is longer than the file, with what would be the second behind its length.
    Bytes long_first = encode_block_file({});
    long_first[12] = 9;
    CHECK(code(long_first) == "proof_truncated");
    CHECK(code(encode_block_file({})) == "");  // two empty parts: the second length is all that is left
}

TEST_CASE("a block's claims are of one block") {
    BlockClaims claims;
    claims.block_hash = "0x12";
    CHECK(expect_block(claims, "0x12"));
    const auto other = expect_block(claims, "0x13");
    REQUIRE_FALSE(other);
    CHECK(other.error().code == "proof_of_another_block");
    CHECK_FALSE(expect_block(claims, ""));
}

TEST_CASE("a program that demands other proofs is not verified by its own alone") {
    const SmallBlock& b = small_block();
    const Bytes proof = b.prove(b.programs.aggregator_elf, {Bytes(64, 1), Bytes(ethereum::BlockClaim::SIZE, 5)});
    const auto r = judge_program(b.aggregator_key, proof);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "proof_demands_others");
}

TEST_CASE("a program's proof is of the key and the values that are wanted") {
    const SmallBlock& b = small_block();
    const std::string digest = to_hex(hash::sha256(Bytes(8, 7)).view()), key = digest_hex(b.subblock_key);
    const std::string other(64, '0');
    CHECK(verdict_of_program(b.subblock) == "");
    CHECK(verdict_of_program(b.subblock, {digest, key}) == "");
    CHECK(verdict_of_program(b.subblock, {other, key}) == "proof_committed_digest");
    CHECK(verdict_of_program(b.subblock, {digest, other}) == "vk_other_digest");
    Bytes broken = b.subblock;
    broken[0] ^= 1;
    CHECK(verdict_of_program(broken) == "proof_magic");
    CHECK(judge_program(b.aggregator_key, b.subblock).error().code == "proof_chunk");
    const auto claims = judge_program(b.subblock_key, b.subblock);
    REQUIRE(claims);
    CHECK(claims->committed_digest == digest);
    CHECK(claims->vk_digest == key);
    CHECK(claims->profile == DEFAULT_PROFILE);
    CHECK(claims->exit_code == 0);
    CHECK(claims->chunks == 1);
}

TEST_CASE("a proof of another version or hash suite is said to be that, with what to do") {
    const SmallBlock& b = small_block();
    const auto changed = [&](size_t word) {
        Bytes proof = b.subblock;
        proof[4 * word] ^= 1;
        const auto r = judge_program(b.subblock_key, proof);
        REQUIRE_FALSE(r);
        return r.error();
    };
    const std::string remedy = "prove again, or verify with the version that made it";
    const Error version = changed(1), suite = changed(2);  // the head: magic, version, suite
    CHECK(version.code == "proof_version");
    CHECK(version.message == "the proof was made by another version of this program");
    CHECK(version.hint == remedy);
    CHECK(suite.code == "proof_suite");
    CHECK(suite.message == "the proof was made by a build with another hash suite");
    CHECK(suite.hint == remedy);
}

TEST_CASE("a verified proof states the figures of its profile") {
    const Security s = security_of(small_block().subblock_key);
    CHECK(security_bits(s) == 128);
    CHECK(s.minimum_over_rounds_bits == Approx(128.1).margin(0.1));
    CHECK(s.sum_over_rounds_bits == Approx(126.1).margin(0.1));
    CHECK(s.without_grinding_bits == Approx(112.4).margin(0.1));
    CHECK(s.rests_on == "unique decoding, no conjecture about codes");
    machine::VerifyingKey final_key = small_block().subblock_key;
    final_key.proof.profile = *iop::named_profile("final");
    CHECK(security_of(final_key).rests_on == "mutual correlated agreement up to the Johnson bound");
    CHECK(profile_name(final_key) == "final");
    // The figures survive the way through the coordinator.
    ProgramClaims program;
    BlockClaims block;
    program.security = block.security = s;
    program.security_bits = block.security_bits = security_bits(s);
    const auto program_read = wire::read<ProgramClaims>(wire::write(program));
    const auto block_read = wire::read<BlockClaims>(wire::write(block));
    REQUIRE(program_read);
    REQUIRE(block_read);
    CHECK(program_read->security_bits == 128);
    CHECK(block_read->security_bits == 128);
    for (const Security& read : {program_read->security, block_read->security}) {
        CHECK(read.minimum_over_rounds_bits == s.minimum_over_rounds_bits);
        CHECK(read.sum_over_rounds_bits == s.sum_over_rounds_bits);
        CHECK(read.without_grinding_bits == s.without_grinding_bits);
        CHECK(read.rests_on == s.rests_on);
    }
}
