// SPDX-License-Identifier: Apache-2.0
// GET /status of the coordinator: names are a contract with dashboards; fields may be added, not renamed.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/cluster/model/model.hpp"

namespace ashlar::cluster {

struct EndedBlock {
    uint64_t number = 0;
    std::string hash;
    BlockState state{};
    std::string reason;
    double seconds = 0;
    uint64_t gas_used = 0, cycles = 0, subblocks = 0, proof_bytes = 0;
    double verify_milliseconds = 0;
    int64_t finished_ms = 0;
};
BOOST_DESCRIBE_STRUCT(EndedBlock, (),
                      (number, hash, state, reason, seconds, gas_used, cycles, subblocks, proof_bytes,
                       verify_milliseconds, finished_ms))

struct TaskUnderWay {
    TaskKind kind{};
    uint64_t index = 0;
    TaskState state{};
    uint64_t attempts = 0;
    std::optional<std::string> stage;
    std::optional<uint64_t> done, total;
};
BOOST_DESCRIBE_STRUCT(TaskUnderWay, (), (kind, index, state, attempts, stage, done, total))

struct BlockUnderWay {
    uint64_t number = 0;
    std::string hash;
    JobId job{};
    BlockState state{};
    uint64_t gas_used = 0;
    double seconds = 0;
    std::vector<TaskUnderWay> tasks;

    static constexpr wire::Note NOTES[] = {{"seconds", "Since proving began."}};
};
BOOST_DESCRIBE_STRUCT(BlockUnderWay, (), (number, hash, job, state, gas_used, seconds, tasks))

struct NodeSeen : Node {
    double seconds_since_heartbeat = 0;
};
BOOST_DESCRIBE_STRUCT(NodeSeen, (Node), (seconds_since_heartbeat))

/// What is wrong now.
struct Trouble {
    std::string code, message, hint, event;
};
BOOST_DESCRIBE_STRUCT(Trouble, (), (code, message, hint, event))

struct ClusterStatus {
    std::string state, version;
    double uptime_seconds = 0;
    std::string chain;
    uint64_t blocks_per_hour = 0;
    boost::json::value last_block;
    double p50_seconds = 0, p99_seconds = 0;
    uint64_t queue = 0;
    boost::json::value eta_seconds;
    std::vector<std::pair<std::string, uint64_t>> counts;
    std::vector<Trouble> troubles;
    uint64_t live_nodes = 0;
    std::vector<NodeSeen> nodes;
    std::vector<BlockUnderWay> blocks;
    std::vector<EndedBlock> recent;
    std::map<std::string, uint64_t> counters;
    uint64_t disk_free_bytes = 0, disk_floor_bytes = 0;

    static constexpr wire::Note NOTES[] = {
        {"state", "proving, queued or idle."},
        {"last_block", "The last of `recent`, or null."},
        {"p50_seconds", "Of proving, over `recent`."},
        {"queue", "Blocks not begun."},
        {"eta_seconds", "Until all that is asked for is done; null before the first block has ended."},
        {"counts", "Blocks by state."},
        {"troubles", "What is wrong now."},
        {"recent", "Blocks that ended last, oldest first."},
        {"counters", "Attempts that ended unused and ignored results, by reason, since the start."},
        {"disk_free_bytes", "Where the state directory is."},
        {"disk_floor_bytes", "Below this no block is begun."}};
};
BOOST_DESCRIBE_STRUCT(ClusterStatus, (),
                      (state, version, uptime_seconds, chain, blocks_per_hour, last_block, p50_seconds, p99_seconds,
                       queue, eta_seconds, counts, troubles, live_nodes, nodes, blocks, recent, counters,
                       disk_free_bytes, disk_floor_bytes))

struct Readiness {
    bool ready = false, worker = false, aggregator = false, disk = false, store = false;
};
BOOST_DESCRIBE_STRUCT(Readiness, (), (ready, worker, aggregator, disk, store))

}  // namespace ashlar::cluster
