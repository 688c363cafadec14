// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/bus_contracts.hpp"

#include "libs/chips/buses.hpp"
#include "libs/chips/call_table.hpp"
#include "libs/chips/machine_opcode.hpp"

namespace ashlar::chips {

namespace {

using air::Interval;
using air::MessageRanges;
using air::UNKNOWN;
using air::Wide;
using Alternatives = std::vector<MessageRanges>;

constexpr Interval BIT = {0, 1}, BYTE = {0, 255}, LIMB = {0, 65535}, REGISTER = {0, 31};
/// Every time of a chunk, and the times at which an instruction or call may start (each advances by 4 at least).
constexpr Interval TIME = {0, (1 << 29) - 1}, START = {4, (1 << 29) - 4};
constexpr Interval WORD = {0, (1 << 29) - 1};
/// Distances of branches and jumps (MACHINE.md 2).
constexpr Interval DISTANCE = {-(1 << 20), 1 << 20};

constexpr Interval exactly(Wide x) { return {x, x}; }
bool known(const Interval& i, uint32_t x) { return i == exactly(x); }

Alternatives range_entry(std::span<const Interval> v) {
    const auto bits = static_cast<unsigned>(std::clamp(v[0].hi, Wide{0}, Wide{16}));
    return {{{0, bits}, {0, (1 << bits) - 1}}};
}

Alternatives byte_entry(std::span<const Interval> v) {
    if (known(v[0], BYTE_PAIR)) return {{UNKNOWN, BYTE, BYTE, exactly(0)}};
    return {{{BYTE_PAIR, BYTE_AND}, BYTE, BYTE, BYTE}};
}

/// Entries of one opcode. machine_opcode.hpp says what the fields are.
MessageRanges program_fields(uint32_t op) {
    const Interval pc = {0, 0x77ff'fffc};
    const uint32_t base = op >= OP_WRITES ? op - OP_WRITES : op;
    switch (base) {
        case OP_BEQ:
        case OP_BNE:
        case OP_BLT:
        case OP_BGE:
        case OP_BLTU:
        case OP_BGEU:
            return {pc, exactly(op), REGISTER, REGISTER, REGISTER, DISTANCE, exactly(0)};
        case OP_JAL:
            return {pc, exactly(op), REGISTER, REGISTER, DISTANCE, LIMB, LIMB};
        case OP_JALR:
            return {pc, exactly(op), REGISTER, REGISTER, LIMB, LIMB, LIMB};
        case OP_SLTI:
            return {pc, exactly(op), REGISTER, REGISTER, REGISTER, LIMB, {-(1 << 15), (1 << 15) - 1}};
        default:
            return {pc, exactly(op), REGISTER, REGISTER, REGISTER, LIMB, LIMB};
    }
}

Alternatives program_entry_of(std::span<const Interval> v) {
    if (v[1].width() != 0 || v[1].lo < 1 || v[1].lo > 2 * OP_WRITES) {
        MessageRanges all = program_fields(OP_ADD);
        all[1] = {1, 2 * OP_WRITES};
        all[4] = all[5] = air::hull(LIMB, DISTANCE);
        all[6] = air::hull(LIMB, {-(1 << 15), 0});
        return {all};
    }
    const auto op = static_cast<uint32_t>(v[1].lo), base = op >= OP_SHIFT_16 ? op - OP_SHIFT_16 : op;
    MessageRanges fields = program_fields(op);
    if (base != OP_SLLI && base != OP_SRLI && base != OP_SRAI) return {fields};
    Alternatives out;  // the split position and its powers
    for (int j = 0; j <= 16; j++) {
        fields[4] = exactly(j);
        fields[5] = exactly(1 << j);
        fields[6] = exactly(1 << (16 - j));
        out.push_back(fields);
    }
    return out;
}

/// What receivers on a bus that is no lookup rely on.
MessageRanges promise(uint32_t bus) {
    switch (bus) {
        case BUS_STATE:
            return {UNKNOWN, START};  // the pc is for the program table
        case BUS_MEMORY:
            return {WORD, TIME, LIMB, LIMB};
        case BUS_CALL:
            return {START, BYTE, LIMB, LIMB, LIMB, LIMB};
        case BUS_TREE:
            return {{0, 26}, {0, (1 << 26) - 1}};
        case BUS_HINT:
            return {START, WORD};
        case BUS_SHA_EXTEND: {
            MessageRanges m(3 + 2 * 16, LIMB);
            m[0] = START, m[1] = {0, 12}, m[2] = WORD;
            return m;
        }
        case BUS_SHA_COMPRESS: {
            MessageRanges m(3 + 2 * 8, LIMB);
            m[0] = START, m[1] = {0, 16}, m[2] = WORD;
            return m;
        }
        default:
            return {};
    }
}

Alternatives tells(uint32_t bus, bool sent, std::span<const Interval> v) {
    switch (bus) {
        case BUS_RANGE:
            return sent ? range_entry(v) : Alternatives{};
        case BUS_BYTE:
            return sent ? byte_entry(v) : Alternatives{};
        case BUS_ADDRESS:
            return sent ? Alternatives{{exactly(0), exactly(0)}, {{1, 0x77ff}, exactly(1)}} : Alternatives{};
        case BUS_PROGRAM:
            return sent ? program_entry_of(v) : Alternatives{};
        case BUS_CALL_TABLE:
            if (!sent) return {};
            return {{LIMB, LIMB, BYTE, {4, max_call_advance()}, BIT, BIT, BIT, BIT}};
        default:
            return sent || promise(bus).empty() ? Alternatives{} : Alternatives{promise(bus)};
    }
}

MessageRanges asks(uint32_t bus, bool sent) {
    if (!sent) return {};
    MessageRanges m = promise(bus);
    switch (bus) {
        case BUS_STATE:
            m[1] = {START.lo + 4, START.hi + max_call_advance()};
            break;
        case BUS_TREE:
            m[0] = {-1, 25};
            m[1] = {0, (1 << 27) - 1};
            break;
        case BUS_HINT:
            m[1] = {0, 1 << 30};
            break;
        default:
            break;
    }
    return m;
}

}  // namespace

const air::BusContracts& bus_contracts() {
    static const air::BusContracts contracts = {tells, asks};
    return contracts;
}

}  // namespace ashlar::chips
