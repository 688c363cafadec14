// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>

namespace ashlar::bench {

namespace {

double now(bool cpu_clock) {
    timespec t{};
    clock_gettime(cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

Timing measure(double seconds, bool cpu_clock, const std::function<void()>& work) {
    work();  // warm-up: page faults, frequency
    std::vector<double> times;
    const double begin = now(cpu_clock);
    do {
        const double start = now(cpu_clock);
        work();
        times.push_back(now(cpu_clock) - start);
    } while (times.size() < 5 || now(cpu_clock) - begin < seconds);
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front(), times.back()};
}

Row make_row(std::string name, std::string size, double amount, std::string unit, const Timing& t, double bound,
             std::string bound_name) {
    return {std::move(name), std::move(size),  std::move(unit), amount / t.median,
            amount / t.most, amount / t.least, bound,           std::move(bound_name)};
}

std::string format_row(const Row& r) {
    std::string out = fmt::format("{:<22} {:<18} {:>10.4g} {:<10} [{:.4g} .. {:.4g}]", r.name, r.size, r.median, r.unit,
                                  r.slowest, r.fastest);
    if (r.bound > 0) out += fmt::format("  {:5.1f} % of {}", 100 * r.ratio(), r.bound_name);
    return out;
}

std::string processor() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name"))
            if (const size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
    return "unknown processor";
}

Fail<Error> wrong(const std::string& what) {
    return fail("bench_wrong", fmt::format("the timed computation gave a wrong result: {}", what),
                "run `ashlarctl selftest`; try another --isa");
}

}  // namespace ashlar::bench
