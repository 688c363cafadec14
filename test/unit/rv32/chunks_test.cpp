// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <future>
#include <map>

#include "test/support/rv32_random.hpp"
#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

struct Event {
    uint32_t t, t_prev, prev, value;
};

/// All accesses of a chunk, by word, as the memory argument sees them.
class Accesses {
  public:
    void read(uint32_t word, uint32_t t, const Read& r) { add(word, {t, r.t_prev, r.value, r.value}); }
    void write(uint32_t word, uint32_t t, const Write& w) { add(word, {t, w.t_prev, w.prev, w.value}); }
    void add(uint32_t word, Event e) { by_word_[word].push_back(e); }

    void collect(const ChunkRecord& c) {
        for (const auto* array : {&c.add_sub, &c.addi, &c.bitwise, &c.shift_left, &c.shift_right, &c.less_than, &c.mul,
                                  &c.mulh, &c.div_rem, &c.jalr})
            for (const AluRecord& r : *array) {
                read(r.rs1, r.t, r.rs1_read);
                if (!has_immediate_operand(r.op) && r.op != Opcode::jalr) read(r.rs2, r.t + 1, r.rs2_read);
                if (r.rd) write(r.rd, r.t + 3, r.rd_write);
                instruction(r);
            }
        for (const auto* array : {&c.upper, &c.jal})
            for (const UpperRecord& r : *array) {
                if (r.rd) write(r.rd, r.t + 3, r.rd_write);
                instruction(r);
            }
        for (const auto* array : {&c.branch_equal, &c.branch_less})
            for (const BranchRecord& r : *array) {
                read(r.rs1, r.t, r.rs1_read), read(r.rs2, r.t + 1, r.rs2_read);
                instruction(r);
            }
        for (const auto* array : {&c.load_word, &c.load_sub})
            for (const LoadRecord& r : *array) {
                CHECK(r.address == r.rs1_read.value + static_cast<uint32_t>(r.imm));
                read(r.rs1, r.t, r.rs1_read), read(r.address / 4, r.t + 2, r.memory);
                if (r.rd) write(r.rd, r.t + 3, r.rd_write);
                instruction(r);
            }
        for (const auto* array : {&c.store_word, &c.store_sub})
            for (const StoreRecord& r : *array) {
                CHECK(r.address == r.rs1_read.value + static_cast<uint32_t>(r.imm));
                read(r.rs1, r.t, r.rs1_read), read(r.rs2, r.t + 1, r.rs2_read), write(r.address / 4, r.t + 2, r.memory);
                instruction(r);
            }
        for (const CallRecord& r : c.calls) {
            read(5, r.t, r.t0_read), read(10, r.t + 1, r.a0_read), read(11, r.t + 2, r.a1_read);
            if (r.returns_value) write(5, r.t + 3, r.t0_write);
            for (uint32_t i = 0; i < r.num_accesses; i++) {
                const WordAccess& a = c.accesses[r.first_access + i];
                add(a.word, {a.t, a.t_prev, a.prev, a.value});
            }
            times_.push_back(r.t);
            repeats_ += r.repeats;
        }
    }

    /// Every word's accesses must form one chain from (in, 0) to (out, t) of its leaf.
    void check_chains(const ChunkRecord& c) {
        size_t words = 0;
        uint32_t last_leaf = 0;
        for (const TouchedLeaf& leaf : c.leaves) {
            CHECK((words == 0 || leaf.leaf > last_leaf));
            last_leaf = leaf.leaf;
            for (uint32_t i = 0; i < LEAF_WORDS; i++) {
                const auto found = by_word_.find(leaf.leaf * LEAF_WORDS + i);
                uint32_t t = 0, value = leaf.in[i];
                if (found != by_word_.end()) {
                    words++;
                    auto& events = found->second;
                    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.t < b.t; });
                    for (const Event& e : events) {
                        if (e.t_prev != t || e.prev != value || e.t <= t)
                            FAIL("broken chain at word " << found->first << " time " << e.t);
                        t = e.t;
                        value = e.value;
                    }
                }
                if (leaf.t[i] != t || leaf.out[i] != value)
                    FAIL("leaf " << leaf.leaf << " word " << i << " does not end its chain");
            }
        }
        CHECK(words == by_word_.size());
        CHECK((by_word_.count(0) == 0 || by_word_[0].front().value == 0));
    }

    /// Every instruction once, at consecutive times.
    void check_times(const ChunkRecord& c) {
        std::sort(times_.begin(), times_.end());
        CHECK(times_.size() == c.cycles + repeats_);
        CHECK((times_.empty() || times_.front() == FIRST_TIMESTAMP));
        CHECK(std::adjacent_find(times_.begin(), times_.end()) == times_.end());
    }

  private:
    void instruction(const RecordHeader& h) { times_.push_back(h.t); }
    std::map<uint32_t, std::vector<Event>> by_word_;
    std::vector<uint32_t> times_;
    uint64_t repeats_ = 0;  ///< calls that go on in the next chunk
};

