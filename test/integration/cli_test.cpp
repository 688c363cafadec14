// SPDX-License-Identifier: Apache-2.0
// ashlarctl as scripts see it: exit codes, one JSON object on standard output, names of design/cli.md.
#include <sys/wait.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "daemons/ctl/builtin_program.hpp"
#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/rv32/assembler.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
namespace json = boost::json;

namespace {

struct Call {
    int code = -1;
    std::string out;
    json::object object() const {
        const auto o = parse_object(out);
        INFO(out);
        REQUIRE(o);
        return *o;
    }
    bool has(std::initializer_list<const char*> fields) const {
        const auto o = object();
        for (const char* f : fields)
            if (!o.contains(f)) {
                UNSCOPED_INFO("missing field " << f);
                return false;
            }
        return true;
    }
};

Call run_ctl(const std::string& arguments) {
    Call c;
    FILE* pipe = ::popen((std::string(ASHLAR_CTL) + " " + arguments + " 2>/dev/null").c_str(), "r");
    REQUIRE(pipe);
    char buffer[4096];
    for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) c.out.append(buffer, n);
    const int status = ::pclose(pipe);
    c.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return c;
}

struct Program {
    ashlar::test::TempDir dir;
    std::string elf = (dir.path / "p.elf").string();
    explicit Program(uint32_t loops = 200) { REQUIRE(write_file_atomically(elf, ctl::builtin_program(loops))); }
    std::string path(const char* name) const { return (dir.path / name).string(); }
};

}  // namespace

TEST_CASE("usage errors are code 2, and an object with --json") {
    CHECK(run_ctl("").code == 2);
    CHECK(run_ctl("nonsense").code == 2);
    CHECK(run_ctl("program execute").code == 2);
    CHECK(run_ctl("program execute --elf x --bogus").code == 2);
    CHECK(run_ctl("program execute --elf /nonexistent").code == 2);
    CHECK(run_ctl("program execute --el x").code == 2);  // no guessing
    CHECK(run_ctl("program verify --proof x").code == 2);
    CHECK(run_ctl("config check worker --config /nonexistent").code == 2);
    CHECK(run_ctl("token create --role king --file /tmp/x").code == 2);
    const Call c = run_ctl("program execute --elf /nonexistent --json");
    CHECK(c.code == 2);
    CHECK(text_field(c.object().at("error").as_object(), "code") == "file_unreadable");
    CHECK(std::count(c.out.begin(), c.out.end(), '\n') == 1);
}

TEST_CASE("wrong flags, values and verbs name what is wrong") {
    const auto refused = [](const std::string& arguments, const std::string& word) {
        INFO(arguments);
        const Call c = run_ctl(arguments + " --json");
        CHECK(c.code == 2);
        const auto error = c.object().at("error").as_object();
        CHECK_THAT(text_field(error, "message") + " " + text_field(error, "hint"), Catch::Contains(word));
    };
    refused("job frob", "job create");
    refused("bench nonsense", "fraction-sum");
    refused("bench block", "--block");
    refused("bench hash --runs 0", "from 1 to 1000");
    refused("bench hash --log-size 40", "from 4 to 22");
    refused("bench hash --isa mmx", "mmx");
    refused("bench chunk --profile nothing", "nothing");
    refused("prove --latest --start 4", "--latest");
    refused("prove --start -1", "--start");
    refused("prove --start 18446744073709551616", "--start");
    refused("job show 99999999999999999999", "job list");
    refused("job cancel one", "job list");
    refused("node drain a/b", "node list");
    refused("node drain ''", "node list");
    refused("status --url ftp://x", "http");
    refused("status --token-file /nonexistent", "/nonexistent");
    refused("config init nobody", "local");
    refused("local --workers 0", "from 1 to 64");
    refused("local --port 70000", "65535");
    refused("local --subblock-gas many", "subblock_gas");
    refused("local --config /nonexistent", "/nonexistent");
    refused("local --block /nonexistent", "/nonexistent");
    refused("local --demo a --block b", "exclude");
    refused("selftest --backend abacus", "abacus");
}

