// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/machine/block_proof.hpp"

/// The parts of a block proof by name, read from its bytes: containers of block and runs, then each chunk proof by the
/// one description of its format (libs/iop/proof_codec.hpp).
namespace ashlar::test {

/// Words [begin, end) of the file, in bytes.
struct Region {
    std::string name;  ///< "subblock 1/chunk 0/whir root 2"
    std::string kind;  ///< "whir root": the name without places and numbers
    size_t begin, end;
    bool elements;  ///< its words are field elements
    size_t chunk;   ///< index into BlockRegions::chunks, or NO_CHUNK for the containers
};
inline constexpr size_t NO_CHUNK = ~size_t{0};

/// A chunk proof inside the file and what verifies it alone.
struct ChunkPlace {
    const machine::VerifyingKey* key;
    machine::Statement statement;
    size_t begin, end;
};

struct BlockRegions {
    std::vector<Region> regions;  ///< in order
    std::vector<ChunkPlace> chunks;
};

/// nullopt if the bytes are no block proof. The keys must outlive the result.
std::optional<BlockRegions> block_regions(const machine::VerifyingKey& aggregator,
                                          const machine::VerifyingKey& subblock, BytesView proof);

/// Other values of a word: a low bit, the highest bit, and for a field element its successor and its alias x + p.
std::vector<uint32_t> changed_words(const Region& region, uint32_t word);

}  // namespace ashlar::test
