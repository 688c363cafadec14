// SPDX-License-Identifier: Apache-2.0
// One test for each class of bug that audits found in other machines (numbers as in the list of soundness traps the
// design works from). Where a class is about the proof protocol itself, the test here makes the attack on a proof of
// this machine; the protocol's own tests are in test/unit/iop and test/unit/pcs.
#include <catch2/catch.hpp>
#include <random>

#include "libs/air/describe.hpp"
#include "libs/iop/security.hpp"
#include "libs/iop/structure.hpp"
#include "libs/machine/prover.hpp"
#include "test/soundness/lab.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

struct Proven {
    exec::ThreadPool pool{2};
    machine::ProvingKey key;
    machine::Statement statement;
    Bytes proof;

    Proven() {
        rv32::Assembler a;
        a.call(rv32::Syscall::COMMIT, 1, 42);
        a.halt();
        auto made = machine::setup(a.program(), *iop::named_profile("test"), exec::best_isa(), pool);
        REQUIRE(made);
        key = std::move(*made);
        auto cursor = rv32::ChunkCursor::make(key.program, {});
        REQUIRE(cursor);
        const auto record = rv32::record_chunk(key.program, *cursor->next());
        machine::MemoryTree tree = key.image;
        const auto boundary = tree.update(record.leaves, pool);
        machine::ProveStats stats;
        auto chunk = machine::prove_chunk(key, record, boundary, pool, stats);
        REQUIRE(chunk);
        statement = chunk->statement;
        proof = std::move(chunk->proof);
        REQUIRE(accepts(proof));
    }
    bool accepts(BytesView p) const { return static_cast<bool>(machine::verify_chunk(key.vk, statement, p)); }
    std::optional<iop::VerifyError> why(BytesView p) const {
        const auto r = machine::verify_chunk(key.vk, statement, p);
        if (r) return std::nullopt;
        return r.error().proof;
    }
};
const Proven& proven() {
    static const Proven p;
    return p;
}

}  // namespace

TEST_CASE("class 1: the key's digest binds every part of the key", "[soundness]") {
    const machine::VerifyingKey& vk = proven().key.vk;
    const auto digest = [&](const auto& change) {
        iop::VerifyingKey parts = vk.proof;
        change(parts);
        const auto made = iop::make_verifying_key(std::move(parts));
        REQUIRE(made);
        return made->digest;
    };
    CHECK(digest([](auto&) {}) == vk.proof.digest);
    CHECK_FALSE(digest([](auto& k) { k.structure[0] += F::ONE; }) == vk.proof.digest);
    CHECK_FALSE(digest([](auto& k) { k.prep_root[8] += F::ONE; }) == vk.proof.digest);
    CHECK_FALSE(digest([](auto& k) { k.fixed_heights[0] *= 2; }) == vk.proof.digest);
    CHECK_FALSE(digest([](auto& k) { k.profile.queries[0]++; }) == vk.proof.digest);
    for (size_t i = 0; i < vk.proof.extra.size(); i++)  // machine version, guest field, entry, image root
        CHECK_FALSE(digest([&](auto& k) { k.extra[i] += F::ONE; }) == vk.proof.digest);
    // The structure digest sees a change of any chip.
    auto chips = air::describe_all<machine::MachineChips>();
    const auto statement = air::describe_statement<machine::PublicStatement>();
    REQUIRE(iop::structure_digest(chips, statement) == machine::structure_digest());
    for (auto& chip : chips) {
        if (chip.interactions.empty()) continue;
        chip.interactions.back().bus++;
        CHECK_FALSE(iop::structure_digest(chips, statement) == machine::structure_digest());
        chip.interactions.back().bus--;
    }
    auto other = statement;
    other.interactions[0].bus++;
    CHECK_FALSE(iop::structure_digest(chips, other) == machine::structure_digest());
}

TEST_CASE("class 2: leaf domains above 2^24 are refused", "[soundness]") {
    for (const iop::Profile& p : iop::all_profiles()) CHECK(iop::check(p).empty());
    iop::Profile p = *iop::named_profile("chunk");
    p.lir[0] = 4;
    CHECK_FALSE(iop::check(p).empty());
}

TEST_CASE("class 3: digests have nine elements", "[soundness]") { CHECK(hash::DIGEST_SIZE == 9); }

TEST_CASE("class 4: an oracle beyond unique decoding needs out-of-domain samples", "[soundness]") {
    iop::Profile p = *iop::named_profile("final");
    REQUIRE(iop::check(p).empty());
    p.ood[0] = 0;
    CHECK_FALSE(iop::check(p).empty());
}

