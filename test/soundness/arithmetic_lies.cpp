// SPDX-License-Identifier: Apache-2.0
// Lies about instructions that compute or compare: registers hold what suits the lie, so that everything else about the
// row is in order.
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

using namespace chips;

namespace {

F bit(bool x) { return x ? F::ONE : F::ZERO; }

/// x < y, or not, by wrong signs or a wrong borrow.
struct Comparison {
    std::string_view what;
    bool is_signed;
    uint32_t x, y;
    bool sign_x, sign_y, borrow, less;
};
constexpr Comparison COMPARISONS[] = {
    {"unsigned 2^16 is less than 0, as a negative number", false, 0x10000, 0, true, false, false, true},
    {"unsigned 0 is not less than 2^16, a negative number", false, 0, 0x10000, false, true, false, false},
    {"2^16 is negative", true, 0x10000, 0, true, false, false, true},
    {"0 is not less than 2^16, which is negative", true, 0, 0x10000, false, true, false, false},
    {"5 is less than 5 by a borrow between the limbs", false, 5, 5, false, false, true, true},
    {"5 is less than 5 by a borrow from the high limb", false, 5, 5, false, false, false, true},
};

void comparison_lies(const Lab& lab, std::vector<Lie>& out) {
    for (const Comparison& c : COMPARISONS) {
        using Less = LessThanChip<false>;
        auto less =
            find_row<Less>(lab, [&](const auto& m) { return (c.is_signed ? m.is_signed : m.is_unsigned) == F::ONE; });
        auto& l = less.main;
        fill_limbs(l.a.prev, c.x), fill_limbs(l.operand.access.prev, c.y);
        l.sign = bit(c.sign_x), l.operand.sign = bit(c.sign_y), l.borrow = bit(c.borrow), l.less = bit(c.less);
        out.push_back(make_lie<Less>(std::string(c.what), less));

        auto branch = find_row<BranchLessChip>(
            lab, [&](const auto& m) { return (c.is_signed ? m.is_blt : m.is_bltu) == F::ONE; });
        auto& b = branch.main;
        fill_limbs(b.a.prev, c.x), fill_limbs(b.b.prev, c.y);
        b.sign_a = bit(c.sign_x), b.sign_b = bit(c.sign_y), b.borrow = bit(c.borrow), b.taken = bit(c.less);
        out.push_back(make_lie<BranchLessChip>(std::string(c.what), branch));
    }
    // With an immediate y: x is y's low limb, so that x >= y whether or not y is negative.
    using LessImmediate = LessThanChip<true>;
    const auto immediate = [&](std::string what, bool is_signed, bool sign, bool borrow) {
        auto row = find_row<LessImmediate>(lab, [&](const auto& m) {
            return (is_signed ? m.is_signed : m.is_unsigned) == F::ONE && (is_signed || m.operand.imm[1].is_zero());
        });
        auto& m = row.main;
        m.a.prev[0] = m.operand.imm[0], m.a.prev[1] = F::ZERO;
        m.sign = bit(sign), m.borrow = bit(borrow), m.less = F::ONE;
        out.push_back(make_lie<LessImmediate>(std::move(what), row));
    };
    immediate("an unsigned number equal to the immediate is less, as a negative number", false, true, false);
    immediate("a positive number is negative, less than an immediate", true, true, false);
    immediate("a number is less than itself by a borrow between the limbs", false, false, true);
    immediate("a number is less than itself by a borrow from the high limb", false, false, false);
    // Equality.
    for (size_t limb = 0; limb < 2; limb++) {
        auto row = find_row<BranchEqualChip>(lab, [](const auto& m) { return m.is_beq == F::ONE; });
        auto& m = row.main;
        fill_limbs(m.a.prev, 7), fill_limbs(m.b.prev, 7);
        m.b.prev[limb] += F::ONE;
        m.taken = F::ONE;
        m.witness[0] = m.witness[1] = F::ZERO;
        out.push_back(make_lie<BranchEqualChip>("beq is taken though limb " + std::to_string(limb) + " differs", row));
    }
}

/// The one-hot flags of bitwise instructions: two of them 1 and the third -1.
template <bool IMMEDIATE>
void bitwise_lies(const Lab& lab, std::vector<Lie>& out) {
    using Chip = BitwiseChip<IMMEDIATE>;
    const auto lie = [&](std::string what, size_t negative, std::optional<uint32_t> op) {
        auto row = find_row<Chip>(lab, [](const auto& m) { return m.is_or == F::ONE; });
        auto& m = row.main;
        m.is_and = m.is_or = m.is_xor = F::ONE;
        (negative == 0 ? m.is_and : negative == 1 ? m.is_or : m.is_xor) = -F::ONE;
        fill_bytes(m.a, 1);
        std::optional<ProgramEntry> entry;
        if (op) {  // of rs1 and x0, or with the immediate 0
            for (F& byte : m.operand.bytes) byte = F::ZERO;
            if constexpr (!IMMEDIATE) m.operand.rs2 = F::ZERO;
            entry =
                ProgramEntry{.pc = m.cpu.pc.canonical(), .op = *op, .rd = m.rd.canonical(), .rs1 = m.rs1.canonical()};
        }
        for (size_t i = 0; i < 4; i++)
            m.both[i] =
                F::from_canonical(m.a[i].canonical() & m.operand.bytes[IMMEDIATE && i == 3 ? 2 : i].canonical());
        out.push_back(make_lie<Chip>(std::move(what), row, entry));
    };
    // and + xor - or has or's opcode and gives 0; the others have that of an instruction of another chip.
    lie("an or gives 0", 1, std::nullopt);
    if constexpr (IMMEDIATE) {
        lie("1 << x0 is 2", 0, OP_SLL);
        lie("1 ^ x0 is 0", 2, OP_XOR);
    } else {
        lie("1 & 0 is 2", 0, OP_ANDI);
        lie("1 + 0 is 0", 2, OP_ADDI);
    }
}

template <bool IMMEDIATE>
void shift_right_lies(const Lab& lab, std::vector<Lie>& out) {
    using Chip = ShiftRightChip<IMMEDIATE>;
    for (bool arithmetic : {false, true}) {
        const auto power_rest = [](const auto& m) {
            if constexpr (IMMEDIATE)
                return m.amount.power_rest;
            else
                return m.amount.power_k_rest;
        };
        auto row = find_row<Chip>(lab, [&](const auto& m) {
            const bool shifts = m.amount.by_16 == F::ONE || power_rest(m) != F::from_canonical(1 << 16);
            return shifts && (arithmetic ? m.is_arithmetic : m.is_logical) == F::ONE;
        });
        auto& m = row.main;
        m.sign = F::ONE - m.sign;
        const F rest = power_rest(m);
        const F by_16 = m.amount.by_16, top = m.a.high[1] + m.sign * (F::from_canonical(1 << 16) - rest);
        m.result[0] = (F::ONE - by_16) * (m.a.high[0] + m.a.low[1] * rest) + by_16 * top;
        m.result[1] = (F::ONE - by_16) * top + by_16 * m.sign * F::from_canonical(65535);
        out.push_back(
            make_lie<Chip>(arithmetic ? "a shift fills with the wrong sign" : "a logical shift fills with ones", row));
    }
}

void mulh_lies(const Lab& lab, std::vector<Lie>& out) {
    for (bool is_signed : {false, true})
        for (bool of_x : {false, true}) {
            auto row =
                find_row<MulhChip>(lab, [&](const auto& m) { return (is_signed ? m.is_mulh : m.is_mulhu) == F::ONE; });
            auto& m = row.main;
            const uint32_t x = 3, y = 5;
            fill_bytes(m.x.bytes, x), fill_bytes(m.y.bytes, y);
            for (F& limb : m.product) limb = F::ZERO;
            m.product[0] = F::from_canonical(x * y);
            m.sign_x = bit(of_x), m.sign_y = bit(!of_x);
            fill_limbs(m.result, of_x ? -y : -x);
            out.push_back(make_lie<MulhChip>(
                is_signed ? "a positive factor is negative" : "an unsigned factor is negative", row));
        }
}

struct Division {
    std::string_view what;
    bool is_signed;
    int64_t a, d, q, r;
    bool divisor_zero = false;
};
constexpr int64_t TWO_32 = int64_t{1} << 32;
constexpr Division DIVISIONS[] = {
    {"an unsigned dividend is negative", false, -2, 5, 0, -2},
    {"an unsigned divisor is negative", false, 0x8000'0000, -int64_t{0x9000'0000}, 0, 0x8000'0000},
    {"4 is negative", true, 4 - TWO_32, 2, 2 - TWO_32 / 2, 0},
    {"2 is negative", true, 4, 2 - TWO_32, 0, 4},
    {"3 is divided by 5 as by 0", true, 3, 5, -1, 8, true},
    {"the remainder is larger than the divisor", false, 5, 2, 1, 3},
    {"0 / 2^24 is 2^24, modulo 2^48", false, 0, 1 << 24, 1 << 24, 0},
};

DivRemChip::Main<F> divide(DivRemChip::Main<F> m, const Division& c) {
    const auto word = [](int64_t x) { return static_cast<uint32_t>(x); };
    fill_limbs(m.a.prev, word(c.a));
    fill_bytes(m.divisor.bytes, word(c.d));
    fill_bytes(m.quotient, word(c.q));
    fill_limbs(m.remainder, word(c.r));
    m.sign_a = bit(c.a < 0), m.sign_d = bit(c.d < 0), m.sign_q = bit(c.q < 0), m.sign_r = bit(c.r < 0);
    m.divisor_zero = bit(c.divisor_zero);
    const int64_t slack = (c.d < 0 ? -c.d : c.d) - (c.r < 0 ? -c.r : c.r) - 1;
    m.slack_low = F::from_canonical(static_cast<uint32_t>(slack) & 0xffff);
    m.divisor_inverse = c.divisor_zero ? F::ZERO : (m.divisor.low() + m.divisor.high()).inverse();
    return m;
}

void division_lies(const Lab& lab, std::vector<Lie>& out) {
    const auto row_of = [&](bool is_signed) {
        return find_row<DivRemChip>(lab, [&](const auto& m) { return (is_signed ? m.is_div : m.is_divu) == F::ONE; });
    };
    for (const Division& c : DIVISIONS) {
        auto row = row_of(c.is_signed);
        row.main = divide(row.main, c);
        out.push_back(make_lie<DivRemChip>(std::string(c.what), row));
    }
    for (size_t i = 0; i < 4; i++) {
        auto row = row_of(false);
        row.main = divide(row.main, {"", false, 3, 0, TWO_32 - 1, 3, true});
        row.main.quotient[i] = F::ZERO;
        out.push_back(make_lie<DivRemChip>("3 / 0 has a byte 0", row));
    }
}

}  // namespace

std::vector<Lie> arithmetic_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    comparison_lies(lab, out);
    bitwise_lies<false>(lab, out);
    bitwise_lies<true>(lab, out);
    shift_right_lies<false>(lab, out);
    shift_right_lies<true>(lab, out);
    mulh_lies(lab, out);
    division_lies(lab, out);
    return out;
}

}  // namespace ashlar::test
