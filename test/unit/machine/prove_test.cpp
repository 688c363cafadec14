// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/resource.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <set>

#include "libs/machine/block_proof.hpp"
#include "libs/machine/codec.hpp"
#include "libs/machine/prover.hpp"
#include "libs/machine/selftest.hpp"
#include "libs/machine/verify_on_threads.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::machine;

namespace {

const iop::Profile& test_profile() { return *iop::named_profile("test"); }
const VerifyOptions IN_TESTS{.allow_test_profiles = true};

ProvingKey make_key(const rv32::Program& program) {
    exec::ThreadPool pool(2);
    auto key = setup(program, test_profile(), exec::best_isa(), pool);
    if (!key) FAIL(key.error().code << ": " << key.error().message);
    return std::move(*key);
}

Bytes prove_or_fail(const ProvingKey& key, uint64_t chunk_cycles, rv32::Stdin in = {}) {
    auto run = prove_run(key, std::move(in), {.chunk_cycles = chunk_cycles, .threads = 2, .check_committed = false});
    if (!run) FAIL(run.error().code << ": " << run.error().message);
    return std::move(run->proof);
}

VerifyCode code_of(const VerifyingKey& vk, BytesView proof, const VerifyOptions& options = IN_TESTS) {
    const auto r = verify_run(vk, proof, options);
    REQUIRE_FALSE(r);
    return r.error().code;
}

struct Sample {
    ProvingKey key = make_key(test::every_opcode_program(12));
    Bytes proof = prove_or_fail(key, 700);
};
const Sample& sample() {
    static const Sample s;
    return s;
}

}  // namespace

TEST_CASE("a run in several chunks is proven and verified", "[machine_prove]") {
    const auto claims = verify_run(sample().key.vk, sample().proof, IN_TESTS);
    REQUIRE(claims);
    CHECK(claims->chunks > 3);
    CHECK(claims->exit_code == 0);
    CHECK(claims->committed_digest[3] != 0);
    CHECK(claims->deferred_chain == std::array<uint32_t, 9>{});
}

TEST_CASE("chunks checked on threads give the same verdict", "[machine_prove]") {
    exec::ThreadPool pool(3);
    VerifyOptions options = verify_on_threads(pool);
    options.allow_test_profiles = true;
    const auto claims = verify_run(sample().key.vk, sample().proof, options);
    REQUIRE(claims);
    CHECK(claims->chunks == decode_run_proof(sample().proof)->chunks.size());
    RunProof broken = *decode_run_proof(sample().proof);
    for (size_t i : {2, 1, 3}) broken.chunks[i].proof[100] ^= 1;
    for (const VerifyOptions& o : {options, IN_TESTS}) {
        const auto r = verify_run(sample().key.vk, *encode(broken), o);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == VerifyCode::chunk);
        CHECK(r.error().index == 1);
    }
}

TEST_CASE("checks stop at the first that fails, and never before one that comes earlier", "[machine_prove]") {
    const auto count = [](const auto& for_each, std::set<size_t> bad) {
        std::mutex mutex;
        std::set<size_t> seen;
        for_each(100, [&](size_t i) {
            const std::lock_guard lock(mutex);
            REQUIRE(seen.insert(i).second);
            return !bad.contains(i);
        });
        for (size_t i = 0; i <= (bad.empty() ? 99 : *bad.begin()); i++) CHECK(seen.contains(i));
        return seen.size();
    };
    exec::ThreadPool one(1), three(3);
    CHECK(count(check_in_order, {}) == 100);
    CHECK(count(check_in_order, {0, 5}) == 1);
    CHECK(count(check_in_order, {7}) == 8);
    for (exec::ThreadPool* pool : {&one, &three}) {
        const auto on_threads = verify_on_threads(*pool).for_each;
        CHECK(count(on_threads, {}) == 100);
        CHECK(count(on_threads, {99}) == 100);
        for (const std::set<size_t>& bad : {std::set<size_t>{0}, {1, 40}, {98, 3, 2}}) count(on_threads, bad);
    }
    CHECK(count(verify_on_threads(one).for_each, {0}) == 1);
}

