// SPDX-License-Identifier: Apache-2.0
#include "libs/poly/rs_encoder.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "libs/poly/multilinear.hpp"
#include "test/support/isas.hpp"

using namespace ashlar::poly;
using ashlar::exec::Isa;
using ashlar::exec::ThreadPool;
using ashlar::test::testable_isas;

namespace {

size_t reverse(size_t i, unsigned bits) {
    size_t r = 0;
    for (unsigned b = 0; b < bits; b++) r |= (i >> b & 1) << (bits - 1 - b);
    return r;
}

std::vector<F> random_elements(size_t n, uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<F> r(n);
    for (F& x : r) x = F::from_canonical(rng() % F::P);
    return r;
}

}  // namespace

TEST_CASE("encoding is evaluation on the subgroup") {
    ThreadPool pool(2);
    for (Isa isa : testable_isas())
        for (unsigned log_n = 0; log_n <= 10; log_n++)
            for (unsigned lir : {0u, 1u, 3u}) {
                const unsigned log_domain = log_n + lir;
                const size_t n = size_t{1} << log_n, domain = size_t{1} << log_domain, count = 3;
                const auto in = random_elements(count * n, 61);
                std::vector<F> out(count * domain + 5, F::ONE);
                RsEncoder(log_n, log_domain, pool, isa).encode(in.data(), n, count, out.data(), domain, pool);
                INFO(ashlar::exec::isa_name(isa) << " log_n " << log_n << " lir " << lir);
                const F w = F::two_adic_generator(log_domain);
                // All points of small domains, every 17th of larger ones.
                for (size_t c = 0; c < count; c++)
                    for (size_t i = 0; i < domain; i += domain <= 64 ? 1 : 17)
                        REQUIRE(out[c * domain + reverse(i, log_domain)] ==
                                horner(std::span(in).subspan(c * n, n), w.pow(i)));
                for (size_t i = count * domain; i < out.size(); i++) REQUIRE(out[i] == F::ONE);
            }
}

TEST_CASE("large encodings agree between instruction sets and with evaluation") {
    ThreadPool pool(2);
    for (unsigned log_n : {11u, 12u, 13u, 14u, 16u}) {
        const size_t n = size_t{1} << log_n;
        const auto in = random_elements(n, 62);
        std::vector<F> reference;
        for (Isa isa : testable_isas()) {
            std::vector<F> out(2 * n);
            RsEncoder(log_n, log_n + 1, pool, isa).encode(in.data(), n, 1, out.data(), 2 * n, pool);
            if (reference.empty()) reference = out;
            REQUIRE(out == reference);
        }
        const F w = F::two_adic_generator(log_n + 1);
        for (size_t i : {size_t{0}, size_t{1}, size_t{12345} % (2 * n), n, 2 * n - 1})
            REQUIRE(reference[reverse(i, log_n + 1)] == horner(in, w.pow(i)));
    }
}

TEST_CASE("slices of E become five columns each") {
    ThreadPool pool(1);
    const unsigned log_n = 5, log_domain = 7;
    const size_t n = 32, domain = 128, count = 2;
    const auto planes = random_elements(5 * count * n, 63);
    const ashlar::field::ConstExtPtr in{planes.data(), count * n};
    std::vector<F> out(5 * count * domain);
    RsEncoder(log_n, log_domain, pool, Isa::scalar).encode(in, count, out.data(), domain, pool);
    const F w = F::two_adic_generator(log_domain);
    for (size_t c = 0; c < count; c++)
        for (size_t k = 0; k < 5; k++)
            for (size_t i = 0; i < domain; i++)
                REQUIRE(out[(5 * c + k) * domain + reverse(i, log_domain)] ==
                        horner(std::span(planes).subspan(k * count * n + c * n, n), w.pow(i)));
}
