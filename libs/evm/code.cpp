// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/code.hpp"

#include <algorithm>
#include <cstring>

namespace ashlar::evm {
namespace {

constexpr uint8_t PUSH1 = 0x60, PUSH32 = 0x7f, JUMPDEST = 0x5b;
constexpr uint32_t LONGEST_PUSH = 32;
#ifdef __riscv
constexpr size_t WORD_ALIGNMENT = 4;
#else
constexpr size_t WORD_ALIGNMENT = 1;
#endif
/// How far back from a jump target a sure instruction start is looked for before the code is read from its beginning.
constexpr uint32_t LOOK_BACK = 256;
/// surely_starts reads up to this many bytes before the place it is asked about.
constexpr uint32_t WINDOW = 36;

/// Bytes of push data behind an instruction.
constexpr uint32_t data_size(uint8_t op) { return op >= PUSH1 && op <= PUSH32 ? op - PUSH1 + 1u : 0; }

/// True if none of the 32 bytes before `p` could be a push that reaches over it, whether they are instructions or data.
/// Then an instruction starts at p. False says nothing. A push of n bytes at distance d reaches over p if d <= n <= 32,
/// so if its opcode lies in [0x5f + d, 0x7f]: four bytes are compared at a time, each with the bound of the nearest.
[[gnu::always_inline]] inline bool surely_starts(const uint8_t* p) {
#ifdef __riscv
    const uint32_t offset = reinterpret_cast<uintptr_t>(p) & 3;
#else
    constexpr uint32_t offset = 0;
#endif
    for (uint32_t d = 1; d <= offset; d++)
        if (data_size(*(p - d)) >= d) return false;
    const uint8_t* word = p - offset;
    // A byte b < 0x80 is at least t if b + 0x80 - t has its top bit set.
    constexpr uint32_t EACH = 0x01010101;
    uint32_t complement = (0x80 - (PUSH1 - 1) - (offset + 1)) * EACH, reaches = 0;
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < LONGEST_PUSH / 4; i++) {
        word -= 4;
        uint32_t x;
        std::memcpy(&x, __builtin_assume_aligned(word, WORD_ALIGNMENT), 4);
        reaches |= ((x & 0x7f * EACH) + complement) & ~x;
        complement -= 4 * EACH;
    }
    return !(reaches & 0x80 * EACH);
}

/// Distance from `p` of the farthest byte among the WINDOW before it that could be a push reaching over p; 0 if there
/// is none. Four bytes are looked at at a time with the bound of the nearest, so some that do not reach are named too.
/// WINDOW bytes must be there.
inline uint32_t farthest_reach(const uint8_t* p) {
#ifdef __riscv
    const uint32_t offset = reinterpret_cast<uintptr_t>(p) & 3;
#else
    constexpr uint32_t offset = 0;
#endif
    constexpr uint32_t EACH = 0x01010101;
    const uint8_t* word = p - offset - LONGEST_PUSH;
    uint32_t complement = (0x80 - (PUSH1 - 1) - (offset + LONGEST_PUSH - 3)) * EACH;
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < LONGEST_PUSH / 4; i++) {
        uint32_t x;
        std::memcpy(&x, __builtin_assume_aligned(word, WORD_ALIGNMENT), 4);
        const uint32_t reaches = ((x & 0x7f * EACH) + complement) & ~x & 0x80 * EACH;
        if (reaches) {
            const auto distance = static_cast<uint32_t>(p - word);
            return reaches & 0x80       ? distance
                   : reaches & 0x8000   ? distance - 1
                   : reaches & 0x800000 ? distance - 2
                                        : distance - 3;
        }
        word += 4;
        complement += 4 * EACH;
    }
    for (uint32_t d = offset; d > 0; d--)
        if (data_size(*(p - d)) >= d) return d;
    return 0;
}

}  // namespace

Code::Code(BytesView bytes) : size_(bytes.size()), owned_(bytes.size() + CODE_PADDING) {
    std::copy(bytes.begin(), bytes.end(), owned_.begin());
    data_ = owned_.data();
    find_delegate();
}

void Code::find_delegate() {
    if (size_ == 23 && data_[0] == 0xef && data_[1] == 0x01 && data_[2] == 0x00)
        delegate_ = Address::from(BytesView{data_ + 3, 20});
}

bool Code::check_jumpdest(uint32_t target) const {
    // The common case is kept apart: it needs no stack frame.
    if (target >= analyzed_ && target >= WINDOW && !known_.empty() && surely_starts(data_ + target)) {
        known_[target / 8] |= static_cast<uint8_t>(1u << (target % 8));
        return true;
    }
    return search_jumpdest(target);
}

bool Code::search_jumpdest(uint32_t target) const {
    if (target < analyzed_) return false;  // it would be known
    if (known_.empty()) known_.resize((size_ + 7) / 8);
    // A place before the target where an instruction surely starts; then read on from there. Every place that a
    // push-like byte reaches over is in doubt, so the next candidate is the farthest such byte itself.
    uint32_t start = target;
    while (start > 0) {
        uint32_t distance = 0;
        if (start >= WINDOW) {
            distance = farthest_reach(data_ + start);
        } else {
            distance = std::min(start, LONGEST_PUSH);
            while (distance > 0 && data_size(data_[start - distance]) < distance) distance--;
        }
        if (distance == 0) break;
        start -= distance;
        if (target - start > LOOK_BACK) return analyze(target);
    }
    while (start < target) start += 1 + data_size(data_[start]);
    if (start != target) return false;
    known_[target / 8] |= static_cast<uint8_t>(1u << (target % 8));
    return true;
}

bool Code::analyze(uint32_t target) const {
    const uint8_t *p = data_ + analyzed_, *const stop = data_ + target;
    uint8_t* known = known_.data();
    while (p <= stop) {
        const auto op = static_cast<int8_t>(*p);
        if (op == JUMPDEST) {
            const auto i = static_cast<uint32_t>(p - data_);
            known[i / 8] |= static_cast<uint8_t>(1u << (i % 8));
        } else if (op >= PUSH1) {  // the opcodes from 0x80 on are negative
            p += op - PUSH1 + 1;
        }
        p++;
    }
    analyzed_ = static_cast<uint32_t>(p - data_);
    return known[target / 8] >> (target % 8) & 1;
}

std::array<uint8_t, 23> delegation_designator(const Address& target) {
    std::array<uint8_t, 23> code{0xef, 0x01, 0x00};
    std::copy(target.begin(), target.end(), code.begin() + 3);
    return code;
}

}  // namespace ashlar::evm