TEST_CASE("bench: a row for each thing asked for, with its ratio where a bound is known") {
    const Call c = run_ctl(
        "bench hash ntt zerocheck layers execute --runs 1 --milliseconds 1 --log-size 8 --slices 4 --log-cycles 12 "
        "--threads 1 --json");
    REQUIRE(c.code == 0);
    std::map<std::string, boost::json::object> rows;
    const auto object = c.object();
    for (const auto& v : object.at("rows").as_array()) rows[text_field(v.as_object(), "name")] = v.as_object();
    for (const char* name : {"poseidon2-24", "encode, rate 1/2", "zerocheck", "layers", "execute"}) {
        INFO(name);
        REQUIRE(rows.contains(name));
        for (const char* key : {"device", "size", "units", "median", "spread", "ratio"})
            CHECK(rows[name].contains(key));
        CHECK(real_field(rows[name], "median") > 0);
    }
    CHECK(rows["poseidon2-24"].at("ratio").is_null());
    for (const char* name : {"zerocheck", "layers", "layers: bits", "layers: folds over instances", "layers: wiring",
                             "layers: chi", "layers: products of 3", "layers: products of 5"}) {
        INFO(name);
        REQUIRE(rows.contains(name));
        CHECK(real_field(rows[name], "ratio") > 0);
    }
    CHECK_FALSE(rows.contains("leaves and tree"));
}

TEST_CASE("help on every verb, and 3 for a daemon that does not answer") {
    CHECK(run_ctl("--help").code == 0);
    for (const char* verb : {"program execute", "program prove", "program verify", "program vk",  "proof inspect",
                             "block execute",   "block prove",   "block verify",   "block fetch", "block dump",
                             "block load",      "prove",         "job create",     "job list",    "job show",
                             "job watch",       "job cancel",    "node list",      "node drain",  "node resume",
                             "node restart",    "node recycle",  "node remove",    "doctor",      "logs",
                             "tuning get",      "tuning set",    "status",         "local",       "config init",
                             "config check",    "config show",   "token create",   "token list",  "token revoke",
                             "bench",           "selftest"}) {
        INFO(verb);
        const Call c = run_ctl(std::string(verb) + " --help");
        CHECK(c.code == 0);
        CHECK_THAT(c.out, Catch::StartsWith("ashlarctl " + std::string(verb)));
    }
    CHECK(run_ctl("status --url http://127.0.0.1:1").code == 3);
    CHECK(run_ctl("prove --start 1 --url http://127.0.0.1:1 --json").code == 3);
}

TEST_CASE("program execute reports what ran, faults included") {
    const Program p;
    const Call c = run_ctl("program execute --elf " + p.elf + " --json");
    CHECK(c.code == 0);
    CHECK(c.has({"exit_code", "cycles", "committed", "committed_digest", "deferred_digest", "syscalls", "opcodes",
                 "stdout", "stderr", "fault", "mips"}));
    CHECK(text_field(c.object(), "committed_digest") == sha256_hex({}));
    CHECK(number_field(c.object(), "cycles") > 3200);
    CHECK(c.object().at("fault").is_null());
    CHECK(number_field(c.object().at("syscalls").as_object(), "COMMIT") == 8);
    const Call limited = run_ctl("program execute --elf " + p.elf + " --max-cycles 100 --json");
    CHECK(limited.code == 1);
    CHECK(text_field(limited.object().at("fault").as_object(), "kind") == "cycle_limit");
    std::ofstream(p.path("bad")) << "not an elf";
    CHECK(run_ctl("program execute --elf " + p.path("bad")).code == 1);
}

