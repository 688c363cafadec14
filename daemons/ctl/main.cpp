// SPDX-License-Identifier: Apache-2.0
// ashlarctl: noun, verb, options. Results on standard output, everything else on standard error.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>

#include "daemons/ctl/command.hpp"
#include "libs/base/json.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/daemon.hpp"
#include "libs/cluster/version.hpp"
#include "libs/prover/engine_process.hpp"

namespace {

using namespace ashlar;
using namespace ashlar::ctl;
namespace json = boost::json;

std::vector<Command> all_commands() {
    std::vector<Command> all;
    for (auto part : {program_commands(), block_commands(), cluster_commands(), operation_commands(), local_commands(),
                      setup_commands(), bench_commands(), selftest_commands()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

void print_usage(FILE* to) {
    fmt::print(to,
               "ashlarctl {}: proves blocks and programs, and drives a cluster\n\nUsage: ashlarctl VERB [OPTIONS]\n\n",
               cluster::VERSION);
    for (const Command& c : all_commands())
        if (!c.hidden) fmt::print(to, "  {:<18} {}\n", c.name, c.help);
    fmt::print(to,
               "\n`ashlarctl VERB --help` lists a verb's options. Exit codes: 0 done, 1 failed or false, 2 usage or\n"
               "configuration, 3 no daemon reached, 4 internal.\n");
}

/// The command whose name is the longest prefix of the arguments.
const Command* find(const std::vector<Command>& all, const std::vector<std::string>& args, size_t& used) {
    for (const size_t words : {size_t{2}, size_t{1}}) {
        if (args.size() < words) continue;
        const std::string name = words == 2 ? args[0] + " " + args[1] : args[0];
        for (const Command& c : all)
            if (c.name == name) {
                used = words;
                return &c;
            }
    }
    return nullptr;
}

int report(const Error& e, bool as_json) {
    if (as_json)
        fmt::print("{}\n", json::serialize(json::object{{"error", to_json(e)}}));
    else
        cluster::print_error("ashlarctl", e);
    return exit_code_of(e);
}

/// Libraries below may throw (no memory, an answer that is not what a coordinator says): that is an error like others.
HostResult<Outcome> run(const Command& command, const Options& options) {
    try {
        return command.run(options);
    } catch (const std::bad_alloc&) {
        return fail("internal_memory", "out of memory",
                    "use a smaller --chunk-size, fewer --threads or a bigger machine");
    } catch (const boost::system::system_error& e) {
        return fail("peer_answer_bad", fmt::format("the answer is not what a coordinator gives: {}", e.what()),
                    "does --url name an ashlar-coordinator of this version?");
    } catch (const std::exception& e) {
        return fail("internal", e.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == prover::ENGINE_ARGUMENT)
        return prover::serve_engine(prover::ENGINE_FD, *prover::make_prover());
    log::configure(log::Level::warning, log::Format::text, "ashlarctl");
    std::vector<std::string> args(argv + 1, argv + argc);
    if (args.empty() || args[0] == "help" || args[0] == "--help" || args[0] == "-h") {
        print_usage(args.empty() ? stderr : stdout);
        return args.empty() ? 2 : 0;
    }
    if (args[0] == "--version" || args[0] == "version") {
        fmt::print("ashlarctl {}\n", cluster::VERSION);
        return 0;
    }
    const auto all = all_commands();
    size_t used = 0;
    const Command* command = find(all, args, used);
    const bool as_json = std::find(args.begin(), args.end(), "--json") != args.end();
    if (!command) {
        std::string verbs;
        for (const Command& c : all)
            if (c.name.starts_with(args[0] + " ")) verbs += (verbs.empty() ? "" : ", ") + std::string(c.name);
        if (!verbs.empty() && args.size() == 2 && args[1] == "--help") {
            fmt::print("ashlarctl {0}: {1}\n`ashlarctl {0} VERB --help` lists a verb's options.\n", args[0], verbs);
            return 0;
        }
        const std::string asked = args[0] + (verbs.empty() || args.size() < 2 ? "" : " " + args[1]);
        return report({"usage", fmt::format("there is no verb '{}'", asked),
                       verbs.empty() ? "`ashlarctl help` lists them" : "one of " + verbs},
                      as_json);
    }
    const auto options = parse(*command, {args.begin() + static_cast<std::ptrdiff_t>(used), args.end()});
    if (!options) return report(options.error(), as_json);
    if (options->has("help")) {
        fmt::print("{}", help_of(*command));
        return 0;
    }
    const auto outcome = run(*command, *options);
    if (!outcome) return report(outcome.error(), as_json);
    if (as_json)
        fmt::print("{}\n", json::serialize(outcome->json));
    else if (!outcome->human.empty())
        fmt::print("{}{}", outcome->human, outcome->human.ends_with('\n') ? "" : "\n");
    return outcome->exit_code;
}
