// SPDX-License-Identifier: Apache-2.0
// program new | execute | prove | verify | vk, proof inspect
#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <chrono>

#include "daemons/ctl/command.hpp"
#include "daemons/ctl/execute.hpp"
#include "daemons/ctl/program_new.hpp"
#include "libs/base/files.hpp"
#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/iop/profile.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/machine/prover.hpp"
#include "libs/prover/block_file.hpp"
#include "libs/prover/verdict.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using namespace prover;
using Clock = std::chrono::steady_clock;

json::object execute_json(const rv32::ExecuteReport& r) {
    json::object syscalls, opcodes;
    for (size_t i = 0; i < r.calls.size(); i++)
        if (r.calls[i]) syscalls[rv32::CALLS[i].name] = r.calls[i];
    for (size_t i = 0; i < r.opcodes.size(); i++)
        if (r.opcodes[i]) opcodes[rv32::opcode_name(static_cast<rv32::Opcode>(i))] = r.opcodes[i];
    json::object o{{"exit_code", r.exit_code ? json::value(*r.exit_code) : json::value()},
                   {"cycles", r.cycles},
                   {"committed", r.has_committed ? to_hex(r.committed) : ""},
                   {"uncommitted", r.has_committed ? "" : to_hex(r.committed)},
                   {"committed_digest", to_hex(rv32::digest_bytes(r.committed_digest).view())},
                   {"deferred_digest", to_hex(rv32::digest_bytes(r.deferred_digest).view())},
                   {"syscalls", std::move(syscalls)},
                   {"opcodes", std::move(opcodes)},
                   {"stdout", r.stdout_text},
                   {"stderr", r.stderr_text},
                   {"fault", nullptr},
                   {"mips", r.mips()}};
    if (r.fault)
        o["fault"] =
            json::object{{"kind", rv32::fault_name(r.fault->kind)}, {"pc", r.fault->pc}, {"message", r.fault->message}};
    return o;
}

HostResult<rv32::Stdin> stdin_of(const Options& o) {
    if (o.has("stdin") && o.has("stdin-raw")) return fail("usage", "--stdin and --stdin-raw exclude one another");
    rv32::Stdin in;
    if (o.has("stdin")) {
        ASHLAR_ASSIGN(const Bytes builder, read_file(o.path("stdin")));
        ASHLAR_ASSIGN(in, rv32::decode_stdin(builder));
    }
    if (o.has("stdin-raw")) {
        ASHLAR_ASSIGN(Bytes raw, read_file(o.path("stdin-raw")));
        in.buffers.push_back(std::move(raw));
    }
    return in;
}

HostResult<Bytes> builder_of(const Options& o) {
    if (o.has("stdin") && !o.has("stdin-raw")) return read_file(o.path("stdin"));
    ASHLAR_ASSIGN(const rv32::Stdin in, stdin_of(o));
    return rv32::encode_stdin(in);
}

HostResult<ProveOptions> prove_options(const Options& o) {
    ProveOptions p;
    if (o.text("backend") != "cpu")
        return fail("usage", fmt::format("this build has no backend '{}'", o.text("backend")), "use --backend cpu");
    if (o.has("device")) return fail("usage", "--device is for --backend cuda");
    ASHLAR_ASSIGN(p.chunk_cycles, o.number("chunk-size", 1, rv32::MAX_CHUNK_CYCLES));
    ASHLAR_ASSIGN(const uint64_t threads, o.number("threads", 0, 4096));
    p.threads = static_cast<unsigned>(threads);
    p.profile = o.text("profile");
    return p;
}

uint64_t peak_rss_bytes() {
    rusage u{};
    ::getrusage(RUSAGE_SELF, &u);
    return static_cast<uint64_t>(u.ru_maxrss) * 1024;
}

namespace {

/// A warning if a guest wrote public values and never committed them.
std::string uncommitted_text(uint64_t bytes) {
    if (bytes == 0) return "";
    return fmt::format(
        "warning: {} bytes of public values were written but never committed, so that no proof binds them\n"
        "  remedy: before HALT, COMMIT the eight words of their SHA-256, as the end of a program of libs/guest does\n",
        bytes);
}

}  // namespace

json::object prove_json(const ProveOutcome& p) {
    json::object o = wire::write(static_cast<const ProveCost&>(p));
    o["proof_bytes"] = p.proof.size();
    o["khz"] = p.seconds > 0 ? static_cast<double>(p.cycles) / p.seconds / 1000 : 0.0;
    o["peak_rss_bytes"] = peak_rss_bytes();
    return o;
}

std::string prove_text(const ProveOutcome& p) {
    std::string out = fmt::format(
        "{} cycles in {} chunks, {:.1f} s, {:.0f} kHz\n{:.1f} cells and {:.1f} interactions a cycle\nproof {} bytes\n",
        p.cycles, p.chunks, p.seconds, static_cast<double>(p.cycles) / p.seconds / 1000,
        static_cast<double>(p.cells) / static_cast<double>(p.cycles),
        static_cast<double>(p.interactions) / static_cast<double>(p.cycles), p.proof.size());
    for (const auto& [name, seconds] : p.stages) out += fmt::format("  {:<24} {:8.2f} s\n", name, seconds);
    return out + uncommitted_text(p.uncommitted_bytes);
}

