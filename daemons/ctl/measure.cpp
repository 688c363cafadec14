// SPDX-License-Identifier: Apache-2.0
// bench, selftest
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "daemons/ctl/builtin_program.hpp"
#include "daemons/ctl/command.hpp"
#include "daemons/ctl/execute.hpp"
#include "libs/cluster/views.hpp"
#include "libs/exec/isa.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using Clock = std::chrono::steady_clock;

namespace {

struct Row {
    std::string name, unit;
    uint64_t size = 0;
    std::vector<double> samples;

    json::object to_json() {
        std::sort(samples.begin(), samples.end());
        const double median = samples[samples.size() / 2];
        return {{"name", name},          {"device", fmt::format("cpu {}", exec::isa_name(exec::best_isa()))},
                {"size", size},          {"units", unit},
                {"median", median},      {"spread", (samples.back() - samples.front()) / median},
                {"runs", samples.size()}};
    }
};

HostResult<Row> bench_execute(uint64_t loops, uint64_t runs) {
    ASHLAR_ASSIGN(const rv32::Program program, rv32::load_elf(builtin_program(static_cast<uint32_t>(loops))));
    Row row{"execute", "instructions/s", 0, {}};
    for (uint64_t i = 0; i < runs; i++) {
        ASHLAR_ASSIGN(const rv32::ExecuteReport r, rv32::execute(program, {}));
        if (r.fault) return fail("guest_fault", r.fault->message);
        row.size = r.cycles;
        row.samples.push_back(r.mips() * 1e6);
    }
    return row;
}

HostResult<Row> bench_chunk(uint64_t loops, uint64_t runs, const std::string& profile) {
    const Bytes elf = builtin_program(static_cast<uint32_t>(loops));
    const auto service = make_proving_service();
    ProveOptions options;
    options.profile = profile;
    Row row{"chunk", "cycles/s", 0, {}};
    for (uint64_t i = 0; i < runs; i++) {
        ASHLAR_ASSIGN(const ProveOutcome p, service->prove_program(elf, rv32::encode_stdin({}), options, {}, {}));
        row.size = p.cycles;
        row.samples.push_back(static_cast<double>(p.cycles) / p.seconds);
    }
    return row;
}

HostResult<Outcome> bench(const Options& o) {
    ASHLAR_ASSIGN(const uint64_t runs, o.number("runs", 1, 1000));
    std::vector<std::string> what = o.rest();
    if (what.empty()) what = {"execute", "chunk"};
    Outcome out;
    json::array rows;
    for (const std::string& name : what) {
        HostResult<Row> row = fail("usage", fmt::format("there is no benchmark '{}' here", name),
                                   "execute or chunk; test/bench holds those of single parts");
        if (name == "execute") row = bench_execute(20'000'000, runs);
        if (name == "chunk") row = bench_chunk(200'000, runs, o.text("profile"));
        if (!row) return Fail{row.error()};
        json::object r = row->to_json();
        out.human += fmt::format("{:<10} {:>12} {:<16} spread {:.1f} %, {} cycles, {}\n", name,
                                 short_count(r["median"].as_double()), row->unit, 100 * r["spread"].as_double(),
                                 row->size, std::string(r["device"].as_string()));
        rows.push_back(std::move(r));
    }
    out.json["rows"] = std::move(rows);
    return out;
}

HostResult<Outcome> selftest(const Options& o) {
    if (o.text("backend") != "cpu")
        return fail("usage", fmt::format("this build has no backend '{}'", o.text("backend")), "use --backend cpu");
    const Bytes elf = builtin_program(150);
    const auto service = make_proving_service();
    Outcome out;
    json::array steps;
    bool all = true;
    const auto step = [&](const std::string& name, bool ok, const std::string& detail) {
        steps.push_back(json::object{{"step", name}, {"ok", ok}, {"detail", detail}});
        out.human += fmt::format("{:<28} {} {}\n", name, ok ? "ok" : "FAILED", detail);
        all = all && ok;
    };
    ProveOptions options;
    options.chunk_cycles = 1300;  // two chunks from a small program
    options.profile = o.text("profile");
    const auto proof = service->prove_program(elf, rv32::encode_stdin({}), options, {}, {});
    step("prove", proof.has_value(),
         proof ? fmt::format("{} cycles, {} chunks, {:.1f} s", proof->cycles, proof->chunks, proof->seconds)
               : proof.error().message);
    if (proof) {
        const auto good = service->verify_program(elf, proof->proof, options.profile);
        step("verify", good.has_value() && good->committed_digest == proof->committed_digest,
             good ? "" : good.error().message);
        Bytes bad = proof->proof;
        bad[bad.size() / 2] ^= 1;
        step("refuse an altered proof", !service->verify_program(elf, bad, options.profile), "");
        step("refuse another program", !service->verify_program(builtin_program(151), proof->proof, options.profile),
             "");
    }
    out.json = {
        {"ok", all}, {"backend", "cpu"}, {"isa", exec::isa_name(exec::best_isa())}, {"steps", std::move(steps)}};
    out.exit_code = all ? 0 : 1;
    return out;
}

}  // namespace

std::vector<Command> measure_commands() {
    const Option profile{"profile", "NAME", "security profile", false, cluster::DEFAULT_PROFILE};
    return {
        {"bench",
         "measures this machine",
         {{"runs", "N", "repetitions", false, "3"}, profile},
         bench,
         "[execute] [chunk]"},
        {"selftest",
         "proves and verifies a built-in program",
         {{"backend", "cpu|cuda", "what proves", false, "cpu"}, profile},
         selftest},
    };
}

}  // namespace ashlar::ctl
