// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/suite.hpp"

#include "libs/hash/digest.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::hash {

namespace {

Bytes describe() {
    Bytes out;
    const auto word = [&](uint64_t w) {
        out.resize(out.size() + 4);
        store_le32(out.data() + out.size() - 4, static_cast<uint32_t>(w));
    };
    using Parameters = Poseidon2Parameters<24>;
    constexpr uint32_t MAGIC = 0x53485341;  // "ASHS"
    constexpr uint32_t WIDTH = 24, EXPONENT = 3, OVERWRITING = 0, PERMUTED_AFTER_WORK = 1;
    for (uint64_t w : {uint64_t{MAGIC}, uint64_t{F::P}, uint64_t{WIDTH}, uint64_t{EXPONENT}}) word(w);
    word(Suite::FULL_ROUNDS);
    word(Suite::PARTIAL_ROUNDS);
    for (uint32_t x : {2, 3, 1, 1, 1, 2, 3, 1, 1, 1, 2, 3, 3, 1, 1, 2}) word(x);
    for (uint32_t x : {2, 1}) word(x);
    for (const auto& entry : Parameters::LANE_DIAGONAL) word(detail::diagonal_value(entry).canonical());
    for (const auto& round : Suite::FIRST)
        for (uint32_t c : round) word(c);
    for (uint32_t c : Suite::MIDDLE) word(c);
    for (const auto& round : Suite::LAST)
        for (uint32_t c : round) word(c);
    for (size_t lane = 0; lane < WIDTH; lane++) word(Suite::position(lane));
    for (size_t x : {RATE, DIGEST_SIZE, LENGTH_POSITION, DOMAIN_POSITION}) word(x);
    for (Domain d : {Domain::node, Domain::leaf, Domain::transcript, Domain::other, Domain::memory_leaf})
        word(static_cast<uint32_t>(d));
    word(OVERWRITING);
    word(PERMUTED_AFTER_WORK);
    return out;
}

}  // namespace

const std::array<uint32_t, 8>& suite_id() {
    static const auto id = [] {
        const Bytes32 digest = sha256(describe());
        std::array<uint32_t, 8> words{};
        for (size_t i = 0; i < 8; i++) words[i] = load_le32(digest.data() + 4 * i);
        return words;
    }();
    return id;
}

}  // namespace ashlar::hash
