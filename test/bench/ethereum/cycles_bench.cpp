// SPDX-License-Identifier: Apache-2.0
// Where the guests spend their cycles on real blocks:
//   ethereum_cycles [--json] [--only TEXT] [--subblock-gas N] [--functions N]
// runs every folder of data/blocks (ASHLAR_DATA) whose name contains TEXT, the whole block in one subblock unless told
// otherwise, and splits the cycles of the subblock program by phase. --functions adds the N costliest functions of each
// phase. --json prints one object per block and line. Fails if a guest disagrees with the native claim, or if the parts
// do not sum up to what an unobserved run takes.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <numeric>
#include <string>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "test/bench/ethereum/guest_profile.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;

namespace {

struct Options {
    bool json = false;
    std::string only;
    uint64_t subblock_gas = ~uint64_t{0};
    size_t functions = 0;
};

bool complain(const std::string& block, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", block.c_str(), why.c_str());
    return false;
}

struct Sum {
    uint64_t gas = 0, cycles = 0, aggregator = 0;
    std::vector<uint64_t> phases;
    std::vector<std::map<std::string, uint64_t>> functions;
};

void add(Sum& sum, const bench::Guest& guest, const bench::GuestProfile& p) {
    sum.phases.resize(p.phases.size());
    sum.functions.resize(p.phases.size());
    for (size_t i = 0; i < p.phases.size(); i++) {
        sum.phases[i] += p.phases[i];
        for (size_t f = 0; f < guest.symbols.size(); f++)
            if (p.functions[i][f]) sum.functions[i][guest.symbols.name(f)] += p.functions[i][f];
    }
}

std::string phase_name(size_t i) {
    const auto& phases = bench::subblock_phases();
    return i < phases.size() ? phases[i].name : "rest";
}

void print(const std::string& name, const Sum& s, size_t subblocks, const Options& options) {
    const double gas = s.gas ? static_cast<double>(s.gas) : 1;
    if (options.json) {
        std::printf(
            "{\"block\":\"%s\",\"gas\":%lu,\"subblocks\":%zu,\"cycles\":%lu,\"cycles_per_gas\":%.3f,\"parts\":{",
            name.c_str(), s.gas, subblocks, s.cycles, static_cast<double>(s.cycles) / gas);
        for (size_t i = 0; i < s.phases.size(); i++)
            std::printf("%s\"%s\":%lu", i ? "," : "", phase_name(i).c_str(), s.phases[i]);
        std::printf("},\"aggregator_cycles\":%lu}\n", s.aggregator);
    } else {
        std::printf("%-28s %10lu %11lu %6.2f |", name.c_str(), s.gas, s.cycles, static_cast<double>(s.cycles) / gas);
        for (uint64_t cycles : s.phases) std::printf(" %6.3f", static_cast<double>(cycles) / gas);
        std::printf(" | %6.3f\n", static_cast<double>(s.aggregator) / gas);
    }
    for (size_t i = 0; options.functions && i < s.functions.size(); i++) {
        std::vector<std::pair<uint64_t, std::string>> sorted;
        for (const auto& [function, cycles] : s.functions[i]) sorted.emplace_back(cycles, function);
        std::sort(sorted.rbegin(), sorted.rend());
        sorted.resize(std::min(sorted.size(), options.functions));
        for (const auto& [cycles, function] : sorted)
            std::fprintf(stderr, "    %-16s %5.2f %% %10lu %.150s\n", phase_name(i).c_str(),
                         100.0 * static_cast<double>(cycles) / static_cast<double>(s.cycles), cycles, function.c_str());
    }
    std::fflush(stdout);
}

bool run_block(const std::filesystem::path& folder, const bench::Guest& subblock, const bench::Guest& aggregator,
               const Options& options, Sum& total) {
    const std::string name = folder.filename().string();
    auto data = ethereum::read_block_folder(folder);
    if (!data) return complain(name, data.error().message);
    const auto inputs =
        ethereum::make_inputs(test::chain_of(folder), data->block_rlp, data->witness, options.subblock_gas);
    if (!inputs) return complain(name, std::string(ethereum::to_string(inputs.error().code)));
    Sum sum;
    for (const auto& s : inputs->subblocks) {
        const rv32::Stdin in{{s.environment, s.state, s.codes}};
        const auto p = bench::profile(subblock.program, in, subblock.symbols, bench::subblock_phases());
        if (!p) return complain(name, p.error().code + ": " + p.error().message);
        if (p->report.fault) return complain(name, p->report.fault->message);
        if (p->report.committed != s.claim.encode()) return complain(name, "the guest's claim is not the native one");
        const auto plain = rv32::execute(subblock.program, in);
        const uint64_t parts = std::accumulate(p->phases.begin(), p->phases.end(), uint64_t{0});
        if (!plain || plain->cycles != parts) return complain(name, "the parts do not sum up to the cycles of the run");
        sum.cycles += parts;
        sum.gas += s.gas();
        add(sum, subblock, *p);
        add(total, subblock, *p);
    }
    const auto r =
        rv32::execute(aggregator.program, {{inputs->aggregator_claims(Bytes32{}), inputs->aggregator_block}});
    if (!r || r->fault) return complain(name, r ? r->fault->message : r.error().message);
    if (r->committed != inputs->claim.encode()) return complain(name, "the aggregator's claim is not the native one");
    sum.aggregator = r->cycles;
    total.gas += sum.gas;
    total.cycles += sum.cycles;
    total.aggregator += sum.aggregator;
    print(name, sum, inputs->subblocks.size(), options);
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
        else if (option == "--only" && has_value)
            options.only = argv[++i];
        else if (option == "--subblock-gas" && has_value)
            options.subblock_gas = std::stoull(argv[++i]);
        else if (option == "--functions" && has_value)
            options.functions = std::stoul(argv[++i]);
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto folders = test::block_folders();
    if (folders.empty()) return std::printf("data/blocks is absent: ALL CASES SKIPPED\n"), 0;
    const auto subblock = bench::load_guest(ASHLAR_GUEST_DIR "/subblock-elf");
    const auto aggregator = bench::load_guest(ASHLAR_GUEST_DIR "/aggregator-elf");
    if (!subblock || !aggregator) return complain("guests", "cannot be loaded"), 1;
    if (!options.json) {
        std::printf("%-28s %10s %11s %6s |", "block", "gas", "cycles", "c/gas");
        for (size_t i = 0; i <= bench::subblock_phases().size(); i++) std::printf(" %6.6s", phase_name(i).c_str());
        std::printf(" | aggregator (all per gas)\n");
    }
    bool good = true;
    size_t ran = 0;
    Sum total;
    for (const auto& folder : folders) {
        if (folder.string().find(options.only) == std::string::npos) continue;
        good &= run_block(folder, *subblock, *aggregator, options, total);
        ran++;
    }
    if (ran > 1 && good) print("total", total, ran, options);
    return good && ran > 0 ? 0 : 1;
}