TEST_CASE("the profile says how many chunks are verified at once", "[machine_prove]") {
    const Sample& s = sample();
    const size_t chunks = decode_run_proof(s.proof)->chunks.size();
    CHECK(decode_run_proof(s.proof, chunks));
    CHECK(decode_run_proof(s.proof, chunks - 1).error().code == VerifyCode::too_many_chunks);
    // A million chunks announced in 44 bytes: nothing is made for them.
    constexpr size_t COUNT = 40;
    Bytes header(s.proof.begin(), s.proof.begin() + COUNT + 4);
    store_le32(&header[COUNT], 1 << 20);
    CHECK(code_of(s.key.vk, header) == VerifyCode::too_many_chunks);
    store_le32(&header[COUNT], 1 << s.key.vk.proof.profile.max_log_chunks);
    CHECK(code_of(s.key.vk, header) == VerifyCode::truncated);
    // By the profile: the limit is not part of what a proof means, so the same proof can be asked under two limits.
    VerifyingKey vk = s.key.vk;
    vk.proof.profile.max_log_chunks = static_cast<uint32_t>(std::bit_width(chunks - 1));
    CHECK(verify_run(vk, s.proof, IN_TESTS));
    const RunToCheck twice[2] = {{&vk, s.proof}, {&vk, s.proof}};
    const auto both = verify_runs(twice, IN_TESTS);
    REQUIRE_FALSE(both);  // together they have more
    CHECK(both.error().run == 1);
    CHECK(both.error().why.code == VerifyCode::too_many_chunks);
    vk.proof.profile.max_log_chunks--;
    CHECK(code_of(vk, s.proof) == VerifyCode::too_many_chunks);
    // The prover does not make what no verifier takes.
    ProvingKey key = make_key(test::every_opcode_program(2));
    key.vk.proof.profile.max_log_chunks = 1;
    const auto run = prove_run(key, {}, {.chunk_cycles = 100, .threads = 2, .check_committed = false});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == "too_many_chunks");
}

TEST_CASE("a file of empty chunks is refused before its chunks are read, or at the first of them", "[machine_prove]") {
    const Sample& s = sample();
    RunProof bomb = *decode_run_proof(s.proof);
    const ChunkProof empty{
        bomb.chunks.back().end, bomb.chunks.back().t_out, {}};  // a good end, so that all else passes
    size_t checks = 0;
    VerifyOptions counting = IN_TESTS;
    counting.for_each = [&](size_t count, const std::function<bool(size_t)>& check) {
        check_in_order(count, [&](size_t i) { return checks++, check(i); });
    };
    const auto refused_by = [&](size_t count) {
        bomb.chunks.assign(count, empty);
        checks = 0;
        return code_of(s.key.vk, *encode(bomb), counting);
    };
    CHECK(refused_by(size_t{1} << 20) == VerifyCode::too_many_chunks);  // 46 MB
    CHECK(checks == 0);
    CHECK(refused_by((size_t{1} << s.key.vk.proof.profile.max_log_chunks) + 1) == VerifyCode::too_many_chunks);
    CHECK(checks == 0);
    CHECK(refused_by(size_t{1} << s.key.vk.proof.profile.max_log_chunks) == VerifyCode::chunk);
    CHECK(checks == 1);
}

TEST_CASE("the first bad run is named", "[machine_prove]") {
    const Sample& s = sample();
    RunProof broken = *decode_run_proof(s.proof);
    broken.chunks[2].proof[100] ^= 1;
    const Bytes bad = *encode(broken), cut(s.proof.begin(), s.proof.end() - 4);
    const auto first_bad = [&](std::vector<const Bytes*> proofs) {
        std::vector<RunToCheck> runs;
        for (const Bytes* p : proofs) runs.push_back({&s.key.vk, *p});
        const auto r = verify_runs(runs, IN_TESTS);
        REQUIRE_FALSE(r);
        return r.error();
    };
    CHECK(first_bad({&s.proof, &bad, &bad}).run == 1);
    CHECK(first_bad({&s.proof, &bad}).why.code == VerifyCode::chunk);
    CHECK(first_bad({&s.proof, &bad}).why.index == 2);
    CHECK(first_bad({&bad, &cut}).run == 1);  // containers come before chunks
    CHECK(first_bad({&bad, &cut}).why.code == VerifyCode::truncated);
}

TEST_CASE("a part of 4 GiB cannot be written with a short length", "[machine_prove]") {
    // Nobody reads the bytes; that the address space is there is enough.
    const size_t size = (size_t{1} << 32) + 8;
    void* room = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(room != MAP_FAILED);
    const auto* bytes = static_cast<const uint8_t*>(room);
    WordWriter w;
    w.blob(BytesView(bytes, size_t{1} << 32));
    w.blob(BytesView(bytes, 4));
    const auto written = w.take();
    REQUIRE_FALSE(written);
    CHECK(written.error().code == VerifyCode::too_long);
    WordWriter small;
    small.blob(BytesView(bytes, 4));
    CHECK(small.take()->size() == 8);
    ::munmap(room, size);
}

TEST_CASE("the test profile is refused outside tests", "[machine_prove]") {
    CHECK(code_of(sample().key.vk, sample().proof, {}) == VerifyCode::profile_for_tests);
    const Bytes vk = encode(sample().key.vk);
    CHECK(decode_verifying_key(vk).error().code == VerifyCode::profile_for_tests);
}

