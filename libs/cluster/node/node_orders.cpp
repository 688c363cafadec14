// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node_orders.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>

#include "libs/base/files.hpp"
#include "libs/base/log.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t LEAST_DISK = uint64_t{1} << 30, LEAST_MEMORY = uint64_t{2} << 30;
constexpr rlim_t LEAST_DESCRIPTORS = 1024;
constexpr int64_t MOST_SKEW_MS = 2000;
constexpr uint64_t MAX_LOG_LINES = 500;

std::string in_gib(uint64_t bytes) { return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1u << 30)); }

template <class T>
wire::Json result_of(const T& m) {
    return {json::serialize(wire::write(m))};
}

std::vector<Finding> examine_node(NodeWork& node, const BlobStore& blobs, const DoctorOrder& order) {
    std::vector<Finding> out = examine_host(node.options.state_dir);
    const NodeInfo info = node.info();
    const int64_t skew = info.now_ms - order.now_ms;
    out.push_back({"clock", std::abs(skew) < MOST_SKEW_MS, fmt::format("{} ms from the coordinator's", skew),
                   "synchronise both hosts' clocks, with chrony or systemd-timesyncd"});
    const uint64_t need = LEAST_MEMORY * std::max<size_t>(1, info.engines.size());
    out.push_back({"memory", info.memory_available_bytes >= need,
                   fmt::format("{} available for {} engines", in_gib(info.memory_available_bytes), info.engines.size()),
                   "fewer engines, or a smaller chunk_cycles, or more memory"});
    for (const std::string& program : order.programs) {
        if (!blobs.has(program)) continue;  // fetched with the first task
        const auto bytes = blobs.get(program);
        out.push_back({"program " + program.substr(0, 8), bytes.has_value(),
                       bytes ? "here, with the right hash" : bytes.error().message,
                       "remove the file: it is fetched again"});
    }
    return out;
}

}  // namespace

std::vector<Finding> examine_host(const fs::path& state_dir) {
    std::vector<Finding> out;
    std::error_code ec;
    const auto space = fs::space(state_dir, ec);
    out.push_back({"disk", !ec && space.available >= LEAST_DISK,
                   ec ? ec.message() : fmt::format("{} free in {}", in_gib(space.available), state_dir.string()),
                   "make room, or move state_dir to a larger disk"});
    const fs::path probe = state_dir / "doctor";
    const auto written = write_file_atomically(probe, as_bytes("doctor"));
    fs::remove(probe, ec);
    out.push_back({"state directory", written.has_value(),
                   written ? state_dir.string() + " can be written" : written.error().message,
                   "give it to the daemon's user, and mount its disk read-write"});
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    out.push_back({"descriptors", limit.rlim_cur >= LEAST_DESCRIPTORS, fmt::format("{} may be open", limit.rlim_cur),
                   "raise LimitNOFILE of the unit"});
    return out;
}

LogPage log_page(const LogOrder& order) {
    LogPage page;
    page.next = order.after;
    for (const log::Kept& k : log::recent(order.after, std::min(order.limit, MAX_LOG_LINES))) {
        page.lines.push_back({k.seq, k.line});
        page.next = k.seq;
    }
    return page;
}

wire::Json carry_out(NodeWork& node, const BlobStore& blobs, const NodeOrder& order) {
    const json::value given = wire::parsed(order.arguments);
    const json::object arguments = given.is_object() ? given.as_object() : json::object();
    switch (order.verb) {
        case NodeVerb::logs: {
            const auto wanted = wire::read<LogOrder>(arguments, wire::Unknown::ignore);
            return result_of(log_page(wanted ? *wanted : LogOrder{0, MAX_LOG_LINES}));
        }
        case NodeVerb::doctor: {
            const auto wanted = wire::read<DoctorOrder>(arguments, wire::Unknown::ignore);
            HostFindings found{node.options.name, node.options.role, true, {}};
            found.findings = examine_node(node, blobs, wanted ? *wanted : DoctorOrder{node.info().now_ms, {}});
            for (const Finding& f : found.findings) found.ok = found.ok && f.ok;
            return result_of(found);
        }
        case NodeVerb::recycle_engines:
            log::warning("engines_recycled", {{"by", "order of the coordinator"}});
            for (auto& slot : node.slots) {
                slot->recycled = true;
                slot->engine->kill();
            }
            return result_of(Acknowledged{true, "engines ended; each starts with its next task"});
        case NodeVerb::restart:
            log::warning("restarting", {{"by", "order of the coordinator"}});
            node.ask_restart();
            return result_of(Acknowledged{true, "the node ends when its tasks have; its supervisor starts it again"});
    }
    return result_of(Acknowledged{false, "no such order"});
}

}  // namespace ashlar::cluster
