// SPDX-License-Identifier: Apache-2.0
#include "test/bench/ethereum/guest_profile.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <type_traits>

namespace ashlar::bench {
namespace {

/// A function's name as the map has it, without its parameters.
std::string readable(std::string name) {
    int status = 0;
    if (char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status)) {
        name = text;
        std::free(text);
    }
    // The parameter list begins at the first '(' outside of template arguments that is not "(anonymous namespace)".
    int depth = 0;
    for (size_t i = 0; i < name.size(); i++) {
        if (name[i] == '<') depth++;
        if (name[i] == '>') depth--;
        if (name[i] != '(' || depth != 0) continue;
        if (name.compare(i, 11, "(anonymous ") == 0) {
            i = name.find(')', i);
            continue;
        }
        name.resize(i);
        break;
    }
    return name;
}

constexpr uint8_t RETURN_ADDRESS = 1;

/// Follows calls and returns by the registers that the ABI gives them.
class CallStack {
  public:
    explicit CallStack(size_t rest) : phase_(rest) { stack_.push_back({0, rest}); }
    size_t phase() const { return phase_; }
    void call(uint32_t return_pc, size_t phase_of_callee) {
        if (phase_of_callee != NONE) phase_ = phase_of_callee;
        stack_.push_back({return_pc, phase_});
    }
    /// A jump that leaves no return address: what is entered replaces the function that jumped.
    void tail_call(size_t phase_of_callee) {
        if (phase_of_callee == NONE) return;
        phase_ = phase_of_callee;
        stack_.back().phase = phase_;
    }
    void return_to(uint32_t pc) {
        size_t depth = stack_.size();
        while (depth > 1 && stack_[depth - 1].return_pc != pc) depth--;
        if (depth <= 1) return;  // no return after all
        stack_.resize(depth - 1);
        phase_ = stack_.back().phase;
    }
    static constexpr size_t NONE = SIZE_MAX;

  private:
    struct Frame {
        uint32_t return_pc;
        size_t phase;  ///< while this function itself runs
    };
    std::vector<Frame> stack_;
    size_t phase_;
};

/// pcs of a chunk in the order of execution. Instructions are at least four ticks apart, so t / 4 tells them apart.
void order(rv32::ChunkRecord& record, std::vector<uint32_t>& pcs) {
    pcs.assign(record.t_out / 4 + 1, 0);
    record.for_each_array([&](auto& array) {
        using Record = std::remove_cvref_t<decltype(array[0])>;
        if constexpr (requires(const Record& r) { r.pc; })
            for (const Record& r : array) pcs[r.t / 4] = r.pc;
    });
    pcs.erase(std::remove(pcs.begin(), pcs.end(), 0u), pcs.end());
}

}  // namespace

HostResult<Symbols> Symbols::read(const std::filesystem::path& map) {
    std::ifstream in(map);
    if (!in) return Fail{Error{"map_unreadable", map.string(), "build the guest programs"}};
    Symbols symbols;
    // Columns: address, load address, size, alignment, then at growing depth: output section, input section, symbol.
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string vma, lma, size, alignment;
        if (!(fields >> vma >> lma >> size >> alignment)) continue;
        const auto rest_at = static_cast<size_t>(fields.tellg());
        if (vma.find_first_not_of("0123456789abcdef") != std::string::npos || rest_at >= line.size()) continue;
        const size_t name_at = line.find_first_not_of(' ', rest_at);
        if (name_at == std::string::npos || name_at - rest_at < 17) continue;  // a section, not a symbol
        const std::string name = line.substr(name_at);
        if (name.starts_with("$") || name.starts_with(".L")) continue;
        symbols.functions_.push_back({static_cast<uint32_t>(std::stoul(vma, nullptr, 16)), readable(name)});
    }
    if (symbols.functions_.empty()) return Fail{Error{"map_unreadable", map.string() + " names no function", ""}};
    std::sort(symbols.functions_.begin(), symbols.functions_.end(),
              [](const Function& a, const Function& b) { return a.address < b.address; });
    return symbols;
}

size_t Symbols::find(uint32_t pc) const {
    const auto it = std::upper_bound(functions_.begin(), functions_.end(), pc,
                                     [](uint32_t at, const Function& f) { return at < f.address; });
    return it == functions_.begin() ? 0 : static_cast<size_t>(it - functions_.begin()) - 1;
}