TEST_CASE("a key survives its encoding, and a changed one is refused or another key", "[machine_prove]") {
    const Bytes bytes = encode(sample().key.vk);
    const auto vk = decode_verifying_key(bytes, true);
    REQUIRE(vk);
    CHECK(vk->proof.digest == sample().key.vk.proof.digest);
    CHECK(vk_digest(*vk) == vk_digest(sample().key.vk));
    CHECK(verify_run(*vk, sample().proof, IN_TESTS));
    for (size_t i = 0; i < bytes.size(); i += 4) {
        Bytes changed = bytes;
        changed[i] ^= 1;
        const auto other = decode_verifying_key(changed, true);
        if (!other) continue;
        CHECK_FALSE(other->proof.digest == vk->proof.digest);
        CHECK_FALSE(verify_run(*other, sample().proof, IN_TESTS));
    }
    for (size_t n : {size_t{0}, size_t{3}, bytes.size() - 4}) {
        CHECK(decode_verifying_key(BytesView(bytes).first(n), true).error().code == VerifyCode::truncated);
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(decode_verifying_key(longer, true).error().code == VerifyCode::trailing_bytes);
}

TEST_CASE("a proof of a run has one meaning", "[machine_prove]") {
    const Sample& s = sample();
    const RunProof honest = *decode_run_proof(s.proof);
    const auto changed = [&](const auto& change) {
        RunProof p = honest;
        change(p);
        return code_of(s.key.vk, *encode(p));
    };
    CHECK(changed([](RunProof& p) { p.chunks.pop_back(); }) == VerifyCode::not_finished);
    CHECK(changed([](RunProof& p) { p.chunks.erase(p.chunks.begin()); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.erase(p.chunks.begin() + 1); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { std::swap(p.chunks[1], p.chunks[2]); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.insert(p.chunks.begin() + 1, p.chunks[0]); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].end.pc += 4; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].end.root[2] += F::ONE; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].t_out += 1; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.clear(); }) == VerifyCode::no_chunks);
    CHECK(changed([](RunProof& p) { p.reserved.words[3] ^= 1; }) == VerifyCode::reserved_opening);
    CHECK(changed([](RunProof& p) { p.reserved.words[16] = 1; }) == VerifyCode::reserved_opening);
    CHECK(changed([](RunProof& p) { p.reserved.siblings[5][0] += F::ONE; }) == VerifyCode::reserved_opening);
    CHECK(code_of(s.key.vk, {}) == VerifyCode::truncated);
    Bytes b = s.proof;
    b[0] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::magic);
    b = s.proof;
    b[4] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::version);
    b = s.proof;
    b.push_back(0);
    CHECK(code_of(s.key.vk, b) == VerifyCode::trailing_bytes);
    b = s.proof;
    b[8] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::suite);
    b = s.proof;
    b[39] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::suite);
    b = s.proof;
    b[47] = 0xff;  // high byte of the first chunk's pc
    CHECK(code_of(s.key.vk, b) == VerifyCode::non_canonical);
    for (size_t n = 0; n < s.proof.size(); n += 1 + s.proof.size() / 40)
        CHECK_FALSE(verify_run(s.key.vk, BytesView(s.proof).first(n), IN_TESTS));
}

