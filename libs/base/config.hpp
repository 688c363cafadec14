// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/error.hpp"

namespace ashlar {

/// `list` is a YAML sequence, or comma separated in the environment and in flags; `numbers` one of whole numbers, each
/// within the bounds; `directories` one of folders. `url` is http:// or https:// (ws too). `address` is IP:PORT.
/// `file`, `directory` and `directories` must exist, `path` need not. `choice_or_file` is one of the choices or a file.
enum class ConfigType {
    text,
    path,
    number,
    boolean,
    url,
    list,
    numbers,
    address,
    file,
    directory,
    directories,
    choice_or_file
};

/// One key, declared once: the parser, `--help`, the sample file and the reference table all come from this.
struct ConfigKey {
    std::string_view name;  ///< snake_case; flag --like-this, environment ASHLAR_LIKE_THIS
    ConfigType type;
    std::string_view fallback;     ///< the default as text; empty: none
    std::string_view description;  ///< one sentence
    std::string_view unit = "";    ///< of a number
    uint64_t min = 0, max = UINT64_MAX;
    bool required = false;          ///< refuse to start without a value
    std::string_view choices = "";  ///< comma separated; empty: anything
};
using ConfigSchema = std::span<const ConfigKey>;

/// A checked configuration: every key of the schema has a value of its type within its bounds (an optional one without
/// default may be empty). Asking for a key the schema lacks is our mistake and traps.
class Config {
  public:
    const std::string& text(std::string_view key) const;
    std::filesystem::path path(std::string_view key) const { return text(key); }
    uint64_t number(std::string_view key) const;
    bool boolean(std::string_view key) const { return text(key) == "true"; }
    std::vector<std::string> list(std::string_view key) const;
    bool has(std::string_view key) const { return !text(key).empty(); }
    /// Where the value came from: "default", "environment ASHLAR_X", "flag --x" or "file:line".
    const std::string& origin(std::string_view key) const;
    /// All values with their origins, as YAML (what `config show` prints).
    std::string show(ConfigSchema schema) const;

  private:
    friend class ConfigLoader;
    struct Value {
        std::string text, origin;
    };
    std::map<std::string, Value, std::less<>> values_;
    const Value& at(std::string_view key) const;
};

/// Where values come from, strongest first: flags, environment, drop-ins, file, defaults.
struct ConfigSources {
    /// Drop-ins lie beside it, in order of name: `conf.d/*.yaml` for all roles of this host, then those of its own,
    /// `worker.d/*.yaml` for worker.yaml.
    std::optional<std::filesystem::path> file;
    std::map<std::string, std::string> flags;          ///< by key name
    std::function<const char*(const char*)> env = {};  ///< getenv when empty
    std::vector<std::string_view> other_keys = {};     ///< keys of other roles: skipped in conf.d
    bool look_at_files = false;                        ///< whether files and folders are checked to be there
};

/// The names of a schema's keys.
std::vector<std::string_view> key_names(ConfigSchema schema);

/// Reads and checks. Error codes: config_unreadable, config_syntax, config_unknown_key, config_duplicate_key,
/// config_type, config_bounds, config_placeholder, config_missing, config_file_missing. Messages name file and line,
/// hints the remedy.
HostResult<Config> load_config(ConfigSchema schema, const ConfigSources& sources);

/// A commented YAML file: required keys carry a placeholder that load_config refuses, the others their default.
std::string sample_config(ConfigSchema schema, std::string_view title);
/// Help text, one key a paragraph, for --help.
std::string config_help(ConfigSchema schema);
/// "--like-this" of a key.
std::string config_flag(std::string_view key);

}  // namespace ashlar
