// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::ctl {

/// One option of a verb. Without a value name it is a switch.
struct Option {
    std::string_view name;   ///< without dashes
    std::string_view value;  ///< what it takes, such as FILE; empty: a switch
    std::string_view help;
    bool required = false;
    std::string_view fallback = "";
};

/// The parsed options of a call.
class Options {
  public:
    bool has(const std::string& name) const { return values_.contains(name); }
    std::string text(const std::string& name) const;
    std::filesystem::path path(const std::string& name) const { return text(name); }
    /// Code "usage" if it is not a whole number from `min` on.
    HostResult<uint64_t> number(const std::string& name, uint64_t min = 0, uint64_t max = UINT64_MAX) const;
    const std::vector<std::string>& rest() const { return rest_; }
    bool json() const { return has("json"); }

  private:
    friend HostResult<Options> parse(const struct Command&, const std::vector<std::string>&);
    std::map<std::string, std::string> values_;
    std::vector<std::string> rest_;
};

/// What a verb came to: the exit code, the JSON object, and the same for people.
struct Outcome {
    int exit_code = 0;
    boost::json::object json;
    std::string human;
};

struct Command {
    std::string_view name;  ///< "noun verb"
    std::string_view help;
    std::vector<Option> options;
    HostResult<Outcome> (*run)(const Options&);
    std::string_view rest = "";  ///< what positional arguments are; empty: none are taken
    bool hidden = false;
};

HostResult<Options> parse(const Command& command, const std::vector<std::string>& arguments);
std::string help_of(const Command& command);

std::vector<Command> program_commands();
std::vector<Command> block_commands();
std::vector<Command> cluster_commands();
std::vector<Command> operation_commands();
std::vector<Command> setup_commands();
std::vector<Command> bench_commands();
std::vector<Command> selftest_commands();
std::vector<Command> local_commands();

/// Exit code for an error: 2 usage or configuration, 3 no daemon reached, 4 internal, else 1.
int exit_code_of(const Error& error);

/// One line on standard error that is rewritten in place on a terminal; nothing when it is none or --json is given.
class ProgressLine {
  public:
    explicit ProgressLine(bool quiet);
    ~ProgressLine();
    /// `done` of `total` (0: unknown) of something named `what`.
    void show(const std::string& what, uint64_t done, uint64_t total);
    void clear();

  private:
    bool on_;
    size_t width_ = 0;
    int64_t last_ms_ = 0;
};

/// "1.23 M", "456 k".
std::string short_count(double n);
/// Folder with the guest programs: --artefacts, or beside this program in a build tree, or where packages put them.
HostResult<prover::BlockPrograms> block_programs(const Options& options);
std::filesystem::path own_directory();
std::filesystem::path default_artefact_dir();
/// Where the kit for guests in C lies: beside the guest programs.
std::filesystem::path default_kit_dir();

}  // namespace ashlar::ctl