TEST_CASE("classes 5, 6, 8: multiplicities, message lengths, degrees and zero rows of every chip", "[soundness]") {
    const auto violations = air::check_system<machine::PublicStatement, machine::MachineChips>();
    for (const auto& v : violations) UNSCOPED_INFO(v.text);
    CHECK(violations.empty());
    const iop::System& system = proven().key.vk.proof.system;
    for (const auto& t : system.tables)
        for (uint32_t length : t.message_lengths) CHECK(length < 1u << system.fingerprint_vars());
    const auto statement = air::describe_statement<machine::PublicStatement>();
    for (const auto& i : statement.interactions) CHECK(i.values.size() < size_t{1} << system.fingerprint_vars());
}

TEST_CASE("classes 7, 10, 14, 15, 19: any word of a proof changed is refused", "[soundness]") {
    // Challenges follow from all that is sent before them: a change anywhere moves them, or breaks a check.
    const Bytes& honest = proven().proof;
    std::mt19937 random(11);
    const size_t words = honest.size() / 4;
    for (size_t k = 0; k < 250; k++) {
        const size_t at = k < 60 ? k : k < 80 ? words - 1 - (k - 60) : random() % words;
        Bytes lie = honest;
        store_le32(&lie[4 * at], (load_le32(&lie[4 * at]) + 1) % F::P);
        INFO("word " << at << " of " << words);
        CHECK_FALSE(proven().accepts(lie));
    }
}

TEST_CASE("class 9: layouts follow from heights, which are bound", "[soundness]") {
    const Bytes& honest = proven().proof;
    for (size_t t = 0; t < machine::MachineChips::SIZE; t++) {
        Bytes lie = honest;
        store_le32(&lie[4 * t], load_le32(&lie[4 * t]) + 1);
        CHECK_FALSE(proven().accepts(lie));
        store_le32(&lie[4 * t], (1 << 24) + 1);
        CHECK_FALSE(proven().accepts(lie));
    }
    // A fixed table has the key's height: rows added to it would be lookups of whatever the prover likes.
    for (size_t t = 0; t < machine::MachineChips::SIZE; t++) {
        const uint32_t h = proven().key.vk.proof.fixed_heights[t];
        if (h == 0) continue;
        for (uint32_t other : {2 * h, h + 32, h / 2, h - 1}) {
            Bytes lie = honest;
            store_le32(&lie[4 * t], other);
            CHECK(proven().why(lie) == iop::VerifyError::fixed_height);
        }
    }
    // Heights whose clock steps could add up to p.
    Bytes lie = honest;
    for (const char* name :
         {"add_sub", "addi", "load_word", "store_word", "jal", "jalr", "branch_equal", "branch_less", "mul"})
        store_le32(&lie[4 * Lab::index(name)], 1 << 24);
    CHECK(proven().why(lie) == iop::VerifyError::height_bound);
}

TEST_CASE("class 11: leaves, nodes and other uses hash apart", "[soundness]") {
    std::array<F, 16> limbs{};
    hash::Digest zero{};
    const hash::Digest leaf = hash::hash_memory_leaf(limbs), node = hash::hash_node(zero, zero);
    CHECK_FALSE(leaf == node);
    CHECK_FALSE(hash::hash_elements(limbs) == leaf);
    CHECK_FALSE(hash::hash_elements(limbs, hash::Domain::leaf) == leaf);
}

