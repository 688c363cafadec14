// SPDX-License-Identifier: Apache-2.0
// tamper_block AGGREGATOR.vk SUBBLOCK.vk FILE [SEED]: checks a real block proof, then changes words in every region of
// its containers and in every kind of region of each chunk proof, and requires that each change is refused.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "libs/hash/sha256.hpp"
#include "libs/prover/block_file.hpp"
#include "test/support/block_regions.hpp"

using namespace ashlar;
using test::NO_CHUNK;
using test::Region;

namespace {

[[noreturn]] void fail(const std::string& what) {
    fmt::print(stderr, "tamper_block: {}\n", what);
    std::exit(1);
}

Bytes read(const char* path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(fmt::format("cannot read {}", path));
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

machine::VerifyingKey read_key(const char* path) {
    auto key = machine::decode_verifying_key(read(path));
    if (!key) fail(fmt::format("{}: {}", path, machine::to_string(key.error().code)));
    return std::move(*key);
}

/// What a reader of the file asks before it believes the claims in it.
bool accepts(const machine::VerifyingKey& aggregator, const machine::VerifyingKey& subblock, BytesView bytes) {
    const auto file = prover::decode_block_file(bytes);
    if (!file) return false;
    const auto claims = machine::verify_block(aggregator, subblock, file->proof);
    return claims && claims->aggregator.committed_bytes() == hash::sha256(file->committed);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) fail("arguments: AGGREGATOR.vk SUBBLOCK.vk FILE [SEED]");
    const machine::VerifyingKey aggregator = read_key(argv[1]), subblock = read_key(argv[2]);
    const Bytes whole = read(argv[3]);
    const auto file = prover::decode_block_file(whole);
    if (!file) fail(fmt::format("{}: {}", argv[3], file.error().message));
    const Bytes& proof = file->proof;
    std::mt19937 random(argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1);
    if (const auto claims = machine::verify_block(aggregator, subblock, proof); !claims)
        fail(fmt::format("the proof itself is refused: {}", machine::to_string(claims.error().code)));
    if (!accepts(aggregator, subblock, whole)) fail("the claims of the file are not the proof's");
    const auto regions = test::block_regions(aggregator, subblock, proof);
    if (!regions) fail("the proof has other regions than its format");
    size_t at = 0;
    // Of each chunk: one region of each kind, by kind.
    std::vector<std::map<std::string, std::vector<const Region*>>> of_chunk(regions->chunks.size());
    std::vector<const Region*> tried;
    for (const Region& r : regions->regions) {
        if (r.begin != at || r.end <= r.begin) fail(fmt::format("{} does not follow the region before it", r.name));
        at = r.end;
        if (r.chunk == NO_CHUNK)
            tried.push_back(&r);
        else
            of_chunk[r.chunk][r.kind].push_back(&r);
    }
    if (at != proof.size()) fail("the regions do not reach the end of the proof");
    size_t kinds = 0;
    for (const auto& chunk : of_chunk) {
        kinds = std::max(kinds, chunk.size());
        for (const auto& [kind, list] : chunk) tried.push_back(list[random() % list.size()]);
    }
    size_t changes = 0;
    for (const Region* r : tried) {
        const size_t word = r->begin + 4 * (random() % ((r->end - r->begin) / 4));
        const auto values = test::changed_words(*r, load_le32(&proof[word]));
        const uint32_t value = values[random() % values.size()];
        Bytes changed = proof;
        store_le32(&changed[word], value);
        bool accepted;
        if (r->chunk == NO_CHUNK) {
            accepted = static_cast<bool>(machine::verify_block(aggregator, subblock, changed));
        } else {  // what verify_block asks of this chunk
            const auto& c = regions->chunks[r->chunk];
            accepted = static_cast<bool>(
                machine::verify_chunk(*c.key, c.statement, BytesView(changed).subspan(c.begin, c.end - c.begin)));
        }
        if (accepted) fail(fmt::format("{}, word {} set to {}: accepted", r->name, (word - r->begin) / 4, value));
        changes++;
    }
    fmt::print(
        "tamper_block: {} regions tile {} bytes; {} chunks, {} kinds of regions in a chunk proof; {} changes refused\n",
        regions->regions.size(), proof.size(), regions->chunks.size(), kinds, changes);
}
