// SPDX-License-Identifier: Apache-2.0
#include "libs/base/result.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "libs/base/error.hpp"

namespace {
enum class Code { bad, worse };
using R = ashlar::Result<std::unique_ptr<int>, Code>;

R make(bool ok) {
    if (!ok) return ashlar::Fail{Code::worse};
    return std::make_unique<int>(7);
}
ashlar::Result<int, Code> chained(bool ok) {
    ASHLAR_ASSIGN(auto p, make(ok));
    return *p + 1;
}
ashlar::Result<void, Code> checked(bool ok) {
    ASHLAR_TRY(make(ok));
    return {};
}
}  // namespace

TEST_CASE("result carries a move-only value or an error") {
    CHECK(**make(true) == 7);
    CHECK(make(false).error() == Code::worse);
    CHECK(*chained(true) == 8);
    CHECK(chained(false).error() == Code::worse);
    CHECK(checked(true));
    CHECK(checked(false).error() == Code::worse);
}

TEST_CASE("result assignment switches sides and releases the old one") {
    ashlar::HostResult<std::string> r = std::string(100, 'a');
    r = ashlar::fail("config_missing", "no file", "make one");
    REQUIRE(!r);
    CHECK(r.error().code == "config_missing");
    r = std::string("b");
    CHECK(*r == "b");
    const auto copy = r;
    CHECK(*copy == *r);
}
