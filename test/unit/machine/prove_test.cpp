// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/block_proof.hpp"
#include "libs/machine/selftest.hpp"
#include "test/unit/machine/run_sample.hpp"

using namespace ashlar;
using namespace ashlar::machine;
using namespace ashlar::machine::test_run;

TEST_CASE("a run in several chunks is proven and verified", "[machine_prove]") {
    const auto claims = verify_run(sample().key.vk, sample().proof, IN_TESTS);
    REQUIRE(claims);
    CHECK(claims->chunks > 3);
    CHECK(claims->exit_code == 0);
    CHECK(claims->committed_digest[3] != 0);
    CHECK(claims->deferred_chain == std::array<uint32_t, 9>{});
}

TEST_CASE("a run that fails proves nothing", "[machine_prove]") {
    using namespace rv32::registers;
    rv32::Assembler a;
    a.halt(1);
    auto run = prove_run(make_key(a.program()), {}, {.threads = 2, .check_committed = false});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == "guest_fault");
    rv32::Assembler b;
    b.li(A0, 2);
    b.load(rv32::Opcode::lw, A1, A0, 0);
    run = prove_run(make_key(b.program()), {}, {.threads = 2, .check_committed = false});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == "guest_fault");
}

TEST_CASE("POSEIDON2_PERMUTE over another field than KoalaBear cannot be proven", "[machine_prove]") {
    rv32::Assembler a;
    a.call(rv32::Syscall::POSEIDON2_PERMUTE, 0x0100'0000, 0x0100'0100);
    a.halt();
    rv32::Program program = a.program();
    for (rv32::GuestField field :
         {rv32::GuestField::koala_bear, rv32::GuestField::baby_bear, rv32::GuestField::mersenne31}) {
        program.field = field;
        const ProvingKey key = make_key(program);
        const auto run = prove_run(key, {}, {.threads = 2, .check_committed = false});
        REQUIRE(run.has_value() == (field == rv32::GuestField::koala_bear));
        if (run)
            CHECK(verify_run(key.vk, run->proof, IN_TESTS));
        else
            CHECK(run.error().code == "unprovable_call");
    }
}

TEST_CASE("proving can be cancelled", "[machine_prove]") {
    std::stop_source source;
    ProveOptions options{.chunk_cycles = 700, .threads = 2, .check_committed = false};
    options.stop = source.get_token();
    options.progress = [&](const Progress& p) {
        if (p.chunks_proven == 2) source.request_stop();
    };
    const auto run = prove_run(sample().key, {}, options);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == "cancelled");
}

