// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "libs/machine/statement.hpp"
#include "libs/machine/table.hpp"

/// The machine's debugger: says on concrete rows what a proof would only refuse.
namespace ashlar::machine {

/// What is wrong with a trace; at most `limit` lines: rows that break a constraint ("load_word row 3: constraint 5:
/// cells ..") and messages that do not cancel ("bus 3: (17, 4, 1, 0) left over -1 times, last from addi"). Empty if
/// nothing is. `prep` are the preprocessed tables of the program. Slow (every message of every row goes through a map).
std::vector<std::string> check_trace(std::span<const Table> trace, std::span<const Table> prep,
                                     const Statement& statement, size_t limit = 20);

/// The same for constraints alone, and for the balance alone.
std::vector<std::string> check_constraints(std::span<const Table> trace, std::span<const Table> prep,
                                           size_t limit = 20);
std::vector<std::string> check_balance(std::span<const Table> trace, std::span<const Table> prep,
                                       const Statement& statement, size_t limit = 20);

/// Name of a bus, for messages to people.
std::string bus_name(uint32_t bus);

}  // namespace ashlar::machine
