// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "libs/cluster/http/http.hpp"
#include "libs/cluster/model/model.hpp"
#include "libs/prover/engine_process.hpp"

namespace ashlar::coordinator {

struct Context;

/// Has an engine verify the stored proof of a block or of a program.
HostResult<prover::VerifiedBlock> verify_stored_block(const Context&, const cluster::Block&, prover::EngineProcess&,
                                                      const std::stop_token&, std::chrono::milliseconds limit);
HostResult<prover::VerifiedProgram> verify_stored_program(const Context&, const cluster::Block&, prover::EngineProcess&,
                                                          const std::stop_token&, std::chrono::milliseconds limit);

/// Verifies stored proofs again for clients: one at a time, in an engine of its own, so that no client delays the
/// verification of new proofs. Those who ask for a proof that is waiting or being checked share its verdict.
class ProofChecks {
  public:
    /// Maximum number of queued checks.
    static constexpr size_t MAX_WAITING = 16;

    ProofChecks(const Context& context, std::vector<std::string> engine_command, std::chrono::milliseconds limit);
    ~ProofChecks() { stop(); }
    ProofChecks(const ProofChecks&) = delete;
    ProofChecks& operator=(const ProofChecks&) = delete;

    /// The answer for a block that is proven: waits for the verdict {valid, claims..., milliseconds, error} for up to
    /// `wait`, else 202; 503 (verification_unavailable) when too many wait or the engine fails.
    cluster::HttpResponse answer(const cluster::Block& block, std::chrono::milliseconds wait);
    void stop();

  private:
    struct Check {
        cluster::Block block;
        std::optional<cluster::HttpResponse> verdict;  ///< guarded by mutex_
    };
    const Context& context_;
    std::chrono::milliseconds limit_;
    prover::EngineProcess engine_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Check>> waiting_;
    std::map<std::string, std::weak_ptr<Check>> by_proof_;
    std::thread thread_;

    void run();
    cluster::HttpResponse verify(const cluster::Block& block);
};

}  // namespace ashlar::coordinator
