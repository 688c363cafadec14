// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::log {

/// error: someone must act; warning: we went on, the line says how; info: state changed; debug: the rest.
enum class Level { debug, info, warning, error };
enum class Format { text, json };

/// One `key=value` of a line. Numbers and booleans stay bare in JSON, everything else is a string.
struct Field {
    std::string_view key;
    std::string value;
    bool bare = false;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), bare(true) {}
    template <std::integral T>
    Field(std::string_view k, T v) : key(k), value(std::to_string(v)), bare(true) {}
    Field(std::string_view k, double v);
};
using Fields = std::initializer_list<Field>;

/// Sets what is written, and the name every line carries as `component`. Call before threads start.
/// Under journald (JOURNAL_STREAM set) text lines begin with the syslog priority instead of a time stamp.
void configure(Level least, Format format, std::string_view component);
/// Level by name; false if there is no such level.
bool parse_level(std::string_view name, Level& out);

/// Formats one line, newline included, as it would be written at `unix_ms`; exposed for tests.
std::string format_line(Level level, Format format, std::string_view component, std::string_view event, Fields fields,
                        int64_t unix_ms, bool journald);

/// Writes one line to standard error with a single write(2): lines of several threads never mix.
void write(Level level, std::string_view event, Fields fields);

/// A line as it was written, and its number within this process, from 1.
struct Kept {
    uint64_t seq = 0;
    std::string line;
};
/// Lines that a process keeps, and how much of each.
inline constexpr size_t KEPT_LINES = 2000, KEPT_LINE_BYTES = 2000;
/// Kept lines after number `after`, oldest first: the last `limit` of them if `after` is 0, else the first.
std::vector<Kept> recent(uint64_t after, size_t limit);

inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warning(std::string_view event, Fields fields = {}) { write(Level::warning, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

}  // namespace ashlar::log
