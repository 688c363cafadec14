// SPDX-License-Identifier: Apache-2.0
// selftest: what an operator runs on a new host.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/ctl/builtin_program.hpp"
#include "daemons/ctl/command.hpp"
#include "daemons/ctl/execute.hpp"
#include "libs/exec/isa.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace prover;

namespace {

HostResult<Outcome> selftest(const Options& o) {
    if (o.text("backend") != "cpu")
        return fail("usage", fmt::format("this build has no backend '{}'", o.text("backend")), "use --backend cpu");
    const Bytes elf = builtin_program(150);
    const auto prover = make_prover();
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
    const auto proof = prover->prove_program(elf, rv32::encode_stdin({}), options, {}, {});
    step("prove", proof.has_value(),
         proof ? fmt::format("{} cycles, {} chunks, {:.1f} s", proof->cycles, proof->chunks, proof->seconds)
               : proof.error().message);
    if (proof) {
        const auto good = prover->verify_program(elf, proof->proof, options.profile);
        step("verify", good.has_value() && good->committed_digest == proof->committed_digest,
             good ? "" : good.error().message);
        Bytes bad = proof->proof;
        bad[bad.size() / 2] ^= 1;
        step("refuse an altered proof", !prover->verify_program(elf, bad, options.profile), "");
        step("refuse another program", !prover->verify_program(builtin_program(151), proof->proof, options.profile),
             "");
    }
    out.json = {
        {"ok", all}, {"backend", "cpu"}, {"isa", exec::isa_name(exec::best_isa())}, {"steps", std::move(steps)}};
    out.exit_code = all ? 0 : 1;
    return out;
}

}  // namespace

std::vector<Command> selftest_commands() {
    return {{"selftest",
             "proves and verifies a built-in program",
             {{"backend", "cpu|cuda", "what proves", false, "cpu"},
              {"profile", "NAME", "security profile", false, prover::DEFAULT_PROFILE}},
             selftest}};
}

}  // namespace ashlar::ctl
