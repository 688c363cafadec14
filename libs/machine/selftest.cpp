// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/selftest.hpp"

#include <fmt/format.h>

#include <chrono>

#include "libs/rv32/assembler.hpp"

namespace ashlar::machine {

namespace {

/// What the program commits as word 0, computed here.
uint32_t expected_sum(uint32_t rounds, uint32_t seed) {
    uint32_t x = seed, sum = 0;
    for (uint32_t i = rounds; i != 0; i--) {
        x = x * 0x0001'9661 + 1013;
        const uint32_t product_high = static_cast<uint32_t>(uint64_t{x} * i >> 32);
        sum += x / i + x % i + product_high;
        sum ^= x >> 5;
    }
    return sum;
}

double seconds_since(std::chrono::steady_clock::time_point t) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - t).count();
}

}  // namespace

rv32::Program selftest_program(uint32_t rounds) {
    using enum rv32::Opcode;
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    a.li(S0, 0x0100'0000);  // memory
    a.mv(A0, S0);
    a.li(A1, 4);
    a.call(HINT_READ);
    a.load(lw, T1, S0, 0);  // x := seed
    a.li(S1, rounds);
    a.li(A2, 0);  // sum
    a.li(A3, 0x0001'9661);
    const auto loop = a.label_here();
    a.op(mul, T1, T1, A3);
    a.immediate(addi, T1, T1, 1013);
    a.op(divu, T2, T1, S1);
    a.op(add, A2, A2, T2);
    a.op(remu, T2, T1, S1);
    a.op(add, A2, A2, T2);
    a.op(mulhu, T2, T1, S1);
    a.op(add, A2, A2, T2);
    a.immediate(srli, T2, T1, 5);
    a.op(xor_, A2, A2, T2);
    a.store(sw, A2, S0, 0);
    a.load(lw, A2, S0, 0);
    a.store(sw, T1, S0, 64);
    a.immediate(addi, S1, S1, -1);
    a.branch(bne, S1, ZERO, loop);
    a.li(A0, 0);
    a.mv(A1, A2);
    a.call(COMMIT);  // word 0 := sum
    a.immediate(addi, A0, S0, 256);
    a.li(A1, 0);
    a.call(KECCAK_PERMUTE);  // of zeros
    a.load(lw, A1, S0, 256);
    a.li(A0, 1);
    a.call(COMMIT);  // word 1 := lane 0
    a.halt();
    return a.program();
}

HostResult<SelftestReport> selftest(const iop::Profile& profile, exec::Isa isa, size_t threads) {
    constexpr uint32_t ROUNDS = 0x3000 + 5, SEED = 0x1234'5678;
    constexpr uint32_t KECCAK_OF_ZERO = 0x40e1'dde7;  // Keccak-f[1600] of zeros, lane 0, low word
    exec::ThreadPool pool(threads);
    ASHLAR_ASSIGN(const ProvingKey key, setup(selftest_program(ROUNDS), profile, isa, pool));
    Bytes seed(4);
    store_le32(seed.data(), SEED);
    ProveOptions options;
    options.threads = threads;
    options.chunk_cycles = 100'000;
    options.check_committed = false;
    ASHLAR_ASSIGN(const ProvenRun run, prove_run(key, rv32::Stdin{{seed}}, options));
    const auto begin = std::chrono::steady_clock::now();
    const VerifyOptions tests{.allow_test_profiles = true};
    const auto claims = verify_run(key.vk, run.proof, tests);
    SelftestReport report{run.stats.cycles, run.stats.chunks, run.proof.size(), run.stats.seconds(),
                          seconds_since(begin)};
    if (!claims)
        return fail("selftest_verify", fmt::format("an honest proof is refused: {}", to_string(claims.error().code)));
    if (claims->committed_digest[0] != expected_sum(ROUNDS, SEED) || claims->committed_digest[1] != KECCAK_OF_ZERO)
        return fail("selftest_result", "the program committed other words than expected");
    for (size_t k = 1; k < 8; k++) {
        Bytes changed = run.proof;
        changed[changed.size() / 8 * k] ^= 1;
        if (verify_run(key.vk, changed, tests))
            return fail("selftest_accepts",
                        fmt::format("a proof with byte {} changed is accepted", changed.size() / 8 * k));
    }
    return report;
}

}  // namespace ashlar::machine
