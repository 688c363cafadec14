// SPDX-License-Identifier: Apache-2.0
// Guests in C: `program new`, Debian's compiler, and each example of the kit against vectors of independent
// implementations.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "libs/base/files.hpp"
#include "libs/base/hex.hpp"
#include "libs/rv32/executor.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
namespace fs = std::filesystem;

namespace {

struct Call {
    int code;
    std::string out;
};
Call shell(const std::string& command) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe);
    std::string out;
    char buffer[4096];
    for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, out};
}

/// A project made by `program new`.
struct Project {
    ashlar::test::TempDir temp;
    fs::path dir = temp.path / "project";
    explicit Project(const std::string& language) {
        const Call made = shell(ASHLAR_CTL " program new " + dir.string() + " --lang " + language);
        INFO(made.out);
        REQUIRE(made.code == 0);
    }
    Call make(const std::string& target) const {
        return shell("make -C " + dir.string() + " CTL=" ASHLAR_CTL " " + target);
    }
    Bytes build() const {
        const Call made = make("program.elf");
        INFO(made.out);
        REQUIRE(made.code == 0);
        CHECK(made.out.find("warning") == std::string::npos);
        return *read_file(dir / "program.elf");
    }
};

rv32::ExecuteReport execute(const Bytes& elf, Bytes input) {
    const auto program = rv32::load_elf(elf);
    REQUIRE(program);
    rv32::Stdin in;
    in.buffers.push_back(std::move(input));
    auto report = rv32::execute(*program, std::move(in));
    REQUIRE(report);
    return std::move(*report);
}

struct Vector {
    Bytes input;
    std::string output;  ///< hex of what is committed; 1 or 0 for a check; "refused"
};
using Vectors = std::map<std::string, std::vector<Vector>>;

/// EIP-2537 pads an element of 48 bytes to 64; the standard does not. Scalars of 32 bytes follow each `point` bytes.
Bytes unpadded(BytesView in, size_t point, size_t scalar) {
    Bytes out;
    for (size_t at = 0; at < in.size();) {
        for (const size_t end = at + point; at < end; at += 64)
            out.insert(out.end(), in.begin() + at + 16, in.begin() + at + 64);
        out.insert(out.end(), in.begin() + at, in.begin() + at + scalar);
        at += scalar;
    }
    return out;
}

/// The first `most` vectors of each operation in a file of test/vectors/crypto.
void read_vectors(const char* file, const std::map<std::string, std::string>& names, size_t most, Vectors& to) {
    std::ifstream in(std::string("test/vectors/crypto/") + file);
    REQUIRE(in);
    for (std::string operation, input, output; in >> operation >> input >> output;) {
        const auto name = names.find(operation);
        if (name == names.end() || to[name->second].size() >= most) continue;
        Bytes bytes = *from_hex(input);
        if (operation == "g1add" || operation == "g2add" || operation == "map1" || operation == "map2" ||
            (operation == "pair" && std::string(file) == "bls12_381.txt"))
            bytes = unpadded(bytes, 64, 0);
        if (operation == "g1msm") bytes = unpadded(bytes, 128, 32);
        if (operation == "g2msm") bytes = unpadded(bytes, 256, 32);
        if (std::string(file) == "bls12_381.txt" && output.size() > 1 && output != "refused")
            output = to_hex(unpadded(*from_hex(output), 64, 0));
        to[name->second].push_back({std::move(bytes), output});
    }
}