TEST_CASE("output that is no UTF-8 and values that are not committed are told in valid JSON") {
    const ashlar::test::TempDir dir;
    const std::string elf = (dir.path / "p.elf").string();
    const auto write_program = [&](bool commits, uint32_t exit_code) {
        rv32::Assembler code;
        std::vector<uint32_t> data;
        for (uint32_t i = 0; i < 256; i += 4) data.push_back(i | (i + 1) << 8 | (i + 2) << 16 | (i + 3) << 24);
        for (const uint32_t fd : {1u, 2u, 3u}) code.write(fd, rv32::DATA_BASE, 256);
        // Some other digest: that is a fault of its own.
        if (commits) code.call(rv32::Syscall::COMMIT, 0, 1);
        code.halt(exit_code);
        REQUIRE(write_file_atomically(elf, rv32::make_elf(code, data)));
    };
    for (const bool commits : {false, true})
        for (const uint32_t exit_code : {0u, 1u}) {
            write_program(commits, exit_code);
            const Call c = run_ctl("program execute --elf " + elf + " --json");
            CHECK(c.code == (commits || exit_code ? 1 : 0));
            const json::object o = c.object();
            for (const char* stream : {"stdout", "stderr"}) {
                const std::string text = text_field(o, stream);
                CHECK(text.starts_with(std::string("\0\1\2", 3)));
                CHECK(text.find("~\x7f\\x80\\x81") != std::string::npos);
                CHECK(text.ends_with("\\xfe\\xff"));
            }
            CHECK(text_field(o, "committed").size() == (commits ? 512 : 0));
            CHECK(text_field(o, "uncommitted").size() == (commits ? 0 : 512));
            const std::string human = run_ctl("program execute --elf " + elf).out;
            CHECK((human.find("warning: 256 bytes of public values were written but never committed") !=
                   std::string::npos) == !commits);
        }
    // A proof says it as well; a panic is told in its error.
    write_program(false, 0);
    const Call made = run_ctl("program prove --elf " + elf + " --out " + (dir.path / "proof").string() + " --json");
    REQUIRE(made.code == 0);
    CHECK(number_field(made.object(), "uncommitted_bytes") == 256);
    write_program(false, 1);
    const Call panic = run_ctl("program prove --elf " + elf + " --out " + (dir.path / "proof").string() + " --json");
    CHECK(panic.code == 1);
    CHECK(text_field(panic.object().at("error").as_object(), "code") == "guest_fault");
}

TEST_CASE("what GNU ld links by default is refused with flags that help") {
    const ashlar::test::TempDir dir;
    const std::string base = (dir.path / "guest").string();
    std::ofstream(base + ".s") << R"(
    .globl _start
    .text
    _start: la t1, greeting
            lw t1, 0(t1)
            la t2, counter
            sw t1, 0(t2)
            li t0, 0
            li a0, 0
            ecall
    .section .rodata
    greeting: .asciz "no instruction"
    .data
    .balign 4
    counter: .word 7
    )";
    const std::string object = base + ".o", elf = base + ".elf";
    const auto runs = [](const std::string& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; };
    if (!runs("riscv64-unknown-elf-as -march=rv32im -mabi=ilp32 -mno-relax " + base + ".s -o " + object)) {
        WARN("SKIPPED: no riscv64-unknown-elf-as (package binutils-riscv64-unknown-elf)");
        return;
    }
    const auto execute = [&] { return run_ctl("program execute --elf " + elf + " --json"); };
    const auto links = [&](const std::string& linker, const std::string& flags) {
        return runs(linker + " -melf32lriscv " + flags + " " + object + " -o " + elf);
    };
    REQUIRE(links("riscv64-unknown-elf-ld", ""));
    const Call refused = execute();
    CHECK(refused.code == 1);
    const json::object error = refused.object().at("error").as_object();
    const std::string hint = text_field(error, "hint");
    CHECK(text_field(error, "code") == "elf_instruction");
    const std::string script = "-T,libs/guest/link.ld", separate = "-N,--section-start=.rodata=0x400000";
    CHECK(hint.find("program header ") != std::string::npos);
    for (const std::string& flags : {script, separate}) {
        INFO(flags);
        CHECK(hint.find("-Wl," + flags) != std::string::npos);
        std::string given = flags;
        std::replace(given.begin(), given.end(), ',', ' ');
        REQUIRE(links("riscv64-unknown-elf-ld", given));
        CHECK(execute().code == 0);
    }
    CHECK(hint.find("-fuse-ld=lld") != std::string::npos);
    if (links("ld.lld-19", "") || links("ld.lld", ""))
        CHECK(execute().code == 0);
    else
        WARN("SKIPPED: no lld");
}

