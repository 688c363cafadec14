// SPDX-License-Identifier: Apache-2.0
// Benchmarks of field, hash, poly: one row per operation, with its ratio to a bound measured in the same run.
//
//   bench_core [--isa auto|scalar|avx2|avx512] [--threads N] [--log-size 18] [--slices 32] [--seconds 1] [--clock
//   wall|cpu]
//
// --clock cpu counts processor time, for one thread on a machine that others use too.
// Bounds: raw permutation throughput for hashing, memcpy for what streams memory, raw products for arithmetic.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "libs/bench/core.hpp"

namespace {

using namespace ashlar;

struct Options {
    std::string isa = "auto";
    size_t threads = 1;
    unsigned log_size = 18;
    size_t slices = 32;
    double seconds = 1;
    bool cpu_clock = false;
};

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "bench_core: %s\n", why.c_str());
    std::exit(1);
}

Options parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) die(std::string("no value for ") + argv[i]);
        const std::string key = argv[i], value = argv[i + 1];
        if (key == "--isa")
            o.isa = value;
        else if (key == "--threads")
            o.threads = std::strtoul(value.c_str(), nullptr, 10);
        else if (key == "--log-size")
            o.log_size = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
        else if (key == "--slices")
            o.slices = std::strtoul(value.c_str(), nullptr, 10);
        else if (key == "--seconds")
            o.seconds = std::strtod(value.c_str(), nullptr);
        else if (key == "--clock" && (value == "wall" || value == "cpu"))
            o.cpu_clock = value == "cpu";
        else
            die("unknown option " + key);
    }
    return o;
}

}  // namespace

int main(int argc, char** argv) {
    const Options o = parse(argc, argv);
    const auto isa = exec::select_isa(o.isa);
    if (!isa) die(isa.error().message);
    exec::ThreadPool pool(o.threads);
    std::printf("device: %s, isa %s, %zu threads, %s time; rate [slowest .. fastest]\n", bench::processor().c_str(),
                std::string(exec::isa_name(*isa)).c_str(), pool.size(), o.cpu_clock ? "cpu" : "wall");
    const auto done =
        bench::core_rows({pool, *isa, o.log_size, o.slices, o.seconds, o.cpu_clock},
                         {std::begin(bench::CORE_GROUPS), std::end(bench::CORE_GROUPS)}, [](const bench::Row& row) {
                             std::printf("%s\n", bench::format_row(row).c_str());
                             std::fflush(stdout);
                         });
    if (!done) die(done.error().message);
    return 0;
}
