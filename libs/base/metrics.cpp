// SPDX-License-Identifier: Apache-2.0
#include "libs/base/metrics.hpp"

#include <fmt/format.h>

namespace ashlar {

namespace {

std::string escape(std::string_view s) {
    std::string out;
    for (const char c : s) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

std::string key_of(const Labels& labels) {
    std::string out;
    for (const auto& [k, v] : labels) out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", k, escape(v));
    return out;
}

std::string series(std::string_view name, std::string_view labels, double value) {
    if (labels.empty()) return fmt::format("{} {}\n", name, value);
    return fmt::format("{}{{{}}} {}\n", name, labels, value);
}

}  // namespace

Metrics::Family& Metrics::family(std::string_view name, std::string_view kind) {
    const auto it = families_.find(name);
    Family& f = it != families_.end() ? it->second : families_[std::string(name)];
    if (f.kind.empty()) f.kind = kind;
    return f;
}

void Metrics::describe(std::string_view name, std::string_view help) {
    const std::lock_guard lock(mutex_);
    family(name, "").help = help;
}

void Metrics::add(std::string_view name, double by, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    family(name, "counter").values[key_of(labels)] += by;
}

void Metrics::set(std::string_view name, double value, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    family(name, "gauge").values[key_of(labels)] = value;
}

void Metrics::clear(std::string_view name) {
    const std::lock_guard lock(mutex_);
    family(name, "gauge").values.clear();
}

void Metrics::observe(std::string_view name, double seconds, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    Histogram& h = family(name, "histogram").histograms[key_of(labels)];
    size_t i = 0;
    while (i < std::size(BUCKETS) && seconds > BUCKETS[i]) i++;
    h.counts[i]++;
    h.sum += seconds;
    h.count++;
}

std::string Metrics::text() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const auto& [name, f] : families_) {
        if (f.values.empty() && f.histograms.empty()) continue;
        if (!f.help.empty()) out += fmt::format("# HELP {} {}\n", name, f.help);
        out += fmt::format("# TYPE {} {}\n", name, f.kind);
        for (const auto& [labels, value] : f.values) out += series(name, labels, value);
        for (const auto& [labels, h] : f.histograms) {
            double below = 0;
            const std::string comma = labels.empty() ? "" : ",";
            for (size_t i = 0; i <= std::size(BUCKETS); i++) {
                below += h.counts[i];
                const std::string le = i < std::size(BUCKETS) ? fmt::format("{}", BUCKETS[i]) : "+Inf";
                out += series(name + "_bucket", fmt::format("{}{}le=\"{}\"", labels, comma, le), below);
            }
            out += series(name + "_sum", labels, h.sum);
            out += series(name + "_count", labels, h.count);
        }
    }
    return out;
}

}  // namespace ashlar
