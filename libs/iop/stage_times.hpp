// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ctime>
#include <string_view>
#include <vector>

namespace ashlar::iop {

/// Time spent in stages, for benchmarks: summed by name, in order of first appearance. `cpu` is that of all threads, so
/// cpu / threads is the time on an idle machine when the work is spread evenly.
struct StageTimes {
    struct Stage {
        const char* name;
        double wall, cpu;  // seconds
    };
    std::vector<Stage> stages;
    void add(const char* name, double wall, double cpu) {
        for (Stage& s : stages)
            if (std::string_view(s.name) == name) {
                s.wall += wall;
                s.cpu += cpu;
                return;
            }
        stages.push_back({name, wall, cpu});
    }
};

/// Gives the time since construction or the last lap to a stage.
class Laps {
  public:
    explicit Laps(StageTimes& times) : times_(times) { skip(); }
    void add(const char* name) {
        const double wall = wall_, cpu = cpu_;
        skip();
        times_.add(name, wall_ - wall, cpu_ - cpu);
    }
    void skip() {
        wall_ = read(CLOCK_MONOTONIC);
        cpu_ = read(CLOCK_PROCESS_CPUTIME_ID);
    }

  private:
    static double read(clockid_t clock) {
        timespec t{};
        clock_gettime(clock, &t);
        return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
    }
    StageTimes& times_;
    double wall_ = 0, cpu_ = 0;
};

}  // namespace ashlar::iop