TEST_CASE("program prove, verify, vk; altered and foreign proofs are refused with code 1") {
    const Program p, other(201);
    const std::string proof = p.path("proof");
    const Call made = run_ctl("program prove --elf " + p.elf + " --out " + proof + " --json");
    REQUIRE(made.code == 0);
    CHECK(made.has({"chunks", "cycles", "cells", "interactions", "proof_bytes", "seconds", "khz", "peak_rss_bytes",
                    "stages", "committed_digest", "vk_digest"}));
    const Call good = run_ctl("program verify --elf " + p.elf + " --proof " + proof + " --json");
    CHECK(good.code == 0);
    CHECK(good.has(
        {"valid", "committed_digest", "exit_code", "vk_digest", "profile", "security_bits", "milliseconds", "error"}));
    CHECK(text_field(good.object(), "vk_digest") == text_field(made.object(), "vk_digest"));
    const Call key = run_ctl("program vk --elf " + p.elf + " --out " + p.path("vk") + " --json");
    CHECK(key.has({"vk_digest", "profile", "rows"}));
    CHECK(run_ctl("program verify --vk " + p.path("vk") + " --proof " + proof).code == 0);
    CHECK(run_ctl("program verify --vk " + p.path("vk") + " --proof " + proof + " --committed-digest " + sha256_hex({}))
              .code == 0);
    CHECK(run_ctl("program verify --vk " + p.path("vk") + " --proof " + proof + " --committed-digest " +
                  std::string(64, '0'))
              .code == 1);
    CHECK(run_ctl("program verify --elf " + other.elf + " --proof " + proof).code == 1);
    CHECK(run_ctl("proof inspect --proof " + proof).code == 0);
    Bytes bytes = *read_file(proof);
    for (const size_t at : {size_t{0}, bytes.size() / 3, bytes.size() / 2, bytes.size() - 1}) {
        bytes[at] ^= 1;
        REQUIRE(write_file_atomically(p.path("altered"), bytes));
        const Call bad = run_ctl("program verify --vk " + p.path("vk") + " --proof " + p.path("altered") + " --json");
        CHECK(bad.code == 1);
        CHECK_FALSE(bool_field(bad.object(), "valid"));
        CHECK(bad.object().at("error").is_object());
        bytes[at] ^= 1;
    }
}

TEST_CASE("configuration and tokens from the command line") {
    const ashlar::test::TempDir dir;
    const std::string file = (dir.path / "coordinator.yaml").string(), tokens = (dir.path / "tokens").string();
    CHECK(run_ctl("config init coordinator --out " + file).code == 0);
    CHECK(run_ctl("config init coordinator --out " + file).code == 2);
    std::filesystem::create_directory(dir.path / "coordinator.d");
    std::ofstream(dir.path / "coordinator.d" / "10.yaml") << "artefact_dir: /nonexistent\n";
    CHECK(run_ctl("config check coordinator --config " + file).code == 2);
    std::ofstream(dir.path / "coordinator.d" / "10.yaml") << "artefact_dir: " << dir.path.string() << "\n";
    CHECK(run_ctl("config check coordinator --config " + file).code == 0);
    // Drop-ins of the whole host: what is the worker's does not stop the coordinator.
    std::filesystem::create_directory(dir.path / "conf.d");
    std::ofstream(dir.path / "conf.d" / "10.yaml") << "coordinator_url: http://127.0.0.1:8080\n";
    CHECK(run_ctl("config check coordinator --config " + file).code == 0);
    std::ofstream(dir.path / "conf.d" / "10.yaml") << "chain: mainet\n";
    CHECK(run_ctl("config check coordinator --config " + file).code == 2);
    std::filesystem::remove_all(dir.path / "conf.d");
    CHECK(run_ctl("config show coordinator --config " + file + " --json").has({"values"}));
    CHECK(run_ctl("config init worker --out " + (dir.path / "w.yaml").string()).code == 0);
    CHECK(run_ctl("config check worker --config " + (dir.path / "w.yaml").string()).code == 2);
    const std::string local = (dir.path / "local.yaml").string();
    CHECK(run_ctl("config init local --out " + local).code == 0);
    CHECK(run_ctl("config check local --config " + local).code == 0);
    const Call made = run_ctl("token create --role reader --file " + tokens + " --json");
    CHECK(made.has({"token", "role"}));
    const Call list = run_ctl("token list --file " + tokens + " --json");
    const auto rows = list.object().at("tokens").as_array();
    REQUIRE(rows.size() == 1);
    CHECK(list.out.find(text_field(made.object(), "token")) == std::string::npos);
    const std::string id = text_field(rows[0].as_object(), "id");
    CHECK(run_ctl("token revoke " + id + " --file " + tokens).code == 0);
    CHECK(run_ctl("token revoke " + id + " --file " + tokens).code == 2);
}

