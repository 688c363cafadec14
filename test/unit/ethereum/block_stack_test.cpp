// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block_stack.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace ashlar;

TEST_CASE("a stack of blocks is a stack, across every block's edge") {
    std::mt19937 random(1);
    ethereum::BlockStack<uint32_t> stack;
    std::vector<uint32_t> model;
    for (unsigned round = 0; round < 2000; round++) {
        const unsigned count = random() % 200;
        const bool up = random() % 2;
        for (unsigned i = 0; i < count; i++) {
            if (up) {
                model.push_back(random());
                stack.push(model.back());
            } else if (!model.empty()) {
                REQUIRE(stack.pop() == model.back());
                model.pop_back();
            }
        }
        if (random() % 100 == 0) {
            stack.clear();
            model.clear();
        }
        REQUIRE(stack.size() == model.size());
        std::vector<uint32_t> seen;
        stack.for_each([&](uint32_t v) { seen.push_back(v); });
        REQUIRE(seen == model);
    }
}
