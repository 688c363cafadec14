// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar {

/// Label set of one series, in the order written.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Counters, gauges and histograms in Prometheus' text format (version 0.0.4). Thread-safe. Names follow
/// `ashlar_<subsystem>_<what>_<unit>[_total]`; a name keeps the kind and help of its first use.
class Metrics {
  public:
    void describe(std::string_view name, std::string_view help);
    /// Adds to a counter (name ends in _total).
    void add(std::string_view name, double by = 1, const Labels& labels = {});
    /// Sets a gauge.
    void set(std::string_view name, double value, const Labels& labels = {});
    /// Forgets every series of a gauge, so that labels which went away (a node) vanish.
    void clear(std::string_view name);
    /// Adds one observation to a histogram with the fixed buckets of BUCKETS.
    void observe(std::string_view name, double seconds, const Labels& labels = {});
    /// The whole exposition; families and series in the order of their names.
    std::string text() const;

    /// Upper bounds in seconds: from one request (ms) to one block on a CPU (an hour).
    static constexpr double BUCKETS[] = {0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 20, 60, 120, 600, 3600};

  private:
    struct Histogram {
        std::vector<double> counts = std::vector<double>(std::size(BUCKETS) + 1);
        double sum = 0, count = 0;
    };
    struct Family {
        std::string kind, help;
        std::map<std::string, double> values;
        std::map<std::string, Histogram> histograms;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
    Family& family(std::string_view name, std::string_view kind);
};

}  // namespace ashlar