TEST_CASE("class 12: one encoding for a proof", "[soundness]") {
    const Bytes& honest = proven().proof;
    Bytes lie = honest;
    size_t small = 200;
    while (load_le32(&honest[4 * small]) >= 0x7fff'ffff - F::P) small++;  // a word x with x + p below 2^32
    store_le32(&lie[4 * small], load_le32(&lie[4 * small]) + F::P);
    CHECK(proven().why(lie) == iop::VerifyError::non_canonical);
    lie = honest;
    lie.resize(lie.size() + 4);
    CHECK(proven().why(lie) == iop::VerifyError::trailing_bytes);
    lie = honest;
    lie.resize(lie.size() - 4);
    CHECK_FALSE(proven().accepts(lie));
    lie.resize(lie.size() - 1);
    CHECK(proven().why(lie) == iop::VerifyError::length_not_words);
    for (size_t n = 0; n < honest.size(); n += 4 * (1 + honest.size() / 400))
        CHECK_FALSE(proven().accepts(BytesView(honest).first(n)));
}

TEST_CASE("class 13: parameters are those of a known profile", "[soundness]") {
    for (const auto& change : std::vector<std::function<void(iop::Profile&)>>{
             [](auto& p) { p.queries[0] = 0; }, [](auto& p) { p.lir[0] = 0; }, [](auto& p) { p.query_pow[0] = 25; },
             [](auto& p) { p.max_log_fracs = 31; }}) {
        iop::Profile p = *iop::named_profile("chunk-small");
        change(p);
        CHECK_FALSE(iop::check(p).empty());
    }
    Bytes vk = encode(proven().key.vk);
    store_le32(&vk[4 * 4], load_le32(&vk[4 * 4]) + 1);  // first integer of the profile
    CHECK(machine::decode_verifying_key(vk, true).error().code == machine::VerifyCode::profile_unknown);
}

TEST_CASE("class 16: chunks chain by pc and the whole root", "[soundness]") {
    machine::Statement s = proven().statement;
    for (size_t i = 0; i < 9; i++) {
        s = proven().statement;
        s.start.root[i] += F::ONE;
        CHECK_FALSE(machine::verify_chunk(proven().key.vk, s, proven().proof));
        s = proven().statement;
        s.end.root[i] += F::ONE;
        CHECK_FALSE(machine::verify_chunk(proven().key.vk, s, proven().proof));
    }
    s = proven().statement;
    s.end.pc = 4;
    CHECK_FALSE(machine::verify_chunk(proven().key.vk, s, proven().proof));
}

TEST_CASE("class 17: overlapping operands and operands at the end of memory", "[soundness]") {
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    const uint32_t last_keccak = 0x7800'0000 - 200;
    a.call(UINT256_MUL, 0x0100'0000, 0x0100'0000);  // x = y
    a.li(A1, 0x0100'0004);
    a.call(UINT256_MUL);  // x and y overlap
    a.call(KECCAK_PERMUTE, last_keccak);
    a.halt();
    const Lab lab(a.program(), {});
    for (const auto& line : machine::check_trace(lab.trace, lab.prep, lab.statement)) FAIL_CHECK(line);
    // One word further the operand would leave memory.
    auto row = lab.row<chips::KeccakPermuteChip>(0);
    row.main.state.first.quarter += F::ONE;
    row.main.state.room -= F::ONE;
    CHECK(lab.caught<chips::KeccakPermuteChip>(lab.row<chips::KeccakPermuteChip>(0), row));
    std::vector<std::string> complaints;
    Difference d;
    lab.speak<chips::KeccakPermuteChip>(row, F::ONE, d, complaints);
    CHECK_FALSE(complaints.empty());
}

TEST_CASE("class 18: the permutation chip is the hash's permutation, rounds and all", "[soundness]") {
    std::mt19937 random(3);
    for (int k = 0; k < 20; k++) {
        chips::PermutationChip::Request request{{}, 1};
        for (F& x : request.input) x = F::reduce(static_cast<uint32_t>(random()));
        air::RowOf<chips::PermutationChip, F> row;
        chips::PermutationChip::fill_row(row.main, request);
        CHECK_FALSE(air::check_row<chips::PermutationChip>(row));
        hash::Poseidon2<24>::State s = request.input;
        hash::Poseidon2<24>::permute(s);
        for (size_t i = 0; i < 24; i++) CHECK(row.main.output[i] == s[i]);
    }
}

TEST_CASE("class 20: the fixed tables' commitment is setup's own", "[soundness]") {
    exec::ThreadPool pool(2);
    const auto& key = proven().key;
    const auto again = machine::setup(key.program, key.vk.proof.profile, exec::best_isa(), pool);
    REQUIRE(again);
    CHECK(again->vk.proof.digest == key.vk.proof.digest);
    rv32::Program other = key.program;
    other.instructions[1].imm ^= 1;
    const auto changed = machine::setup(other, key.vk.proof.profile, exec::best_isa(), pool);
    REQUIRE(changed);
    CHECK_FALSE(changed->vk.proof.prep_root == key.vk.proof.prep_root);
    CHECK_FALSE(machine::verify_chunk(changed->vk, proven().statement, proven().proof));
}

TEST_CASE("class 21: the bits that a profile claims are those of its weakest part, for this machine's own size",
          "[soundness]") {
    iop::MachineSize size;
    for (const auto& chip : air::describe_all<machine::MachineChips>()) {
        size.constraints += static_cast<uint32_t>(chip.constraints.size());
        size.columns += chip.num_main + chip.num_prep;
        if (chip.layered) size.layered.push_back(&chip.layered->circuit);
        for (const auto& i : chip.interactions)
            size.message_length = std::max(size.message_length, static_cast<uint32_t>(i.values.size()));
    }
    for (const auto& i : air::describe_statement<machine::PublicStatement>().interactions)
        size.message_length = std::max(size.message_length, static_cast<uint32_t>(i.values.size()));
    for (const char* name : {"chunk", "chunk-small", "fold", "final"}) {
        const iop::Profile& p = *iop::named_profile(name);
        double least = iop::collision_bits();
        for (uint32_t k0 = 1; k0 <= p.max_log_slices; k0++)
            for (const auto& part : iop::security_components(p, k0, size)) {
                INFO(name << ", " << k0 << " slice variables, " << part.name);
                CHECK(part.bits >= 128);
                least = std::min(least, part.bits);
            }
        CHECK(std::min(iop::collision_bits(), iop::security_bits(p, size)) == least);
    }
    // What README and `program verify` say: weakest round, sum over rounds, weakest round without proof of work.
    struct Figures {
        const char* name;
        double minimum, sum, without_work;
    };
    for (const Figures& f : {Figures{"chunk", 128.14, 126.01, 106.25}, Figures{"chunk-small", 128.14, 126.11, 112.36},
                             Figures{"fold", 128.14, 126.20, 106.46}, Figures{"final", 128.07, 123.78, 104.24}}) {
        const iop::SecurityBits bits = iop::security_summary(*iop::named_profile(f.name), size);
        INFO(f.name);
        CHECK(bits.minimum == Approx(f.minimum).epsilon(0).margin(0.01));
        CHECK(bits.sum == Approx(f.sum).epsilon(0).margin(0.01));
        CHECK(bits.without_work == Approx(f.without_work).epsilon(0).margin(0.01));
    }
    // The profile for tests is no security, and nothing outside tests takes it.
    const iop::Profile& test_profile = *iop::named_profile("test");
    CHECK(iop::security_bits(test_profile, size) < 40);
    CHECK(test_profile.for_tests);
    const Bytes key = encode(proven().key.vk);
    CHECK(machine::decode_verifying_key(key).error().code == machine::VerifyCode::profile_for_tests);
    CHECK(machine::verify_run(proven().key.vk, {}).error().code == machine::VerifyCode::profile_for_tests);
}

TEST_CASE("class 22: what is not proven elsewhere is used where the profile says so only", "[soundness]") {
    // Chunks and folds stay within unique decoding; `final` alone goes to the Johnson bound, with samples that bind.
    for (const char* name : {"chunk", "chunk-small", "fold"}) {
        const iop::Profile& p = *iop::named_profile(name);
        for (uint32_t x : p.johnson) CHECK(x == 0);
        for (uint32_t x : p.ood) CHECK(x == 0);
    }
    const iop::Profile& last = *iop::named_profile("final");
    for (size_t i = 0; i < last.johnson.size(); i++) CHECK((last.johnson[i] > 0) == (last.ood[i] > 0));
    for (size_t i = 0; i < last.johnson.size(); i++) {
        iop::Profile p = last;
        p.ood[i] = last.ood[i] ? 0 : 1;
        CHECK_FALSE(iop::check(p).empty());
        p = *iop::named_profile("chunk");
        if (i >= p.johnson.size()) continue;
        p.johnson[i] = 3;
        CHECK_FALSE(iop::check(p).empty());
    }
    // A key that claims a stronger profile than its proof was made with is another key.
    iop::VerifyingKey other = proven().key.vk.proof;
    other.profile = *iop::named_profile("chunk-small");
    const auto made = iop::make_verifying_key(other);
    if (made) CHECK_FALSE(made->digest == proven().key.vk.proof.digest);
    // The permutation's rounds: 8 full, 31 and 20 partial.
    CHECK(hash::Poseidon2Parameters<24>::HALF_FULL_ROUNDS == 4);
    CHECK(hash::Poseidon2Parameters<24>::PARTIAL_ROUNDS == 31);
    CHECK(hash::Poseidon2Parameters<16>::HALF_FULL_ROUNDS == 4);
    CHECK(hash::Poseidon2Parameters<16>::PARTIAL_ROUNDS == 20);
}
