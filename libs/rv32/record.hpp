// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "libs/rv32/instruction.hpp"

/// What pass 2 (MACHINE.md 1) writes down about one chunk, and what the trace is built from.
///
/// Words. Registers are words 0..31; memory word = byte address / 4; reserved words start at RESERVED_WORD.
/// Times inside an instruction at t: rs1 read t, rs2 read t+1, data memory word t+2, rd written t+3; it advances the
/// clock by 4. The first instruction of a chunk has t = 4; a word not yet accessed in the chunk has t_prev = 0. x0 as a
/// source is an access of word 0; rd = 0 is no access.
namespace ashlar::rv32 {

inline constexpr uint32_t FIRST_TIMESTAMP = 4;
inline constexpr uint32_t MEMORY_BEGIN = 0x80;                       ///< first byte address a guest may use
inline constexpr uint32_t MEMORY_END = 0x7800'0000;                  ///< first byte address beyond
inline constexpr uint32_t RESERVED_WORD = 0x1E00'0000;               ///< MACHINE.md 2
inline constexpr uint32_t WORD_COMMITTED_DIGEST = RESERVED_WORD;     ///< 8 words
inline constexpr uint32_t WORD_DEFERRED_DIGEST = RESERVED_WORD + 8;  ///< 8 words
inline constexpr uint32_t WORD_EXIT_CODE = RESERVED_WORD + 16;
inline constexpr uint32_t WORD_HALTED = RESERVED_WORD + 17;
inline constexpr uint32_t WORD_DEFERRED_CHAIN = RESERVED_WORD + 18;  ///< 9 words
inline constexpr uint32_t NUM_RESERVED_WORDS = 27;
inline constexpr uint32_t LEAF_WORDS = 8;

namespace detail {
/// At least `bytes` bytes, which becomes the size given; on huge pages if large. Throws std::bad_alloc.
void* allocate_records(size_t& bytes);
void free_records(void* p);
}  // namespace detail

/// A read: the word holds `value` before and after.
struct Read {
    uint32_t t_prev;
    uint32_t value;
};

/// A write, or a read and write in one access.
struct Write {
    uint32_t t_prev;
    uint32_t prev;
    uint32_t value;
};

/// What every instruction record begins with; pc and the five fields after t are those of the program table's entry.
struct RecordHeader {
    uint32_t pc;
    uint32_t t;
    Opcode op;
    uint8_t rd, rs1, rs2;
    int32_t imm;
};

/// add_sub, addi, bitwise, shift_left, shift_right, less_than, mul, mulh, div_rem, jalr.
/// Immediate forms (has_immediate_operand, and jalr): rs2 = {0, imm} and is no access. rd = 0: rd = {0, 0, the result
/// that is dropped}. jalr: the target is rs1.value + imm mod 2^32, rd.value the link pc + 4.
struct AluRecord : RecordHeader {
    Read rs1_read;
    Read rs2_read;
    Write rd_write;
};

/// upper (lui, auipc) and jal: rd_write.value is the constant of the table, also when rd = 0 (then t_prev = prev = 0).
struct UpperRecord : RecordHeader {
    Write rd_write;
};

/// branch_equal, branch_less: taken says where it went (pc + imm, else pc + 4).
struct BranchRecord : RecordHeader {
    Read rs1_read;
    Read rs2_read;
    uint32_t taken;
};

/// load_word, load_sub. address = rs1 + imm mod 2^32, the byte address; memory is the whole word that holds it.
struct LoadRecord : RecordHeader {
    uint32_t address;
    Read rs1_read;
    Read memory;
    Write rd_write;
};

/// store_word, store_sub. memory.value is the whole word after the (merged) store.
struct StoreRecord : RecordHeader {
    uint32_t address;
    Read rs1_read;
    Read rs2_read;
    Write memory;
};

/// One memory access of a call at its own time; a read has prev = value.
struct WordAccess {
    uint32_t word;
    uint32_t t;
    uint32_t t_prev;
    uint32_t prev;
    uint32_t value;
};

/// An ecall at t: t0 read t, a0 read t+1, a1 read t+2, t0 written t+3 if returns_value (then t0_write.t_prev = t).
/// It advances the clock by 4 + byte 2 of the word.
///
/// Its accesses are ChunkRecord::accesses[first_access .. first_access + num_accesses), in this order:
///   HALT                       exit code (a0) then halted (1), both at t+1
///   COMMIT                     committed digest word a0, at t+1
///   COMMIT_DEFERRED_PROOFS     deferred digest word a0, at t+1
///   VERIFY_PICO_PROOF          8 words at a0 read t, 8 words at a1 read t+1 (they may overlap), 9 chain words at t+2
///   HINT_READ                  the ceil(a1 / 4) words at a0, at t+1; where the call goes over chunks, those of this
///                              chunk, from the word at a0 + 4 words_before on
///   precompiles                operands that are only read, at t; then the words overwritten or written, at t+1.
///                              Operand order and lengths: call_shape() in call_table.hpp; words ascending in an
///                              operand.
///   WRITE, HINT_LEN, ENTER_UNCONSTRAINED, EXIT_UNCONSTRAINED: none
/// HALT's next pc is 0, that of a HINT_READ whose remaining words are the next chunk's is pc, any other call's pc + 4
/// (an unconstrained block leaves no record: ENTER returns 0).
struct CallRecord {
    uint32_t pc;
    uint32_t t;
    uint32_t word;  ///< value of t0
    uint32_t a0, a1;
    Read t0_read, a0_read, a1_read;
    Write t0_write;  ///< valid if returns_value
    uint32_t returns_value;
    uint32_t first_access;
    uint32_t num_accesses;
    uint32_t words_before;  ///< HINT_READ: words of the operand that earlier chunks wrote
    uint32_t repeats;       ///< HINT_READ: 1 if later chunks write the rest
};

/// A leaf of the memory image with at least one accessed word. t[i] = time of the last access of word 8 leaf + i in the
/// chunk, 0 if untouched (then in[i] = out[i]).
struct TouchedLeaf {
    uint32_t leaf;
    std::array<uint32_t, LEAF_WORDS> in;
    std::array<uint32_t, LEAF_WORDS> t;
    std::array<uint32_t, LEAF_WORDS> out;
};

/// Growing array of plain records: does not initialise what it grows by, and keeps its room when cleared. Large ones
/// sit on huge pages, without which page faults take half the time of recording.
template <class T>
class RecordArray {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    RecordArray() = default;
    RecordArray(RecordArray&& o) noexcept { swap(o); }
    RecordArray& operator=(RecordArray&& o) noexcept {
        RecordArray moved(std::move(o));
        swap(moved);
        return *this;
    }
    ~RecordArray() { detail::free_records(begin_); }

