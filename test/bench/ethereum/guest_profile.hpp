// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/rv32/executor.hpp"

/// Where a guest program spends its cycles, found by watching it from outside: the program is the one that is proven.
namespace ashlar::bench {

/// Functions of a linked guest program, from the linker's map that is written beside it (NAME.map).
class Symbols {
  public:
    /// Error codes: map_unreadable.
    static HostResult<Symbols> read(const std::filesystem::path& map);

    size_t size() const { return functions_.size(); }
    /// Demangled, without parameters.
    const std::string& name(size_t index) const { return functions_[index].name; }
    uint32_t address(size_t index) const { return functions_[index].address; }
    /// The function that holds `pc`: the one with the highest address that is not above it; 0 if there is none.
    size_t find(uint32_t pc) const;

  private:
    struct Function {
        uint32_t address;
        std::string name;
    };
    std::vector<Function> functions_;  ///< by rising address
};

/// A part of a program: what runs inside these functions, calls included, unless another part's function is entered.
struct Phase {
    std::string name;
    std::vector<std::string> functions;
};

struct GuestProfile {
    rv32::ExecuteReport report;
    /// Cycles of each phase, in order; the last entry is what belongs to none.
    std::vector<uint64_t> phases;
    /// Cycles by phase and function (index in Symbols): [phase][function].
    std::vector<std::vector<uint64_t>> functions;
};

/// Runs a program to its end and attributes each of its cycles. Error codes: out_of_memory, unknown_phase_function (a
/// phase names a function that was inlined away or does not exist).
HostResult<GuestProfile> profile(const rv32::Program& program, rv32::Stdin in, const Symbols& symbols,
                                 const std::vector<Phase>& phases);

/// The phases of the subblock program.
const std::vector<Phase>& subblock_phases();

/// Loads NAME and NAME.map from the folder of guest programs. Error codes: those of load_elf, guest_unreadable,
/// map_unreadable.
struct Guest {
    rv32::Program program;
    Symbols symbols;
};
HostResult<Guest> load_guest(const std::filesystem::path& elf);

}  // namespace ashlar::bench
