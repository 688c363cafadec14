// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"

namespace ashlar::bench {

/// How to measure. Processor time (of all threads) is for one thread on a machine that others use too.
struct Setting {
    exec::ThreadPool& pool;
    exec::Isa isa;
    unsigned log_size = 18;  ///< 4 .. 22
    size_t slices = 32;      ///< columns of a commitment, at least 1
    double seconds = 1;      ///< of one row, about
    bool cpu_clock = false;
};

/// Seconds of one run: median, least, most.
struct Timing {
    double median = 0, least = 0, most = 0;
};

/// Runs `work` once to warm up, then at least five times and for about `seconds`.
Timing measure(double seconds, bool cpu_clock, const std::function<void()>& work);

/// One result: a rate in `unit`, which is an amount a second.
struct Row {
    std::string name, size, unit;
    double median = 0, slowest = 0, fastest = 0;
    double bound = 0;  ///< the rate of the bound in the same unit; 0: there is none, or this is one
    std::string bound_name = "";
    size_t runs = 0;  ///< 0: not counted

    double spread() const { return median > 0 ? (fastest - slowest) / median : 0; }
    double ratio() const { return bound > 0 ? median / bound : 0; }
};

/// `amount` done in each run of `t`.
Row make_row(std::string name, std::string size, double amount, std::string unit, const Timing& t, double bound = 0,
             std::string bound_name = "");

/// One line of text.
std::string format_row(const Row& row);

/// Rows as they come.
using RowFn = std::function<void(const Row&)>;

/// Model name of the processor.
std::string processor();

/// A timed computation gave a wrong result: code "bench_wrong".
Fail<Error> wrong(const std::string& what);

}  // namespace ashlar::bench
