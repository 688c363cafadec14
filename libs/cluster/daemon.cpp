// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/daemon.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <boost/program_options.hpp>
#include <cstdio>

#include "libs/base/log.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::cluster {

namespace po = boost::program_options;

void print_error(const std::string& name, const Error& error) {
    fmt::print(stderr, "{}: {} ({})\n", name, error.message, error.code);
    if (!error.hint.empty()) fmt::print(stderr, "  remedy: {}\n", error.hint);
}

StartUp start_up(const DaemonSpec& spec, int argc, char** argv) {
    po::options_description options;
    auto add = options.add_options();
    add("help", "");
    add("version", "");
    add("check", "");
    add("config", po::value<std::string>());
    for (const ConfigKey& k : spec.schema) add(config_flag(k.name).substr(2).c_str(), po::value<std::string>());
    po::variables_map values;
    try {  // Program_options reports by exceptions only
        using namespace po::command_line_style;
        po::store(po::command_line_parser(argc, argv)
                      .options(options)
                      .positional({})
                      .style(default_style & ~allow_guessing)
                      .run(),
                  values);
    } catch (const po::error& e) {
        print_error(spec.name, {"usage", e.what(), spec.name + " --help lists every option"});
        return {std::nullopt, 2};
    }
    if (values.count("help")) {
        fmt::print("{}: {}\n\nUsage: {} [--config FILE] [--check] [OPTION VALUE]...\n\n{}", spec.name, spec.purpose,
                   spec.name, config_help(spec.schema));
        return {std::nullopt, 0};
    }
    if (values.count("version")) {
        fmt::print("{} {}\n", spec.name, VERSION);
        return {std::nullopt, 0};
    }
    ConfigSources sources;
    sources.other_keys = spec.other_keys;
    sources.look_at_files = true;
    std::error_code ec;
    if (values.count("config"))
        sources.file = values["config"].as<std::string>();
    else if (std::filesystem::exists(spec.config_file, ec))
        sources.file = spec.config_file;
    for (const ConfigKey& k : spec.schema) {
        const std::string flag = config_flag(k.name).substr(2);
        if (values.count(flag)) sources.flags[std::string(k.name)] = values[flag].as<std::string>();
    }
    auto config = load_config(spec.schema, sources);
    if (!config) {
        print_error(spec.name, config.error());
        return {std::nullopt, 2};
    }
    if (values.count("check")) {
        fmt::print("{}: the configuration is good\n", spec.name);
        return {std::nullopt, 0};
    }
    log::Level level = log::Level::info;
    log::parse_level(config->text("log_level"), level);
    log::configure(level, config->text("log_format") == "json" ? log::Format::json : log::Format::text, spec.name);
    return {std::move(*config), 0};
}

namespace {
sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, s);
    return set;
}
}  // namespace

void take_signals() {
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

int run_until_signal(const std::function<bool()>& healthy, const std::function<std::string()>& status,
                     const std::function<bool()>& restart_due) {
    uint64_t watchdog_us = 0;
    if (sd_watchdog_enabled(0, &watchdog_us) <= 0) watchdog_us = 0;
    const uint64_t period_us = watchdog_us ? std::min<uint64_t>(watchdog_us / 3, 2'000'000) : 2'000'000;
    sd_notify(0, "READY=1");
    const sigset_t set = stop_signals();
    while (true) {
        const timespec wait{static_cast<time_t>(period_us / 1'000'000),
                            static_cast<long>(period_us % 1'000'000 * 1000)};
        const int signal = sigtimedwait(&set, nullptr, &wait);
        if (signal == SIGHUP) continue;  // a terminal that closed is no reason to stop a daemon
        if (signal > 0) {
            log::info("stopping", {{"signal", signal}});
            return 0;
        }
        if (restart_due && restart_due()) return RESTART_EXIT_CODE;
        if (!healthy()) {
            log::error("unhealthy", {{"effect", "the process ends; its supervisor restarts it"}});
            return 1;
        }
        sd_notify(0, fmt::format("WATCHDOG=1\nSTATUS={}", status()).c_str());
    }
}

void announce_stop() { sd_notify(0, "STOPPING=1"); }

}  // namespace ashlar::cluster
