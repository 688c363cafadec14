// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target under ctest: mutations of its seeds by a fixed generator, so that the target itself never rots.
//   TARGET [ITERATIONS]
#include "test/support/fuzz_replay.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = ashlar::Bytes;

Input mutate(Input in, std::mt19937_64& random) {
    constexpr uint8_t EDGES[] = {0, 1, 0x7F, 0x80, 0xFF, 0x73, 0x13};
    for (uint64_t n = 1 + random() % 6; n > 0; n--) {
        if (in.empty()) in.push_back(0);
        // Headers come first and matter most.
        const size_t at = random() % 2 ? random() % in.size() : random() % (in.size() < 128 ? in.size() : 128);
        switch (random() % 6) {
            case 0:
                in[at] = static_cast<uint8_t>(random());
                break;
            case 1:
                in[at] ^= static_cast<uint8_t>(1u << random() % 8);
                break;
            case 2:
                in[at] = EDGES[random() % std::size(EDGES)];
                break;
            case 3:
                in.resize(at);
                break;
            case 4:
                in.insert(in.begin() + static_cast<ptrdiff_t>(at), 1 + random() % 8, static_cast<uint8_t>(random()));
                break;
            default:
                for (size_t k = at; k < in.size() && k < at + 4; k++) in[k] = static_cast<uint8_t>(random());
        }
    }
    return in;
}

}  // namespace

int main(int argc, char** argv) {
    const uint64_t iterations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
    const std::vector<Input> seeds = ashlar::test::fuzz_seeds();
    std::mt19937_64 random(1);
    for (const Input& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (uint64_t i = 0; i < iterations; i++) {
        const Input in = mutate(seeds[random() % seeds.size()], random);
        LLVMFuzzerTestOneInput(in.data(), in.size());
    }
    std::printf("%lu inputs\n", static_cast<unsigned long>(iterations + seeds.size()));
    return 0;
}