namespace {

HostResult<Outcome> execute(const Options& o) {
    ASHLAR_ASSIGN(const Bytes elf, read_file(o.path("elf")));
    ASHLAR_ASSIGN(const rv32::Program program, rv32::load_elf(elf));
    ASHLAR_ASSIGN(rv32::Stdin in, stdin_of(o));
    rv32::ExecuteOptions options;
    ASHLAR_ASSIGN(options.max_cycles, o.number("max-cycles", 1));
    ASHLAR_ASSIGN(const rv32::ExecuteReport r, rv32::execute(program, std::move(in), options));
    Outcome out;
    out.exit_code = r.fault ? 1 : 0;
    out.json = execute_json(r);
    out.human =
        fmt::format("{} cycles, {:.0f} MIPS, exit code {}\ncommitted {} bytes, digest {}\n", r.cycles, r.mips(),
                    r.exit_code ? std::to_string(*r.exit_code) : "none", r.has_committed ? r.committed.size() : 0,
                    to_hex(rv32::digest_bytes(r.committed_digest).view()));
    out.human += uncommitted_text(r.uncommitted_bytes());
    if (!r.stdout_text.empty()) out.human += "stdout:\n" + r.stdout_text + "\n";
    if (!r.stderr_text.empty()) out.human += "stderr:\n" + r.stderr_text + "\n";
    if (r.fault)
        out.human +=
            fmt::format("fault {} at pc {:#x}: {}\n", rv32::fault_name(r.fault->kind), r.fault->pc, r.fault->message);
    return out;
}

HostResult<Outcome> prove(const Options& o) {
    ASHLAR_ASSIGN(const Bytes elf, read_file(o.path("elf")));
    ASHLAR_ASSIGN(Bytes input, builder_of(o));
    ASHLAR_ASSIGN(const ProveOptions options, prove_options(o));
    ProgressLine line(o.json());
    ASHLAR_ASSIGN(const ProveOutcome p, make_prover()->prove_program(
                                            elf, std::move(input), options,
                                            [&](const Progress& at) { line.show(at.stage, at.done, at.total); }, {}));
    line.clear();
    ASHLAR_TRY(write_file_atomically(o.path("out"), p.proof));
    return Outcome{0, prove_json(p), prove_text(p)};
}

/// The verifying key: of a program, or from a file.
HostResult<machine::VerifyingKey> key_of(const Options& o) {
    if (o.has("elf") == o.has("vk")) return fail("usage", "name either --elf or --vk");
    if (o.has("vk")) {
        ASHLAR_ASSIGN(const Bytes bytes, read_file(o.path("vk")));
        auto vk = machine::decode_verifying_key(bytes);
        if (!vk)
            return fail("vk_" + std::string(machine::to_string(vk.error().code)),
                        vk.error().code == machine::VerifyCode::key       ? "no program has this verifying key"
                        : vk.error().code == machine::VerifyCode::version ? "the verifying key is of another version"
                                                                          : "the verifying key file is not valid",
                        "make the key from the program with `program vk`");
        return std::move(*vk);
    }
    const iop::Profile* profile = iop::named_profile(o.text("profile"));
    if (!profile || profile->for_tests)
        return fail("profile_unknown", fmt::format("there is no security profile '{}'", o.text("profile")),
                    "use chunk-small or chunk");
    ASHLAR_ASSIGN(const Bytes elf, read_file(o.path("elf")));
    ASHLAR_ASSIGN(rv32::Program program, rv32::load_elf(elf));
    exec::ThreadPool pool;
    ASHLAR_ASSIGN(machine::ProvingKey key, machine::setup(std::move(program), *profile, exec::best_isa(), pool));
    return std::move(key.vk);
}

HostResult<Outcome> verify(const Options& o) {
    ASHLAR_ASSIGN(const machine::VerifyingKey vk, key_of(o));
    ASHLAR_ASSIGN(const Bytes proof, read_file(o.path("proof")));
    ProgramWanted wanted;
    for (const auto& [option, hex] :
         {std::pair{"committed-digest", &wanted.committed_digest}, {"vk-digest", &wanted.vk_digest}}) {
        if (!o.has(option)) continue;
        const auto digest = fixed_from_hex<32>(o.text(option));
        if (!digest) return fail("usage", fmt::format("--{} must be 64 hex digits", option));
        *hex = to_hex(digest->view());
    }
    const auto claims = judge_program(vk, proof, wanted);
    const Security security = security_of(vk);
    const std::string digest = claims ? claims->committed_digest : "", key_digest = digest_hex(vk);
    Outcome out;
    out.exit_code = claims ? 0 : 1;
    out.json = {{"valid", claims.has_value()},
                {"committed_digest", digest},
                {"exit_code", claims ? json::value(claims->exit_code) : json::value()},
                {"vk_digest", key_digest},
                {"vk_source", o.has("vk") ? "file" : "elf"},
                {"profile", profile_name(vk)},
                {"security_bits", security_bits(security)},
                {"security", wire::write(security)},
                {"milliseconds", claims ? claims->milliseconds : 0},
                {"error", claims ? json::value() : json::value(to_json(claims.error()))}};
    out.human = claims ? fmt::format("valid: commits to {}\n  under the verifying key {}{}\n  {}\n  {:.0f} ms", digest,
                                     key_digest,
                                     o.has("vk") && !o.has("vk-digest") ? ", which is only as good as its source" : "",
                                     to_text(security), claims->milliseconds)
                       : fmt::format("not valid: {} ({})", claims.error().message, claims.error().code);
    return out;
}

HostResult<Outcome> vk(const Options& o) {
    ASHLAR_ASSIGN(const machine::VerifyingKey key, key_of(o));
    ASHLAR_TRY(write_file_atomically(o.path("out"), machine::encode(key), 0644));
    if (o.has("digest"))
        ASHLAR_TRY(write_file_atomically(o.path("digest"), rv32::digest_bytes(machine::vk_digest(key)).view(), 0644));
    uint64_t rows = 0;
    for (const uint32_t h : key.proof.fixed_heights) rows += h;
    return Outcome{0,
                   {{"vk_digest", digest_hex(key)}, {"profile", profile_name(key)}, {"rows", rows}},
                   "vk digest " + digest_hex(key)};
}

json::object inspect_run(BytesView bytes) {
    const auto run = machine::decode_run_proof(bytes);
    if (!run) return {{"error", machine::to_string(run.error().code)}};
    json::array chunks;
    for (const auto& c : run->chunks)
        chunks.push_back(json::object{{"bytes", c.proof.size()}, {"t_out", c.t_out}, {"pc_out", c.end.pc}});
    return {{"kind", "run"}, {"bytes", bytes.size()}, {"chunks", std::move(chunks)}};
}

HostResult<Outcome> inspect(const Options& o) {
    ASHLAR_ASSIGN(const Bytes bytes, read_file(o.path("proof")));
    Outcome out;
    if (const auto file = decode_block_file(bytes)) {
        const auto block = machine::decode_block_proof(file->proof);
        if (!block)
            return fail("proof_" + std::string(machine::to_string(block.error().code)),
                        "the block proof cannot be read");
        json::array parts;
        parts.push_back(inspect_run(block->aggregator));
        for (const Bytes& s : block->subblocks) parts.push_back(inspect_run(s));
        out.json = {{"kind", "block"},
                    {"bytes", bytes.size()},
                    {"committed", to_hex(file->committed)},
                    {"runs", std::move(parts)}};
    } else {
        out.json = inspect_run(bytes);
        if (out.json.contains("error")) return fail("proof_unknown", "this is neither a run proof nor a block proof");
    }
    out.human = json::serialize(out.json);
    return out;
}

}  // namespace