namespace {

const std::string DEMO = "etc/demo", VECTORS = "test/vectors/blocks";

/// Copies the demonstration's block; tests damage the copy.
std::filesystem::path copy_of_demo(const ashlar::test::TempDir& dir, const char* name) {
    std::filesystem::copy(DEMO, dir.path / name, std::filesystem::copy_options::recursive);
    return dir.path / name;
}

std::string error_code(const json::object& row) {
    const json::value& e = row.at("error");
    return e.is_object() ? text_field(e.as_object(), "code") : e.is_string() ? std::string(e.as_string()) : "";
}

void cut(const std::filesystem::path& file, size_t keep) {
    Bytes content = *read_file(file);
    content.resize(keep);
    REQUIRE(write_file_atomically(file, content));
}

/// The guests are beside the program if they are built.
bool have_guests() {
    return std::filesystem::exists(std::filesystem::path(ASHLAR_CTL).parent_path().parent_path() / "guest" /
                                   "aggregator-elf");
}

}  // namespace

TEST_CASE("block execute: one block, and what is wrong with one") {
    const Call good = run_ctl("block execute --block " + DEMO + " --json");
    REQUIRE(good.code == 0);
    CHECK(good.has({"number", "hash", "fork", "txs", "gas_used", "state_root", "receipts_root", "valid", "error",
                    "milliseconds"}));
    CHECK(text_field(good.object(), "fork") == "osaka");
    CHECK(number_field(good.object(), "gas_used") == 366593);
    CHECK(run_ctl("block execute").code == 2);
    CHECK(run_ctl("block execute --block " + DEMO + " --blocks " + DEMO).code == 2);
    CHECK(run_ctl("block execute --block " + DEMO + " --subblock-gas 0").code == 2);
    CHECK(run_ctl("block execute --block " + DEMO + " --chain no-such-chain").code == 2);
    CHECK(run_ctl("block execute --block /nonexistent").code == 2);
    // Another chain's rules: its first signature names the wrong one.
    const Call other = run_ctl("block execute --block " + DEMO + " --chain mainnet --json");
    CHECK(other.code == 1);
    CHECK_FALSE(bool_field(other.object(), "valid"));
    CHECK_FALSE(error_code(other.object()).empty());
    // The same chain before the block's fork.
    const Call early =
        run_ctl("block execute --block " + VECTORS + "/blocks/7939-clz --chain " + VECTORS + "/prague.json --json");
    CHECK(early.code == 1);
    CHECK(error_code(early.object()).starts_with("BlockException."));
}

TEST_CASE("block execute over many folders goes on after a failure and ends with code 1") {
    const ashlar::test::TempDir dir;
    const auto first = copy_of_demo(dir, "a"), no_witness = copy_of_demo(dir, "b"), no_block = copy_of_demo(dir, "c"),
               cut_gzip = copy_of_demo(dir, "d"), cut_block = copy_of_demo(dir, "e"), foreign = copy_of_demo(dir, "f");
    copy_of_demo(dir, "g");
    std::filesystem::remove(no_witness / "witness.json.gz");
    std::filesystem::remove(no_block / "block.rlp");
    cut(cut_gzip / "witness.json.gz", 1000);
    cut(cut_block / "block.rlp", 1500);
    std::filesystem::remove(foreign / "chain.json");
    std::ofstream(foreign / "meta.json") << R"({"chain_id": 31337})";

    const Call all =
        run_ctl("block execute --blocks " + dir.path.string() + " " + no_block.string() + " " + DEMO + " --json");
    CHECK(all.code == 1);
    CHECK(std::count(all.out.begin(), all.out.end(), '\n') == 1);
    const json::object o = all.object();
    REQUIRE(all.has({"blocks", "total", "failed", "valid", "gas_used", "milliseconds"}));
    std::map<std::string, std::string> got;
    for (const json::value& v : o.at("blocks").as_array()) {
        const json::object& row = v.as_object();
        const std::string name = std::filesystem::path(text_field(row, "folder")).filename();
        got[name] = bool_field(row, "valid") ? "valid" : error_code(row);
    }
    const std::map<std::string, std::string> wanted{{"a", "valid"},
                                                    {"b", "file_not_found"},
                                                    {"c", "file_not_found"},
                                                    {"d", "witness_json"},
                                                    {"e", "BlockException.RLP_STRUCTURES_ENCODING"},
                                                    {"f", "unknown_chain"},
                                                    {"g", "valid"},
                                                    {"demo", "valid"}};
    CHECK(got == wanted);
    CHECK(number_field(o, "total") == 8);
    CHECK(number_field(o, "failed") == 5);
    CHECK_FALSE(bool_field(o, "valid"));
    CHECK(number_field(o, "gas_used") == 3 * 366593);

    // People get a row a block and a sum.
    const Call table = run_ctl("block execute " + first.string() + " " + cut_gzip.string());
    CHECK(table.code == 1);
    CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 4);
    CHECK_THAT(table.out, Catch::Contains("cut off") && Catch::Contains("2 blocks, 1 failed"));
    CHECK(run_ctl("block execute --blocks " + first.string()).code == 0);
    if (!have_guests()) {
        WARN("the guest programs are not built: --guest was not tried");
        return;
    }
    const Call guests =
        run_ctl("block execute --blocks " + first.string() + " " + no_block.string() + " --guest --json");
    CHECK(guests.code == 1);
    CHECK(number_field(guests.object(), "failed") == 1);
    CHECK(bool_field(guests.object().at("blocks").as_array().at(0).as_object(), "agrees"));
    CHECK(number_field(guests.object(), "cycles") > 100'000);
}

