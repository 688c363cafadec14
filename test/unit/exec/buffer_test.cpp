// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/buffer.hpp"

#include <catch2/catch.hpp>
#include <cstdint>

using ashlar::exec::Buffer;

TEST_CASE("buffers are aligned, movable and copied explicitly") {
    for (size_t n : {size_t{0}, size_t{1}, size_t{1000}, size_t{3} << 20}) {
        Buffer<uint32_t> a(n);
        CHECK(reinterpret_cast<uintptr_t>(a.data()) % 64 == 0);
        CHECK(a.size() == n);
        for (size_t i = 0; i < n; i++) a[i] = static_cast<uint32_t>(i * i);
        const Buffer<uint32_t> b = a.copy();
        Buffer<uint32_t> c = std::move(a);
        CHECK(a.empty());
        CHECK(std::equal(b.begin(), b.end(), c.begin(), c.end()));
        a = std::move(c);
        CHECK(a.size() == n);
        CHECK(std::equal(b.begin(), b.end(), a.begin(), a.end()));
    }
    for (uint64_t x : Buffer<uint64_t>::zeroed(777)) REQUIRE(x == 0);
}
