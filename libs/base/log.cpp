// SPDX-License-Identifier: Apache-2.0
#include "libs/base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <mutex>

namespace ashlar::log {

namespace {

struct Settings {
    Level least = Level::info;
    Format format = Format::text;
    std::string component;
    bool journald = std::getenv("JOURNAL_STREAM") != nullptr;
};
Settings& settings() {
    static Settings s;
    return s;
}

constexpr std::string_view NAMES[] = {"debug", "info", "warning", "error"};
constexpr int SYSLOG_PRIORITY[] = {7, 6, 4, 3};

std::string timestamp(int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm tm{};
    gmtime_r(&seconds, &tm);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, tm.tm_sec, unix_ms % 1000);
}

void append_quoted(std::string& out, std::string_view s) {
    out += '"';
    for (const char c : s) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

bool plain(std::string_view s) {
    if (s.empty()) return false;
    for (const char c : s)
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\') return false;
    return true;
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), value(fmt::format("{:.6g}", v)), bare(true) {}

void configure(Level least, Format format, std::string_view component) {
    settings().least = least;
    settings().format = format;
    settings().component = component;
}

bool parse_level(std::string_view name, Level& out) {
    for (int i = 0; i < 4; i++)
        if (NAMES[i] == name) {
            out = static_cast<Level>(i);
            return true;
        }
    return false;
}

std::string format_line(Level level, Format format, std::string_view component, std::string_view event, Fields fields,
                        int64_t unix_ms, bool journald) {
    const auto name = NAMES[static_cast<int>(level)];
    std::string out;
    if (journald) out += fmt::format("<{}>", SYSLOG_PRIORITY[static_cast<int>(level)]);
    if (format == Format::json) {
        out += fmt::format(R"({{"time":"{}","level":"{}","component":)", timestamp(unix_ms), name);
        append_quoted(out, component);
        out += ",\"event\":";
        append_quoted(out, event);
        for (const Field& f : fields) {
            out += ',';
            append_quoted(out, f.key);
            out += ':';
            if (f.bare)
                out += f.value;
            else
                append_quoted(out, f.value);
        }
        out += "}\n";
        return out;
    }
    if (!journald) out += timestamp(unix_ms) + ' ';
    out += fmt::format("{} {} {}", name, component, event);
    for (const Field& f : fields) {
        out += ' ';
        out += f.key;
        out += '=';
        if (plain(f.value))
            out += f.value;
        else
            append_quoted(out, f.value);
    }
    out += '\n';
    return out;
}

namespace {

/// The last lines of this process.
class Ring {
  public:
    void keep(const std::string& line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back({++last_, line.size() <= KEPT_LINE_BYTES ? line : line.substr(0, KEPT_LINE_BYTES) + "...\n"});
        if (lines_.size() > KEPT_LINES) lines_.pop_front();
    }
    std::vector<Kept> recent(uint64_t after, size_t limit) {
        const std::lock_guard lock(mutex_);
        size_t first = 0;
        while (first < lines_.size() && lines_[first].seq <= after) first++;
        if (after == 0 && lines_.size() > limit) first = lines_.size() - limit;
        std::vector<Kept> out;
        for (size_t i = first; i < lines_.size() && out.size() < limit; i++) out.push_back(lines_[i]);
        return out;
    }

  private:
    std::mutex mutex_;
    std::deque<Kept> lines_;
    uint64_t last_ = 0;
};

Ring& ring() {
    static Ring kept;
    return kept;
}

}  // namespace

std::vector<Kept> recent(uint64_t after, size_t limit) { return ring().recent(after, limit); }

void write(Level level, std::string_view event, Fields fields) {
    const Settings& s = settings();
    if (level < s.least) return;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    const std::string line = format_line(level, s.format, s.component, event, fields, now.count(), s.journald);
    // A log that cannot be written must not stop the daemon; there is nowhere to report it either.
    ring().keep(line);
    [[maybe_unused]] const auto n = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace ashlar::log
