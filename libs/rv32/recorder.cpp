// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <vector>

#include "libs/rv32/deferred_chain.hpp"
#include "libs/rv32/executor.hpp"
#include "libs/rv32/operands.hpp"
#include "libs/rv32/semantics.hpp"

namespace ashlar::rv32 {
namespace {

/// A word while its chunk is recorded: its value now and when it was last accessed (0: not in this chunk).
struct Cell {
    uint32_t value;
    uint32_t t;

    Read read(uint32_t at) {
        const Read r{t, value};
        t = at;
        return r;
    }
    Write write(uint32_t at, uint32_t to) {
        const Write w{t, value, to};
        t = at;
        value = to;
        return w;
    }
};

/// The chunk's own copy of the pages it touches. A table of page pointers is found by address; it is as large as the
/// address space but only its touched parts are ever backed.
class RecordedMemory {
  public:
    explicit RecordedMemory(const MemorySnapshot& before) : before_(before) {
        auto table = Reservation::make(NUM_PAGES * sizeof(Cell*));
        if (!table) throw std::bad_alloc();
        table_ = std::move(*table);
    }

    Cell& cell(uint32_t word) {
        Cell* page = pages()[word / PAGE_WORDS];
        if (!page) [[unlikely]]
            page = load(word / PAGE_WORDS);
        return page[word % PAGE_WORDS];
    }

    void append_leaves(RecordArray<TouchedLeaf>& leaves) {
        std::ranges::sort(touched_);
        for (uint32_t index : touched_) {
            const Page* before = before_.page(index);
            const Cell* cells = pages()[index];
            for (uint32_t at = 0; at < PAGE_WORDS; at += LEAF_WORDS) {
                if (std::none_of(cells + at, cells + at + LEAF_WORDS, [](const Cell& c) { return c.t != 0; })) continue;
                TouchedLeaf& leaf = leaves.append();
                leaf.leaf = (index * PAGE_WORDS + at) / LEAF_WORDS;
                for (uint32_t i = 0; i < LEAF_WORDS; i++) {
                    leaf.in[i] = before ? before->words[at + i] : 0;
                    leaf.t[i] = cells[at + i].t;
                    leaf.out[i] = cells[at + i].value;
                }
            }
        }
    }

  private:
    Cell** pages() { return reinterpret_cast<Cell**>(table_.data()); }

    [[gnu::noinline]] Cell* load(uint32_t index) {
        constexpr size_t PAGES_PER_BLOCK = 64;
        if (touched_.size() % PAGES_PER_BLOCK == 0)
            blocks_.push_back(std::make_unique_for_overwrite<Cell[]>(PAGES_PER_BLOCK * PAGE_WORDS));
        Cell* cells = &blocks_.back()[touched_.size() % PAGES_PER_BLOCK * PAGE_WORDS];
        const Page* before = before_.page(index);
        for (uint32_t i = 0; i < PAGE_WORDS; i++) cells[i] = {before ? before->words[i] : 0, 0};
        touched_.push_back(index);
        return pages()[index] = cells;
    }

    const MemorySnapshot& before_;
    Reservation table_;
    std::vector<uint32_t> touched_;
    std::vector<std::unique_ptr<Cell[]>> blocks_;
};

class Recorder {
  public:
    Recorder(const Program& program, const ChunkStart& start, ChunkRecord room)
        : program_(program), start_(start), memory_(start.memory), record_(std::move(room)) {
        record_.clear();
        for (size_t i = 0; i < 32; i++) registers_[i] = {start.registers[i], 0};
        for (size_t i = 0; i < NUM_RESERVED_WORDS; i++) reserved_[i] = {start.reserved[i], 0};
    }

    ChunkRecord run() {
        record_.pc_in = pc_ = start_.pc;
        record_.cycles = start_.cycles;
        for (uint64_t n = start_.cycles; n > 0; n--) step();
        if (start_.ends_in_read) step();  // an ecall that leaves pc where it is
        record_.pc_out = pc_;
        record_.t_out = t_;
        append_leaves(registers_.data(), registers_.size(), start_.registers.data(), 0);
        memory_.append_leaves(record_.leaves);
        append_leaves(reserved_.data(), reserved_.size(), start_.reserved.data(), RESERVED_WORD);
        return std::move(record_);
    }

