// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/key_search.hpp"

#include <cstring>

#include "libs/hash/keccak256.hpp"
#include "libs/hash/keccak256_batch.hpp"

namespace ashlar::rpc {

namespace {

bool begins_with(const Bytes32& digest, const Bytes32& path, unsigned depth) {
    if (std::memcmp(digest.data(), path.data(), depth / 2) != 0) return false;
    return depth % 2 == 0 || digest[depth / 2] >> 4 == path[depth / 2] >> 4;
}

}  // namespace

bool key_has_path(BytesView key, const Bytes32& path, unsigned depth) {
    return begins_with(hash::keccak256(key), path, depth);
}

std::optional<Bytes> key_with_path(const Bytes32& path, unsigned depth, size_t size, std::stop_token stop) {
    constexpr size_t BATCH = 1024;
    Bytes keys(BATCH * size);
    std::vector<BytesView> views;
    for (size_t i = 0; i < BATCH; i++) views.push_back(BytesView{keys}.subspan(i * size, size));
    std::vector<Bytes32> digests(BATCH);
    const uint64_t limit = uint64_t{32} << (4 * depth);
    for (uint64_t n = 0; n < limit && !stop.stop_requested(); n += BATCH) {
        for (size_t i = 0; i < BATCH; i++) store_be64(&keys[i * size + size - 8], n + i);
        hash::keccak256_batch(views, digests.data());
        for (size_t i = 0; i < BATCH; i++)
            if (begins_with(digests[i], path, depth)) return Bytes(views[i].begin(), views[i].end());
    }
    return std::nullopt;
}

}  // namespace ashlar::rpc