std::vector<Option> with_prove_options(std::vector<Option> options) {
    const std::vector<Option> more = {{"chunk-size", "N", "cycles of one chunk", false, "1048576"},
                                      {"profile", "NAME", "security profile", false, prover::DEFAULT_PROFILE},
                                      {"backend", "cpu|cuda", "what proves", false, "cpu"},
                                      {"device", "N", "GPU of the cuda backend"},
                                      {"threads", "N", "threads; 0 means all cores", false, "0"},
                                      {"no-fold", "", "keep the chunk proofs as they are (proofs are not folded yet)"}};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

std::vector<Command> program_commands() {
    const Option elf{"elf", "FILE", "the program", true}, in{"stdin", "FILE", "builder file with the input"},
        raw{"stdin-raw", "FILE", "one raw input buffer"},
        profile{"profile", "NAME", "security profile", false, prover::DEFAULT_PROFILE};
    Option maybe_elf = elf;
    maybe_elf.required = false;
    return {
        {"program new",
         "makes a project of a guest program",
         {{"lang", "c|cpp", "the program's language", false, "c"}, {"kit", "DIR", "what projects are made from"}},
         program_new,
         "DIR"},
        {"program execute",
         "runs a program without proving",
         {elf, in, raw, {"max-cycles", "N", "give up after this many", false, "137438953472"}},
         execute},
        {"program prove", "runs and proves a program",
         with_prove_options({elf, in, raw, {"out", "FILE", "where the proof goes", true}}), prove},
        {"program verify",
         "checks a proof of a program",
         {maybe_elf,
          {"vk", "FILE", "verifying key instead of the program"},
          {"proof", "FILE", "the proof", true},
          {"committed-digest", "HEX", "what it must commit to"},
          {"vk-digest", "HEX", "digest that the verifying key must have, from a source you trust"},
          profile},
         verify},
        {"program vk",
         "writes the verifying key of a program",
         {elf,
          {"out", "FILE", "where it goes", true},
          {"digest", "FILE", "where its digest goes, 32 raw bytes"},
          profile},
         vk},
        {"proof inspect", "parts and sizes of a proof", {{"proof", "FILE", "the proof", true}}, inspect},
    };
}

}  // namespace ashlar::ctl