/// Runs in chunks, records each, and checks records against the state of the fast pass at each cut.
ExecuteReport check_chunks(const Program& program, const Stdin& in, const ExecuteOptions& options,
                           size_t* chunks = nullptr) {
    auto cursor = std::move(*ChunkCursor::make(program, in, options));
    uint64_t cycles = 0, expected_index = 0;
    uint32_t pc = program.entry;
    std::vector<ChunkStart> starts;
    struct End {
        uint32_t pc;
        std::array<uint32_t, 32> registers;
        std::array<uint32_t, NUM_RESERVED_WORDS> reserved;
        MemorySnapshot memory;
    };
    std::vector<End> ends;
    while (auto chunk = cursor.next()) {
        starts.push_back(*chunk);
        ends.push_back({cursor.pc(), cursor.registers(), cursor.reserved(), cursor.memory()});
    }
    // Recording after the whole run: starts must not depend on memory that the run went on to change.
    ChunkRecord room;
    for (size_t i = 0; i < starts.size(); i++) {
        const ChunkStart& s = starts[i];
        CHECK(s.index == expected_index++);
        CHECK(s.cycles <= options.chunk_cycles);
        CHECK(s.last == (i + 1 == starts.size()));
        room = record_chunk(program, s, std::move(room));
        CHECK(room.pc_in == pc);
        CHECK(room.pc_out == ends[i].pc);
        CHECK(room.cycles == s.cycles);
        pc = room.pc_out;
        cycles += room.cycles;
        Accesses accesses;
        accesses.collect(room);
        accesses.check_chains(room);
        accesses.check_times(room);
        for (const TouchedLeaf& leaf : room.leaves)
            for (uint32_t k = 0; k < LEAF_WORDS; k++) {
                const uint32_t word = leaf.leaf * LEAF_WORDS + k;
                uint32_t before = 0, after = 0;
                if (word < 32)
                    before = s.registers[word], after = ends[i].registers[word];
                else if (word < RESERVED_WORD)
                    before = s.memory.word(word), after = ends[i].memory.word(word);
                else if (word < RESERVED_WORD + NUM_RESERVED_WORDS)
                    before = s.reserved[word - RESERVED_WORD], after = ends[i].reserved[word - RESERVED_WORD];
                if (leaf.in[k] != before || leaf.out[k] != after)
                    FAIL("chunk " << i << " word " << word << " differs from the run");
            }
        // What no leaf names must not have changed.
        std::map<uint32_t, bool> touched;
        for (const TouchedLeaf& leaf : room.leaves) touched[leaf.leaf] = true;
        ends[i].memory.for_each_page([&](uint32_t page, const Page& p) {
            for (uint32_t k = 0; k < PAGE_WORDS; k++) {
                const uint32_t word = page * PAGE_WORDS + k;
                if (p.words[k] != s.memory.word(word) && !touched.count(word / LEAF_WORDS))
                    FAIL("untouched word " << word << " changed");
            }
        });
    }
    const ExecuteReport report = cursor.report();
    CHECK(report.cycles == cycles);
    if (chunks) *chunks = starts.size();
    return report;
}