  private:
    void step();
    void call(const Instruction& in);
    void access_words(const CallInfo& info, uint32_t a0, uint32_t a1);
    void access_precompile(const CallShape& s, uint32_t a0, uint32_t a1);
    void read_hint(CallRecord& c);
    void access_verify(uint32_t a0, uint32_t a1);

    void log(uint32_t word, uint32_t at, const Write& w) {
        record_.accesses.push_back({word, at, w.t_prev, w.prev, w.value});
    }
    uint32_t log_read(uint32_t word, uint32_t at) {
        const Read r = memory_.cell(word).read(at);
        log(word, at, {r.t_prev, r.value, r.value});
        return r.value;
    }
    void log_write(uint32_t word, uint32_t at, uint32_t value) { log(word, at, memory_.cell(word).write(at, value)); }
    void log_reserved(uint32_t word, uint32_t at, uint32_t value) {
        log(word, at, reserved_[word - RESERVED_WORD].write(at, value));
    }

    RecordHeader header(const Instruction& in) const { return {pc_, t_, in.op, in.rd, in.rs1, in.rs2, in.imm}; }
    Read read_rs1(const Instruction& in) { return registers_[in.rs1].read(t_); }
    Read read_rs2(const Instruction& in) { return registers_[in.rs2].read(t_ + 1); }
    Write write_rd(const Instruction& in, uint32_t value) {
        return in.rd == 0 ? Write{0, 0, value} : registers_[in.rd].write(t_ + 3, value);
    }
    void advance() {
        pc_ += 4;
        t_ += 4;
    }

    template <Opcode OP>
    void register_op(RecordArray<AluRecord>& array, const Instruction& in) {
        const Read a = read_rs1(in), b = read_rs2(in);
        array.append() = {header(in), a, b, write_rd(in, alu<OP>(a.value, b.value))};
        advance();
    }
    template <Opcode OP>
    void immediate_op(RecordArray<AluRecord>& array, const Instruction& in) {
        const Read a = read_rs1(in);
        const auto imm = static_cast<uint32_t>(in.imm);
        array.append() = {header(in), a, {0, imm}, write_rd(in, alu<OP>(a.value, imm))};
        advance();
    }
    void constant_op(const Instruction& in, uint32_t value) {
        record_.upper.append() = {header(in), write_rd(in, value)};
        advance();
    }
    template <Opcode OP>
    void branch_op(RecordArray<BranchRecord>& array, const Instruction& in) {
        const Read a = read_rs1(in), b = read_rs2(in);
        const bool taken = branch_taken<OP>(a.value, b.value);
        array.append() = {header(in), a, b, taken};
        pc_ += taken ? static_cast<uint32_t>(in.imm) : 4;
        t_ += 4;
    }
    void jal_op(const Instruction& in) {
        record_.jal.append() = {header(in), write_rd(in, pc_ + 4)};
        pc_ += static_cast<uint32_t>(in.imm);
        t_ += 4;
    }
    void jalr_op(const Instruction& in) {
        const Read a = read_rs1(in);
        const auto imm = static_cast<uint32_t>(in.imm);
        record_.jalr.append() = {header(in), a, {0, imm}, write_rd(in, pc_ + 4)};
        pc_ = a.value + imm;
        t_ += 4;
    }
    template <Opcode OP>
    void load_op(RecordArray<LoadRecord>& array, const Instruction& in) {
        const Read a = read_rs1(in);
        const uint32_t address = a.value + static_cast<uint32_t>(in.imm);
        const Read m = memory_.cell(address / 4).read(t_ + 2);
        array.append() = {header(in), address, a, m, write_rd(in, loaded<OP>(m.value, address))};
        advance();
    }
    template <Opcode OP>
    void store_op(RecordArray<StoreRecord>& array, const Instruction& in) {
        const Read a = read_rs1(in), b = read_rs2(in);
        const uint32_t address = a.value + static_cast<uint32_t>(in.imm);
        Cell& cell = memory_.cell(address / 4);
        array.append() = {header(in), address, a, b, cell.write(t_ + 2, stored<OP>(cell.value, address, b.value))};
        advance();
    }

    void append_leaves(const Cell* cells, size_t count, const uint32_t* before, uint32_t first_word) {
        for (size_t at = 0; at < count; at += LEAF_WORDS) {
            const size_t n = std::min<size_t>(LEAF_WORDS, count - at);
            if (std::none_of(cells + at, cells + at + n, [](const Cell& c) { return c.t != 0; })) continue;
            TouchedLeaf leaf{static_cast<uint32_t>((first_word + at) / LEAF_WORDS), {}, {}, {}};
            for (size_t i = 0; i < n; i++)
                leaf.in[i] = before[at + i], leaf.t[i] = cells[at + i].t, leaf.out[i] = cells[at + i].value;
            record_.leaves.push_back(leaf);
        }
    }

