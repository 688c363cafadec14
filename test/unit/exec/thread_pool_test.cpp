// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/thread_pool.hpp"

#include <catch2/catch.hpp>

using ashlar::exec::ThreadPool;

TEST_CASE("parallel_for covers each index once in whole grains") {
    for (size_t threads : {1, 2, 5}) {
        ThreadPool pool(threads);
        CHECK(pool.size() == threads);
        for (size_t n : {0, 1, 15, 16, 17, 1000, 100003})
            for (size_t grain : {1, 16, 1024}) {
                std::vector<std::atomic<int>> hits(n);
                std::atomic<bool> whole{true};
                pool.parallel_for(n, grain, [&](size_t begin, size_t end) {
                    if (begin % grain != 0 || (end != n && end % grain != 0) || begin >= end) whole = false;
                    for (size_t i = begin; i < end; i++) hits[i]++;
                });
                CHECK(whole);
                size_t once = 0;
                for (auto& h : hits) once += h == 1;
                CHECK(once == n);
            }
    }
}

TEST_CASE("loops nest and threads share a pool") {
    ThreadPool pool(3);
    std::atomic<size_t> sum{0};
    pool.parallel_for(10, 1, [&](size_t b, size_t e) {
        for (size_t i = b; i < e; i++) pool.parallel_for(10, 1, [&](size_t b2, size_t e2) { sum += e2 - b2; });
    });
    CHECK(sum == 100);
    sum = 0;
    std::vector<std::thread> users;
    for (int t = 0; t < 4; t++)
        users.emplace_back([&] {
            for (int round = 0; round < 200; round++)
                pool.parallel_for(64, 1, [&](size_t b, size_t e) { sum += e - b; });
        });
    for (auto& u : users) u.join();
    CHECK(sum == 4 * 200 * 64);
}
