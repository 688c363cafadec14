// SPDX-License-Identifier: Apache-2.0
// What `block verify` and `program verify` ask beyond the machine's proof: that the file's claims are what was
// committed, the programs, the chain, the block, and that nothing is demanded that no file holds. The programs are
// small ones in the places of the guests, the proofs are real: what counts here is who is believed, not the block.
#include <sys/wait.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdio>

#include "libs/base/hex.hpp"
#include "libs/cluster/blob_store.hpp"
#include "libs/cluster/block_file.hpp"
#include "libs/cluster/engine.hpp"
#include "libs/cluster/views.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/guest/syscalls.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/rv32/assembler.hpp"
#include "libs/rv32/make_elf.hpp"
#include "libs/rv32/stdin.hpp"
#include "test/unit/cluster/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
namespace json = boost::json;

namespace {

const char* const PROFILE = DEFAULT_PROFILE;

/// Reads three buffers: what it demands (a key's digest and a committed digest, or nothing), `bytes` bytes that it
/// commits, and their SHA-256, which it believes.
Bytes committing_program(uint32_t bytes, bool demands) {
    using enum rv32::Syscall;
    using namespace rv32::registers;
    constexpr uint32_t DEMAND = 0x0100'0000, DATA = 0x0110'0000, DIGEST = 0x0120'0000;
    rv32::Assembler a;
    if (demands) {
        a.call(HINT_READ, DEMAND, 64);
        a.call(VERIFY_PICO_PROOF, DEMAND, DEMAND + 32);
    }
    a.call(HINT_READ, DATA, bytes);
    a.call(HINT_READ, DIGEST, 32);
    a.write(guest::PUBLIC_VALUES, DATA, bytes);
    a.li(S0, DIGEST);
    for (uint32_t i = 0; i < 8; i++) {
        a.load(rv32::Opcode::lw, A1, S0, static_cast<int32_t>(4 * i));
        a.li(A0, i);
        a.call(COMMIT);
    }
    a.halt();
    return rv32::make_elf(a);
}

template <size_t N>
FixedBytes<N> filled(uint8_t x) {
    FixedBytes<N> b;
    std::fill(b.begin(), b.end(), x);
    return b;
}

Bytes to_bytes(BytesView v) { return {v.begin(), v.end()}; }

/// A block proof of these programs with any claims, and the parts it is made of.
struct World {
    std::unique_ptr<ProvingService> service = make_proving_service();
    BlockPrograms programs{committing_program(8, false), committing_program(ethereum::BlockClaim::SIZE, true)};
    Bytes subblock = prove(programs.subblock_elf, {Bytes(8, 7)}).proof;
    ethereum::BlockClaim claim = honest_claim();
    Bytes file = block(claim.encode());