void finish(Assembler& code) {
    code.write(3, DATA_BASE, RANDOM_DATA_BYTES);
    code.halt();
}

}  // namespace

TEST_CASE("recorded chunks of random programs agree with the run") {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        INFO("seed " << seed);
        Assembler code = random_program(seed, 300, 20);
        finish(code);
        const Program program = load(make_elf(code, random_memory(seed)));
        const auto whole = execute(program, {});
        REQUIRE(whole);
        REQUIRE_FALSE(whole->fault);
        ExecuteOptions options;
        options.chunk_cycles = 1 + seed * seed * 97 % 3000;
        size_t chunks = 0;
        const auto report = check_chunks(program, {}, options, &chunks);
        CHECK_FALSE(report.fault);
        CHECK(report.cycles == whole->cycles);
        CHECK(report.committed == whole->committed);
        CHECK(report.opcodes == whole->opcodes);
        CHECK(report.calls == whole->calls);
        CHECK(chunks == (whole->cycles + options.chunk_cycles - 1) / options.chunk_cycles);
    }
}

TEST_CASE("chunks are recorded on other threads while the run goes on") {
    Assembler code = random_program(77, 300, 60);
    finish(code);
    const Program program = load(make_elf(code, random_memory(77)));
    ExecuteOptions options;
    options.chunk_cycles = 701;
    auto cursor = std::move(*ChunkCursor::make(program, {}, options));
    std::vector<std::future<ChunkRecord>> records;
    std::vector<uint32_t> ends;
    while (auto chunk = cursor.next()) {
        records.push_back(
            std::async(std::launch::async, [&program, c = std::move(*chunk)] { return record_chunk(program, c); }));
        ends.push_back(cursor.pc());
        if (records.size() > 8) records[records.size() - 8].wait();
    }
    uint64_t cycles = 0;
    for (size_t i = 0; i < records.size(); i++) {
        const ChunkRecord r = records[i].get();
        CHECK(r.pc_out == ends[i]);
        cycles += r.cycles;
    }
    CHECK(cycles == cursor.report().cycles);
    CHECK_FALSE(cursor.report().fault);
}

TEST_CASE("a chunk of one cycle works") {
    Assembler code = random_program(99, 40, 2);
    finish(code);
    ExecuteOptions options;
    options.chunk_cycles = 1;
    const auto report = check_chunks(load(make_elf(code, random_memory(99))), {}, options);
    CHECK_FALSE(report.fault);
}

TEST_CASE("cells cut chunks at straight lines") {
    Assembler code = random_program(5, 200, 50);
    finish(code);
    const Program program = load(make_elf(code, random_memory(5)));
    ExecuteOptions options;
    options.chunk_cells = 5000;
    options.weights.instruction.fill(7);
    options.weights.call.fill(100);
    auto cursor = std::move(*ChunkCursor::make(program, {}, options));
    uint64_t cycles = 0;
    size_t chunks = 0;
    while (auto chunk = cursor.next()) {
        CHECK(chunk->cells <= 5000 + 100);
        CHECK(chunk->cells >= 7 * chunk->cycles);
        if (!chunk->last) CHECK(chunk->cells > 3000);
        cycles += chunk->cycles;
        chunks++;
    }
    CHECK(cycles == cursor.report().cycles);
    CHECK(chunks > 10);
    check_chunks(program, {}, options);
}

TEST_CASE("a straight line dearer than the cell budget runs alone") {
    Assembler code;
    for (int i = 0; i < 100; i++) code.immediate(Opcode::addi, A0, A0, 1);
    code.halt();
    ExecuteOptions options;
    options.chunk_cells = 10;
    options.weights.instruction.fill(1);
    size_t chunks = 0;
    const auto report = check_chunks(load(make_elf(code)), {}, options, &chunks);
    CHECK_FALSE(report.fault);
    CHECK(chunks == 1);
    const Program program = load(make_elf(code));
    auto cursor = std::move(*ChunkCursor::make(program, {}, options));
    CHECK(cursor.next()->cells == 103);
}