    const Program& program_;
    const ChunkStart& start_;
    RecordedMemory memory_;
    std::array<Cell, 32> registers_;
    std::array<Cell, NUM_RESERVED_WORDS> reserved_;
    ChunkRecord record_;
    uint32_t pc_ = 0;
    uint32_t t_ = FIRST_TIMESTAMP;
    size_t next_hint_ = 0;
};

inline void Recorder::step() {
    const Instruction& in = program_.instructions[(pc_ - program_.pc_base) / 4];
    ChunkRecord& r = record_;
    switch (in.op) {
        using enum Opcode;
        case add:
            return register_op<add>(r.add_sub, in);
        case sub:
            return register_op<sub>(r.add_sub, in);
        case addi:
            return immediate_op<addi>(r.addi, in);
        case and_:
            return register_op<and_>(r.bitwise, in);
        case or_:
            return register_op<or_>(r.bitwise, in);
        case xor_:
            return register_op<xor_>(r.bitwise, in);
        case andi:
            return immediate_op<andi>(r.bitwise, in);
        case ori:
            return immediate_op<ori>(r.bitwise, in);
        case xori:
            return immediate_op<xori>(r.bitwise, in);
        case sll:
            return register_op<sll>(r.shift_left, in);
        case slli:
            return immediate_op<slli>(r.shift_left, in);
        case srl:
            return register_op<srl>(r.shift_right, in);
        case sra:
            return register_op<sra>(r.shift_right, in);
        case srli:
            return immediate_op<srli>(r.shift_right, in);
        case srai:
            return immediate_op<srai>(r.shift_right, in);
        case slt:
            return register_op<slt>(r.less_than, in);
        case sltu:
            return register_op<sltu>(r.less_than, in);
        case slti:
            return immediate_op<slti>(r.less_than, in);
        case sltiu:
            return immediate_op<sltiu>(r.less_than, in);
        case lui:
            return constant_op(in, static_cast<uint32_t>(in.imm));
        case auipc:
            return constant_op(in, pc_ + static_cast<uint32_t>(in.imm));
        case mul:
            return register_op<mul>(r.mul, in);
        case mulh:
            return register_op<mulh>(r.mulh, in);
        case mulhsu:
            return register_op<mulhsu>(r.mulh, in);
        case mulhu:
            return register_op<mulhu>(r.mulh, in);
        case div:
            return register_op<div>(r.div_rem, in);
        case divu:
            return register_op<divu>(r.div_rem, in);
        case rem:
            return register_op<rem>(r.div_rem, in);
        case remu:
            return register_op<remu>(r.div_rem, in);
        case beq:
            return branch_op<beq>(r.branch_equal, in);
        case bne:
            return branch_op<bne>(r.branch_equal, in);
        case blt:
            return branch_op<blt>(r.branch_less, in);
        case bge:
            return branch_op<bge>(r.branch_less, in);
        case bltu:
            return branch_op<bltu>(r.branch_less, in);
        case bgeu:
            return branch_op<bgeu>(r.branch_less, in);
        case jal:
            return jal_op(in);
        case jalr:
            return jalr_op(in);
        case lw:
            return load_op<lw>(r.load_word, in);
        case lb:
            return load_op<lb>(r.load_sub, in);
        case lh:
            return load_op<lh>(r.load_sub, in);
        case lbu:
            return load_op<lbu>(r.load_sub, in);
        case lhu:
            return load_op<lhu>(r.load_sub, in);
        case sw:
            return store_op<sw>(r.store_word, in);
        case sb:
            return store_op<sb>(r.store_sub, in);
        case sh:
            return store_op<sh>(r.store_sub, in);
        case ecall:
            return call(in);
        case ebreak:
        case unimp:
            __builtin_trap();  // pass 1 ends a chunk before an instruction that faults
    }
}

void Recorder::call(const Instruction&) {
    CallRecord c{};
    c.pc = pc_;
    c.t = t_;
    c.t0_read = registers_[5].read(t_);
    c.a0_read = registers_[10].read(t_ + 1);
    c.a1_read = registers_[11].read(t_ + 2);
    c.word = c.t0_read.value;
    c.a0 = c.a0_read.value;
    c.a1 = c.a1_read.value;
    c.first_access = static_cast<uint32_t>(record_.accesses.size());
    const CallInfo& info = CALLS[*find_call(c.word)];
    if (info.word == Syscall::HINT_READ)
        read_hint(c);
    else
        access_words(info, c.a0, c.a1);
    c.num_accesses = static_cast<uint32_t>(record_.accesses.size()) - c.first_access;
    c.returns_value = info.returns_value();
    if (c.returns_value) {
        // An unconstrained block is not part of the proof: ENTER goes on at once with 0.
        const uint32_t value = info.word == Syscall::HINT_LEN ? start_.hints[next_hint_++].length : 0;
        c.t0_write = registers_[5].write(t_ + 3, value);
    }
    record_.calls.push_back(c);
    pc_ = info.word == Syscall::HALT ? 0 : c.repeats ? pc_ : pc_ + 4;
    t_ += info.advance();
}

void Recorder::access_words(const CallInfo& info, uint32_t a0, uint32_t a1) {
    switch (info.word) {
        case Syscall::HALT:
            log_reserved(WORD_EXIT_CODE, t_ + 1, a0);
            log_reserved(WORD_HALTED, t_ + 1, 1);
            return;
        case Syscall::COMMIT:
            return log_reserved(WORD_COMMITTED_DIGEST + a0, t_ + 1, a1);
        case Syscall::COMMIT_DEFERRED_PROOFS:
            return log_reserved(WORD_DEFERRED_DIGEST + a0, t_ + 1, a1);
        case Syscall::VERIFY_PICO_PROOF:
            return access_verify(a0, a1);
        default:
            if (info.is_precompile()) access_precompile(info.shape, a0, a1);
    }
}

void Recorder::read_hint(CallRecord& c) {
    const HintEvent& h = start_.hints[next_hint_++];
    const uint32_t end = h.first_word + h.num_words;
    for (uint32_t i = h.first_word; i < end; i++) log_write(c.a0 / 4 + i, t_ + 1, hint_word(*h.data, i));
    c.words_before = h.first_word;
    c.repeats = end < (uint64_t{c.a1} + 3) / 4;
}

void Recorder::access_verify(uint32_t a0, uint32_t a1) {
    uint32_t vk[8], pv[8];
    for (uint32_t i = 0; i < 8; i++) vk[i] = log_read(a0 / 4 + i, t_);
    for (uint32_t i = 0; i < 8; i++) pv[i] = log_read(a1 / 4 + i, t_ + 1);
    DeferredChain chain;
    for (size_t i = 0; i < chain.size(); i++) chain[i] = reserved_[WORD_DEFERRED_CHAIN - RESERVED_WORD + i].value;
    chain = extend_deferred_chain(chain, vk, pv);
    for (uint32_t i = 0; i < chain.size(); i++) log_reserved(WORD_DEFERRED_CHAIN + i, t_ + 2, chain[i]);
}

void Recorder::access_precompile(const CallShape& s, uint32_t a0, uint32_t a1) {
    const auto first_word = [&](PointerRegister r, uint32_t offset) {
        return (r == PointerRegister::a0 ? a0 : a1) / 4 + offset;
    };
    uint32_t in[MAX_IN_WORDS], out[MAX_OUT_WORDS];
    const uint32_t in_word = first_word(s.in_pointer, s.in_offset), out_word = first_word(s.out_pointer, s.out_offset);
    for (uint32_t i = 0; i < s.in_words; i++) in[i] = log_read(in_word + i, t_);
    for (uint32_t i = 0; i < s.out_words; i++) out[i] = memory_.cell(out_word + i).value;
    if (s.compute({in, out, a0, a1, program_.field})) __builtin_trap();  // pass 1 would have ended here
    for (uint32_t i = 0; i < s.out_words; i++) log_write(out_word + i, t_ + 1, out[i]);
}

}  // namespace

ChunkRecord record_chunk(const Program& program, const ChunkStart& start, ChunkRecord room) {
    return Recorder(program, start, std::move(room)).run();
}

HostResult<MemorySnapshot> image_snapshot(const Program& program) {
    ASHLAR_ASSIGN(GuestMemory memory, GuestMemory::make());
    for (const ImageWord& w : program.image) memory.set_word(w.word, w.value);
    return MemorySnapshot().advance(memory);
}

}  // namespace ashlar::rv32
