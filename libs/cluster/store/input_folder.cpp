// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/store/input_folder.hpp"

#include <fstream>

namespace ashlar::cluster {

namespace fs = std::filesystem;

namespace {

/// The head of a block holds its number within the first kilobytes (the bloom filter comes before it).
constexpr size_t HEAD_BYTES = 4096;
constexpr int NUMBER_FIELD = 8;

/// One RLP item's payload at `at`; moves `at` behind the head for lists, behind the item for strings.
std::optional<BytesView> item(BytesView data, size_t& at, bool list) {
    if (at >= data.size()) return std::nullopt;
    const uint8_t head = data[at];
    const uint8_t base = list ? 0xc0 : 0x80;
    if (list != (head >= 0xc0)) return std::nullopt;
    if (!list && head < 0x80) return data.subspan(at++, 1);
    size_t length = head - base;
    at++;
    if (length > 55) {
        const size_t width = length - 55;
        if (at + width > data.size()) return std::nullopt;
        length = 0;
        for (size_t i = 0; i < width; i++) length = length << 8 | data[at + i];
        at += width;
    }
    if (list) return data.subspan(at);
    if (length > data.size() - at) return std::nullopt;
    at += length;
    return data.subspan(at - length, length);
}

std::optional<Bytes> head_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    Bytes head(HEAD_BYTES);
    in.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<size_t>(in.gcount()));
    return head;
}

}  // namespace

std::optional<uint64_t> block_number_of(BytesView block_rlp) {
    size_t at = 0;
    if (!item(block_rlp, at, true) || !item(block_rlp, at, true)) return std::nullopt;
    for (int i = 0; i < NUMBER_FIELD; i++)
        if (!item(block_rlp, at, false)) return std::nullopt;
    const auto number = item(block_rlp, at, false);
    if (!number || number->size() > 8) return std::nullopt;
    uint64_t v = 0;
    for (const uint8_t b : *number) v = v << 8 | b;
    return v;
}

std::optional<uint64_t> block_number_of_stateless_input(BytesView input) {
    constexpr size_t SCHEMA_ID = 2, NUMBER = 404;  // of the payload: hashes, addresses and bloom come before
    // The request is the input's first field and the payload the request's: each begins where its offset says.
    size_t at = SCHEMA_ID;
    for (int i = 0; i < 2; i++) {
        if (at > input.size() || input.size() - at < 4) return std::nullopt;
        at += load_le32(input.data() + at);
    }
    if (at > input.size() || input.size() - at < NUMBER + 8) return std::nullopt;
    return load_le64(input.data() + at + NUMBER);
}

std::optional<uint64_t> block_number_in(const fs::path& folder) {
    if (const auto block = head_of(folder / "block.rlp")) return block_number_of(*block);
    if (const auto input = head_of(folder / "stateless.ssz")) return block_number_of_stateless_input(*input);
    return std::nullopt;
}

}  // namespace ashlar::cluster
