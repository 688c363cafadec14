// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "libs/base/suggest.hpp"

namespace ashlar::cluster {

namespace json = boost::json;

namespace {

template <class T>
json::object fields_of(const T& row) {
    json::object o;
    T::each(row, [&](std::string_view name, const auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        if constexpr (IS_NUMERIC_ID<M>)
            o[name] = static_cast<int64_t>(member);
        else if constexpr (std::is_enum_v<M>)
            o[name] = name_of(member);
        else
            o[name] = member;
    });
    return o;
}

json::value parsed_or_null(const std::string& text) {
    boost::system::error_code ec;
    json::value v = json::parse(text, ec);
    return ec ? json::value() : v;
}

}  // namespace

json::object to_json(const Job& j) {
    json::object o = fields_of(j);
    o.erase("idempotency_key");
    return o;
}
json::object to_json(const Block& b) {
    json::object o = fields_of(b);
    o["claims"] = parsed_or_null(b.claims);
    return o;
}
json::object to_json(const Task& t) {
    json::object o = fields_of(t);
    o["stats"] = parsed_or_null(t.stats);
    o.erase("current");  // attempt ids are secrets between a node and the coordinator
    return o;
}
json::object to_json(const Attempt& a) {
    json::object o = fields_of(a);
    o.erase("id");
    return o;
}
json::object to_json(const Node& n) {
    json::object o = fields_of(n);
    o.erase("instance");
    o["info"] = parsed_or_null(n.info);
    return o;
}
json::object to_json(const Event& e) {
    json::object o = fields_of(e);
    o["payload"] = parsed_or_null(e.payload);
    if (o["payload"].is_object()) o["payload"].as_object().erase("attempt");
    return o;
}
json::object to_json(const Error& e) { return {{"code", e.code}, {"message", e.message}, {"hint", e.hint}}; }

json::object to_json(const Security& s) {
    return {{"minimum_over_rounds_bits", s.minimum},
            {"sum_over_rounds_bits", s.sum},
            {"without_grinding_bits", s.without_grinding},
            {"rests_on", s.rests_on}};
}
std::string to_text(const Security& s) {
    return fmt::format(
        "{:.0f} bits of security: {:.1f} in the weakest round with grinding, {:.1f} without, {:.1f} over the sum of "
        "all "
        "rounds; {}",
        s.bits, s.minimum, s.without_grinding, s.sum, s.rests_on);
}

namespace {

Security security_from(const json::object& o) {
    Security s;
    s.bits = real_field(o, "security_bits");
    if (const auto* of = o.if_contains("security"); of && of->is_object()) {
        const json::object& f = of->as_object();
        s.minimum = real_field(f, "minimum_over_rounds_bits"), s.sum = real_field(f, "sum_over_rounds_bits");
        s.without_grinding = real_field(f, "without_grinding_bits"), s.rests_on = text_field(f, "rests_on");
    }
    return s;
}

}  // namespace

json::object to_json(const BlockClaims& c) {
    return {{"chain_id", c.chain_id},
            {"number", c.number},
            {"gas_used", c.gas_used},
            {"block_hash", c.block_hash},
            {"parent_hash", c.parent_hash},
            {"state_root_before", c.state_root_before},
            {"state_root", c.state_root},
            {"config_digest", c.config_digest},
            {"security_bits", c.security.bits},
            {"security", to_json(c.security)},
            {"profile", c.profile}};
}
BlockClaims block_claims_from(const json::object& o) {
    BlockClaims c;
    c.chain_id = number_field(o, "chain_id"), c.number = number_field(o, "number"),
    c.gas_used = number_field(o, "gas_used");
    c.block_hash = text_field(o, "block_hash"), c.parent_hash = text_field(o, "parent_hash");
    c.state_root_before = text_field(o, "state_root_before"), c.state_root = text_field(o, "state_root");
    c.config_digest = text_field(o, "config_digest"), c.security = security_from(o);
    c.profile = text_field(o, "profile");
    return c;
}

json::object to_json(const ProgramClaims& c) {
    return {{"committed_digest", c.committed_digest},
            {"vk_digest", c.vk_digest},
            {"profile", c.profile},
            {"exit_code", c.exit_code},
            {"chunks", c.chunks},
            {"security_bits", c.security.bits},
            {"security", to_json(c.security)}};
}
ProgramClaims program_claims_from(const json::object& o) {
    ProgramClaims c;
    c.committed_digest = text_field(o, "committed_digest"), c.vk_digest = text_field(o, "vk_digest");
    c.profile = text_field(o, "profile"), c.exit_code = static_cast<uint32_t>(number_field(o, "exit_code"));
    c.chunks = number_field(o, "chunks"), c.security = security_from(o);
    return c;
}

json::object to_json(const BlockFacts& f) {
    json::array subblocks;
    for (const auto& s : f.subblocks)
        subblocks.push_back(json::object{{"first", s.first}, {"last", s.last}, {"gas", s.gas}});
    return {{"chain_id", f.chain_id},           {"number", f.number},         {"gas_used", f.gas_used},
            {"transactions", f.transactions},   {"timestamp", f.timestamp},   {"hash", f.hash},
            {"parent_hash", f.parent_hash},     {"state_root", f.state_root}, {"fork", f.fork},
            {"subblocks", std::move(subblocks)}};
}
BlockFacts block_facts_from(const json::object& o) {
    BlockFacts f;
    f.chain_id = number_field(o, "chain_id"), f.number = number_field(o, "number"),
    f.gas_used = number_field(o, "gas_used");
    f.transactions = number_field(o, "transactions"), f.timestamp = number_field(o, "timestamp");
    f.hash = text_field(o, "hash"), f.parent_hash = text_field(o, "parent_hash"),
    f.state_root = text_field(o, "state_root");
    f.fork = text_field(o, "fork");
    if (const auto* list = o.if_contains("subblocks"); list && list->is_array())
        for (const auto& v : list->as_array())
            if (v.is_object()) {
                const auto& s = v.as_object();
                f.subblocks.push_back({number_field(s, "first"), number_field(s, "last"), number_field(s, "gas")});
            }
    return f;
}

json::object to_json(const ProveOutcome& p) {
    json::object stages;
    for (const auto& [name, seconds] : p.stages) stages[name] = seconds;
    return {{"chunks", p.chunks},
            {"cycles", p.cycles},
            {"cells", p.cells},
            {"interactions", p.interactions},
            {"seconds", p.seconds},
            {"cpu_seconds", p.cpu_seconds},
            {"stages", std::move(stages)},
            {"committed_digest", p.committed_digest},
            {"vk_digest", p.vk_digest},
            {"uncommitted_bytes", p.uncommitted_bytes},
            {"proof_bytes", p.proof.size()}};
}

Error error_from(const json::object& o) {
    return {text_field(o, "code"), text_field(o, "message"), text_field(o, "hint")};
}

HostResult<json::object> parse_object(std::string_view text) {
    boost::system::error_code ec;
    json::value v = json::parse(json::string_view(text.data(), text.size()), ec);
    if (ec) return fail("json_bad", "not JSON: " + ec.message());
    if (!v.is_object()) return fail("json_bad", "not a JSON object");
    return std::move(v.as_object());
}

std::string text_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_string() ? std::string(v->as_string()) : std::string();
}
uint64_t number_field(const json::object& o, std::string_view key, uint64_t fallback) {
    const auto* v = o.if_contains(key);
    if (v && v->is_int64() && v->as_int64() >= 0) return static_cast<uint64_t>(v->as_int64());
    return v && v->is_uint64() ? v->as_uint64() : fallback;
}
double real_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_double() ? v->as_double() : static_cast<double>(number_field(o, key));
}
bool bool_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_bool() && v->as_bool();
}

HostResult<void> only_fields(const json::object& o, const std::vector<std::string_view>& known) {
    for (const auto& [key, value] : o)
        if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end())
            return fail("json_unknown_field",
                        fmt::format("there is no field '{}'", std::string_view(key).substr(0, 64)),
                        did_you_mean(key, known, "remove it"));
    return {};
}

HostResult<std::string> need_text(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    if (!v || !v->is_string()) return fail("json_bad", fmt::format("field '{}' must be a string", key));
    return std::string(v->as_string());
}
HostResult<uint64_t> need_number(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    if (v && v->is_uint64()) return v->as_uint64();
    if (v && v->is_int64() && v->as_int64() >= 0) return static_cast<uint64_t>(v->as_int64());
    return fail("json_bad", fmt::format("field '{}' must be a whole number", key));
}

}  // namespace ashlar::cluster