TEST_CASE("a long HINT_READ goes over as many chunks as its words cost") {
    constexpr uint32_t TO = DATA_BASE + 0x1234, BYTES = 9001;  // neither end on a page
    Assembler code;
    code.call(0xF1, TO, BYTES);
    code.li(S0, TO + 9000);
    code.load(Opcode::lw, A1, S0, 0);
    code.li(A0, 0);
    code.call(0x10);  // COMMIT of the padded last word
    code.call(0xF1, DATA_BASE + 0x1'0000, 0);
    code.halt();
    const Program program = load(make_elf(code));
    Stdin in{{Bytes(BYTES), {}}};
    for (size_t i = 0; i < BYTES; i++) in.buffers[0][i] = static_cast<uint8_t>(i * 7 + i / 256 + 1);
    const auto whole = std::move(*execute(program, in));
    CHECK(whole.committed_digest[0] == in.buffers[0][9000]);
    ExecuteOptions options;
    options.weights.instruction.fill(3);
    options.weights.hint_word = 5;
    size_t before = SIZE_MAX;
    for (const uint64_t cells : {1u, 1000u, 3000u, 7000u, 20000u}) {
        for (const uint64_t cycles : {1u, 3u, 1000u}) {
            options.chunk_cells = cells;
            options.chunk_cycles = cycles;
            size_t chunks = 0;
            const auto report = check_chunks(program, in, options, &chunks);
            CHECK(report.cycles == whole.cycles);
            CHECK(report.calls == whole.calls);
            CHECK(report.opcodes == whole.opcodes);
            CHECK(report.committed_digest == whole.committed_digest);
            CHECK(report.unread_buffers == 0);
            if (cycles == 1000) {
                CHECK((cells == 20000 ? chunks == 1 : chunks > 2251 * 5 / std::max<uint64_t>(cells, 5 * 512)));
                CHECK(chunks <= before);
                before = chunks;
            }
        }
    }
    // Chunks that share no page: each cut lies between two.
    options.chunk_cells = 3000;
    auto cursor = std::move(*ChunkCursor::make(program, in, options));
    uint32_t next = 0;
    while (const auto chunk = cursor.next())
        for (const HintEvent& h : chunk->hints) {
            CHECK(h.first_word == (h.length ? next : 0));
            next += h.num_words;
            CHECK((next == 2251 || (TO / 4 + next) % HINT_GRAIN == 0));
        }
    CHECK(next == 2251);
    // A limit that falls on the call: it is one instruction, however many chunks it takes.
    for (uint64_t limit = 1; limit < whole.cycles; limit++) {
        options.max_cycles = limit;
        const auto limited = check_chunks(program, in, options);
        CHECK((limited.fault && limited.fault->kind == FaultKind::cycle_limit));
        CHECK(limited.cycles == limit);
    }
    // A word in the middle that is not fresh is found before anything is written.
    Assembler used;
    used.li(S0, TO + 6000);
    used.load(Opcode::lw, S1, S0, 0);
    used.call(0xF1, TO, BYTES);
    options.max_cycles = 100;
    const auto fault = check_chunks(load(make_elf(used)), in, options);
    CHECK((fault.fault && fault.fault->kind == FaultKind::hint_not_fresh));
}

TEST_CASE("calls, hints and unconstrained blocks are recorded as the proof sees them") {
    Assembler code;
    const uint32_t fresh = DATA_BASE + 0x1000;
    code.call(0xF0);                             // HINT_LEN
    code.op(Opcode::add, S0, T0, ZERO);          // 5
    code.call(0xF1, fresh, 5);                   // HINT_READ
    code.call(0x10, 3, 0xABCD);                  // COMMIT
    code.call(0x1A, 7, 0x1234);                  // COMMIT_DEFERRED_PROOFS
    code.call(0x1B, DATA_BASE, DATA_BASE + 16);  // VERIFY_PICO_PROOF, overlapping operands
    code.call(0x1B, DATA_BASE, DATA_BASE);       // and equal ones
    const auto block_end = code.label();
    code.call(3);  // ENTER
    code.branch(Opcode::beq, T0, ZERO, block_end);
    for (int i = 0; i < 50; i++) {
        code.immediate(Opcode::addi, S1, S1, 1);
        code.li(S2, fresh + 8);
        code.store(Opcode::sw, S1, S2, 0);
    }
    code.write(4, DATA_BASE, 12);  // a new hint
    code.li(T0, 4);                // EXIT
    code.ecall();
    code.bind(block_end);
    code.call(0xF1, fresh + 8, 12);                   // the word stored to inside the block is still fresh
    code.call(4);                                     // EXIT outside a block
    code.call(0x00010109, DATA_BASE);                 // KECCAK_PERMUTE
    code.call(0x0001012f, DATA_BASE, DATA_BASE + 4);  // POSEIDON2_PERMUTE, overlapping
    code.call(0x00300105, DATA_BASE);                 // SHA_EXTEND
    code.call(0x00010106, DATA_BASE, DATA_BASE + 8);  // SHA_COMPRESS, h inside w
    code.call(0x0001011d, DATA_BASE + 4, DATA_BASE);  // UINT256_MUL, overlapping
    code.halt();
    std::vector<uint32_t> data = random_memory(3);
    const Program program = load(make_elf(code, data));
    const Stdin in{{{1, 2, 3, 4, 5}}};
    const auto whole = std::move(*execute(program, in));
    INFO((whole.fault ? whole.fault->message : ""));
    REQUIRE((whole.fault && whole.fault->kind == FaultKind::digest_mismatch));
    for (const uint64_t chunk_cycles : {1u, 2u, 3u, 7u, 20u, 1000u}) {
        ExecuteOptions options;
        options.chunk_cycles = chunk_cycles;
        const auto report = check_chunks(program, in, options);
        CHECK(report.cycles == whole.cycles);
        CHECK(report.exit_code == 0u);
    }
    auto cursor = std::move(*ChunkCursor::make(program, in));
    const auto chunk = cursor.next();
    const ChunkRecord record = record_chunk(program, *chunk);
    // The block's instructions are taken back: ENTER is recorded once, with 0.
    size_t enters = 0;
    for (const CallRecord& c : record.calls)
        if (c.word == 3) {
            enters++;
            CHECK((c.returns_value && c.t0_write.value == 0));
        }
    CHECK(enters == 1);
    CHECK(record.calls.size() == 15);
    CHECK(record.calls[0].t0_write.value == 5);
    CHECK(record.pc_out == 0);
    const auto reserved = cursor.reserved();
    CHECK(reserved[3] == 0xABCD);
    CHECK(reserved[15] == 0x1234);
    CHECK(reserved[17] == 1);
    const TouchedLeaf& last = record.leaves[record.leaves.size() - 1];
    CHECK(last.leaf == RESERVED_WORD / 8 + 3);
}

TEST_CASE("a fault ends the last chunk before it") {
    Assembler code;
    for (int i = 0; i < 10; i++) code.immediate(Opcode::addi, A0, A0, 1);
    code.word(0x00100073);  // ebreak
    ExecuteOptions options;
    options.chunk_cycles = 4;
    size_t chunks = 0;
    const auto report = check_chunks(load(make_elf(code)), {}, options, &chunks);
    REQUIRE(report.fault);
    CHECK(report.fault->kind == FaultKind::breakpoint);
    CHECK(report.fault->pc == TEXT_BASE + 40);
    CHECK(report.cycles == 10);
    CHECK(report.opcodes[static_cast<size_t>(Opcode::addi)] == 10);
    CHECK(chunks == 3);
}

TEST_CASE("rejects chunk sizes that time cannot hold") {
    Assembler code;
    code.halt();
    const Program program = load(make_elf(code));
    for (const uint64_t cycles : {uint64_t{0}, MAX_CHUNK_CYCLES + 1}) {
        ExecuteOptions options;
        options.chunk_cycles = cycles;
        const auto cursor = ChunkCursor::make(program, {}, options);
        REQUIRE_FALSE(cursor);
        CHECK(cursor.error().code == "bad_chunk_cycles");
    }
}
