// SPDX-License-Identifier: Apache-2.0
// That `block verify` and `program verify` pass on what they are asked, and tell what they found
// (libs/prover/verdict.hpp; its own tests are in test/unit/prover/verdict_test.cpp).
#include <sys/wait.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdio>

#include "libs/base/files.hpp"
#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/prover/verdict.hpp"
#include "test/support/small_block.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using namespace ashlar::prover;
using ashlar::test::small_block;
using ashlar::test::SmallBlock;
namespace json = boost::json;

namespace {

struct Call {
    int code = -1;
    json::object object;
    std::string error() const {
        const json::value& e = object.at("error");
        return e.is_object() ? text_field(e.as_object(), "code") : "";
    }
};
Call run_ctl(const std::string& arguments) {
    FILE* pipe = ::popen((std::string(ASHLAR_CTL) + " " + arguments + " --json 2>/dev/null").c_str(), "r");
    REQUIRE(pipe);
    std::string out;
    char buffer[4096];
    for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    const int status = ::pclose(pipe);
    INFO(arguments << ": " << out);
    const auto object = parse_object(out);
    REQUIRE(object);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, *object};
}

}  // namespace

TEST_CASE("block verify --block: the proof is of that block and no other") {
    const SmallBlock& b = small_block();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    REQUIRE(write_file_atomically(path("subblock-elf"), b.programs.subblock_elf));
    REQUIRE(write_file_atomically(path("aggregator-elf"), b.programs.aggregator_elf));
    const Bytes rlp = *read_file("etc/demo/block.rlp");
    ethereum::BlockClaim claim = b.claim;
    claim.block_hash = hash::keccak256(ethereum::decode_block(rlp)->header_rlp);
    REQUIRE(write_file_atomically(path("right"), b.block(claim.encode())));
    REQUIRE(write_file_atomically(path("wrong"), b.file));
    const std::string verify = "block verify --artefacts " + dir.path.string() + " --proof ";
    const Call right = run_ctl(verify + path("right") + " --block etc/demo");
    CHECK(right.code == 0);
    CHECK(bool_field(right.object, "valid"));
    CHECK(text_field(right.object, "block_hash") == to_hex0x(claim.block_hash.view()));
    CHECK(real_field(right.object, "security_bits") == 128);
    for (const char* field : {"minimum_over_rounds_bits", "sum_over_rounds_bits", "without_grinding_bits", "rests_on"})
        CHECK(right.object.at("security").as_object().contains(field));
    const Call wrong = run_ctl(verify + path("wrong") + " --block etc/demo");
    CHECK(wrong.code == 1);
    CHECK_FALSE(bool_field(wrong.object, "valid"));
    CHECK(wrong.error() == "proof_of_another_block");
    CHECK(run_ctl(verify + path("wrong")).code == 0);
}

TEST_CASE("a program that demands other proofs is not verified by its own alone") {
    const SmallBlock& b = small_block();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    const Bytes elf = b.programs.aggregator_elf;
    const Bytes proof = b.prove(elf, {Bytes(64, 1), Bytes(ethereum::BlockClaim::SIZE, 5)});
    const auto r = b.machine_prover->verify_program(elf, proof, DEFAULT_PROFILE);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "proof_demands_others");
    REQUIRE(write_file_atomically(path("elf"), elf));
    REQUIRE(write_file_atomically(path("proof"), proof));
    const Call c = run_ctl("program verify --elf " + path("elf") + " --proof " + path("proof"));
    CHECK(c.code == 1);
    CHECK_FALSE(bool_field(c.object, "valid"));
    CHECK(c.error() == "proof_demands_others");
}

TEST_CASE("a verifying key from a file: its digest is told, may be demanded, and must be some program's") {
    const SmallBlock& b = small_block();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    REQUIRE(write_file_atomically(path("elf"), b.programs.subblock_elf));
    REQUIRE(write_file_atomically(path("proof"), b.subblock));
    const Call made = run_ctl("program vk --elf " + path("elf") + " --out " + path("vk"));
    const std::string digest = text_field(made.object, "vk_digest");
    CHECK(digest == digest_hex(b.subblock_key));
    const std::string verify = "program verify --proof " + path("proof") + " --vk ";
    const Call good = run_ctl(verify + path("vk") + " --vk-digest 0x" + digest);
    CHECK(good.code == 0);
    CHECK(text_field(good.object, "vk_digest") == digest);
    CHECK(text_field(good.object, "vk_source") == "file");
    const Call other = run_ctl(verify + path("vk") + " --vk-digest " + std::string(64, '0'));
    CHECK(other.code == 1);
    CHECK(other.error() == "vk_other_digest");
    CHECK(run_ctl(verify + path("vk") + " --committed-digest " + std::string(64, '0')).error() ==
          "proof_committed_digest");
    const Call bad = run_ctl(verify + path("vk") + " --vk-digest 12");
    CHECK(bad.code == 2);
    CHECK(bad.error() == "usage");
    // An entry that no program has; the same key otherwise.
    Bytes vk = *read_file(path("vk"));
    store_le32(&vk[vk.size() - 40], 0);
    REQUIRE(write_file_atomically(path("made-up"), vk));
    const Call none = run_ctl(verify + path("made-up"));
    CHECK(none.code != 0);
    CHECK(none.error() == "vk_key");
}
