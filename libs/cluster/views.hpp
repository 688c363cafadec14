// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/fwd.hpp>
#include <string>

#include "libs/base/error.hpp"
#include "libs/cluster/engine.hpp"
#include "libs/cluster/model.hpp"
#include "libs/cluster/scheduler.hpp"

namespace ashlar::cluster {

// JSON of what goes over the wire or to a client. Reading is total: unknown fields are ignored, missing or mistyped
// ones give the code "json_bad" with the field's name.

boost::json::object to_json(const Job&);
boost::json::object to_json(const Block&);
boost::json::object to_json(const Task&);
boost::json::object to_json(const Attempt&);
boost::json::object to_json(const Node&);
boost::json::object to_json(const Event&);
boost::json::object to_json(const Security&);
boost::json::object to_json(const BlockClaims&);
boost::json::object to_json(const ProgramClaims&);
boost::json::object to_json(const BlockFacts&);
boost::json::object to_json(const ProveOutcome&);  ///< without the proof
boost::json::object to_json(const Error&);

HostResult<boost::json::object> parse_object(std::string_view text);
/// Field readers with defaults: wrong types read as the default.
std::string text_field(const boost::json::object&, std::string_view key);
uint64_t number_field(const boost::json::object&, std::string_view key, uint64_t fallback = 0);
double real_field(const boost::json::object&, std::string_view key);
bool bool_field(const boost::json::object&, std::string_view key);
/// The same, refusing a missing or mistyped field.
HostResult<std::string> need_text(const boost::json::object&, std::string_view key);
/// A whole number; refuses negative, fractional and overflowing ones.
HostResult<uint64_t> need_number(const boost::json::object&, std::string_view key);

/// One line for people.
std::string to_text(const Security&);

/// Refuses fields of a request that nobody reads (code "json_unknown_field"): what their sender wanted would not
/// happen.
HostResult<void> only_fields(const boost::json::object&, const std::vector<std::string_view>& known);

BlockClaims block_claims_from(const boost::json::object&);
ProgramClaims program_claims_from(const boost::json::object&);
BlockFacts block_facts_from(const boost::json::object&);
Error error_from(const boost::json::object&);

}  // namespace ashlar::cluster
