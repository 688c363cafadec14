// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/model/report.hpp"
#include "libs/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>

#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

namespace {

constexpr int KEY_COLUMN = 5;                ///< of "job" in REPORT_HEADER; "ordinal" follows
constexpr uint64_t TAIL_BYTES = 1024 << 10;  ///< holds the last ReportFile::LOOKED_BACK rows

/// Seconds between two times of a block's life; empty if it never got there.
std::string span(int64_t from_ms, int64_t to_ms) {
    if (!from_ms || !to_ms || to_ms < from_ms) return "";
    return fmt::format("{:.3f}", static_cast<double>(to_ms - from_ms) / 1000);
}

/// The same; 0 if it never got there.
std::string span_or_zero(int64_t from_ms, int64_t to_ms) {
    std::string text = span(from_ms, to_ms);
    return text.empty() ? "0.000" : text;
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
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3f},{},{},{},{}\n", b.number,
                       b.state == BlockState::proven ? "true" : "false", b.cycles,
                       span_or_zero(b.proving_ms, b.finished_ms), span_or_zero(b.fetch_ms, b.ready_ms),
                       static_cast<int64_t>(b.job), b.ordinal, b.hash, b.gas_used, b.transactions, b.subblocks,
                       b.attempts, span(b.proving_ms, proven_until), span(b.aggregating_ms, b.verifying_ms),
                       b.proof_bytes, b.verify_milliseconds, csv_field(b.reason),
                       iso(b.fetch_ms ? b.fetch_ms : b.created_ms), iso(b.finished_ms), csv_field(b.run_id));
}

namespace {

Fail<Error> unwritable(const std::filesystem::path& file) {
    return fail("file_unwritable", fmt::format("{}: {}", file.string(), std::strerror(errno)),
                "check disk space and permissions");
}

/// "job,ordinal" of a row. The columns before them hold numbers only.
std::string key_of(std::string_view row) {
    for (int i = 0; i < KEY_COLUMN && !row.empty(); i++) row.remove_prefix(std::min(row.find(','), row.size() - 1) + 1);
    const size_t comma = row.find(',');
    return std::string(row.substr(0, comma == std::string_view::npos ? comma : row.find(',', comma + 1)));
}

}  // namespace

HostResult<void> ReportFile::open(const Ended& ended, size_t rows) {
    std::string header(std::char_traits<char>::length(REPORT_HEADER), '\0');
    std::ifstream in(file_, std::ios::binary);
    const bool usable = in.read(header.data(), static_cast<std::streamsize>(header.size())) && header == REPORT_HEADER;
    if (!usable) ASHLAR_TRY(write_file_atomically(file_, as_bytes(report_csv(ended(rows)))));
    in = std::ifstream(file_, std::ios::binary);
    std::error_code ec;
    const uint64_t size = std::filesystem::file_size(file_, ec), from = size - std::min(size, TAIL_BYTES);
    std::string tail(static_cast<size_t>(size - from), '\0');
    in.seekg(static_cast<std::streamoff>(from));
    in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
    const size_t whole = tail.rfind('\n') + 1;  // the header ends a line: there is one, unless a row is huge
    if (whole < tail.size()) std::filesystem::resize_file(file_, from + whole, ec);
    if (ec) return fail("file_unwritable", fmt::format("{}: {}", file_.string(), ec.message()), "check permissions");
    tail.resize(whole);
    std::istringstream lines(tail);
    for (std::string line; std::getline(lines, line);) known_.insert(key_of(line));
    return usable ? append(ended(LOOKED_BACK)) : HostResult<void>();
}

HostResult<void> ReportFile::append(const std::vector<Block>& blocks) {
    std::string text;
    for (const Block& b : blocks) {
        std::string row = report_row(b);
        if (!known_.contains(key_of(row))) text += row;
    }
    if (text.empty()) return {};
    const int fd = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return unwritable(file_);
    const off_t end = ::lseek(fd, 0, SEEK_END);
    const ssize_t n = ::write(fd, text.data(), text.size());
    const bool whole = n == static_cast<ssize_t>(text.size());
    if (n >= 0 && !whole) errno = ENOSPC;
    auto result = whole ? HostResult<void>() : unwritable(file_);
    if (!whole && ::ftruncate(fd, end) != 0) result = unwritable(file_);
    ::close(fd);
    return result;
}

std::string report_csv(const std::vector<Block>& blocks) {
    std::string out = REPORT_HEADER;
    for (const Block& b : blocks) out += report_row(b);
    return out;
}

}  // namespace ashlar::cluster
