// SPDX-License-Identifier: Apache-2.0
#include "libs/base/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>

#include "libs/base/suggest.hpp"

namespace ashlar {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view PLACEHOLDER = "CHANGE_ME";

std::string upper_env(std::string_view key) {
    std::string s = "ASHLAR_";
    for (const char c : key) s += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return s;
}

std::string type_name(const ConfigKey& k) {
    switch (k.type) {
        case ConfigType::number:
            return k.unit.empty() ? "a whole number" : fmt::format("a whole number of {}", k.unit);
        case ConfigType::boolean:
            return "true or false";
        case ConfigType::url:
            return "a url such as http://host:port";
        case ConfigType::list:
            return "a list";
        case ConfigType::numbers:
            return k.unit.empty() ? "a list of whole numbers" : fmt::format("a list of whole numbers of {}", k.unit);
        case ConfigType::directories:
            return "a list of folders";
        case ConfigType::path:
        case ConfigType::file:
        case ConfigType::directory:
            return "a path";
        case ConfigType::address:
            return "an address and port such as 127.0.0.1:8080 or [::]:8080";
        case ConfigType::choice_or_file:
        case ConfigType::text:
            break;
    }
    return "a text";
}

std::optional<uint64_t> parse_number(std::string_view s) {
    uint64_t v = 0;
    const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (ec != std::errc() || end != s.data() + s.size() || s.empty()) return std::nullopt;
    return v;
}

bool is_url(std::string_view s) {
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"})
        if (s.starts_with(scheme) && s.size() > scheme.size()) return true;
    return false;
}

std::vector<std::string_view> split(std::string_view list) {
    std::vector<std::string_view> out;
    while (!list.empty()) {
        const size_t comma = list.find(',');
        if (comma != 0) out.push_back(list.substr(0, comma));
        list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
    }
    return out;
}

bool is_address(std::string_view s) {
    const size_t colon = s.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto port = parse_number(s.substr(colon + 1));
    std::string host(s.substr(0, colon));
    const bool v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (v6) host = host.substr(1, host.size() - 2);
    uint8_t address[sizeof(in6_addr)];
    return port && *port <= 65535 && ::inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(), address) == 1;
}

bool is_list(ConfigType t) { return t == ConfigType::list || t == ConfigType::numbers || t == ConfigType::directories; }

}  // namespace

const Config::Value& Config::at(std::string_view key) const {
    const auto it = values_.find(key);
    if (it == values_.end()) __builtin_trap();
    return it->second;
}
const std::string& Config::text(std::string_view key) const { return at(key).text; }
const std::string& Config::origin(std::string_view key) const { return at(key).origin; }
uint64_t Config::number(std::string_view key) const { return parse_number(text(key)).value_or(0); }

std::vector<std::string> Config::list(std::string_view key) const {
    const auto parts = split(text(key));
    return {parts.begin(), parts.end()};
}

std::string Config::show(ConfigSchema schema) const {
    std::string out;
    for (const ConfigKey& k : schema)
        out += fmt::format("{}: {}  # {}\n", k.name, has(k.name) ? text(k.name) : "\"\"", origin(k.name));
    return out;
}

/// Collects values from the sources in rising precedence, then checks each.
class ConfigLoader {
  public:
    ConfigLoader(ConfigSchema schema, const ConfigSources& sources) : schema_(schema), sources_(sources) {}

    HostResult<Config> load() {
        for (const ConfigKey& k : schema_) config_.values_[std::string(k.name)] = {std::string(k.fallback), "default"};
        if (sources_.file) {
            ASHLAR_TRY(read_file(*sources_.file, false));
            ASHLAR_TRY(read_drop_ins(sources_.file->parent_path() / "conf.d", true));
            ASHLAR_TRY(read_drop_ins(sources_.file->parent_path() / (sources_.file->stem().string() + ".d"), false));
        }
        for (const ConfigKey& k : schema_) {
            const std::string name = upper_env(k.name);
            const char* value = sources_.env ? sources_.env(name.c_str()) : std::getenv(name.c_str());
            if (value) config_.values_[std::string(k.name)] = {value, "environment " + name};
        }
        for (const auto& [name, value] : sources_.flags) {
            if (!find(name)) return unknown(name, "command line");
            config_.values_[name] = {value, "flag " + config_flag(name)};
        }
        for (const ConfigKey& k : schema_) ASHLAR_TRY(check(k));
        return std::move(config_);
    }

  private:
    ConfigSchema schema_;
    const ConfigSources& sources_;
    Config config_;

