// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/selftest.hpp"

#include <fmt/format.h>

#include <chrono>

#include "libs/rv32/decode.hpp"

namespace ashlar::machine {

namespace {

constexpr uint32_t TEXT = 0x0020'0800;
enum Register : uint32_t {
    ZERO = 0,
    T0 = 5,
    T1 = 6,
    T2 = 7,
    S0 = 8,
    S1 = 9,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A3 = 13,
    A4 = 14
};

uint32_t r_type(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33;
}
uint32_t i_type(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t imm) {
    return static_cast<uint32_t>(imm) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 0, rd, rs1, imm); }
uint32_t lui(uint32_t rd, uint32_t upper) { return upper | rd << 7 | 0x37; }
uint32_t lw(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 2, rd, rs1, imm); }
uint32_t sw(uint32_t rs2, uint32_t rs1, uint32_t imm) {
    return (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | 2 << 12 | (imm & 31) << 7 | 0x23;
}
/// bne backwards by `words` instructions.
uint32_t bne_back(uint32_t rs1, uint32_t rs2, uint32_t words) {
    const uint32_t i = 0u - 4 * words;
    return (i >> 12 & 1) << 31 | (i >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | 1 << 12 | (i >> 1 & 15) << 8 |
           (i >> 11 & 1) << 7 | 0x63;
}
constexpr uint32_t ECALL = 0x73;

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
    const uint32_t memory = 0x0100'0000;
    std::vector<uint32_t> words = {
        lui(S0, memory),
        addi(A0, S0, 0),
        addi(A1, ZERO, 4),
        addi(T0, ZERO, 0xf1),
        ECALL,          // HINT_READ(memory, 4)
        lw(T1, S0, 0),  // x := seed
        lui(S1, rounds & 0xffff'f000),
        addi(S1, S1, static_cast<int32_t>(rounds & 0x7ff)),
        addi(A2, ZERO, 0),
        lui(A3, 0x0001'9000),
        addi(A3, A3, 0x661),
    };
    const size_t loop = words.size();
    for (uint32_t w : {r_type(1, 0, T1, T1, A3), addi(T1, T1, 1013), r_type(1, 5, T2, T1, S1), r_type(0, 0, A2, A2, T2),
                       r_type(1, 7, T2, T1, S1), r_type(0, 0, A2, A2, T2), r_type(1, 3, T2, T1, S1),
                       r_type(0, 0, A2, A2, T2), i_type(0x13, 5, T2, T1, 5), r_type(0, 4, A2, A2, T2), sw(A2, S0, 0),
                       lw(A2, S0, 0), sw(T1, S0, 64), addi(S1, S1, -1)})
        words.push_back(w);
    words.push_back(bne_back(S1, ZERO, static_cast<uint32_t>(words.size() - loop)));
    for (uint32_t w :
         {addi(A0, ZERO, 0), addi(A1, A2, 0), addi(T0, ZERO, 0x10), ECALL,                         // COMMIT(0, sum)
          addi(A0, S0, 256), addi(A1, ZERO, 0), lui(T0, 0x0001'0000), addi(T0, T0, 0x109), ECALL,  // KECCAK_PERMUTE
          lw(A1, S0, 256), addi(A0, ZERO, 1), addi(T0, ZERO, 0x10), ECALL,                         // COMMIT(1, lane 0)
          addi(A0, ZERO, 0), addi(T0, ZERO, 0), ECALL})                                            // HALT(0)
        words.push_back(w);
    rv32::Program p;
    p.entry = p.pc_base = TEXT;
    for (size_t i = 0; i < words.size(); i++) {
        p.instructions.push_back(*rv32::decode(words[i]));
        p.image.push_back({TEXT / 4 + static_cast<uint32_t>(i), words[i]});
    }
    return p;
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
