// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/chain_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/json_file.hpp"

namespace ashlar::ethereum {

namespace {

namespace json = boost::json;

/// Forks that start at a time, in their order: `<name>Time` is the key. What a chain has must rise.
struct Fork {
    std::string_view name;
    uint64_t ChainConfig::* time;  ///< null: a fork of blob parameters alone (EIP-7892), which may be left out
    int mainnet_blobs = -1;        ///< index of mainnet's parameters, which hold if blobSchedule has none
};
constexpr Fork FORKS[] = {
    {"shanghai", &ChainConfig::shanghai_time},
    {"cancun", &ChainConfig::cancun_time, 0},
    {"prague", &ChainConfig::prague_time, 1},
    {"osaka", &ChainConfig::osaka_time},
    {"bpo1", nullptr},
    {"bpo2", nullptr},
    {"bpo3", nullptr},
    {"bpo4", nullptr},
    {"bpo5", nullptr},
    {"amsterdam", &ChainConfig::amsterdam_time},
};
/// Keys that are read besides the forks' times.
constexpr std::string_view READ[] = {"chainId", "mergeNetsplitBlock", "blobSchedule", "depositContractAddress"};
/// Keys of geth's genesis files about what ended with the merge (params/config.go, ChainConfig, and its older
/// versions).
constexpr std::string_view BEFORE_MERGE[] = {
    "homesteadBlock",
    "daoForkBlock",
    "daoForkSupport",
    "eip150Block",
    "eip150Hash",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "petersburgBlock",
    "constantinopleBlock",
    "istanbulBlock",
    "muirGlacierBlock",
    "berlinBlock",
    "londonBlock",
    "arrowGlacierBlock",
    "grayGlacierBlock",
    "mergeForkBlock",
    "ethash",
    "terminalTotalDifficulty",
    "terminalTotalDifficultyPassed",
    "terminalBlockHash",
    "clique",
};

/// Flags of geth's that may stand there if they are off.
constexpr std::string_view SWITCHED_OFF[] = {"enableUBTAtGenesis", "enableVerkleAtGenesis"};

template <class List>
bool contains(const List& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

const Fork* fork_of(std::string_view name) {
    const auto* f = std::find_if(std::begin(FORKS), std::end(FORKS), [&](const Fork& k) { return k.name == name; });
    return f == std::end(FORKS) ? nullptr : f;
}

std::string known_keys() {
    std::vector<std::string> keys(std::begin(READ), std::end(READ));
    for (const Fork& f : FORKS) keys.push_back(std::string(f.name) + "Time");
    return fmt::format("known are {}, and without effect {}", fmt::join(keys, ", "), fmt::join(BEFORE_MERGE, ", "));
}

/// Refuses a key that would be passed over. A fork that never starts (null) changes nothing, whichever it is.
HostResult<void> check_key(std::string_view key, const json::value& value) {
    if (contains(READ, key) || contains(BEFORE_MERGE, key)) return {};
    const bool time = key.ends_with("Time");
    if (time && (value.is_null() || fork_of(key.substr(0, key.size() - 4)))) return {};
    if (time)
        return fail(
            "chain_config", fmt::format("{} starts a fork that is not supported", key),
            fmt::format("the last supported one is Amsterdam, with blob parameters up to bpo5; {}", known_keys()));
    if (contains(SWITCHED_OFF, key) && value.is_bool() && !value.get_bool()) return {};
    return fail("chain_config", fmt::format("unknown key {}", key), known_keys());
}

/// An entry of blobSchedule.
HostResult<BlobParameters> blob_parameters(std::string_view fork, const json::value& value) {
    const auto bad = [&] {
        return fail(
            "chain_config", fmt::format("blobSchedule.{} is wrong", fork),
            "it has target, max (1 to 4096, at least target) and baseFeeUpdateFraction (1 to 2^40 - 1), no more");
    };
    if (!value.is_object()) return bad();
    const json::object& e = value.get_object();
    const auto target = json_number(e.if_contains("target")), max = json_number(e.if_contains("max"));
    const auto fraction = json_number(e.if_contains("baseFeeUpdateFraction"));
    if (e.size() != 3 || !target || !max || !fraction || *target > *max || *max == 0 || *max > 4096 || *fraction == 0 ||
        *fraction >> 40)
        return bad();
    return BlobParameters{0, static_cast<uint32_t>(*target), static_cast<uint32_t>(*max), *fraction};
}

}  // namespace

HostResult<ChainConfig> parse_chain_config(std::string_view text) {
    ASHLAR_ASSIGN(const json::value document, parse_json(text, "chain_config"));
    if (!document.is_object()) return fail("chain_config", "the chain configuration is no object");
    const json::object* o = &document.get_object();
    if (const json::value* inner = o->if_contains("config")) {
        if (!inner->is_object()) return fail("chain_config", "`config` is no object");
        o = &inner->get_object();
    }
    for (const auto& [key, value] : *o) ASHLAR_TRY(check_key(key, value));
    const auto chain_id = json_number(o->if_contains("chainId"));
    if (!chain_id) return fail("chain_config", "chainId is missing", "give the `config` object of a genesis file");
    ChainConfig c = base_config(*chain_id);
    const auto given = [&](std::string_view key) -> const json::value* {
        const json::value* v = o->if_contains(key);
        return v && !v->is_null() ? v : nullptr;
    };
    if (const json::value* v = given("mergeNetsplitBlock")) {
        const auto block = json_number(v);
        if (!block) return fail("chain_config", "mergeNetsplitBlock is no number");
        c.paris_block = *block;
    }
    if (const json::value* v = given("depositContractAddress")) {
        const auto a = v->is_string() ? fixed_from_hex<20>(v->get_string()) : std::nullopt;
        if (!a) return fail("chain_config", "depositContractAddress is no address");
        c.deposit_contract = *a;
    }
    const json::value* schedule = given("blobSchedule");
    if (schedule && !schedule->is_object()) return fail("chain_config", "blobSchedule is no object");
    static const json::object NO_ENTRIES;
    const json::object& entries = schedule ? schedule->get_object() : NO_ENTRIES;
    for (const auto& [name, entry] : entries)
        if (const Fork* f = fork_of(name); !f || f->name == "shanghai")
            return fail("chain_config",
                        fmt::format("blobSchedule.{} is of a fork that is not supported", std::string_view(name)),
                        "known are cancun, prague, osaka, bpo1 to bpo5, and amsterdam");

    const ChainConfig mainnet = *known_chain("mainnet");
    uint64_t last = 0;
    bool ended = false;  // a fork with rules of its own has no time: nothing may start behind it
    for (const Fork& f : FORKS) {
        const std::string key = std::string(f.name) + "Time";
        const json::value* v = given(key);
        const auto time = json_number(v);
        if (v && !time) return fail("chain_config", key + " is no number");
        std::optional<BlobParameters> blobs;
        if (const json::value* entry = entries.if_contains(f.name); entry && !entry->is_null()) {
            ASHLAR_ASSIGN(blobs, blob_parameters(f.name, *entry));
        }
        if (!time) {
            ended |= f.time != nullptr;
            continue;  // an entry of a fork that never starts says nothing
        }
        if (ended || *time < last)
            return fail("chain_config", fmt::format("{} starts before the forks that precede it", f.name),
                        "times of shanghai, cancun, prague, osaka, bpo1 ... bpo5, amsterdam rise, none but bpo1 to "
                        "bpo5 left out");
        last = *time;
        if (f.time) c.*f.time = *time;
        if (!blobs && f.mainnet_blobs >= 0) blobs = mainnet.blobs[static_cast<size_t>(f.mainnet_blobs)];
        if (!blobs && !f.time)
            return fail("chain_config", fmt::format("{} has no entry in blobSchedule", key),
                        fmt::format("add blobSchedule.{} with target, max and baseFeeUpdateFraction", f.name));
        if (!blobs) continue;
        blobs->timestamp = *time;
        c.blobs.push_back(*blobs);
    }
    return c;
}

HostResult<ChainConfig> load_chain(const std::string& name_or_file) {
    if (auto known = known_chain(name_or_file)) return *known;
    auto text = read_file(name_or_file);
    if (!text)
        return fail("unknown_chain", "`" + name_or_file + "` is neither a known chain nor a readable file",
                    "use mainnet, sepolia, holesky, hoodi, or a file with a genesis `config`");
    return parse_chain_config({reinterpret_cast<const char*>(text->data()), text->size()});
}

}  // namespace ashlar::ethereum