TEST_CASE("a proof does not verify under the key of another program", "[machine_prove]") {
    const ProvingKey other = make_key(test::every_opcode_program(13));
    CHECK(code_of(other.vk, sample().proof) == VerifyCode::chunk);
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

namespace {

/// Reads one buffer of `bytes` to 0x0100'0010 and commits its last word and the word after it.
rv32::Program long_read(uint32_t bytes) {
    using namespace rv32::registers;
    constexpr uint32_t TO = 0x0100'0010;
    rv32::Assembler a;
    a.call(rv32::Syscall::HINT_READ, TO, bytes);
    for (uint32_t i = 0; i < 2; i++) {
        a.li(S0, TO + (bytes - 1) / 4 * 4 + 4 * i);
        a.load(rv32::Opcode::lw, A1, S0, 0);
        a.li(A0, i);
        a.call(rv32::Syscall::COMMIT);
    }
    a.halt();
    return a.program();
}

}  // namespace

TEST_CASE("a read longer than a chunk is proven in several", "[machine_prove]") {
    const ProvingKey key = make_key(long_read(5000));
    rv32::Stdin in;
    in.buffers = {Bytes(5000, 7)};
    for (const uint64_t cells : {uint64_t{1}, 400 * uint64_t{cell_weights().hint_word}}) {
        std::vector<uint64_t> words;
        const auto note = [&](const Progress& p) { words.push_back(p.words_read); };
        auto run = prove_run(key, in, {.chunk_cells = cells, .threads = 2, .check_committed = false, .progress = note});
        if (!run) FAIL(run.error().code << ": " << run.error().message);
        CHECK(run->stats.cycles == run->report.cycles);
        // The read is a single instruction: its words tell how far it is. They move with each of its chunks.
        REQUIRE_FALSE(words.empty());
        CHECK(words.back() == 1250);
        uint64_t before = 0;
        for (uint64_t w : words) {
            CHECK((w > before || before == 0 || before == 1250));
            before = w;
        }
        CHECK(std::set<uint64_t>(words.begin(), words.end()).size() >= 4);
        const auto claims = verify_run(key.vk, run->proof, IN_TESTS);
        REQUIRE(claims);
        CHECK(claims->chunks >= 5);
        CHECK(claims->committed_digest == std::array<uint32_t, 8>{0x07070707});
    }
}

// By hand: build/release/test/unit/machine/test_machine_prove "[large]", ASHLAR_READ_MB sets another size than 100.
TEST_CASE("a large input is proven within the memory of a chunk", "[.large]") {
    const char* given = std::getenv("ASHLAR_READ_MB");
    const auto bytes = static_cast<uint32_t>((given ? std::atoi(given) : 100) * 1'000'000);
    const auto peak_mb = [] {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        return used.ru_maxrss / 1024;
    };
    exec::ThreadPool pool;
    const auto key = setup(long_read(bytes), *iop::named_profile("chunk-small"), exec::best_isa(), pool);
    REQUIRE(key);
    rv32::Stdin in;
    in.buffers = {Bytes(bytes, 7)};
    const long before = peak_mb();
    const auto note = [&](const Progress& p) {
        WARN(p.chunks_proven << " chunks, " << p.words_read << " words, peak " << peak_mb() << " MiB");
    };
    auto run = prove_run(*key, std::move(in), {.check_committed = false, .progress = note});
    if (!run) FAIL(run.error().code << ": " << run.error().message);
    WARN(bytes << " bytes: " << run->stats.chunks << " chunks, " << run->proof.size() << " bytes of proof, peak "
               << peak_mb() << " MiB, of which before it " << before);
    CHECK(verify_run(key->vk, run->proof));
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

TEST_CASE("a chunk that is one long read, or a part of one, is split by its words", "[machine_prove]") {
    const rv32::Program program = long_read(9000);
    rv32::Stdin in;
    in.buffers = {Bytes(9000, 7)};
    exec::ThreadPool pool(2);
    const MemoryTree image(program, pool);
    // The call alone in a chunk; with the instructions before it, which end in its words; its words alone.
    rv32::ExecuteOptions whole, parts;
    whole.chunk_cycles = 1;
    parts.weights.hint_word = 1;
    parts.chunk_cells = 1200;
    size_t lone_calls = 0, lone_parts = 0, with_instructions = 0;
    for (const rv32::ExecuteOptions& options : {whole, parts}) {
        auto cursor = rv32::ChunkCursor::make(program, in, options);
        REQUIRE(cursor);
        MemoryTree tree = image;
        while (const auto start = cursor->next()) {
            const auto record = rv32::record_chunk(program, *start);
            MemoryTree halved = tree;
            const Digest end = tree.update(record.leaves, pool).root_out;
            const bool reads = !start->hints.empty();
            if (reads) {
                (start->cycles == 0 ? lone_parts : start->cycles == 1 ? lone_calls : with_instructions)++;
                std::deque<rv32::ChunkStart> waiting{*start};
                size_t pieces = 0;
                uint64_t cycles = 0;
                while (!waiting.empty()) {
                    const rv32::ChunkStart chunk = waiting.front();
                    waiting.pop_front();
                    if (chunk.cycles + chunk.ends_in_read > 1 ||
                        (!chunk.hints.empty() && chunk.hints[0].num_words > 200)) {
                        const auto halves = split_chunk(program, chunk, (chunk.cycles + chunk.ends_in_read) / 2);
                        REQUIRE(halves);
                        waiting.push_front(halves->second);
                        waiting.push_front(halves->first);
                        continue;
                    }
                    const auto part = rv32::record_chunk(program, chunk);
                    halved.update(part.leaves, pool);
                    cycles += part.cycles;
                    pieces++;
                }
                CHECK(cycles == start->cycles);
                CHECK(pieces > 2);
                CHECK(halved.root() == end);
            }
        }
    }
    CHECK(lone_calls > 0);
    CHECK(lone_parts > 0);
    CHECK(with_instructions > 0);
    // Nothing to halve: one instruction, one word.
    auto cursor = rv32::ChunkCursor::make(program, in, whole);
    REQUIRE(cursor);
    const auto halves = split_chunk(program, *cursor->next(), 0);
    REQUIRE_FALSE(halves);
    CHECK(halves.error().code == "chunk_too_large");
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
