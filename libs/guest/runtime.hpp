// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "libs/base/bytes.hpp"

/// What a guest program is written against. A program defines `int ashlar::guest::program()`: its result is the exit
/// code.
namespace ashlar::guest {

/// The program: called once; 0 means success. The committed values' digest is published after it returns.
int program();

/// Next input buffer, in fresh memory that is never freed; 4-aligned, zero-padded to a multiple of 4. Faults when none
/// is left.
BytesView read_input();

/// Appends to the public values.
void commit(BytesView bytes);

/// Demands a proof of the program with digest `vk` whose public values hash (SHA-256) to `pv`; extends the ABI's
/// deferred digest.
void verify_proof(const uint32_t vk[8], const Bytes32& pv);

/// Commits the digests of the public values and of the demanded proofs, and ends with this exit code.
[[noreturn]] void finish(uint32_t exit_code);

/// Writes to standard error and ends with exit code 1, digests committed.
[[noreturn]] void panic(std::string_view why);

/// Writes a line to standard output.
void print(std::string_view line);

}  // namespace ashlar::guest
