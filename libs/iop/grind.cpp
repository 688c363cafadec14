// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include <atomic>
#include <vector>

#include "libs/hash/bulk.hpp"
#include "libs/iop/prover_isa.hpp"

namespace ashlar::iop::ASHLAR_ISA {

F grind(const Transcript& transcript, uint32_t bits, exec::ThreadPool& pool) {
    // Absorbing a nonce and squeezing is one permutation, wherever the nonce falls. Nonces go in blocks over the
    // threads; the least one that works is taken, so that a proof has one form.
    constexpr size_t BLOCK = 1024, GROUP = 64;
    const hash::BulkHash& bulk = hash::bulk_hash(THIS_ISA);
    const uint32_t mask = (1u << bits) - 1;
    std::atomic<uint64_t> best{F::P};
    for (uint64_t base = 0; base < F::P && best.load() == F::P; base += BLOCK * pool.size()) {
        pool.parallel_for(pool.size() * BLOCK, BLOCK, [&](size_t begin, size_t end) {
            std::vector<hash::Poseidon2<24>::State> states(GROUP);
            for (size_t at = begin; at < end; at += GROUP) {
                if (base + at >= best.load(std::memory_order_relaxed)) return;
                for (size_t i = 0; i < GROUP; i++) {
                    states[i] = transcript.state();
                    states[i][transcript.position()] = F::reduce(base + at + i);
                }
                bulk.permute(states.data(), GROUP);
                for (size_t i = 0; i < GROUP; i++) {
                    if ((states[i][0].canonical() & mask) != 0) continue;
                    const uint64_t n = base + at + i;
                    uint64_t seen = best.load();
                    while (n < seen && !best.compare_exchange_weak(seen, n)) {
                    }
                    break;
                }
            }
        });
    }
    return F::reduce(best.load());
}

const ProverFunctions PROVER_FUNCTIONS{&prove_fractional_sum, &prove_zerocheck, &grind};

}  // namespace ashlar::iop::ASHLAR_ISA
