// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/ecall.hpp"
#include "libs/machine/prover.hpp"

namespace ashlar::machine {

namespace {

/// Cuts the words of a HINT_READ: `first` gets the leading ones, `second` the others.
void cut_read(const rv32::ChunkStart& chunk, rv32::HintEvent& first, rv32::HintEvent& second) {
    const uint32_t target = chunk.registers[chips::REGISTER_A0] / 4 + first.first_word;
    uint32_t n = first.num_words / 2;
    if (n > rv32::HINT_GRAIN) n -= (target + n) % rv32::HINT_GRAIN;
    first.num_words = n;
    second.first_word += n;
    second.num_words -= n;
}

}  // namespace

HostResult<SplitChunk> split_chunk(const rv32::Program& program, const rv32::ChunkStart& chunk, uint64_t cycles) {
    SplitChunk halves{chunk, chunk};
    // A lone call is cut by its words; its operand's address is in the registers the chunk starts with.
    const bool lone_read = chunk.cycles + chunk.ends_in_read == 1;
    if (lone_read) {
        if (chunk.hints.size() != 1 || chunk.hints[0].num_words < 2)
            return fail("chunk_too_large", "a chunk of one instruction cannot be split", "choose another profile");
        cycles = 0;
        cut_read(chunk, halves.first.hints[0], halves.second.hints[0]);
    }
    halves.first.cycles = cycles;
    halves.first.ends_in_read = lone_read;
    halves.first.last = false;
    halves.second.cycles = chunk.cycles - cycles;
    const rv32::ChunkRecord record = rv32::record_chunk(program, halves.first);
    halves.second.pc = record.pc_out;
    ASHLAR_ASSIGN(rv32::GuestMemory memory, rv32::GuestMemory::make());
    uint32_t loaded = UINT32_MAX;  // page whose words are in `memory`
    for (const rv32::TouchedLeaf& leaf : record.leaves) {
        for (uint32_t i = 0; i < rv32::LEAF_WORDS; i++) {
            if (leaf.in[i] == leaf.out[i]) continue;
            const uint32_t word = leaf.leaf * rv32::LEAF_WORDS + i;
            if (word < 32) {
                halves.second.registers[word] = leaf.out[i];
                continue;
            }
            if (word >= rv32::RESERVED_WORD) {
                halves.second.reserved[word - rv32::RESERVED_WORD] = leaf.out[i];
                continue;
            }
            const uint32_t page = word / rv32::PAGE_WORDS;
            if (page != loaded) {
                loaded = page;
                if (const rv32::Page* before = chunk.memory.page(page))
                    for (uint32_t k = 0; k < rv32::PAGE_WORDS; k++)
                        memory.set_word(page * rv32::PAGE_WORDS + k, before->words[k]);
            }
            memory.set_word(word, leaf.out[i]);
        }
    }
    halves.second.memory = chunk.memory.advance(memory);
    if (lone_read) return halves;
    size_t hints = 0;
    for (const rv32::CallRecord& c : record.calls)
        hints += c.word == chips::CALL_HINT_LEN || c.word == chips::CALL_HINT_READ;
    halves.first.hints.resize(hints);
    halves.second.hints.erase(halves.second.hints.begin(), halves.second.hints.begin() + static_cast<ptrdiff_t>(hints));
    return halves;
}

}  // namespace ashlar::machine
