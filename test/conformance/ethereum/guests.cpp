// SPDX-License-Identifier: Apache-2.0
#include "test/conformance/ethereum/guests.hpp"

#include <fstream>
#include <iterator>

#include "libs/ethereum/describe.hpp"

namespace ashlar::conformance {

namespace {

std::optional<rv32::Program> load_program(const char* path) {
    std::ifstream in(path, std::ios::binary);
    const Bytes file(std::istreambuf_iterator<char>(in), {});
    auto program = rv32::load_elf(file);
    if (!program) return std::nullopt;
    return std::move(*program);
}

std::string run_program(const rv32::Program& program, std::vector<Bytes> buffers, const Bytes& expected,
                        uint64_t& cycles) {
    auto r = rv32::execute(program, rv32::Stdin{std::move(buffers)});
    if (!r) return r.error().message;
    cycles += r->cycles;
    if (r->fault) return r->fault->message;
    if (r->exit_code != 0u) return r->stderr_text;
    return r->committed == expected ? "" : "other committed values";
}

}  // namespace

std::optional<Guests> Guests::load() {
    auto subblock = load_program(ASHLAR_GUEST_DIR "/subblock-elf");
    auto aggregator = load_program(ASHLAR_GUEST_DIR "/aggregator-elf");
    if (!subblock || !aggregator) return std::nullopt;
    return Guests{std::move(*subblock), std::move(*aggregator)};
}

std::string Guests::run(const ethereum::ChainConfig& config, BytesView rlp, const ethereum::Witness& witness,
                        uint64_t& cycles, uint64_t subblock_gas) const {
    const auto in = ethereum::make_inputs(config, rlp, witness, subblock_gas);
    if (!in) return "no inputs: " + ethereum::describe(in.error());
    for (const auto& s : in->subblocks) {
        const std::string why = run_program(subblock, {s.environment, s.state, s.codes}, s.claim.encode(), cycles);
        if (!why.empty()) return "subblock: " + why;
    }
    const std::string why =
        run_program(aggregator, {in->aggregator_claims(Bytes32{}), in->aggregator_block}, in->claim.encode(), cycles);
    return why.empty() ? "" : "aggregator: " + why;
}

}  // namespace ashlar::conformance
