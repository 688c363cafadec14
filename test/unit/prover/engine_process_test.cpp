// SPDX-License-Identifier: Apache-2.0
// Both sides of an engine over a socket pair, and what a real child process inherits.
#include "libs/prover/engine_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "libs/base/files.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::prover;
using ashlar::test::TempDir;
namespace json = boost::json;

namespace {

/// Verifies nothing: it answers with what it was asked.
class Echo final : public Verifier {
  public:
    HostResult<PreparedBlock> prepare_block(const std::filesystem::path&, const std::string&, uint64_t,
                                            const BlockPrograms&, const std::string&) override {
        return fail("block_invalid", "no such block", "bring one");
    }
    HostResult<void> emulate_block(const BlockPrograms&, const PreparedBlock&) override { return {}; }
    HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) override {
        ProgramClaims c;
        c.profile = profile, c.chunks = elf.size(), c.exit_code = static_cast<uint32_t>(proof.size());
        c.milliseconds = 2.5;
        return c;
    }
    HostResult<BlockClaims> verify_block(const BlockPrograms&, BytesView, const std::string&,
                                         const std::string&) override {
        return fail("proof_malformed", "not a proof");
    }
};

/// What an engine that serves `Echo` answers to a message.
json::object ask(const std::string& message) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    Echo echo;
    std::thread engine([&] { serve_engine(ends[1], echo); });
    REQUIRE(::send(ends[0], message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size()));
    std::vector<char> buffer(1 << 16);
    const ssize_t n = ::recv(ends[0], buffer.data(), buffer.size(), 0);
    ::shutdown(ends[0], SHUT_RDWR);
    engine.join();
    ::close(ends[0]), ::close(ends[1]);
    REQUIRE(n > 0);
    return *parse_object({buffer.data(), static_cast<size_t>(n)});
}

std::string error_of(const json::object& answer) {
    return answer.contains("error") ? text_field(answer.at("error").as_object(), "code") : "";
}

}  // namespace

TEST_CASE("an engine answers what it is asked, and refuses what it does not do") {
    const TempDir dir;
    REQUIRE(write_file_atomically(dir.path / "elf", as_bytes("abc")));
    REQUIRE(write_file_atomically(dir.path / "proof", as_bytes("proof")));
    const VerifyProgramRequest verify{(dir.path / "elf").string(), (dir.path / "proof").string(), "chunk"};
    const auto message = [](EngineVerb verb, const json::object& request) {
        return json::serialize(wire::write(EngineRequest{verb, request}));
    };
    const json::object good = ask(message(EngineVerb::verify_program, wire::write(verify)));
    const auto reply = wire::read<VerifiedProgram>(good.at("result").as_object());
    REQUIRE(reply);
    CHECK(reply->claims.profile == "chunk");
    CHECK(reply->claims.chunks == 3);
    CHECK(reply->claims.exit_code == 5);
    CHECK(reply->milliseconds == 2.5);

    ProveRequest prove;
    prove.elf = verify.elf, prove.stdin_file = verify.proof;
    CHECK(error_of(ask(message(EngineVerb::prove, wire::write(prove)))) == "engine_request_bad");  // it only verifies
    CHECK(error_of(ask(message(EngineVerb::prove, {}))) == "engine_request_bad");
    json::object extra = wire::write(verify);
    extra["prof"] = "x";
    CHECK(error_of(ask(message(EngineVerb::verify_program, extra))) == "engine_request_bad");
    CHECK(error_of(ask(R"({"verb":"dance","request":{}})")) == "json_bad");
    VerifyProgramRequest absent = verify;
    absent.proof += "x";
    CHECK(error_of(ask(message(EngineVerb::verify_program, wire::write(absent)))) == "file_unreadable");
}

TEST_CASE("an engine has its socket and the standard streams, whatever its supervisor has open") {
    const TempDir dir;
    const auto listing = dir.path / "descriptors";
    const int null = ::open("/dev/null", O_RDONLY), inherited = ::fcntl(null, F_DUPFD, 50);  // no close-on-exec
    REQUIRE(inherited >= 50);
    {
        // The shell itself reads its own table; ls would add the folder it reads.
        EngineProcess engine(
            "e", {"/bin/sh", "-c",
                  fmt::format("exec > {}; for f in /proc/$$/fd/*; do echo ${{f##*/}}; done", listing.string())});
        const auto r = engine.call(VerifyProgramRequest{}, {}, {});
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "engine_died");
    }
    ::close(null), ::close(inherited);
    std::ifstream in(listing);
    std::vector<int> seen;
    for (int fd; in >> fd;)
        if (fd != ENGINE_FD + 1) seen.push_back(fd);  // that one is the folder the shell reads just then
    CHECK(seen == std::vector<int>{0, 1, 2, ENGINE_FD});
}