    const ConfigKey* find(std::string_view name) const {
        for (const ConfigKey& k : schema_)
            if (k.name == name) return &k;
        return nullptr;
    }

    Fail<Error> unknown(const std::string& name, const std::string& where) const {
        return fail("config_unknown_key", fmt::format("{}: unknown key '{}'", where, name),
                    did_you_mean(name, key_names(schema_), "remove it; `ashlarctl config init` prints every key"));
    }

    HostResult<void> read_drop_ins(const fs::path& dir, bool shared) {
        std::error_code ec;
        std::set<fs::path> files;
        for (fs::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec))
            if (it->path().extension() == ".yaml") files.insert(it->path());
        for (const auto& f : files) ASHLAR_TRY(read_file(f, shared));
        return {};
    }

    /// `shared`: other roles read it too, and have keys of their own.
    HostResult<void> read_file(const fs::path& file, bool shared) {
        std::ifstream in(file);
        if (!in)
            return fail("config_unreadable", fmt::format("{}: cannot be opened", file.string()),
                        "check the path and its permissions, or make one with `ashlarctl config init`");
        YAML::Node root;
        try {  // yaml-cpp reports by exceptions only
            root = YAML::Load(in);
        } catch (const YAML::Exception& e) {
            return fail("config_syntax", fmt::format("{}:{}: {}", file.string(), e.mark.line + 1, e.msg),
                        "the file must be YAML, `key: value` on each line");
        }
        if (root.IsNull()) return {};
        if (!root.IsMap())
            return fail("config_syntax", fmt::format("{}:1: not a mapping", file.string()),
                        "the file must be YAML, `key: value` on each line");
        std::set<std::string> seen;
        for (const auto& entry : root) {
            const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
            const std::string where = fmt::format("{}:{}", file.string(), entry.first.Mark().line + 1);
            const ConfigKey* key = find(name);
            const auto& others = sources_.other_keys;
            if (!key && shared && std::find(others.begin(), others.end(), name) != others.end()) continue;
            if (!key) return unknown(name, where);
            if (!seen.insert(name).second)
                return fail("config_duplicate_key", fmt::format("{}: key '{}' appears twice", where, name),
                            "keep one of the two lines");
            ASHLAR_ASSIGN(std::string value, scalar_of(*key, entry.second, where));
            config_.values_[name] = {std::move(value), where};
        }
        return {};
    }

    static HostResult<std::string> scalar_of(const ConfigKey& key, const YAML::Node& node, const std::string& where) {
        if (node.IsNull()) return std::string();
        if (node.IsScalar()) return node.Scalar();
        std::string joined;
        bool flat = is_list(key.type) && node.IsSequence();
        if (flat)
            for (const auto& item : node) {
                if (!item.IsScalar())
                    flat = false;
                else
                    joined += (joined.empty() ? "" : ",") + item.Scalar();
            }
        if (flat) return joined;
        return fail("config_type", fmt::format("{}: key '{}' must be {}", where, key.name, type_name(key)),
                    std::string(key.description));
    }

    HostResult<void> check(const ConfigKey& key) {
        Config::Value& v = config_.values_.find(key.name)->second;
        if (v.text.empty()) {
            if (!key.required) return {};
            const std::string where = v.origin != "default" ? v.origin
                                      : sources_.file       ? sources_.file->string()
                                                            : "configuration";
            return fail("config_missing", fmt::format("{}: required key '{}' has no value", where, key.name),
                        fmt::format("set it in the file, by {} or by {}: {}", config_flag(key.name),
                                    upper_env(key.name), key.description));
        }
        if (v.text.find(PLACEHOLDER) != std::string::npos)
            return fail("config_placeholder", fmt::format("{}: key '{}' still holds a placeholder", v.origin, key.name),
                        std::string(key.description));
        bool ok = true;
        if (key.type == ConfigType::number) {
            ASHLAR_TRY(check_number(key, v.text, v.origin));
        } else if (key.type == ConfigType::numbers) {
            for (const std::string_view item : split(v.text)) ASHLAR_TRY(check_number(key, item, v.origin));
        } else if (key.type == ConfigType::boolean) {
            ok = v.text == "true" || v.text == "false";
        } else if (key.type == ConfigType::url) {
            ok = is_url(v.text);
        } else if (key.type == ConfigType::address) {
            ok = is_address(v.text);
        }
        if (!ok) return wrong_type(key, v.text, v.origin);
        const auto choices = split(key.choices);
        if (!choices.empty() && std::find(choices.begin(), choices.end(), v.text) == choices.end()) {
            std::error_code ec;
            const bool or_file = key.type == ConfigType::choice_or_file;
            if (!or_file || !fs::is_regular_file(v.text, ec))
                return fail("config_bounds", fmt::format("{}: key '{}' cannot be '{}'", v.origin, key.name, v.text),
                            did_you_mean(v.text, choices,
                                         fmt::format("one of {}{}", key.choices, or_file ? ", or a file" : "")));
        }
        return sources_.look_at_files ? look(key, v) : HostResult<void>();
    }

    static Fail<Error> wrong_type(const ConfigKey& key, std::string_view text, const std::string& origin) {
        return fail("config_type",
                    fmt::format("{}: key '{}' must be {}, not '{}'", origin, key.name, type_name(key), text),
                    std::string(key.description));
    }

    static HostResult<void> check_number(const ConfigKey& key, std::string_view text, const std::string& origin) {
        const auto n = parse_number(text);
        if (!n) return wrong_type(key, text, origin);
        if (*n >= key.min && *n <= key.max) return {};
        const std::string unit = key.unit.empty() ? "" : " " + std::string(key.unit);
        return fail("config_bounds", fmt::format("{}: key '{}' is {}, outside its bounds", origin, key.name, text),
                    key.max == UINT64_MAX ? fmt::format("at least {}{}", key.min, unit)
                                          : fmt::format("from {} to {}{}", key.min, key.max, unit));
    }

    static HostResult<void> look(const ConfigKey& key, const Config::Value& v) {
        std::vector<std::string_view> paths;
        if (key.type == ConfigType::directories) paths = split(v.text);
        if (key.type == ConfigType::directory || key.type == ConfigType::file) paths = {v.text};
        for (const std::string_view p : paths) {
            std::error_code ec;
            const bool folder = key.type != ConfigType::file;
            if (folder ? fs::is_directory(p, ec) : fs::is_regular_file(p, ec)) continue;
            return fail(
                "config_file_missing",
                fmt::format("{}: key '{}': there is no {} {}", v.origin, key.name, folder ? "folder" : "file", p),
                std::string(key.description));
        }
        return {};
    }
};

