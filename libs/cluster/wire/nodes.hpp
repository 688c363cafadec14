// SPDX-License-Identifier: Apache-2.0
// Messages between nodes and the coordinator (PROTOCOL.md), and what an operator asks of nodes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/cluster/model/model.hpp"

namespace ashlar::cluster {

/// Grows when a message between nodes and coordinator changes its meaning: registration compares it.
inline constexpr uint64_t API_VERSION = 2;

/// POST /v1/nodes: a node registers.
struct NodeHello {
    std::string id, name, role, instance, url, version;
    uint64_t slots = 1;
    wire::Json info;
    uint64_t api = 0;

    static constexpr wire::Note NOTES[] = {
        {"id", "Kept in the node's state directory.", wire::REQUIRED, 0, 64},
        {"name", "For people.", wire::OPTIONAL, 0, 128},
        {"role", "worker or aggregator."},
        {"instance", "Random, of the process.", wire::REQUIRED, 0, 256},
        {"url", "Where its own port is reached.", wire::OPTIONAL, 0, 256},
        {"version", "", wire::OPTIONAL, 0, 256},
        {"slots", "Tasks at once."},
        {"info", "What it says of itself.", wire::OPTIONAL},
        {"api", "Version of these messages; must be the coordinator's.", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(NodeHello, (), (id, name, role, instance, url, version, slots, info, api))

struct NodeWelcome {
    uint64_t epoch = 0;
    NodeState state{};
};
BOOST_DESCRIBE_STRUCT(NodeWelcome, (), (epoch, state))

/// Where a running attempt stands.
struct AttemptProgress {
    std::string attempt;
    uint64_t seq = 0;
    std::string stage;
    uint64_t done = 0, total = 0, chunks = 0;

    static constexpr wire::Note NOTES[] = {{"seq", "Grows with each step the engine reports."},
                                           {"stage", "", wire::OPTIONAL},
                                           {"done", "", wire::OPTIONAL},
                                           {"total", "", wire::OPTIONAL},
                                           {"chunks", "", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(AttemptProgress, (), (attempt, seq, stage, done, total, chunks))

/// POST /v1/nodes/{node}/heartbeat
struct Heartbeat {
    uint64_t epoch = 0;
    std::vector<AttemptProgress> attempts;
    wire::Json info;

    static constexpr wire::Note NOTES[] = {{"attempts", "All that run.", wire::OPTIONAL}, {"info", "", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (epoch, attempts, info))

/// What the coordinator asks of a node.
enum class NodeVerb { logs, doctor, restart, recycle_engines };
BOOST_DESCRIBE_ENUM(NodeVerb, logs, doctor, restart, recycle_engines)

struct NodeOrder {
    std::string id;
    NodeVerb verb{};
    wire::Json arguments;

    static constexpr wire::Note NOTES[] = {{"arguments", "Of the verb.", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(NodeOrder, (), (id, verb, arguments))

struct HeartbeatAnswer {
    std::vector<std::string> stop;
    std::vector<NodeOrder> orders;

    static constexpr wire::Note NOTES[] = {{"stop", "Attempts to give up."},
                                           {"orders", "Each is answered by POST /v1/nodes/{node}/answers."}};
};
BOOST_DESCRIBE_STRUCT(HeartbeatAnswer, (), (stop, orders))

/// POST /v1/nodes/{node}/answers: an order was carried out.
struct OrderAnswer {
    uint64_t epoch = 0;
    std::string order;
    wire::Json result;
};
BOOST_DESCRIBE_STRUCT(OrderAnswer, (), (epoch, order, result))

struct Acknowledged {
    bool accepted = false;
    std::string why;
};
BOOST_DESCRIBE_STRUCT(Acknowledged, (), (accepted, why))

/// POST /v1/tasks/claim: waits for a task; 204: there was none.
struct Claim {
    std::string node;
    uint64_t epoch = 0, wait_ms = 0;

    static constexpr wire::Note NOTES[] = {{"wait_ms", "How long to wait for one, at most 20000.", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(Claim, (), (node, epoch, wait_ms))

/// A task for a node: what runs, and the blobs it needs.
struct TaskOrder {
    std::string attempt;
    TaskKind kind{};
    JobId job{};
    uint64_t number = 0, index = 0;
    std::string elf, subblock_elf, stdin;
    std::vector<std::string> proofs;
    std::string profile;
    uint64_t chunk_cycles = 0;
    int64_t deadline_ms = 0;

    static constexpr wire::Note NOTES[] = {{"number", "Of the block."},
                                           {"index", "Of the subblock."},
                                           {"subblock_elf", "What an aggregation verifies."},
                                           {"proofs", "Of an aggregation: the subblocks', in order."},
                                           {"deadline_ms", "Of the attempt, in the coordinator's time."}};
};
BOOST_DESCRIBE_STRUCT(TaskOrder, (),
                      (attempt, kind, job, number, index, elf, subblock_elf, stdin, proofs, profile, chunk_cycles,
                       deadline_ms))

/// POST /v1/results: an attempt ended.
struct AttemptResult {
    std::string attempt, node;
    uint64_t epoch = 0;
    bool ok = false;
    std::string output;
    uint64_t output_bytes = 0, chunks = 0, cycles = 0;
    double seconds = 0;
    wire::Json stats;
    Error error;

    static constexpr wire::Note NOTES[] = {{"ok", "", wire::OPTIONAL},
                                           {"output", "Blob of the proof, uploaded before.", wire::OPTIONAL},
                                           {"output_bytes", "", wire::OPTIONAL},
                                           {"chunks", "", wire::OPTIONAL},
                                           {"cycles", "", wire::OPTIONAL},
                                           {"seconds", "", wire::OPTIONAL},
                                           {"stats", "What the proof cost.", wire::OPTIONAL},
                                           {"error", "Why it failed.", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(AttemptResult, (),
                      (attempt, node, epoch, ok, output, output_bytes, chunks, cycles, seconds, stats, error))

/// What an engine does now.
struct EngineTask {
    TaskKind kind{};
    uint64_t block = 0, index = 0;
    std::string stage;
    uint64_t done = 0, total = 0;
};
BOOST_DESCRIBE_STRUCT(EngineTask, (), (kind, block, index, stage, done, total))

struct EngineStatus {
    int64_t pid = 0;
    uint64_t starts = 0;
    bool busy = false;
    std::optional<EngineTask> task;
};
BOOST_DESCRIBE_STRUCT(EngineStatus, (), (pid, starts, busy, task))

/// What a node says of itself with each heartbeat.
struct NodeInfo {
    std::vector<EngineStatus> engines;
    uint64_t threads = 0, memory_available_bytes = 0, disk_free_bytes = 0;
    int64_t now_ms = 0;
    std::string backend = "cpu";

    static constexpr wire::Note NOTES[] = {{"now_ms", "The node's clock."}};
};
BOOST_DESCRIBE_STRUCT(NodeInfo, (), (engines, threads, memory_available_bytes, disk_free_bytes, now_ms, backend))

/// GET /status of a node.
struct NodeStatus : NodeInfo {
    std::string role, name, id, version, coordinator;
    bool in_touch = false;
    uint64_t epoch = 0;
};
BOOST_DESCRIBE_STRUCT(NodeStatus, (NodeInfo), (role, name, id, version, coordinator, in_touch, epoch))

/// GET /v1/tasks and /v1/engines of a node.
struct RunningTasks {
    std::vector<AttemptProgress> tasks;
};
BOOST_DESCRIBE_STRUCT(RunningTasks, (), (tasks))
struct RunningEngines {
    std::vector<EngineStatus> engines;
};
BOOST_DESCRIBE_STRUCT(RunningEngines, (), (engines))

struct NodeList {
    std::vector<Node> nodes;
};
BOOST_DESCRIBE_STRUCT(NodeList, (), (nodes))

}  // namespace ashlar::cluster