TEST_CASE("hints, unconstrained blocks and calls are proven", "[machine_prove]") {
    using enum rv32::Opcode;
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    a.li(S0, 0x0100'0000);
    a.call(HINT_LEN);
    a.mv(S1, T0);
    a.mv(A0, S0);
    a.mv(A1, S1);
    a.call(HINT_READ);
    a.call(HINT_LEN);
    a.li(A0, 0x0180'0000);
    a.mv(A1, T0);
    a.call(HINT_READ);  // of length 0
    const auto after_block = a.label();
    a.call(ENTER_UNCONSTRAINED);  // 1, then 0
    a.branch(beq, T0, ZERO, after_block);
    a.immediate(addi, S2, S2, 77);
    a.call(EXIT_UNCONSTRAINED);
    a.bind(after_block);
    a.call(EXIT_UNCONSTRAINED);  // outside a block returns 0
    a.write(1, 0x0100'0000, 0);
    a.load(lw, A1, S0, 0);
    a.li(A0, 0);
    a.call(COMMIT);
    a.load(lw, A1, S0, 4);
    a.li(A0, 7);
    a.call(COMMIT);
    a.li(A0, 2);
    a.call(COMMIT_DEFERRED_PROOFS);
    a.halt();
    const ProvingKey key = make_key(a.program());
    rv32::Stdin in;
    in.buffers = {Bytes{1, 2, 3, 4, 5, 6, 7}, Bytes{}};
    for (uint64_t cycles : {1u << 20, 9u}) {
        auto run = prove_run(key, in, {.chunk_cycles = cycles, .threads = 2, .check_committed = false});
        if (!run) FAIL(run.error().code << ": " << run.error().message);
        const auto claims = verify_run(key.vk, run->proof, IN_TESTS);
        REQUIRE(claims);
        CHECK(claims->committed_digest == std::array<uint32_t, 8>{0x04030201, 0, 0, 0, 0, 0, 0, 0x00070605});
        CHECK(claims->deferred_digest[2] == 0x00070605);
    }
}

TEST_CASE("precompile calls are proven", "[machine_prove]") {
    using enum rv32::Opcode;
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    a.call(KECCAK_PERMUTE, 0x0100'0000);  // of zeros
    a.li(A1, 0x0100'0040);
    a.call(UINT256_MUL);  // on what came out
    a.li(A1, 0);
    a.call(SHA_EXTEND);
    a.li(A1, 0x0100'0200);
    a.call(SHA_COMPRESS);
    a.load(lw, A1, A0, 0);
    a.li(A0, 0);
    a.call(COMMIT);
    a.halt();
    const ProvingKey key = make_key(a.program());
    const auto claims = verify_run(key.vk, prove_or_fail(key, 1 << 20), IN_TESTS);
    REQUIRE(claims);
}

TEST_CASE("a chunk split in two proves as one would", "[machine_prove]") {
    const Sample& s = sample();
    exec::ThreadPool pool(2);
    auto cursor = rv32::ChunkCursor::make(s.key.program, {}, {.chunk_cycles = 1000});
    REQUIRE(cursor);
    const auto start = cursor->next();
    REQUIRE(start);
    const auto halves = split_chunk(s.key.program, *start, 333);
    REQUIRE(halves);
    MemoryTree tree = s.key.image;
    ChunkEnd end = s.key.vk.start();
    for (const rv32::ChunkStart* half : {&halves->first, &halves->second}) {
        const auto record = rv32::record_chunk(s.key.program, *half);
        const auto boundary = tree.update(record.leaves, pool);
        ProveStats stats;
        const auto proven = prove_chunk(s.key, record, boundary, pool, stats);
        REQUIRE(proven);
        CHECK(proven->statement.start == end);
        end = proven->statement.end;
        CHECK(verify_chunk(s.key.vk, proven->statement, proven->proof));
    }
    const auto whole = rv32::record_chunk(s.key.program, *start);
    MemoryTree other = s.key.image;
    CHECK(other.update(whole.leaves, pool).root_out == end.root);
    CHECK(whole.pc_out == end.pc);
}

TEST_CASE("a block proof names its subblocks", "[machine_prove]") {
    using enum rv32::Syscall;
    // The subblock commits a hinted word; the aggregator demands proofs of (key digest, digest) pairs in its input.
    rv32::Assembler s;
    test::commit_hinted_word(s);
    const ProvingKey sub = make_key(s.program());
    rv32::Assembler g;
    g.call(HINT_READ, 0x0100'0000, 128);
    for (uint32_t i = 0; i < 2; i++) g.call(VERIFY_PICO_PROOF, 0x0100'0000 + 64 * i, 0x0100'0020 + 64 * i);
    g.halt();
    const ProvingKey aggregator = make_key(g.program());
    const auto subblock = [&](uint32_t word) {
        Bytes b(4);
        store_le32(b.data(), word);
        rv32::Stdin in;
        in.buffers = {b};
        return prove_or_fail(sub, 1 << 20, in);
    };
    const Bytes first = subblock(11), second = subblock(22);
    Bytes demands(128);
    const auto digest = vk_digest(sub.vk);
    for (uint32_t i = 0; i < 2; i++) {
        for (uint32_t k = 0; k < 8; k++) store_le32(&demands[64 * i + 4 * k], digest[k]);
        store_le32(&demands[64 * i + 32], i == 0 ? 11 : 22);
    }
    rv32::Stdin in;
    in.buffers = {demands};
    const Bytes top = prove_or_fail(aggregator, 1 << 20, in);
    const auto code = [&](const BlockProof& p) {
        const auto r = verify_block(aggregator.vk, sub.vk, *encode(p), IN_TESTS);
        REQUIRE_FALSE(r);
        return r.error().code;
    };
    const auto claims = verify_block(aggregator.vk, sub.vk, *encode(BlockProof{top, {first, second}}), IN_TESTS);
    REQUIRE(claims);
    CHECK(claims->subblocks.size() == 2);
    CHECK(code({top, {second, first}}) == VerifyCode::deferred_chain);
    CHECK(code({top, {first}}) == VerifyCode::deferred_chain);
    CHECK(code({top, {first, second, second}}) == VerifyCode::deferred_chain);
    CHECK(code({top, {first, subblock(23)}}) == VerifyCode::deferred_chain);
    CHECK(code({top, {first, top}}) == VerifyCode::subblock);
    CHECK(code({first, {first, second}}) == VerifyCode::aggregator);
    const size_t count_at = 12 + top.size();  // after magic, version, length and aggregator
    Bytes many = *encode(BlockProof{top, {first, second}});
    REQUIRE(load_le32(&many[count_at]) == 2);
    store_le32(&many[count_at], (1 << 16) + 1);
    CHECK(verify_block(aggregator.vk, sub.vk, many, IN_TESTS).error().code == VerifyCode::too_many_chunks);
    store_le32(&many[count_at], 1 << 16);
    CHECK(verify_block(aggregator.vk, sub.vk, many, IN_TESTS).error().code == VerifyCode::truncated);
    // A subblock that demands a proof itself, which is in no file: its own part of the block's proof is good.
    rv32::Assembler n;
    n.call(VERIFY_PICO_PROOF, 0x0100'0000, 0x0100'0020);
    n.halt();
    const ProvingKey nested = make_key(n.program());
    const auto nested_digest = vk_digest(nested.vk);
    in.buffers[0] = Bytes(128);
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t k = 0; k < 8; k++) store_le32(&in.buffers[0][64 * i + 4 * k], nested_digest[k]);
    const Bytes demanding = prove_or_fail(nested, 1 << 20), over = prove_or_fail(aggregator, 1 << 20, in);
    const auto refused =
        verify_block(aggregator.vk, nested.vk, *encode(BlockProof{over, {demanding, demanding}}), IN_TESTS);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == VerifyCode::nested_deferral);
    CHECK(refused.error().index == 0);
    Bytes b = *encode(BlockProof{top, {first, second}});
    b.push_back(0);
    CHECK(verify_block(aggregator.vk, sub.vk, b, IN_TESTS).error().code == VerifyCode::trailing_bytes);
    b = *encode(BlockProof{top, {first, second}});
    b[0] ^= 1;
    CHECK(verify_block(aggregator.vk, sub.vk, b, IN_TESTS).error().code == VerifyCode::magic);
}

TEST_CASE("the selftest passes", "[machine_prove]") {
    const auto report = selftest(test_profile(), exec::best_isa(), 2);
    if (!report) FAIL(report.error().code << ": " << report.error().message);
    CHECK(report->chunks == 2);
    CHECK(report->cycles > 180'000);
}
