// SPDX-License-Identifier: Apache-2.0
// The engine's side: one request after the other, files in, files out.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>

#include "libs/base/files.hpp"
#include "libs/prover/engine_process.hpp"

namespace ashlar::prover {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string subblock_stdin_name(uint64_t index) { return fmt::format("subblock_stdin_builder_{}.bin", index); }

namespace {

class Engine {
  public:
    Engine(int fd, Verifier& verifier, Prover* prover) : fd_(fd), verifier_(verifier), prover_(prover) {}

    /// Answers requests until the daemon is gone.
    int serve() {
        std::vector<char> buffer(ENGINE_MESSAGE_BYTES);
        while (true) {
            const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n == 0) return 0;
            if (n < 0) return errno == EINTR ? 0 : 1;
            const auto text = parse_object({buffer.data(), static_cast<size_t>(n)});
            if (!text) return 1;
            auto result = handle(*text);
            EngineMessage answer;
            if (result)
                answer.result = std::move(*result);
            else
                answer.error = result.error();
            send(answer);
        }
    }

  private:
    int fd_;
    Verifier& verifier_;
    Prover* prover_;
    std::mutex mutex_;

    void send(const EngineMessage& message) {
        const std::string text = json::serialize(wire::write(message));
        const std::lock_guard lock(mutex_);
        if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) < 0) ::_exit(1);  // the daemon is gone
    }
    ProgressFn reporter() {
        return [this](const Progress& p) { send({p, {}, {}}); };
    }

    HostResult<json::object> handle(const json::object& text) {
        ASHLAR_ASSIGN(const EngineRequest r, wire::read<EngineRequest>(text));
        switch (r.verb) {
            case EngineVerb::prove:
                return answer<ProveRequest>(r.request, &Engine::prove);
            case EngineVerb::aggregate:
                return answer<AggregateRequest>(r.request, &Engine::aggregate);
            case EngineVerb::prepare:
                return answer<PrepareRequest>(r.request, &Engine::prepare);
            case EngineVerb::verify_block:
                return answer<VerifyBlockRequest>(r.request, &Engine::verify_block);
            case EngineVerb::verify_program:
                return answer<VerifyProgramRequest>(r.request, &Engine::verify_program);
        }
        return fail("engine_request_bad", "no such verb");
    }

    template <class Request>
    HostResult<json::object> answer(const json::object& body,
                                    HostResult<typename Request::Reply> (Engine::*work)(const Request&)) {
        auto request = wire::read<Request>(body);
        if (!request) return fail("engine_request_bad", request.error().message, request.error().hint);
        ASHLAR_ASSIGN(const auto reply, (this->*work)(*request));
        return wire::write(reply);
    }

    static HostResult<BlockPrograms> programs(const std::string& subblock_elf, const std::string& aggregator_elf) {
        BlockPrograms p;
        ASHLAR_ASSIGN(p.subblock_elf, read_file(subblock_elf));
        ASHLAR_ASSIGN(p.aggregator_elf, read_file(aggregator_elf));
        return p;
    }
    static ProveOptions options(const ProveRequest& r) { return {r.chunk_cycles, r.profile, r.threads}; }

    HostResult<ProveOutcome> run(BytesView elf, Bytes input, const ProveRequest& r) {
        if (!prover_) return fail("engine_request_bad", "this engine only verifies");
        return prover_->prove_program(elf, std::move(input), options(r), reporter(), {});
    }
    static HostResult<ProveCost> write(ProveOutcome outcome, const std::string& out) {
        outcome.proof_bytes = outcome.proof.size();
        ASHLAR_TRY(write_file_atomically(out, outcome.proof));
        return ProveCost(outcome);
    }

    HostResult<ProveCost> prove(const ProveRequest& r) {
        ASHLAR_ASSIGN(const Bytes elf, read_file(r.elf));
        ASHLAR_ASSIGN(Bytes input, read_file(r.stdin_file));
        ASHLAR_ASSIGN(ProveOutcome outcome, run(elf, std::move(input), r));
        return write(std::move(outcome), r.out);
    }

    HostResult<ProveCost> aggregate(const AggregateRequest& r) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(r.subblock_elf, r.elf));
        ASHLAR_ASSIGN(const Bytes input, read_file(r.stdin_file));
        std::vector<Bytes> proofs;
        for (const std::string& file : r.proofs) {
            ASHLAR_ASSIGN(Bytes proof, read_file(file));
            proofs.push_back(std::move(proof));
        }
        ASHLAR_ASSIGN(ProveOutcome outcome, run(p.aggregator_elf, input, r));
        const auto begin = Clock::now();
        reporter()({"assembling", outcome.cycles, outcome.cycles, outcome.chunks});
        ASHLAR_ASSIGN(outcome.proof, prover_->assemble_block(p, outcome, input, proofs, r.profile));
        outcome.stages.emplace_back("assemble", std::chrono::duration<double>(Clock::now() - begin).count());
        return write(std::move(outcome), r.out);
    }

    HostResult<PrepareReply> prepare(const PrepareRequest& r) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(r.subblock_elf, r.aggregator_elf));
        ASHLAR_ASSIGN(const PreparedBlock block,
                      verifier_.prepare_block(r.folder, r.chain, r.subblock_gas, p, r.profile));
        if (r.emulate) ASHLAR_TRY(verifier_.emulate_block(p, block));
        const fs::path out = r.out;
        for (size_t i = 0; i < block.subblock_stdins.size(); i++)
            ASHLAR_TRY(write_file_atomically(out / subblock_stdin_name(i), block.subblock_stdins[i]));
        ASHLAR_TRY(write_file_atomically(out / AGGREGATOR_STDIN_NAME, block.aggregator_stdin));
        return PrepareReply{block.facts, block.subblock_stdins.size()};
    }

    HostResult<VerifiedBlock> verify_block(const VerifyBlockRequest& r) {
        ASHLAR_ASSIGN(const BlockPrograms p, programs(r.subblock_elf, r.aggregator_elf));
        ASHLAR_ASSIGN(const Bytes proof, read_file(r.proof));
        ASHLAR_ASSIGN(const BlockClaims claims, verifier_.verify_block(p, proof, r.chain, r.profile));
        return VerifiedBlock{claims, claims.milliseconds};
    }

    HostResult<VerifiedProgram> verify_program(const VerifyProgramRequest& r) {
        ASHLAR_ASSIGN(const Bytes elf, read_file(r.elf));
        ASHLAR_ASSIGN(const Bytes proof, read_file(r.proof));
        ASHLAR_ASSIGN(const ProgramClaims claims, verifier_.verify_program(elf, proof, r.profile));
        return VerifiedProgram{claims, claims.milliseconds};
    }
};

}  // namespace

int serve_engine(int fd, Verifier& verifier) { return Engine(fd, verifier, nullptr).serve(); }
int serve_engine(int fd, Prover& prover) { return Engine(fd, prover, &prover).serve(); }

}  // namespace ashlar::prover
