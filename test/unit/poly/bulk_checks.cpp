// SPDX-License-Identifier: Apache-2.0
#include "test/unit/poly/bulk_checks.hpp"

#include <random>

#include "libs/poly/bulk.hpp"
#include "libs/poly/multilinear.hpp"

namespace ashlar::test::ASHLAR_ISA {
namespace {

using namespace ashlar::field;
using namespace ashlar::poly;
using exec::Buffer;
using Backend = exec::ASHLAR_ISA::Backend;

struct Random {
    std::mt19937_64 rng;
    F base() { return F::from_canonical(static_cast<uint32_t>(rng() % F::P)); }
    Ext ext() { return {{base(), base(), base(), base(), base()}}; }
    void fill(std::span<F> out) {
        for (F& x : out) x = base();
    }
};

/// E array with its own storage.
struct Array {
    explicit Array(size_t n) : stride(n), store(5 * n) {}
    size_t stride;
    Buffer<F> store;
    ExtPtr ptr() { return {store.data(), stride}; }
    Ext operator[](size_t i) { return ext_get(ptr(), i); }
};

std::string tables(exec::ThreadPool& pool, unsigned log_n, uint64_t seed) {
    const Backend backend(pool);
    Random random{std::mt19937_64(seed)};
    std::vector<Ext> point(log_n);
    for (Ext& x : point) x = random.ext();
    const Ext scale = random.ext(), z = random.ext();
    Array eq(size_t{1} << log_n), powers(size_t{1} << log_n);
    fill_eq(backend, point, scale, eq.ptr());
    fill_powers(backend, z, scale, log_n, powers.ptr());
    Ext power = scale;
    for (size_t i = 0; i < size_t{1} << log_n; i++, power *= z) {
        if (!(eq[i] == scale * eq_index(point, i))) return "eq at " + std::to_string(i);
        if (!(powers[i] == power)) return "powers at " + std::to_string(i);
    }
    return "";
}

std::string folds(exec::ThreadPool& pool, unsigned log_n, uint64_t seed) {
    const Backend backend(pool);
    Random random{std::mt19937_64(seed)};
    const size_t n = size_t{1} << log_n;
    Array in(2 * n), out(n);
    random.fill(in.store);
    const F* base = in.store.data();
    const Ext r = random.ext();
    const auto mix = [&](const Ext& a, const Ext& b) { return a + (b - a) * r; };
    fold_low(backend, in.ptr(), n, r, out.ptr());
    for (size_t i = 0; i < n; i++)
        if (!(out[i] == mix(in[2 * i], in[2 * i + 1]))) return "fold_low at " + std::to_string(i);
    fold_low(backend, base, n, r, out.ptr());
    for (size_t i = 0; i < n; i++)
        if (!(out[i] == mix(Ext::from_base(base[2 * i]), Ext::from_base(base[2 * i + 1]))))
            return "fold_low of F at " + std::to_string(i);
    for (unsigned s = 0; s <= log_n; s++) {
        const auto low = [&](size_t i) { return (i >> s << (s + 1)) | (i & ((size_t{1} << s) - 1)); };
        fold_stride(backend, in.ptr(), n, s, r, out.ptr());
        for (size_t i = 0; i < n; i++)
            if (!(out[i] == mix(in[low(i)], in[low(i) + (size_t{1} << s)]))) return "fold_stride " + std::to_string(s);
        fold_stride(backend, base, n, s, r, out.ptr());
        for (size_t i = 0; i < n; i++)
            if (!(out[i] == mix(Ext::from_base(base[low(i)]), Ext::from_base(base[low(i) + (size_t{1} << s)]))))
                return "fold_stride of F " + std::to_string(s);
    }
    return "";
}

std::string sums(exec::ThreadPool& pool, unsigned log_n, uint64_t seed) {
    const Backend backend(pool);
    Random random{std::mt19937_64(seed)};
    const size_t n = (size_t{1} << log_n) + seed % 2 * 3;  // also not a multiple of the lane
    constexpr size_t COUNT = 5;
    Buffer<F> columns(COUNT * n);
    Array weights(n), out(n);
    random.fill(columns);
    random.fill(weights.store);
    std::vector<const F*> pointers;
    for (size_t j = 0; j < COUNT; j++) pointers.push_back(columns.data() + j * n);
    const auto got = weighted_sums(backend, pointers, n, weights.ptr());
    for (size_t j = 0; j < COUNT; j++) {
        Ext want = Ext::zero();
        for (size_t i = 0; i < n; i++) want += weights[i] * columns[j * n + i];
        if (!(got[j] == want)) return "weighted_sums of column " + std::to_string(j);
    }
    std::vector<Ext> scales(COUNT);
    for (Ext& x : scales) x = random.ext();
    backend.launch(n, CombineSlices{columns.data(), n, COUNT, scales.data(), out.ptr()});
    for (size_t i = 0; i < n; i++) {
        Ext want = Ext::zero();
        for (size_t j = 0; j < COUNT; j++) want += scales[j] * columns[j * n + i];
        if (!(out[i] == want)) return "CombineSlices at " + std::to_string(i);
    }
    return "";
}

}  // namespace

extern const BulkChecks BULK_CHECKS{tables, folds, sums};

}  // namespace ashlar::test::ASHLAR_ISA
