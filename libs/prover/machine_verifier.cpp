// SPDX-License-Identifier: Apache-2.0
// The Verifier of the daemons: the Ethereum libraries prepare, the machine's verifier judges.
#include "libs/prover/machine_verifier.hpp"

#include <fmt/format.h>

#include "libs/base/hex.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/dump.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/ethereum/stateless_input.hpp"
#include "libs/prover/prepared_dump.hpp"
#include "libs/prover/verdict.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::prover {

namespace {

class MachineVerifier final : public Verifier {
  public:
    HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string& chain,
                                            uint64_t subblock_gas, const BlockPrograms& programs,
                                            const std::string& profile) override {
        return prover::prepare_block(keys_, dir, chain, subblock_gas, programs, profile);
    }
    HostResult<void> emulate_block(const BlockPrograms& programs, const PreparedBlock& block) override {
        return prover::emulate_block(programs, block);
    }
    HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) override {
        return prover::verify_program(keys_, elf, proof, profile);
    }
    HostResult<BlockClaims> verify_block(const BlockPrograms& programs, BytesView proof, const std::string& chain,
                                         const std::string& profile) override {
        return prover::verify_block(keys_, programs, proof, chain, profile);
    }

  private:
    Keys keys_;
};

}  // namespace

HostResult<PreparedBlock> prepare_block(Keys& keys, const std::filesystem::path& dir, const std::string& chain,
                                        uint64_t subblock_gas, const BlockPrograms& programs,
                                        const std::string& profile) {
    ASHLAR_ASSIGN(const ethereum::ChainConfig config, ethereum::load_chain(chain));
    if (ethereum::is_dump_folder(dir)) {
        ASHLAR_ASSIGN(const machine::ProvingKey* key, keys.of(programs.subblock_elf, profile));
        return prepare_dump(dir, config, rv32::digest_bytes(machine::vk_digest(key->vk)));
    }
    ASHLAR_ASSIGN(const ethereum::BlockFolder folder, ethereum::read_block(dir, config));
    ethereum::BlockResult native;
    const auto inputs = ethereum::make_inputs(config, folder.block_rlp, folder.witness, subblock_gas, &native);
    if (!inputs)
        return fail("block_invalid", ethereum::describe(inputs.error()),
                    std::string(ethereum::remedy(inputs.error().code)));
    ASHLAR_ASSIGN(const machine::ProvingKey* key, keys.of(programs.subblock_elf, profile));
    PreparedBlock out;
    const ethereum::BlockClaim& claim = inputs->claim;
    out.facts.chain_id = claim.chain_id, out.facts.number = claim.number, out.facts.gas_used = claim.gas_used;
    out.facts.transactions = native.transaction_gas.size();
    out.facts.timestamp = native.header.timestamp;
    out.facts.hash = to_hex0x(claim.block_hash.view()), out.facts.parent_hash = to_hex0x(claim.parent_hash.view());
    out.facts.state_root = to_hex0x(claim.root_after.view());
    out.facts.fork = evm::revision_name(native.revision);
    for (const auto& s : inputs->subblocks) {
        out.subblock_stdins.push_back(rv32::encode_stdin({{s.environment, s.state, s.codes}}));
        out.facts.subblocks.push_back({s.claim.begin, s.claim.end, s.gas()});
    }
    const Bytes32 vk = rv32::digest_bytes(machine::vk_digest(key->vk));
    out.aggregator_stdin = rv32::encode_stdin({{inputs->aggregator_claims(vk), inputs->aggregator_block}});
    return out;
}

HostResult<ProgramClaims> verify_program(Keys& keys, BytesView elf, BytesView proof, const std::string& profile) {
    ASHLAR_ASSIGN(const machine::ProvingKey* key, keys.of(elf, profile));
    return judge_program(key->vk, proof);
}

HostResult<BlockClaims> verify_block(Keys& keys, const BlockPrograms& programs, BytesView proof,
                                     const std::string& chain, const std::string& profile) {
    ASHLAR_ASSIGN(const machine::ProvingKey* aggregator, keys.of(programs.aggregator_elf, profile));
    ASHLAR_ASSIGN(const machine::ProvingKey* subblock, keys.of(programs.subblock_elf, profile));
    return judge_block(aggregator->vk, subblock->vk, proof, chain);
}

std::unique_ptr<Verifier> make_verifier() { return std::make_unique<MachineVerifier>(); }

}  // namespace ashlar::prover
