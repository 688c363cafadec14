// SPDX-License-Identifier: Apache-2.0
// One instruction that reads more than a chunk holds.
#include <sys/resource.h>

#include <cstdlib>
#include <deque>
#include <set>

#include "test/unit/machine/run_sample.hpp"

using namespace ashlar;
using namespace ashlar::machine;
using namespace ashlar::machine::test_run;

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
