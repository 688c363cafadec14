// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/report.hpp"

#include <fmt/format.h>

#include <ctime>

namespace ashlar::cluster {

namespace {

/// Seconds between two times of a block's life; empty if it never got there.
std::string span(int64_t from_ms, int64_t to_ms) {
    if (!from_ms || !to_ms || to_ms < from_ms) return "";
    return fmt::format("{:.3f}", static_cast<double>(to_ms - from_ms) / 1000);
}

std::string iso(int64_t ms) {
    if (!ms) return "";
    const std::time_t seconds = ms / 1000;
    std::tm tm{};
    gmtime_r(&seconds, &tm);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return text;
}

}  // namespace

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string report_row(const Block& b) {
    const int64_t proven_until = b.aggregating_ms ? b.aggregating_ms : b.verifying_ms;
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3f},{},{},{}\n", b.number,
                       b.state == BlockState::proven ? "true" : "false", b.cycles, span(b.proving_ms, b.finished_ms),
                       span(b.fetch_ms, b.ready_ms), static_cast<int64_t>(b.job), b.ordinal, b.hash, b.gas_used,
                       b.transactions, b.subblocks, b.attempts, span(b.proving_ms, proven_until),
                       span(b.aggregating_ms, b.verifying_ms), b.proof_bytes, b.verify_milliseconds,
                       csv_field(b.reason), iso(b.fetch_ms ? b.fetch_ms : b.created_ms), iso(b.finished_ms));
}

std::string report_csv(const std::vector<Block>& blocks) {
    std::string out = REPORT_HEADER;
    for (const Block& b : blocks) out += report_row(b);
    return out;
}

}  // namespace ashlar::cluster
