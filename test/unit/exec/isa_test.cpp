// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/isa.hpp"

#include <catch2/catch.hpp>

using namespace ashlar::exec;

TEST_CASE("instruction set names") {
    for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) CHECK(parse_isa(isa_name(isa)) == isa);
    CHECK_FALSE(parse_isa("AVX2"));
    CHECK_FALSE(parse_isa(""));
}

TEST_CASE("selection refuses what is unknown or missing") {
    CHECK(*select_isa("auto") == best_isa());
    CHECK(*select_isa("") == best_isa());
    CHECK(*select_isa("scalar") == Isa::scalar);
    CHECK(select_isa("mmx").error().code == "isa_unknown");
    CHECK(cpu_supports(Isa::scalar));
    CHECK(cpu_supports(best_isa()));
    for (Isa isa : {Isa::avx2, Isa::avx512}) {
        const auto r = select_isa(isa_name(isa));
        CHECK(r.has_value() == cpu_supports(isa));
        if (!r) CHECK(r.error().code == "isa_unsupported");  // reached under qemu -cpu Nehalem
    }
}

TEST_CASE("table falls back to the next weaker entry") {
    static const int scalar = 1, avx2 = 2, avx512 = 3;
    CHECK(IsaTable<int>{&scalar, &avx2, &avx512}.select(Isa::avx512) == 3);
    CHECK(IsaTable<int>{&scalar, &avx2, nullptr}.select(Isa::avx512) == 2);
    CHECK(IsaTable<int>{&scalar, nullptr, &avx512}.select(Isa::avx2) == 1);
    CHECK(IsaTable<int>{&scalar, &avx2, &avx512}.select(Isa::scalar) == 1);
}
