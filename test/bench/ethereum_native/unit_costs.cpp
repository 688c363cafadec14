// SPDX-License-Identifier: Apache-2.0
#include "test/bench/ethereum_native/unit_costs.hpp"

#include <algorithm>
#include <ctime>
#include <random>
#include <vector>

#include "libs/base/hex.hpp"
#include "libs/crypto/secp256k1_batch.hpp"
#include "libs/evm/instruction_counts.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/hash/keccak256_batch.hpp"
#include "test/unit/evm/memory_host.hpp"

namespace ashlar::bench {

double processor_time() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

namespace {

template <class Run>
double best_of(int runs, Run run) {
    double best = 1e9;
    for (int i = 0; i < runs; i++) {
        const double begin = processor_time();
        run();
        best = std::min(best, processor_time() - begin);
    }
    return best;
}

/// Pushes, sums, comparisons and a jump, as often as the gas lasts.
double instruction_cost() {
    evm::MemoryHost host;
    Address address;
    address[0] = 1;
    // JUMPDEST PUSH1 1 ADD DUP1 PUSH1 7 AND SWAP1 PUSH1 0 JUMP on a stack of one zero.
    host.put_code(address, *from_hex("60005b6001018060071650600256"));
    evm::Message m;
    m.recipient = address;
    m.gas = 10'000'000;
    evm::Evm evm(host);
    evm::InstructionCounts counts;
    evm::count_instructions(&counts);
    evm.execute(m);
    evm::count_instructions(nullptr);
    return best_of(10, [&] { evm.execute(m); }) / static_cast<double>(counts.total());
}

}  // namespace

UnitCosts measure_unit_costs() {
    UnitCosts u;
    std::mt19937_64 rng(1);
    // Full branches, four permutations each.
    std::vector<Bytes> nodes(2000, Bytes(532));
    for (Bytes& n : nodes)
        for (auto& b : n) b = static_cast<uint8_t>(rng());
    const std::vector<BytesView> views(nodes.begin(), nodes.end());
    std::vector<Bytes32> digests(nodes.size());
    u.batch_permutation =
        best_of(10, [&] { hash::keccak256_batch(views, digests.data()); }) / static_cast<double>(4 * nodes.size());
    Bytes32 digest;
    constexpr int SINGLE = 5000;
    u.single_permutation = best_of(10,
                                   [&] {
                                       for (int i = 0; i < SINGLE; i++) digest = hash::keccak256(digest.view());
                                   }) /
                           SINGLE;
    std::vector<crypto::RecoveryRequest> requests(256);
    for (auto& q : requests) {
        for (auto& b : q.digest) b = static_cast<uint8_t>(rng());
        q.r[31] = 1;
        for (auto& b : q.s) b = static_cast<uint8_t>(rng());
        q.s[0] = 1;
    }
    std::vector<std::optional<Address>> found(requests.size());
    u.recovery =
        best_of(10, [&] { crypto::recover_addresses(requests, found.data()); }) / static_cast<double>(requests.size());
    u.instruction = instruction_cost();
    return u;
}

}  // namespace ashlar::bench
