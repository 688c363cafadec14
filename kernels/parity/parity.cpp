// SPDX-License-Identifier: Apache-2.0
// Compares the CUDA backend with the CPU on the same inputs, element by element, and times it.
//
//   cuda_parity [--device N] [--log-size 20] [--bench]
//
// Exit status: 0 all equal, 1 a difference or a failure, 77 no device (only what needs none was checked).
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "kernels/exec/device.hpp"
#include "kernels/hash/hash_kernels.hpp"
#include "kernels/poly/poly_kernels.hpp"
#include "libs/hash/bulk.hpp"
#include "libs/poly/multilinear.hpp"

namespace {

using namespace ashlar;
using cuda::DeviceBuffer;
using field::ConstExtPtr;
using field::Ext;
using field::ExtPtr;
using field::F;

constexpr int NO_DEVICE = 77;

[[noreturn]] void die(const std::string& why) {
    fmt::print("FAILED {}\n", why);
    std::exit(1);
}
void need(const Result<void, Error>& r) {
    if (!r) die(r.error().message);
}
template <class T>
T need(HostResult<T> r) {
    if (!r) die(r.error().message);
    return std::move(*r);
}

std::vector<F> random_elements(size_t n, uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<F> r(n);
    for (F& x : r) {
        const uint64_t v = rng();
        x = F::from_monty(v % 16 == 0 ? F::P - 1 : v % 16 == 1 ? 0 : static_cast<uint32_t>(v >> 32) % F::P);
    }
    return r;
}

DeviceBuffer<F> upload(const std::vector<F>& v) { return need(DeviceBuffer<F>::from_host(v.data(), v.size())); }
std::vector<F> download(const DeviceBuffer<F>& b) {
    need(cuda::synchronize());
    std::vector<F> v(b.size());
    need(b.to_host(v.data()));
    return v;
}

void compare(const char* what, const std::vector<F>& got, const std::vector<F>& want) {
    if (got.size() != want.size()) die(fmt::format("{}: {} elements, expected {}", what, got.size(), want.size()));
    for (size_t i = 0; i < got.size(); i++)
        if (!(got[i] == want[i]))
            die(fmt::format("{}: element {} is {}, expected {}", what, i, got[i].canonical(), want[i].canonical()));
    fmt::print("ok {} ({} elements)\n", what, got.size());
}

class Planes {
  public:
    Planes(size_t n, std::vector<F> data) : n_(n), data_(std::move(data)) {}
    ConstExtPtr ptr() const { return {data_.data(), n_}; }
    Ext operator[](size_t i) const { return field::ext_get(ptr(), i); }
    const std::vector<F>& data() const { return data_; }