std::vector<std::string_view> key_names(ConfigSchema schema) {
    std::vector<std::string_view> out;
    for (const ConfigKey& k : schema) out.push_back(k.name);
    return out;
}

HostResult<Config> load_config(ConfigSchema schema, const ConfigSources& sources) {
    return ConfigLoader(schema, sources).load();
}

std::string config_flag(std::string_view key) {
    std::string s = "--" + std::string(key);
    std::replace(s.begin() + 2, s.end(), '_', '-');
    return s;
}

std::string sample_config(ConfigSchema schema, std::string_view title) {
    std::string out = fmt::format(
        "# {}\n# Precedence: flag > environment ASHLAR_<KEY> > conf.d/*.yaml > this file > default.\n", title);
    for (const ConfigKey& k : schema) {
        out += fmt::format("\n# {}", k.description);
        if (!k.unit.empty()) out += fmt::format(" [{}]", k.unit);
        if (!k.choices.empty()) out += fmt::format(" One of {}.", k.choices);
        if ((k.type == ConfigType::number || k.type == ConfigType::numbers) && (k.min || k.max != UINT64_MAX))
            out += k.max == UINT64_MAX ? fmt::format(" At least {}.", k.min) : fmt::format(" {} to {}.", k.min, k.max);
        out += '\n';
        if (k.required && k.fallback.empty()) {
            out += fmt::format("{}: {}\n", k.name, k.type == ConfigType::url ? "http://CHANGE_ME" : PLACEHOLDER);
        } else if (is_list(k.type)) {
            out += fmt::format("{}: [{}]\n", k.name, k.fallback);
        } else {
            out += fmt::format("{}: {}\n", k.name, k.fallback.empty() ? "\"\"" : k.fallback);
        }
    }
    return out;
}

std::string config_help(ConfigSchema schema) {
    std::string out;
    for (const ConfigKey& k : schema) {
        out += fmt::format("  {} VALUE\n      {}", config_flag(k.name), k.description);
        if (!k.unit.empty()) out += fmt::format(" [{}]", k.unit);
        if (!k.choices.empty()) out += fmt::format(" One of {}.", k.choices);
        out += k.required && k.fallback.empty() ? " Required."
               : k.fallback.empty()             ? ""
                                                : fmt::format(" Default {}.", k.fallback);
        out += '\n';
    }
    return out;
}

}  // namespace ashlar
