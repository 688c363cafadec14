// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/code.hpp"

#include <algorithm>

namespace ashlar::evm {
namespace {

constexpr uint8_t PUSH1 = 0x60, PUSH32 = 0x7f, JUMPDEST = 0x5b;
/// Recursive look-backs allowed for one jump before the whole code is read instead.
constexpr unsigned LOOK_BACK_BUDGET = 16;

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

/// An instruction starts at `position` unless a push instruction among the 32 bytes before reaches over it.
bool Code::is_boundary(uint32_t position, unsigned& budget) const {
    const uint32_t first = position > 32 ? position - 32 : 0;
    for (uint32_t s = position; s-- > first;) {
        const uint8_t op = data_[s];
        if (op < PUSH1 || op > PUSH32 || uint32_t{op} - PUSH1 + 1 < position - s) continue;
        if (budget == 0) return false;
        budget--;
        if (is_boundary(s, budget)) return false;
        if (budget == 0) return false;
    }
    return true;
}

bool Code::check_jumpdest(uint32_t target) const {
    if (complete_) return false;
    if (known_.empty()) known_.resize((size_ + 7) / 8);
    unsigned budget = LOOK_BACK_BUDGET;
    if (is_boundary(target, budget)) {
        known_[target / 8] |= static_cast<uint8_t>(1u << (target % 8));
        return true;
    }
    if (budget > 0) return false;
    analyze();
    return known_[target / 8] >> (target % 8) & 1;
}

void Code::analyze() const {
    for (size_t i = 0; i < size_; i++) {
        const uint8_t op = data_[i];
        if (op == JUMPDEST)
            known_[i / 8] |= static_cast<uint8_t>(1u << (i % 8));
        else if (op >= PUSH1 && op <= PUSH32)
            i += op - PUSH1 + 1u;
    }
    complete_ = true;
}

std::array<uint8_t, 23> delegation_designator(const Address& target) {
    std::array<uint8_t, 23> code{0xef, 0x01, 0x00};
    std::copy(target.begin(), target.end(), code.begin() + 3);
    return code;
}

}  // namespace ashlar::evm