HostResult<GuestProfile> profile(const rv32::Program& program, rv32::Stdin in, const Symbols& symbols,
                                 const std::vector<Phase>& phases) {
    const size_t rest = phases.size(), instructions = program.instructions.size();
    // Phase that begins at an instruction.
    std::vector<size_t> begins(instructions, CallStack::NONE);
    for (size_t p = 0; p < phases.size(); p++)
        for (const std::string& function : phases[p].functions) {
            bool found = false;
            for (size_t i = 0; i < symbols.size(); i++) {
                if (symbols.name(i) != function || !program.contains(symbols.address(i))) continue;
                begins[(symbols.address(i) - program.pc_base) / 4] = p;
                found = true;
            }
            if (!found) return Fail{Error{"unknown_phase_function", function, "it must not be inlined"}};
        }

    rv32::ExecuteOptions options;
    options.chunk_cycles = uint64_t{1} << 19;
    ASHLAR_ASSIGN(rv32::ChunkCursor cursor, rv32::ChunkCursor::make(program, std::move(in), options));
    std::vector<std::vector<uint64_t>> counts(rest + 1, std::vector<uint64_t>(instructions));
    CallStack stack(rest);
    std::vector<uint32_t> pcs;
    rv32::ChunkRecord record;
    const auto index = [&](uint32_t pc) { return (pc - program.pc_base) / 4; };
    uint32_t last = 0;  // the jump that the next instruction follows; 0 if it was none
    while (const auto chunk = cursor.next()) {
        record = rv32::record_chunk(program, *chunk, std::move(record));
        order(record, pcs);
        for (const uint32_t pc : pcs) {
            if (last) {
                const rv32::Instruction& jump = program.instructions[index(last)];
                if (jump.rd == RETURN_ADDRESS)
                    stack.call(last + 4, begins[index(pc)]);
                else if (jump.op == rv32::Opcode::jalr && jump.rs1 == RETURN_ADDRESS)
                    stack.return_to(pc);
                else
                    stack.tail_call(begins[index(pc)]);
            }
            counts[stack.phase()][index(pc)]++;
            const rv32::Opcode op = program.instructions[index(pc)].op;
            last = op == rv32::Opcode::jal || op == rv32::Opcode::jalr ? pc : 0;
        }
    }
    GuestProfile result;
    result.report = cursor.report();
    result.phases.assign(rest + 1, 0);
    result.functions.assign(rest + 1, std::vector<uint64_t>(symbols.size()));
    std::vector<size_t> function_of(instructions);
    for (size_t i = 0; i < instructions; i++) function_of[i] = symbols.find(program.pc_of(i));
    for (size_t p = 0; p <= rest; p++)
        for (size_t i = 0; i < instructions; i++) {
            result.phases[p] += counts[p][i];
            result.functions[p][function_of[i]] += counts[p][i];
        }
    return result;
}

const std::vector<Phase>& subblock_phases() {
    static const std::vector<Phase> phases = {
        {"evm", {"ashlar::evm::Evm::execute"}},
        {"witness_check",
         {"ashlar::mpt::read_stream", "ashlar::ethereum::read_codes", "ashlar::ethereum::Ancestors::make"}},
        {"key_recovery", {"ashlar::ethereum::recover_sender", "ashlar::ethereum::recover_authority"}},
        {"post_state_root", {"ashlar::ethereum::State::commit"}},
        {"input",
         {"ashlar::guest::read_input", "ashlar::ethereum::SubblockEnvironment::decode",
          "ashlar::ethereum::decode_header"}},
        {"transactions",
         {"ashlar::ethereum::decode_transaction", "ashlar::ethereum::split_items", "ashlar::ethereum::list_digest"}},
        {"receipts", {"ashlar::ethereum::append_receipt"}},
        {"public_values", {"ashlar::guest::commit", "ashlar::guest::finish"}},
    };
    return phases;
}

HostResult<Guest> load_guest(const std::filesystem::path& elf) {
    std::ifstream in(elf, std::ios::binary);
    if (!in) return Fail{Error{"guest_unreadable", elf.string(), "build the guest programs"}};
    const Bytes file(std::istreambuf_iterator<char>(in), {});
    ASHLAR_ASSIGN(rv32::Program program, rv32::load_elf(file));
    ASHLAR_ASSIGN(Symbols symbols, Symbols::read(elf.string() + ".map"));
    return Guest{std::move(program), std::move(symbols)};
}

}  // namespace ashlar::bench