Vectors all_vectors() {
    Vectors v;
    const Bytes abc{'a', 'b', 'c'};
    v["keccak256"] = {{abc, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
                      {{}, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"}};
    v["sha256"] = {{abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}};  // FIPS 180-2, B.1
    v["ripemd160"] = {{abc, "0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc"}};
    // 3^0x10001 mod 1000003, and a modulus of zero.
    v["modexp"] = {{*from_hex("01030303"
                              "010001"
                              "0f4243"),
                    "076d5e"},
                   {*from_hex("010101"
                              "030500"),
                    "00"}};
    // EIP-152's vectors 5 and 4 (a final indicator of 2).
    const std::string state =
                          "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
                          "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b",
                      message = "616263" + std::string(250, '0'), offset = "03" + std::string(30, '0');
    v["blake2f"] = {{*from_hex("0000000c" + state + message + offset + "01"),
                     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                     "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
                    {*from_hex("0000000c" + state + message + offset + "02"), "refused"}};
    // Private key 1, digest 1, nonce 1: r = x of G, s = r + 1; and the same signature of another digest.
    const std::string gx = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                      gy = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
                      s = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81799", zeros(62, '0');
    v["secp256k1_verify"] = {{*from_hex(zeros + "01" + gx + s + gx + gy), "1"},
                             {*from_hex(zeros + "02" + gx + s + gx + gy), "0"}};
    v["secp256k1_ecrecover"] = {{*from_hex(zeros + "01" + gx + s + "00"), gx + gy},
                                {*from_hex(zeros + "01" + gx + s + "02"), "refused"},
                                {*from_hex(zeros + "01" + gx + s + "04"), "refused"}};
    std::ifstream p256("test/vectors/crypto/p256.txt");
    for (std::string input, output; v["secp256r1_verify"].size() < 3 && p256 >> input >> output;)
        v["secp256r1_verify"].push_back({*from_hex(input), output});
    read_vectors("bn254.txt", {{"add", "bn254_g1_add"}, {"mul", "bn254_g1_mul"}, {"pair", "bn254_pairing"}}, 4, v);
    read_vectors("bls12_381.txt",
                 {{"g1add", "bls12_g1_add"},
                  {"g2add", "bls12_g2_add"},
                  {"g1msm", "bls12_g1_msm"},
                  {"g2msm", "bls12_g2_msm"},
                  {"map1", "bls12_map_fp_to_g1"},
                  {"map2", "bls12_map_fp2_to_g2"},
                  {"pair", "bls12_pairing"},
                  {"kzg", "kzg_point_eval"}},
                 2, v);
    return v;
}

bool have_compiler() {
    return shell("riscv64-unknown-elf-gcc --version").code == 0 && shell("make --version").code == 0;
}

}  // namespace

TEST_CASE("program new makes a project that builds, proves and verifies, in C and in C++") {
    if (!have_compiler()) {
        std::puts("no riscv64-unknown-elf-gcc or no make: ALL CASES SKIPPED");
        return;
    }
    std::map<std::string, std::string> committed;
    for (const std::string language : {"c", "cpp"}) {
        const Project p(language);
        const Bytes elf = p.build();
        const auto report = execute(elf, *read_file(p.dir / "input.bin"));
        CHECK(report.exit_code == 0u);
        CHECK(report.stdout_text == "hashed 42 bytes\n");
        committed[language] = to_hex(report.committed);
        if (language != "c") continue;
        const Call proven = p.make("prove"), verified = p.make("verify");
        INFO(proven.out << verified.out);
        CHECK(proven.code == 0);
        CHECK(verified.code == 0);
        CHECK(verified.out.find("valid: commits to") != std::string::npos);
    }
    CHECK(committed["c"] == committed["cpp"]);
    CHECK(committed["c"].size() == 64);
}

TEST_CASE("program new refuses what is there, unknown languages and a missing kit") {
    const ashlar::test::TempDir temp;
    const std::string dir = (temp.path / "p").string();
    CHECK(shell(ASHLAR_CTL " program new " + dir + " --lang cobol").code == 2);
    CHECK(shell(ASHLAR_CTL " program new").code == 2);
    const Call no_kit = shell(ASHLAR_CTL " program new " + dir + " --kit " + temp.path.string());
    CHECK(no_kit.code == 1);
    CHECK(no_kit.out.find("--kit") != std::string::npos);
    CHECK(!fs::exists(dir));
    REQUIRE(shell(ASHLAR_CTL " program new " + dir).code == 0);
    CHECK(shell(ASHLAR_CTL " program new " + dir).code == 1);
}

TEST_CASE("each example of the kit gives what independent implementations give") {
    if (!have_compiler()) {
        std::puts("no riscv64-unknown-elf-gcc or no make: ALL CASES SKIPPED");
        return;
    }
    const Project p("c");
    const Vectors vectors = all_vectors();
    std::set<std::string> examples;
    for (const auto& entry : fs::directory_iterator(p.dir / "ashlar" / "examples")) {
        const std::string name = entry.path().stem().string();
        CAPTURE(name);
        examples.insert(name);
        REQUIRE(vectors.count(name));
        REQUIRE(vectors.at(name).size() >= 1);
        fs::copy(entry.path(), p.dir / "main.c", fs::copy_options::overwrite_existing);
        fs::remove(p.dir / "main.c.o");
        const Bytes elf = p.build();
        for (const Vector& v : vectors.at(name)) {
            const auto report = execute(elf, v.input);
            INFO(report.stderr_text);
            if (v.output == "refused") {
                CHECK(report.exit_code == 1u);
                CHECK(report.committed.empty());
                continue;
            }
            CHECK(report.exit_code == 0u);
            CHECK(to_hex(report.committed) == (v.output.size() == 1 ? "0" + v.output : v.output));
        }
    }
    CHECK(examples.size() == vectors.size());  // an example for every accelerator
}

TEST_CASE("C programs end as the standard says: main's result, exit, abort, assert, atexit; errno and malloc work") {
    if (!have_compiler()) {
        std::puts("no riscv64-unknown-elf-gcc or no make: ALL CASES SKIPPED");
        return;
    }
    const Project p("c");
    fs::copy("test/integration/guest_kit_ends.c", p.dir / "main.c", fs::copy_options::overwrite_existing);
    const Bytes elf = p.build();
    const auto run = [&](const char* how, uint8_t value = 0) {
        return execute(elf, {static_cast<uint8_t>(how[0]), value});
    };
    for (const uint8_t code : {0, 1, 7, 255})
        for (const char* how : {"m", "e"}) {
            const auto r = run(how, code);
            CHECK(r.exit_code == code);
            CHECK(r.stdout_text == "bye\n");
            CHECK(r.stderr_text == "no newline");
            CHECK(to_hex(r.committed) == "616263");
        }
    for (const char* how : {"a", "s", "n"}) {
        const auto r = run(how);
        CHECK(r.exit_code == 1u);
        CHECK(r.stdout_text.empty());
    }
    CHECK(run("s").stderr_text.find("in[1] == 77") != std::string::npos);
    CHECK(run("n").stderr_text.find("null pointer") != std::string::npos);
    CHECK(run("r").exit_code == 0u);
    CHECK(run("h").exit_code == 0u);
}