TEST_CASE("block dump and block load") {
    if (!have_guests()) {
        WARN("the guest programs are not built: nothing was dumped");
        return;
    }
    const ashlar::test::TempDir dir;
    const std::string root = (dir.path / "dump").string(), chain = " --chain " + DEMO + "/chain.json";
    const Call made =
        run_ctl("block dump --block " + DEMO + chain + " --subblock-gas 100000 --out " + root + " --json");
    REQUIRE(made.code == 0);
    const json::object first = made.object().at("blocks").as_array().at(0).as_object();
    CHECK(number_field(first, "number") == 2);
    CHECK(number_field(first, "subblocks") == 3);
    const std::filesystem::path folder = text_field(first, "folder");
    CHECK(folder == std::filesystem::path(root) / "block2" / "gas100000");
    CHECK(std::filesystem::exists(folder / "manifest.json"));

    const std::string archive = (dir.path / "2+1.tar.gz").string();
    REQUIRE(std::system(("tar -C " + root + " -czf " + archive + " .").c_str()) == 0);
    for (const std::string& from : {root, archive}) {
        INFO(from);
        const Call loaded = run_ctl("block load --from " + from + " --guest --json");
        REQUIRE(loaded.code == 0);
        const json::object row = loaded.object().at("blocks").as_array().at(0).as_object();
        CHECK(bool_field(row, "valid"));
        CHECK(bool_field(row, "manifest"));
        CHECK(bool_field(row, "agrees"));
        CHECK(text_field(row, "hash") == text_field(first, "hash"));
        CHECK(number_field(row, "gas_used") == 366593);
    }
    // Taken out of an archive, it is the same dump again.
    const std::string again = (dir.path / "again").string();
    CHECK(run_ctl("block load --from " + archive + " --out " + again).code == 0);
    CHECK(std::system(("diff -r " + root + " " + again).c_str()) == 0);

    CHECK(run_ctl("block load --from " + root + " --number 2").code == 0);
    CHECK(run_ctl("block load --from " + root + " --number 3").code == 1);
    CHECK(run_ctl("block load --from /nonexistent").code == 1);
    CHECK(run_ctl("block load --from " + DEMO).code == 1);  // no dump
    cut(archive, 2000);
    CHECK(error_code(run_ctl("block load --from " + archive + " --json").object()) == "dump_unreadable");
    Bytes bytes = *read_file(folder / "subblock_stdin_builder_1.bin");
    bytes[bytes.size() / 2] ^= 1;
    REQUIRE(write_file_atomically(folder / "subblock_stdin_builder_1.bin", bytes));
    const Call bad = run_ctl("block load --from " + root + " --json");
    CHECK(bad.code == 1);
    const json::object row = bad.object().at("blocks").as_array().at(0).as_object();
    CHECK(error_code(row) == "dump_corrupt");
    CHECK_THAT(text_field(row.at("error").as_object(), "message"), Catch::Contains("subblock_stdin_builder_1.bin"));
    // Without its manifest only the guests can tell.
    std::filesystem::remove(folder / "manifest.json");
    CHECK(run_ctl("block load --from " + root).code == 0);
    CHECK(run_ctl("block load --from " + root + " --guest").code == 1);
}
