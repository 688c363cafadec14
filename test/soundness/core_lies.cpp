// SPDX-License-Identifier: Apache-2.0
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

namespace {

void ecall_lies(const Lab& lab, std::vector<Lie>& out) {
    const auto call = [&](uint32_t word) {
        return find_row<chips::EcallChip>(
            lab, [&](const auto& m) { return m.is_real == F::ONE && m.id == F::from_canonical(word & 0xff); });
    };
    auto twice = call(chips::CALL_HINT_READ);
    twice.main.repeats = F::from_canonical(2);
    out.push_back(make_lie<chips::EcallChip>("after a HINT_READ comes the instruction before it", twice));
    auto again = call(chips::CALL_COMMIT);
    again.main.repeats = F::ONE;
    out.push_back(make_lie<chips::EcallChip>("a COMMIT is made once more", again));
    const auto other = call(chips::CALL_COMMIT);
    const chips::ProgramEntry nop = {.pc = other.main.cpu.pc.canonical(), .op = chips::OP_ADDI};
    out.push_back(make_lie<chips::EcallChip>("a call where the program has another instruction", other, nop));
}

}  // namespace

std::vector<Lie> core_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    ecall_lies(lab, out);
    for (const auto& family : {arithmetic_lies, memory_lies, time_lies})
        for (Lie& lie : family()) out.push_back(std::move(lie));
    return out;
}

}  // namespace ashlar::test
