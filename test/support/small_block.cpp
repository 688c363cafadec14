// SPDX-License-Identifier: Apache-2.0
#include "test/support/small_block.hpp"

#include <algorithm>
#include <stdexcept>

#include "libs/abi/syscalls.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/iop/profile.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/machine/prover.hpp"
#include "libs/prover/block_file.hpp"
#include "libs/rv32/assembler.hpp"
#include "libs/rv32/executor.hpp"
#include "libs/rv32/make_elf.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::test {

namespace {

/// Reads three buffers: what it demands (a key's digest and a committed digest; only if `demands`), `bytes` bytes that
/// it commits, and their SHA-256, which it believes.
Bytes committing_program(uint32_t bytes, bool demands) {
    using enum rv32::Syscall;
    using namespace rv32::registers;
    constexpr uint32_t DEMAND = 0x0100'0000, DATA = 0x0110'0000, DIGEST = 0x0120'0000;
    rv32::Assembler a;
    if (demands) {
        a.call(HINT_READ, DEMAND, 64);
        a.call(VERIFY_PICO_PROOF, DEMAND, DEMAND + 32);
    }
    a.call(HINT_READ, DATA, bytes);
    a.call(HINT_READ, DIGEST, 32);
    a.write(guest::PUBLIC_VALUES, DATA, bytes);
    a.li(S0, DIGEST);
    for (uint32_t i = 0; i < 8; i++) {
        a.load(rv32::Opcode::lw, A1, S0, static_cast<int32_t>(4 * i));
        a.li(A0, i);
        a.call(COMMIT);
    }
    a.halt();
    return rv32::make_elf(a);
}

Bytes to_bytes(BytesView v) { return {v.begin(), v.end()}; }

machine::VerifyingKey key_of(const Bytes& elf) {
    exec::ThreadPool pool;
    auto key =
        machine::setup(*rv32::load_elf(elf), *iop::named_profile(prover::DEFAULT_PROFILE), exec::best_isa(), pool);
    if (!key) throw std::runtime_error(key.error().message);
    return std::move(key->vk);
}

}  // namespace

SmallBlock::SmallBlock()
    : programs{committing_program(8, false), committing_program(ethereum::BlockClaim::SIZE, true)},
      subblock_key(key_of(programs.subblock_elf)),
      aggregator_key(key_of(programs.aggregator_elf)),
      subblock(prove(programs.subblock_elf, {Bytes(8, 7)})) {
    claim.subblock_vk = rv32::digest_bytes(machine::vk_digest(subblock_key));
    claim.chain_id = 1, claim.number = 4711, claim.gas_used = 21000;
    claim.config_digest = ethereum::known_chain(uint64_t{1})->digest();
    claim.block_hash[0] = 0xaa, claim.parent_hash[1] = 0xbb, claim.root_before[2] = 1, claim.root_after[3] = 2;
    file = block(claim.encode());
}

Bytes SmallBlock::prove(const Bytes& elf, std::vector<Bytes> buffers) const {
    buffers.push_back(to_bytes(hash::sha256(buffers.back()).view()));
    auto p = machine_prover->prove_program(elf, rv32::encode_stdin({std::move(buffers)}), {}, {}, {});
    if (!p) throw std::runtime_error(p.error().code + ": " + p.error().message);
    return std::move(p->proof);
}

Bytes SmallBlock::block(const Bytes& committed) const {
    Bytes demand = to_bytes(rv32::digest_bytes(machine::vk_digest(subblock_key)).view());
    const Bytes32 of_subblock = hash::sha256(Bytes(8, 7));
    demand.insert(demand.end(), of_subblock.begin(), of_subblock.end());
    const Bytes aggregator = prove(programs.aggregator_elf, {demand, committed});
    return prover::encode_block_file({committed, *machine::encode(machine::BlockProof{aggregator, {subblock}})});
}

const SmallBlock& small_block() {
    static const SmallBlock block;
    return block;
}

}  // namespace ashlar::test
