// SPDX-License-Identifier: Apache-2.0
// The engine's side: one request after the other, files in, files out.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "libs/cluster/blob_store.hpp"
#include "libs/cluster/engine_process.hpp"
#include "libs/cluster/views.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

class Engine {
  public:
    Engine(int fd, ProvingService& service) : fd_(fd), service_(service) {}

    HostResult<json::object> handle(const json::object& request) {
        const std::string kind = text_field(request, "kind");
        if (kind == "prove") return prove(request);
        if (kind == "aggregate") return aggregate(request);
        if (kind == "prepare") return prepare(request);
        if (kind == "verify_block") return verify_block(request);
        if (kind == "verify_program") return verify_program(request);
        return fail("engine_request_bad", fmt::format("unknown kind of task '{}'", kind));
    }

    void send(const json::object& message) {
        const std::string text = json::serialize(message);
        const std::lock_guard lock(mutex_);
        if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) < 0) ::_exit(1);  // the supervisor is gone
    }

  private:
    int fd_;
    ProvingService& service_;
    std::mutex mutex_;

    ProgressFn reporter() {
        return [this](const Progress& p) {
            send(
                {{"type", "progress"}, {"stage", p.stage}, {"done", p.done}, {"total", p.total}, {"chunks", p.chunks}});
        };
    }
    static HostResult<Bytes> file(const json::object& o, const char* key) {
        ASHLAR_ASSIGN(const std::string path, need_text(o, key));
        return read_file(path);
    }
    static HostResult<BlockPrograms> programs(const json::object& o) {
        BlockPrograms p;
        ASHLAR_ASSIGN(p.subblock_elf, file(o, "sub_elf"));
        ASHLAR_ASSIGN(p.aggregator_elf, file(o, "elf"));
        return p;
    }
    static ProveOptions options(const json::object& o) {
        ProveOptions p;
        p.chunk_cycles = number_field(o, "chunk_cycles", p.chunk_cycles);
        p.threads = static_cast<unsigned>(number_field(o, "threads"));
        if (const std::string profile = text_field(o, "profile"); !profile.empty()) p.profile = profile;
        return p;
    }
    static HostResult<void> write(const json::object& o, BytesView bytes) {
        ASHLAR_ASSIGN(const std::string out, need_text(o, "out"));
        return write_file_atomically(out, bytes);
    }
    static json::object done(json::object fields) {
        fields["type"] = "done";
        return fields;
    }

    HostResult<json::object> prove(const json::object& o) {
        ASHLAR_ASSIGN(const Bytes elf, file(o, "elf"));
        ASHLAR_ASSIGN(const Bytes input, file(o, "stdin"));
        ASHLAR_ASSIGN(const ProveOutcome r, service_.prove_program(elf, input, options(o), reporter(), {}));
        ASHLAR_TRY(write(o, r.proof));
        return done(to_json(r));
    }

    HostResult<json::object> aggregate(const json::object& o) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(o));
        ASHLAR_ASSIGN(const Bytes input, file(o, "stdin"));
        std::vector<Bytes> proofs;
        if (const auto* list = o.if_contains("proofs"); list && list->is_array())
            for (const auto& v : list->as_array()) {
                ASHLAR_ASSIGN(Bytes b, read_file(v.is_string() ? v.as_string().c_str() : ""));
                proofs.push_back(std::move(b));
            }
        const auto opts = options(o);
        ASHLAR_ASSIGN(ProveOutcome r, service_.prove_program(p.aggregator_elf, input, opts, reporter(), {}));
        const auto begin = Clock::now();
        reporter()({"assembling", r.cycles, r.cycles, r.chunks});
        ASHLAR_ASSIGN(r.proof, service_.assemble_block(p, r, input, proofs, opts.profile));
        r.stages.emplace_back("assemble", std::chrono::duration<double>(Clock::now() - begin).count());
        ASHLAR_TRY(write(o, r.proof));
        return done(to_json(r));
    }

    HostResult<json::object> prepare(const json::object& o) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(o));
        ASHLAR_ASSIGN(const std::string dir, need_text(o, "dir"));
        ASHLAR_ASSIGN(const std::string out, need_text(o, "out"));
        ASHLAR_ASSIGN(const PreparedBlock block,
                      service_.prepare_block(dir, text_field(o, "chain"), number_field(o, "subblock_gas"), p,
                                             text_field(o, "profile")));
        for (size_t i = 0; i < block.subblock_stdins.size(); i++)
            ASHLAR_TRY(write_file_atomically(fs::path(out) / fmt::format("subblock_stdin_builder_{}.bin", i),
                                             block.subblock_stdins[i]));
        ASHLAR_TRY(write_file_atomically(fs::path(out) / "final_aggregator_stdin_builder.bin", block.aggregator_stdin));
        return done({{"facts", to_json(block.facts)}, {"subblocks", block.subblock_stdins.size()}});
    }

    HostResult<json::object> verify_block(const json::object& o) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(o));
        ASHLAR_ASSIGN(const Bytes proof, file(o, "proof"));
        ASHLAR_ASSIGN(const BlockClaims claims,
                      service_.verify_block(p, proof, text_field(o, "chain"), text_field(o, "profile")));
        return done({{"claims", to_json(claims)}, {"milliseconds", claims.milliseconds}});
    }

    HostResult<json::object> verify_program(const json::object& o) {
        ASHLAR_ASSIGN(const Bytes elf, file(o, "elf"));
        ASHLAR_ASSIGN(const Bytes proof, file(o, "proof"));
        ASHLAR_ASSIGN(const ProgramClaims claims, service_.verify_program(elf, proof, text_field(o, "profile")));
        return done({{"claims", to_json(claims)}, {"milliseconds", claims.milliseconds}});
    }
};

}  // namespace

int serve_engine(int fd, ProvingService& service) {
    Engine engine(fd, service);
    std::vector<char> buffer(1 << 20);
    while (true) {
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n == 0) return 0;
        if (n < 0) return errno == EINTR ? 0 : 1;
        const auto request = parse_object({buffer.data(), static_cast<size_t>(n)});
        if (!request) return 1;
        auto result = engine.handle(*request);
        if (result) {
            engine.send(*result);
        } else {
            json::object o = to_json(result.error());
            o["type"] = "error";
            engine.send(o);
        }
    }
}

}  // namespace ashlar::cluster
