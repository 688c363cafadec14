// SPDX-License-Identifier: Apache-2.0
// Benchmarks of field, hash, poly: one row per operation, with its ratio to a bound measured in the same run.
//
//   bench_core [--isa auto|scalar|avx2|avx512] [--threads N] [--log-size 18] [--slices 32] [--seconds 1] [--clock
//   wall|cpu]
//
// --clock cpu counts processor time, for one thread on a machine that others use too.
// Bounds: raw permutation throughput for hashing, memcpy for what streams memory, raw products for arithmetic.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <random>
#include <string>

#include "libs/hash/merkle.hpp"
#include "libs/hash/merkle_tree.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/poly/rs_encoder.hpp"
#include "test/bench/core/core_kernels.hpp"

namespace {

using namespace ashlar;
using field::Ext;
using field::F;
bool cpu_clock = false;
double now() {
    timespec t;
    clock_gettime(cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Options {
    std::string isa = "auto";
    size_t threads = 1;
    unsigned log_size = 18;
    size_t slices = 32;
    double seconds = 1;
};

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "bench_core: %s\n", why.c_str());
    std::exit(1);
}

struct Timing {
    double median, least, most;  // seconds
};

Timing measure(double seconds, const std::function<void()>& work) {
    work();  // warm-up: page faults, frequency
    std::vector<double> times;
    const double begin = now();
    do {
        const double start = now();
        work();
        times.push_back(now() - start);
    } while (times.size() < 5 || now() - begin < seconds);
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front(), times.back()};
}

std::string processor() {
    std::string name = "unknown processor";
    if (std::FILE* f = std::fopen("/proc/cpuinfo", "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, f) != nullptr)
            if (std::strncmp(line, "model name", 10) == 0) {
                if (const char* colon = std::strchr(line, ':')) name = colon + 2;
                break;
            }
        std::fclose(f);
    }
    while (!name.empty() && name.back() == '\n') name.pop_back();
    return name;
}

class Report {
  public:
    /// `bound` is the rate of the bound in the same unit, 0 for a bound itself.
    void row(const char* op, const std::string& size, double amount, const char* unit, const Timing& t, double bound,
             const char* bound_name) const {
        const double rate = amount / t.median;
        std::printf("%-22s %-18s %10.4g %-10s [%.4g .. %.4g]", op, size.c_str(), rate, unit, amount / t.most,
                    amount / t.least);
        if (bound > 0) std::printf("  %5.1f %% of %s", 100 * rate / bound, bound_name);
        std::printf("\n");
        std::fflush(stdout);
    }
};

void fill_random(exec::Buffer<F>& b, uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (F& x : b) x = F::from_monty(static_cast<uint32_t>(rng() % F::P));
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
            cpu_clock = value == "cpu";
        else
            die("unknown option " + key);
    }
    if (o.log_size < 4 || o.log_size > 22 || o.slices == 0) die("--log-size is 4 .. 22, --slices at least 1");
    return o;
}

}  // namespace

