// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/rv32/assembler.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::test {

/// Loads an ELF that must load; the test aborts otherwise.
inline rv32::Program load(const Bytes& elf) { return std::move(*rv32::load_elf(elf)); }

/// Runs an ELF that must load.
inline rv32::ExecuteReport run_elf(const Bytes& elf, rv32::Stdin in = {}, const rv32::ExecuteOptions& options = {}) {
    return std::move(*rv32::execute(load(elf), std::move(in), options));
}

/// Runs code (with data at DATA_BASE) and appends HALT 0 to it.
inline rv32::ExecuteReport run_code(rv32::Assembler code, const std::vector<uint32_t>& data = {}, rv32::Stdin in = {},
                                    const rv32::ExecuteOptions& options = {}) {
    code.halt();
    return run_elf(make_elf(code, data), std::move(in), options);
}

/// The public values as words.
inline std::vector<uint32_t> committed_words(const rv32::ExecuteReport& r) {
    std::vector<uint32_t> w(r.committed.size() / 4);
    for (size_t i = 0; i < w.size(); i++) w[i] = load_le32(&r.committed[4 * i]);
    return w;
}

}  // namespace ashlar::test
