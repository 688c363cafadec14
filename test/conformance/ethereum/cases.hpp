// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>

#include "libs/ethereum/native.hpp"

namespace ashlar::conformance {

/// What became of the cases, by name of the reason where one was left out.
struct Tally {
    size_t ran = 0, passed = 0, blocks = 0, refused = 0, guest_blocks = 0;
    /// Refusals under another name than the case allows; each is a failure too.
    size_t other_names = 0;
    std::map<std::string, size_t> skipped;
    std::vector<std::string> failures;
};

/// The rules of a case: forks that start at block 0, or a transition, which happens at time 15000 in these formats.
/// `settings` is the case's own `config` object, if it has one: chain id and blob schedule. nullopt for other networks.
std::optional<ethereum::ChainConfig> config_of(std::string_view network, const boost::json::value* settings);

/// What else is to be done with a valid block, on the witness of the whole state before it; the text says what is
/// wrong, empty if nothing.
using BlockCheck = std::function<std::string(const ethereum::ChainConfig&, BytesView rlp, const ethereum::Witness&)>;

/// A case of the BlockchainTests format: every block is executed on the state that the one before left; invalid ones
/// must be refused with a name that the case allows.
void run_blockchain_case(const std::string& name, const boost::json::object& test, Tally& tally,
                         const BlockCheck* check);
/// A case of the execution-spec-tests' state test format, for each fork and index of its `post`.
void run_state_case(const std::string& name, const boost::json::object& test, Tally& tally);

/// True if `actual` is one of the names in `expected` ("A|B"), letter for letter.
bool allows(std::string_view expected, std::string_view actual);

}  // namespace ashlar::conformance
