// SPDX-License-Identifier: Apache-2.0
#include "daemons/ctl/command.hpp"
#include "libs/cluster/wire/error_codes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "libs/base/files.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::ctl {

namespace po = boost::program_options;
namespace fs = std::filesystem;

std::string Options::text(const std::string& name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? "" : it->second;
}

HostResult<uint64_t> Options::number(const std::string& name, uint64_t min, uint64_t max) const {
    const std::string s = text(name);
    uint64_t v = 0;
    const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (s.empty() || ec != std::errc() || end != s.data() + s.size() || v < min || v > max)
        return fail("usage", fmt::format("--{} must be a whole number from {}{}, not '{}'", name, min,
                                         max == UINT64_MAX ? "" : fmt::format(" to {}", max), s));
    return v;
}

HostResult<Options> parse(const Command& command, const std::vector<std::string>& arguments) {
    po::options_description known;
    auto add = known.add_options();
    add("json", "")("help", "");
    for (const Option& o : command.options) {
        if (o.value.empty())
            add(std::string(o.name).c_str(), "");
        else
            add(std::string(o.name).c_str(), po::value<std::string>());
    }
    add("rest", po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    if (!command.rest.empty()) positional.add("rest", -1);
    Options out;
    try {  // Program_options reports by exceptions only
        using namespace po::command_line_style;
        const auto parsed = po::command_line_parser(arguments)
                                .options(known)
                                .positional(positional)
                                .style((default_style & ~allow_guessing) | allow_long)
                                .run();
        po::variables_map values;
        po::store(parsed, values);
        for (const auto& [name, value] : values) {
            if (name == "rest")
                out.rest_ = value.as<std::vector<std::string>>();
            else
                out.values_[name] = value.value().type() == typeid(std::string) ? value.as<std::string>() : "";
        }
    } catch (const po::error& e) {
        return fail("usage", e.what(), fmt::format("`ashlarctl {} --help` lists the options", command.name));
    }
    if (out.has("help")) return out;
    for (const Option& o : command.options) {
        if (out.has(std::string(o.name))) continue;
        if (o.required)
            return fail("usage", fmt::format("--{} {} is missing", o.name, o.value),
                        fmt::format("`ashlarctl {} --help` lists the options", command.name));
        if (!o.fallback.empty()) out.values_[std::string(o.name)] = o.fallback;
    }
    return out;
}

std::string help_of(const Command& c) {
    std::string out = fmt::format("ashlarctl {}{}{}: {}\n\n", c.name, c.rest.empty() ? "" : " ", c.rest, c.help);
    const auto line = [&](std::string_view name, std::string_view value, std::string_view help, std::string_view more) {
        out +=
            fmt::format("  {:<28} {}{}\n", fmt::format("--{}{}{}", name, value.empty() ? "" : " ", value), help, more);
    };
    for (const Option& o : c.options)
        line(o.name, o.value, o.help,
             o.required           ? " (required)"
             : o.fallback.empty() ? ""
                                  : fmt::format(" (default {})", o.fallback));
    line("json", "", "one JSON object on standard output and nothing else", "");
    line("help", "", "this", "");
    return out;
}

int exit_code_of(const Error& e) { return cluster::error_code(e.code).exit_code; }

ProgressLine::ProgressLine(bool quiet) : on_(!quiet && ::isatty(STDERR_FILENO)) {}
ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const std::string& what, uint64_t done, uint64_t total) {
    if (!on_) return;
    using namespace std::chrono;
    const int64_t now = duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    if (now - last_ms_ < 100) return;
    last_ms_ = now;
    std::string line = what;
    if (total) {
        const auto filled = static_cast<size_t>(24 * std::min(done, total) / total);
        line += fmt::format(" [{}{}] {} of {}", std::string(filled, '#'), std::string(24 - filled, '.'),
                            short_count(static_cast<double>(done)), short_count(static_cast<double>(total)));
    }
    fmt::print(stderr, "\r{:<{}}", line, width_);
    std::fflush(stderr);
    width_ = line.size();
}

void ProgressLine::clear() {
    if (!on_ || !width_) return;
    fmt::print(stderr, "\r{:<{}}\r", "", width_);
    width_ = 0;
}

std::string short_count(double n) {
    if (n >= 1e9) return fmt::format("{:.2f} G", n / 1e9);
    if (n >= 1e6) return fmt::format("{:.2f} M", n / 1e6);
    if (n >= 1e4) return fmt::format("{:.1f} k", n / 1e3);
    return fmt::format("{}", n);
}

fs::path own_directory() {
    std::error_code ec;
    return fs::read_symlink("/proc/self/exe", ec).parent_path();
}

fs::path default_artefact_dir() {
    std::error_code ec;
    const fs::path built = own_directory().parent_path() / "guest";
    if (fs::exists(built / "subblock-elf", ec)) return built;
    return "/usr/lib/ashlar";
}

fs::path default_kit_dir() { return default_artefact_dir() / "kit"; }

HostResult<prover::BlockPrograms> block_programs(const Options& options) {
    const fs::path dir = options.has("artefacts") ? options.path("artefacts") : default_artefact_dir();
    prover::BlockPrograms out;
    for (const auto& [name, bytes] :
         {std::pair{"subblock-elf", &out.subblock_elf}, {"aggregator-elf", &out.aggregator_elf}}) {
        auto read = read_file(dir / name);
        if (!read)
            return fail("artefact_missing", fmt::format("{}: {}", (dir / name).string(), read.error().message),
                        "name the folder with the guest programs with --artefacts");
        *bytes = std::move(*read);
    }
    return out;
}

}  // namespace ashlar::ctl
