// SPDX-License-Identifier: Apache-2.0
// Messages for operators: logs, the doctor's findings, tuning.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/base/wire.hpp"

namespace ashlar::cluster {

/// One thing the doctor looked at.
struct Finding {
    std::string check;
    bool ok = false;
    std::string detail, remedy;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (check, ok, detail, remedy))

struct HostFindings {
    std::string host, role;
    bool ok = false;
    std::vector<Finding> findings;

    static constexpr wire::Note NOTES[] = {{"host", "Name of the node, or coordinator."}};
};
BOOST_DESCRIBE_STRUCT(HostFindings, (), (host, role, ok, findings))

/// POST /v1/doctor
struct DoctorReport {
    bool ok = false;
    std::vector<HostFindings> hosts;
};
BOOST_DESCRIBE_STRUCT(DoctorReport, (), (ok, hosts))

/// What a node is told to check: the hashes the coordinator has, its clock.
struct DoctorOrder {
    int64_t now_ms = 0;
    std::vector<std::string> programs;
};
BOOST_DESCRIBE_STRUCT(DoctorOrder, (), (now_ms, programs))

/// A line of a daemon's log. `seq` grows by one with each line of a process.
struct LogLine {
    uint64_t seq = 0;
    std::string line;
};
BOOST_DESCRIBE_STRUCT(LogLine, (), (seq, line))

struct LogPage {
    std::vector<LogLine> lines;
    uint64_t next = 0;

    static constexpr wire::Note NOTES[] = {{"next", "`after` of the next page."}};
};
BOOST_DESCRIBE_STRUCT(LogPage, (), (lines, next))

struct LogOrder {
    uint64_t after = 0, limit = 0;
};
BOOST_DESCRIBE_STRUCT(LogOrder, (), (after, limit))

/// GET /v1/tuning: what may be changed while the coordinator runs, until it is started again.
struct Tuning {
    uint64_t chunk_cycles = 0;
    std::vector<uint64_t> retry_chunk_cycles;
    uint64_t attempts = 0, attempt_deadline_s = 0, attempt_silence_s = 0, blocks_in_flight = 0, read_ahead = 0,
             subblock_gas = 0;
};
BOOST_DESCRIBE_STRUCT(Tuning, (),
                      (chunk_cycles, retry_chunk_cycles, attempts, attempt_deadline_s, attempt_silence_s,
                       blocks_in_flight, read_ahead, subblock_gas))

/// PATCH /v1/tuning: what is given changes, from the next task (or block) on.
struct TuningChange {
    std::optional<uint64_t> chunk_cycles;
    std::optional<std::vector<uint64_t>> retry_chunk_cycles;
    std::optional<uint64_t> attempts, attempt_deadline_s, attempt_silence_s, blocks_in_flight, read_ahead, subblock_gas;

    static constexpr uint64_t MIN_CHUNK = 1024, MAX_CHUNK = 1u << 26, WEEK_S = 604'800;
    static constexpr wire::Note NOTES[] = {
        {"chunk_cycles", "Of first attempts.", wire::REQUIRED, MIN_CHUNK, MAX_CHUNK},
        {"retry_chunk_cycles", "Of later ones, two attempts each.", wire::REQUIRED, 0, 16},
        {"attempts", "Of one task.", wire::REQUIRED, 1, 100},
        {"attempt_deadline_s", "Absolute time of an attempt.", wire::REQUIRED, 1, WEEK_S},
        {"attempt_silence_s", "Time of an attempt without progress.", wire::REQUIRED, 1, WEEK_S},
        {"blocks_in_flight", "Blocks proven at once.", wire::REQUIRED, 1, 1000},
        {"read_ahead", "Blocks prepared beyond those.", wire::REQUIRED, 0, 1000},
        {"subblock_gas", "A block is cut after transactions that reach this much gas.", wire::REQUIRED, 1,
         1'000'000'000'000}};
};
BOOST_DESCRIBE_STRUCT(TuningChange, (),
                      (chunk_cycles, retry_chunk_cycles, attempts, attempt_deadline_s, attempt_silence_s,
                       blocks_in_flight, read_ahead, subblock_gas))

}  // namespace ashlar::cluster
