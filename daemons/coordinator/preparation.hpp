// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "daemons/coordinator/app.hpp"
#include "libs/cluster/node/pulse.hpp"
#include "libs/prover/engine_process.hpp"
#include "libs/rpc/block_source.hpp"

namespace ashlar::coordinator {

/// Most time that an engine may take for one request.
std::chrono::milliseconds engine_limit(const Config& config);
/// How the node is asked; `round` beats while an answer is awaited.
rpc::BlockSourceOptions node_options(const Config& config, cluster::Pulse& round);

/// A thread that fetches inputs, with an engine of its own to prepare them.
class Fetcher {
  public:
    Fetcher(cluster::InputSource s, const std::vector<std::string>& command) : from(s), preparer("preparer", command) {}
    const cluster::InputSource from;
    prover::EngineProcess preparer;
    cluster::Pulse round;

    /// The token ends the block's fetching: by abort(), or end_if().
    std::stop_token begin(cluster::BlockId id) {
        const std::lock_guard lock(mutex_);
        block_ = id;
        if (!aborted_) stop_ = std::stop_source();
        return stop_.get_token();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        block_.reset();
    }
    /// For good.
    void abort() {
        const std::lock_guard lock(mutex_);
        aborted_ = true;
        stop_.request_stop();
    }
    /// Ends the fetching of a block for which `over` is true.
    template <class Over>
    void end_if(const Over& over) {
        const std::lock_guard lock(mutex_);
        if (block_ && !stop_.stop_requested() && over(*block_)) stop_.request_stop();
    }

  private:
    std::mutex mutex_;
    std::optional<cluster::BlockId> block_;
    std::stop_source stop_;
    bool aborted_ = false;
};

/// What a block's proof is made of: fetched from a node or found in the input folders, prepared by an engine, and kept
/// as blobs, which the scheduler is told. May be used by several threads, each with its Fetcher.
class Preparation {
  public:
    /// Says what is wrong with something that does not end a block's preparation, or that it is over.
    using Complain = std::function<void(const char* event, const HostResult<void>&)>;
    Preparation(const Context& context, std::filesystem::path state_dir, Complain complain)
        : context_(context), state_dir_(std::move(state_dir)), complain_(std::move(complain)) {}

    /// Errors: those of rpc::fetch_block, InputIndex::find, ethereum::DumpArchive::read, the engine and the stores.
    HostResult<void> prepare(Fetcher& f, const cluster::Block& b, const std::stop_token& stop) const;

  private:
    const Context& context_;
    std::filesystem::path state_dir_;
    Complain complain_;

    std::filesystem::path fetched_folder(const cluster::Block& b) const;
    HostResult<std::filesystem::path> folder_of(Fetcher& f, const cluster::Block& b, const std::filesystem::path& work,
                                                const std::stop_token& stop) const;
    HostResult<void> prepare_in(Fetcher& f, const cluster::Block& b, const std::filesystem::path& out,
                                const std::stop_token& stop) const;
    HostResult<void> dump_inputs(const prover::BlockFacts& facts, uint64_t subblocks,
                                 const std::filesystem::path& fetched, const std::filesystem::path& stdins) const;
    HostResult<void> store_inputs(const cluster::Block& b, const prover::PrepareReply& reply,
                                  const std::filesystem::path& out) const;
};

}  // namespace ashlar::coordinator