    ProveOutcome prove(const Bytes& elf, std::vector<Bytes> buffers) const {
        buffers.push_back(to_bytes(hash::sha256(buffers.back()).view()));
        auto p = service->prove_program(elf, rv32::encode_stdin({std::move(buffers)}), {}, {}, {});
        if (!p) throw std::runtime_error(p.error().code + ": " + p.error().message);
        return std::move(*p);
    }
    Bytes key_digest() const {
        return *from_hex(service->verify_program(programs.subblock_elf, subblock, PROFILE)->vk_digest);
    }
    ethereum::BlockClaim honest_claim() const {
        ethereum::BlockClaim c;
        const Bytes vk = key_digest();
        std::copy(vk.begin(), vk.end(), c.subblock_vk.begin());
        c.chain_id = 1, c.number = 4711, c.gas_used = 21000;
        c.config_digest = ethereum::known_chain(uint64_t{1})->digest();
        c.block_hash = filled<32>(0xaa), c.parent_hash = filled<32>(0xbb);
        c.root_before = filled<32>(1), c.root_after = filled<32>(2);
        return c;
    }
    /// The aggregator commits these bytes and demands the subblock.
    Bytes block(const Bytes& committed) const {
        Bytes demand = key_digest();
        const Bytes32 of_subblock = hash::sha256(Bytes(8, 7));
        demand.insert(demand.end(), of_subblock.begin(), of_subblock.end());
        const Bytes aggregator = prove(programs.aggregator_elf, {demand, committed}).proof;
        return encode_block_file({committed, *machine::encode(machine::BlockProof{aggregator, {subblock}})});
    }
    /// "" or the code of what is wrong.
    std::string verdict(const Bytes& proof, const std::string& chain = "mainnet") const {
        const auto r = service->verify_block(programs, proof, chain, PROFILE);
        return r ? "" : r.error().code;
    }
    std::string verdict_of(const ethereum::BlockClaim& c) const { return verdict(block(c.encode())); }
};
const World& world() {
    static const World w;
    return w;
}

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

TEST_CASE("a block proof says what its committed bytes say, and each of them counts") {
    const World& w = world();
    const auto good = w.service->verify_block(w.programs, w.file, "mainnet", PROFILE);
    if (!good) FAIL(good.error().code << ": " << good.error().message);
    CHECK(good->number == 4711);
    CHECK(good->block_hash == to_hex0x(w.claim.block_hash.view()));
    CHECK(good->state_root == to_hex0x(w.claim.root_after.view()));
    const BlockFile honest = *decode_block_file(w.file);
    REQUIRE(honest.committed.size() == ethereum::BlockClaim::SIZE);
    for (size_t i = 0; i < honest.committed.size(); i++) {
        INFO("byte " << i);
        BlockFile lie = honest;
        lie.committed[i] ^= static_cast<uint8_t>(1 << i % 8);
        CHECK(w.verdict(encode_block_file(lie)) == "proof_committed_bytes");
    }
    for (const Bytes& other : {Bytes{}, Bytes(honest.committed.begin(), honest.committed.end() - 1)})
        CHECK(w.verdict(encode_block_file({other, honest.proof})) == "proof_committed_bytes");
    BlockFile longer = honest;
    longer.committed.push_back(0);
    CHECK(w.verdict(encode_block_file(longer)) == "proof_committed_bytes");
}

TEST_CASE("a block proof's file has one form") {
    const World& w = world();
    const auto code = [&](const Bytes& b) { return decode_block_file(b).error().code; };
    const auto with = [&](size_t at, uint8_t x) {
        Bytes b = w.file;
        b[at] = x;
        return code(b);
    };
    CHECK(with(0, 'a') == "proof_magic");
    CHECK(with(7, 'p') == "proof_magic");
    CHECK(with(8, 2) == "proof_version");
    CHECK(with(12 + 7, 1) == "proof_truncated");  // the committed part's length
    for (const size_t n : {size_t{0}, size_t{11}})
        CHECK(code(Bytes(w.file.begin(), w.file.begin() + static_cast<ptrdiff_t>(n))) == "proof_magic");
    for (const size_t n : {size_t{12}, size_t{19}, size_t{21}, w.file.size() - 1})
        CHECK(code(Bytes(w.file.begin(), w.file.begin() + static_cast<ptrdiff_t>(n))) == "proof_truncated");
    Bytes longer = w.file;
    longer.push_back(0);
    CHECK(code(longer) == "proof_trailing_bytes");
}

TEST_CASE("claims that the proof commits to are refused if they are no block's, another program's or another chain's") {
    const World& w = world();
    const auto with = [&](auto&& change) {
        ethereum::BlockClaim c = w.claim;
        change(c);
        return w.verdict_of(c);
    };
    CHECK(w.verdict(w.block(Bytes(ethereum::BlockClaim::SIZE, 1))) == "proof_committed_bytes");
    CHECK(with([](auto& c) { c.subblock_vk[31] ^= 1; }) == "proof_other_program");
    CHECK(with([](auto& c) { c.config_digest[0] ^= 1; }) == "proof_other_chain");
    CHECK(w.verdict(w.file, "sepolia") == "proof_other_chain");
    CHECK(w.verdict(w.file, "") == "");                        // by the chain id that it claims
    CHECK(with([](auto& c) { c.chain_id = 999'999; }) == "");  // the digest of the rules is what counts
}

TEST_CASE("block verify --block: the proof is of that block and no other") {
    const World& w = world();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    REQUIRE(write_file_atomically(path("subblock-elf"), w.programs.subblock_elf));
    REQUIRE(write_file_atomically(path("aggregator-elf"), w.programs.aggregator_elf));
    const Bytes rlp = *read_file("etc/demo/block.rlp");
    ethereum::BlockClaim claim = w.claim;
    claim.block_hash = hash::keccak256(ethereum::decode_block(rlp)->header_rlp);
    REQUIRE(write_file_atomically(path("right"), w.block(claim.encode())));
    REQUIRE(write_file_atomically(path("wrong"), w.file));
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
    const World& w = world();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    const Bytes elf = w.programs.aggregator_elf;
    const Bytes proof = w.prove(elf, {Bytes(64, 1), Bytes(ethereum::BlockClaim::SIZE, 5)}).proof;
    const auto r = w.service->verify_program(elf, proof, PROFILE);
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
    const World& w = world();
    const ashlar::test::TempDir dir;
    const auto path = [&](const char* name) { return (dir.path / name).string(); };
    REQUIRE(write_file_atomically(path("elf"), w.programs.subblock_elf));
    REQUIRE(write_file_atomically(path("proof"), w.subblock));
    const Call made = run_ctl("program vk --elf " + path("elf") + " --out " + path("vk"));
    const std::string digest = text_field(made.object, "vk_digest");
    CHECK(digest == to_hex(w.key_digest()));
    const std::string verify = "program verify --proof " + path("proof") + " --vk ";
    const Call good = run_ctl(verify + path("vk") + " --vk-digest 0x" + digest);
    CHECK(good.code == 0);
    CHECK(text_field(good.object, "vk_digest") == digest);
    CHECK(text_field(good.object, "vk_source") == "file");
    const Call other = run_ctl(verify + path("vk") + " --vk-digest " + std::string(64, '0'));
    CHECK(other.code == 1);
    CHECK(other.error() == "vk_other_digest");
    // An entry that no program has; the same key otherwise.
    Bytes vk = *read_file(path("vk"));
    store_le32(&vk[vk.size() - 40], 0);
    REQUIRE(write_file_atomically(path("made-up"), vk));
    const Call none = run_ctl(verify + path("made-up"));
    CHECK(none.code != 0);
    CHECK(none.error() == "vk_key");
}

TEST_CASE("program verify states the figures of its profile") {
    const World& w = world();
    const auto claims = w.service->verify_program(w.programs.subblock_elf, w.subblock, PROFILE);
    REQUIRE(claims);
    CHECK(claims->security.bits == 128);
    CHECK(claims->security.minimum == Approx(128.1).margin(0.1));
    CHECK(claims->security.sum == Approx(126.1).margin(0.1));
    CHECK(claims->security.without_grinding == Approx(112.4).margin(0.1));
    CHECK(claims->security.rests_on == "unique decoding, no conjecture about codes");
    // The figures survive the way through the coordinator.
    const ProgramClaims read = program_claims_from(to_json(*claims));
    CHECK(read.security.bits == 128);
    CHECK(read.security.minimum == claims->security.minimum);
    CHECK(read.security.sum == claims->security.sum);
    CHECK(read.security.without_grinding == claims->security.without_grinding);
    CHECK(read.security.rests_on == claims->security.rests_on);
}