int main(int argc, char** argv) {
    const Options o = parse(argc, argv);
    const auto selected = exec::select_isa(o.isa);
    if (!selected) die(selected.error().message);
    const exec::Isa isa = *selected;
    exec::ThreadPool pool(o.threads);
    const bench::CoreKernels& kernels = ASHLAR_ISA_TABLE(bench::CoreKernels, bench, CORE_KERNELS).select(isa);
    const hash::BulkHash& bulk = hash::bulk_hash(isa);
    const Report report;
    const size_t n = size_t{1} << o.log_size;
    const std::string size = "2^" + std::to_string(o.log_size);
    std::printf("device: %s, isa %s, %zu threads, %s time; rate [slowest .. fastest]\n", processor().c_str(),
                std::string(exec::isa_name(isa)).c_str(), pool.size(), cpu_clock ? "cpu" : "wall");

    // Bound: copying 64 MiB with all threads; counted as bytes read plus bytes written.
    double copy_rate = 0;
    {
        exec::Buffer<F> a(size_t{16} << 20), b(size_t{16} << 20);
        fill_random(a, 1);
        const Timing t = measure(o.seconds, [&] {
            pool.parallel_for(a.size(), 1 << 16,
                              [&](size_t i, size_t j) { std::memcpy(b.data() + i, a.data() + i, 4 * (j - i)); });
        });
        if (std::memcmp(a.data(), b.data(), 4 * a.size()) != 0) die("memcpy");
        copy_rate = 8.0 * a.size() / t.median / 1e9;
        report.row("memcpy", "64 MiB", 8e-9 * a.size(), "GB/s", t, 0, "");
    }
    // Bound: permutations of states in cache, all threads.
    double permutation_rate = 0;
    {
        constexpr size_t STATES = 256;
        const size_t jobs = 16 * pool.size();
        std::vector<hash::Poseidon2<24>::State> states(jobs * STATES);
        const Timing t = measure(o.seconds, [&] {
            pool.parallel_for(jobs, 1,
                              [&](size_t i, size_t j) { bulk.permute(states.data() + i * STATES, (j - i) * STATES); });
        });
        auto one = states[0], reference = one;
        bulk.permute(&one, 1);
        hash::Poseidon2<24>::permute(reference);
        if (one != reference || states[0] != states.back()) die("permutation");
        permutation_rate = jobs * STATES / t.median / 1e6;
        report.row("poseidon2-24", std::to_string(jobs * STATES), 1e-6 * jobs * STATES, "Mperm/s", t, 0, "");
    }
    // Arithmetic in registers, one thread.
    double product_rate = 0;
    {
        size_t products = 0;
        const F x = F::from_canonical(123456789), y = F::from_canonical(987654321);
        F result;
        const size_t rounds = 100000;
        const Timing t = measure(o.seconds / 4, [&] { result = kernels.multiply(x, y, rounds, &products); });
        if (result != x * y.pow(rounds) * F::reduce(static_cast<uint64_t>(products / rounds))) die("products");
        product_rate = products / t.median / 1e9;
        report.row("product in F", "registers", 1e-9 * products, "G/s", t, 0, "");
    }
    {
        size_t products = 0;
        const Ext x{{F::ONE, F::TWO, F::ONE, F::TWO, F::ONE}}, y{{F::TWO, F::ONE, F::ONE, F::ONE, F::TWO}};
        Ext result;
        const size_t rounds = 20000;
        const Timing t = measure(o.seconds / 4, [&] { result = kernels.multiply_ext(x, y, rounds, &products); });
        if (!(result == x * y.pow(rounds) * F::reduce(static_cast<uint64_t>(products / rounds)))) die("products in E");
        report.row("product in E", "registers", 1e-9 * products, "G/s", t, product_rate / 25, "25 products in F");
    }
    // Multilinear operations over E; bound: bytes moved.
    {
        exec::Buffer<F> in(10 * n), out(5 * n);
        fill_random(in, 2);
        std::vector<Ext> point(o.log_size);
        for (size_t l = 0; l < point.size(); l++) point[l] = field::ext_get({in.data(), n}, l);
        Timing t = measure(o.seconds / 2, [&] { kernels.fill_eq(pool, point.data(), o.log_size, out.data()); });
        if (!(field::ext_get({out.data(), n}, n - 2) == poly::eq_index(point, n - 2))) die("eq table");
        report.row("eq table", size, 20e-9 * n, "GB/s", t, copy_rate,
                   "memcpy (its last level reads and writes as much)");
        t = measure(o.seconds / 2, [&] { kernels.fold_low(pool, in.data(), n, point[0], out.data()); });
        const field::ConstExtPtr pairs{in.data(), 2 * n};
        const Ext a = field::ext_get(pairs, 6), b = field::ext_get(pairs, 7);
        if (!(field::ext_get({out.data(), n}, 3) == a + (b - a) * point[0])) die("fold");
        report.row("fold in E", size, 60e-9 * n, "GB/s", t, copy_rate, "memcpy");
        Ext sum;
        t = measure(o.seconds / 2, [&] { sum = kernels.weighted_sum(pool, in.data(), 10, n, out.data()); });
        Ext want = Ext::zero();
        for (size_t i = 0; i < n; i++) {
            F row = F::zero();
            for (size_t c = 0; c < 10; c++) row += in[c * n + i];
            want += field::ext_get({out.data(), n}, i) * row;
        }
        if (!(sum == want)) die("weighted sums");
        report.row("columns at a point", "10 x " + size, 10e-9 * n, "Gelem/s", t, product_rate * pool.size() / 5,
                   "5 products in F");
    }
    // Commitment: encode at rate 1/2, hash leaves, build the tree.
    {
        const unsigned log_domain = o.log_size + 1;
        const size_t domain = 2 * n;
        exec::Buffer<F> in(o.slices * n), out(o.slices * domain);
        fill_random(in, 3);
        const poly::RsEncoder encoder(o.log_size, log_domain, pool, isa);
        const std::string shape = std::to_string(o.slices) + " x " + size;
        Timing t = measure(o.seconds, [&] { encoder.encode(in.data(), n, o.slices, out.data(), domain, pool); });
        const hash::LeafMatrix leaves{out.data(), domain, o.slices, log_domain, true};
        const F w = F::two_adic_generator(log_domain);
        for (size_t i : {size_t{0}, size_t{5}, domain - 1})
            if (out[leaves.position(i)] != poly::horner({in.data(), n}, w.pow(i))) die("encoding");
        report.row("encode, rate 1/2", shape, 12e-9 * n * o.slices, "GB/s", t, copy_rate,
                   "memcpy (one read, one write)");
        const double products =
            1.0 * n * o.slices * (o.log_size + 1);  // half of 2 x log_size levels, and one coset's twist
        report.row("  its products", shape, 1e-9 * products, "G/s", t, product_rate * pool.size(), "products in F");
        const double permutations = 1.0 * domain * ((o.slices + 14) / 15) + domain - 1;
        hash::MerkleTree tree;
        t = measure(o.seconds, [&] { tree = hash::MerkleTree(leaves, pool, isa); });
        std::vector<F> row(o.slices);
        leaves.read_row(7, row.data());
        const std::vector<uint32_t> index{7};
        if (!hash::check_opening(tree.root(), log_domain, index, row.size(), row, tree.siblings(index))) die("tree");
        report.row("leaves and tree", shape, 1e-6 * permutations, "Mperm/s", t, permutation_rate, "poseidon2-24");
    }
    return 0;
}