  private:
    size_t n_;
    std::vector<F> data_;
};

/// Host result of an element-wise function, in planes.
std::vector<F> by_element(size_t n, const std::function<Ext(size_t)>& f) {
    std::vector<F> out(5 * n);
    for (size_t i = 0; i < n; i++) field::ext_set({out.data(), n}, i, f(i));
    return out;
}

void check_field(size_t n) {
    const auto x = random_elements(n, 1), y = random_elements(n, 2);
    const auto d_x = upload(x), d_y = upload(y);
    auto d_out = need(DeviceBuffer<F>::make(n));
    need(cuda::multiply(d_x.data(), d_y.data(), n, d_out.data()));
    std::vector<F> want(n);
    for (size_t i = 0; i < n; i++) want[i] = x[i] * y[i];
    compare("products in F", download(d_out), want);

    const Planes a(n, random_elements(5 * n, 3)), b(n, random_elements(5 * n, 4));
    const auto d_a = upload(a.data()), d_b = upload(b.data());
    auto d_e = need(DeviceBuffer<F>::make(5 * n));
    need(cuda::multiply({d_a.data(), n}, {d_b.data(), n}, n, {d_e.data(), n}));
    compare("products in E", download(d_e), by_element(n, [&](size_t i) { return a[i] * b[i]; }));
    need(cuda::invert({d_a.data(), n}, n, {d_e.data(), n}));
    compare("inverses in E", download(d_e), by_element(n, [&](size_t i) { return a[i].inverse(); }));
    const auto sums = need(cuda::sums({d_a.data(), n}, {d_b.data(), n}, n));
    Ext sum = Ext::zero(), dot = Ext::zero();
    for (size_t i = 0; i < n; i++) sum += a[i], dot += a[i] * b[i];
    if (!(sums[0] == sum) || !(sums[1] == dot)) die("reduce");
    fmt::print("ok reduce ({} elements)\n", n);
}

void check_poly(unsigned log_n) {
    const size_t n = size_t{1} << log_n;
    const Planes in(2 * n, random_elements(10 * n, 5));
    const auto d_in = upload(in.data());
    auto d_out = need(DeviceBuffer<F>::make(5 * n));
    const ExtPtr out{d_out.data(), n};
    const Ext r = in[1];
    need(cuda::fold_low(ConstExtPtr{d_in.data(), 2 * n}, n, r, out));
    compare("fold_low", download(d_out),
            by_element(n, [&](size_t i) { return in[2 * i] + (in[2 * i + 1] - in[2 * i]) * r; }));
    need(cuda::fold_low(d_in.data(), n, r, out));
    const F* base = in.data().data();
    compare("fold_low of F", download(d_out),
            by_element(n, [&](size_t i) { return Ext::from_base(base[2 * i]) + r * (base[2 * i + 1] - base[2 * i]); }));
    for (unsigned s : {0u, log_n / 2, log_n}) {
        need(cuda::fold_stride({d_in.data(), 2 * n}, n, s, r, out));
        compare("fold_stride", download(d_out), by_element(n, [&](size_t i) {
                    const size_t at = ((i >> s) << s) + i;
                    return in[at] + (in[at + (size_t{1} << s)] - in[at]) * r;
                }));
    }
    std::vector<Ext> point;
    for (unsigned l = 0; l < log_n; l++) point.push_back(in[l]);
    need(cuda::fill_eq(point.data(), log_n, r, out));
    auto table = poly::eq_table(point);
    compare("eq table", download(d_out), by_element(n, [&](size_t i) { return table[i] * r; }));
}

std::vector<F> permuted_by_cpu(const std::vector<F>& planes) {
    const size_t n = planes.size() / 24;
    std::vector<hash::Poseidon2<24>::State> states(n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 24; k++) states[i][k] = planes[k * n + i];
    hash::bulk_hash(exec::best_isa()).permute(states.data(), n);
    std::vector<F> out(24 * n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 24; k++) out[k * n + i] = states[i][k];
    return out;
}

/// What needs no device: the device's permutation as host code.
void check_on_host() {
    const auto in = random_elements(24 * 500, 9);
    auto got = in;
    cuda::permute_states_on_host(got.data(), 500);
    compare("permutations, the device's code on the host", got, permuted_by_cpu(in));
}

void check_hash(unsigned log_n) {
    const hash::BulkHash& cpu = hash::bulk_hash(exec::best_isa());
    const size_t n = size_t{1} << log_n;
    {
        const auto in = random_elements(24 * n, 6);
        auto d = upload(in);
        need(cuda::permute_states(d.data(), n));
        compare("permutations", download(d), permuted_by_cpu(in));
    }
    for (size_t width : {1, 15, 16, 40})
        for (bool reversed : {false, true}) {
            const auto columns = random_elements(width * n, 7);
            const auto d_columns = upload(columns);
            auto d_leaves = need(DeviceBuffer<F>::make(9 * n)), d_level = need(DeviceBuffer<F>::make(9 * n / 2));
            need(cuda::hash_leaves(d_columns.data(), n, width, log_n, reversed, d_leaves.data()));
            std::vector<F> leaves(9 * n), level(9 * n / 2);
            cpu.hash_leaves({columns.data(), n, width, log_n, reversed}, leaves.data(), 0, n);
            compare("leaves", download(d_leaves), leaves);
            need(cuda::hash_level(d_leaves.data(), n / 2, d_level.data()));
            cpu.hash_level(leaves.data(), level.data(), n / 2, 0, n / 2);
            compare("level", download(d_level), level);
        }
}

double seconds(const std::function<void()>& work) {
    work();
    need(cuda::synchronize());
    double best = 1e30;
    for (int round = 0; round < 7; round++) {
        const auto start = std::chrono::steady_clock::now();
        work();
        need(cuda::synchronize());
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

void bench(unsigned log_n) {
    const size_t n = size_t{1} << log_n;
    const auto in = random_elements(24 * n, 8);
    auto d = upload(in);
    auto d_out = need(DeviceBuffer<F>::make(5 * n));
    const Ext r{{F::TWO, F::ONE, F::TWO, F::ONE, F::TWO}};
    const double permute = seconds([&] { need(cuda::permute_states(d.data(), n)); });
    fmt::print("{:<16} 2^{}  {:.4g} Gperm/s\n", "poseidon2-24", log_n, 1e-9 * n / permute);
    const double fold =
        seconds([&] { need(cuda::fold_low(ConstExtPtr{d.data(), 2 * n}, n, r, ExtPtr{d_out.data(), n})); });
    fmt::print("{:<16} 2^{}  {:.4g} GB/s\n", "fold in E", log_n, 60e-9 * n / fold);
    const double product = seconds([&] {
        need(cuda::multiply(ConstExtPtr{d.data(), n}, ConstExtPtr{d.data() + 5 * n, n}, n, ExtPtr{d_out.data(), n}));
    });
    fmt::print("{:<16} 2^{}  {:.4g} G/s\n", "product in E", log_n, 1e-9 * n / product);
}

}  // namespace

int main(int argc, char** argv) {
    int device = 0;
    unsigned log_n = 20;
    bool timed = false;
    for (int i = 1; i < argc; i++) {
        const std::string key = argv[i];
        if (key == "--bench")
            timed = true;
        else if (key == "--device" && i + 1 < argc)
            device = std::atoi(argv[++i]);
        else if (key == "--log-size" && i + 1 < argc)
            log_n = static_cast<unsigned>(std::atoi(argv[++i]));
        else
            die("unknown option " + key);
    }
    if (log_n < 6 || log_n > 24) die("--log-size is 6 .. 24");
    check_on_host();
    const int count = need(cuda::device_count());
    if (count == 0) {
        fmt::print("no CUDA device: nothing else checked\n");
        return NO_DEVICE;
    }
    need(cuda::use_device(device));
    const auto info = need(cuda::device_info(device));
    fmt::print("device {}: {}, compute capability {}.{}, {} MiB\n", info.index, info.name, info.major, info.minor,
               info.memory_bytes >> 20);
    check_field((size_t{1} << log_n) - 3);  // not a multiple of a block
    check_poly(log_n);
    check_hash(std::min(log_n, 14u));
    if (timed) bench(log_n);
    fmt::print("all equal\n");
    return 0;
}
