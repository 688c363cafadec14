// SPDX-License-Identifier: Apache-2.0
// Worst cases: a block of each family (worst_families.hpp), executed natively and in the guests, in cycles per gas.
//   ethereum_worst [--gas N] [--only TEXT] [--json] [--quick]
// The last columns say what limits a family: the costliest functions of the run with their shares, and calls a
// thousand gas. --quick leaves the profile out and says how much memory the subblock guest wrote. Fails if a guest
// disagrees with the native claim.
#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <string>

#include "test/bench/ethereum/guest_profile.hpp"
#include "test/bench/ethereum/worst_families.hpp"

using namespace ashlar;

namespace {

struct Options {
    uint64_t gas = 2'000'000;
    std::string only;
    bool json = false, quick = false;
};

/// The last component of a qualified name, with the class in front where there is one.
std::string short_name(const std::string& name) {
    std::vector<std::string> parts{""};
    int depth = 0;
    for (size_t i = 0; i < name.size(); i++) {
        if (name[i] == '<') depth++;
        if (depth == 0 && name.compare(i, 2, "::") == 0) {
            parts.emplace_back();
            i++;
        } else {
            parts.back() += name[i];
        }
        if (name[i] == '>') depth--;
    }
    return parts.back().substr(0, 48);
}

bool run(const bench::Family& family, const bench::Guest& subblock, const rv32::Program& aggregator,
         const Options& options) {
    const auto complain = [&](const std::string& why) {
        std::printf("FAILED %s: %s\n", family.name.c_str(), why.c_str());
        return false;
    };
    // EIP-7825 caps a transaction's gas: larger ones go by the rules of the fork before.
    const bool osaka = family.osaka && options.gas <= uint64_t{1} << 24;
    auto block =
        test::make_block(osaka ? evm::Revision::osaka : evm::Revision::prague, family.accounts, family.transactions);
    if (!block) return complain(block.error().code);
    const auto inputs = ethereum::make_inputs(block->config, block->rlp, block->witness, ~uint64_t{0});
    if (!inputs) return complain("native: " + std::string(ethereum::to_string(inputs.error().code)));
    const auto& s = inputs->subblocks.at(0);
    const rv32::Stdin in{{s.environment, s.state, s.codes}};
    bench::GuestProfile p;
    if (options.quick) {
        auto r = rv32::execute(subblock.program, in);
        if (!r) return complain(r.error().message);
        p.report = std::move(*r);
    } else {
        auto r = bench::profile(subblock.program, in, subblock.symbols, bench::subblock_phases());
        if (!r) return complain(r.error().message);
        p = std::move(*r);
    }
    if (p.report.fault) return complain(p.report.fault->message);
    if (p.report.committed != s.claim.encode()) return complain("the guest's claim is not the native one");
    const auto last = rv32::execute(aggregator, {{inputs->aggregator_claims(Bytes32{}), inputs->aggregator_block}});
    if (!last || last->fault || last->committed != inputs->claim.encode()) return complain("aggregator");
    const auto gas = static_cast<double>(s.gas()), cycles = static_cast<double>(p.report.cycles);

    std::string limits;
    std::map<std::string, uint64_t> functions;
    for (const auto& phase : p.functions)
        for (size_t i = 0; i < phase.size(); i++)
            if (phase[i]) functions[subblock.symbols.name(i)] += phase[i];
    std::vector<std::pair<uint64_t, std::string>> sorted;
    for (const auto& [name, count] : functions) sorted.emplace_back(count, name);
    std::sort(sorted.rbegin(), sorted.rend());
    for (size_t i = 0; i < std::min<size_t>(sorted.size(), 3); i++) {
        char text[128];
        std::snprintf(text, sizeof text, "%s%s %.0f %%", i ? ", " : "", short_name(sorted[i].second).c_str(),
                      100 * static_cast<double>(sorted[i].first) / cycles);
        limits += text;
    }
    if (options.quick) {
        char text[64];
        std::snprintf(text, sizeof text, "memory %lu KiB, %.2f bytes per gas", p.report.memory_bytes >> 10,
                      static_cast<double>(p.report.memory_bytes) / gas);
        limits = text;
    }
    std::string calls;
    for (size_t i = 0; i < rv32::NUM_CALLS; i++) {
        const double per_thousand = 1000 * static_cast<double>(p.report.calls[i]) / gas;
        if (per_thousand < 1) continue;
        char text[96];
        std::snprintf(text, sizeof text, " %s %.0f", std::string(rv32::CALLS[i].name).c_str(), per_thousand);
        calls += text;
    }
    if (options.json)
        std::printf("{\"family\":\"%s\",\"gas\":%lu,\"cycles\":%lu,\"cycles_per_gas\":%.2f,\"limits\":\"%s\"}\n",
                    family.name.c_str(), s.gas(), p.report.cycles, cycles / gas, limits.c_str());
    else
        std::printf("%-48s %9lu gas %10lu cycles %7.2f per gas | %s |%s\n", family.name.c_str(), s.gas(),
                    p.report.cycles, cycles / gas, limits.c_str(), calls.c_str());
    std::fflush(stdout);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; i++) {
        const std::string option = argv[i];
        const bool has_value = i + 1 < argc;
        if (option == "--json")
            options.json = true;
        else if (option == "--quick")
            options.quick = true;
        else if (option == "--gas" && has_value)
            options.gas = std::stoull(argv[++i]);
        else if (option == "--only" && has_value)
            options.only = argv[++i];
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto subblock = bench::load_guest(ASHLAR_GUEST_DIR "/subblock-elf");
    const auto aggregator = bench::load_guest(ASHLAR_GUEST_DIR "/aggregator-elf");
    if (!subblock || !aggregator) return std::fprintf(stderr, "the guest programs cannot be loaded\n"), 1;
    const auto families = bench::worst_families(options.gas, "test/vectors/crypto", options.only);
    if (!families) return std::fprintf(stderr, "%s\n", families.error().message.c_str()), 1;
    bool good = !families->empty();
    for (const auto& family : *families)
        if (family.name.find(options.only) != std::string::npos)
            good &= run(family, *subblock, aggregator->program, options);
    return good ? 0 : 1;
}