    void reserve(size_t n) {
        if (n <= static_cast<size_t>(limit_ - begin_)) return;
        size_t bytes = n * sizeof(T);
        T* grown = static_cast<T*>(detail::allocate_records(bytes));
        const size_t size = this->size();
        std::copy(begin_, end_, grown);
        detail::free_records(begin_);
        begin_ = grown;
        end_ = begin_ + size;
        limit_ = begin_ + bytes / sizeof(T);
    }
    /// Room for one more record at the end; the caller fills it.
    T& append() {
        if (end_ == limit_) [[unlikely]]
            reserve(size() ? size() * 2 : 1024);
        return *end_++;
    }
    void push_back(const T& v) { append() = v; }
    void clear() { end_ = begin_; }

    size_t size() const { return static_cast<size_t>(end_ - begin_); }
    bool empty() const { return end_ == begin_; }
    T* data() { return begin_; }
    const T* data() const { return begin_; }
    T* begin() { return begin_; }
    T* end() { return end_; }
    const T* begin() const { return begin_; }
    const T* end() const { return end_; }
    T& operator[](size_t i) { return begin_[i]; }
    const T& operator[](size_t i) const { return begin_[i]; }
    operator std::span<const T>() const { return {begin_, size()}; }

  private:
    void swap(RecordArray& o) {
        std::swap(begin_, o.begin_);
        std::swap(end_, o.end_);
        std::swap(limit_, o.limit_);
    }
    T* begin_ = nullptr;
    T* end_ = nullptr;
    T* limit_ = nullptr;
};

/// Everything of one chunk. Records of a class are in order of time; `leaves` is sorted by leaf and includes leaves
/// 0..3 (registers) and RESERVED_WORD / 8 .. as far as they were touched.
struct ChunkRecord {
    uint32_t pc_in = 0;
    uint32_t pc_out = 0;
    uint32_t t_out = FIRST_TIMESTAMP;  ///< time the next instruction would have
    uint64_t cycles = 0;

    RecordArray<AluRecord> add_sub, addi, bitwise, shift_left, shift_right, less_than, mul, mulh, div_rem, jalr;
    RecordArray<UpperRecord> upper, jal;
    RecordArray<BranchRecord> branch_equal, branch_less;
    RecordArray<LoadRecord> load_word, load_sub;
    RecordArray<StoreRecord> store_word, store_sub;
    RecordArray<CallRecord> calls;
    RecordArray<WordAccess> accesses;
    RecordArray<TouchedLeaf> leaves;

    /// Calls f(array) for every array above.
    template <class F>
    void for_each_array(F&& f) {
        f(add_sub), f(addi), f(bitwise), f(shift_left), f(shift_right), f(less_than), f(mul), f(mulh), f(div_rem),
            f(jalr);
        f(upper), f(jal), f(branch_equal), f(branch_less), f(load_word), f(load_sub), f(store_word), f(store_sub);
        f(calls), f(accesses), f(leaves);
    }
    /// Empties the record but keeps its room for the next chunk.
    void clear() {
        pc_in = pc_out = 0;
        t_out = FIRST_TIMESTAMP;
        cycles = 0;
        for_each_array([](auto& array) { array.clear(); });
    }
};

}  // namespace ashlar::rv32
