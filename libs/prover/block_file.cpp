// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/block_file.hpp"

#include <algorithm>

namespace ashlar::prover {

namespace {

constexpr std::string_view MAGIC = "ASHLARBP";
constexpr uint32_t VERSION_NUMBER = 1;

void put(Bytes& out, const Bytes& part) {
    uint8_t length[8];
    store_le64(length, part.size());
    out.insert(out.end(), length, length + 8);
    out.insert(out.end(), part.begin(), part.end());
}

bool take(BytesView& in, Bytes& part) {
    if (in.size() < 8) return false;
    const uint64_t length = load_le64(in.data());
    in = in.subspan(8);
    if (length > in.size()) return false;
    part.assign(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(length));
    in = in.subspan(static_cast<size_t>(length));
    return true;
}

}  // namespace

Bytes encode_block_file(const BlockFile& file) {
    Bytes out(MAGIC.begin(), MAGIC.end());
    out.resize(MAGIC.size() + 4);
    store_le32(out.data() + MAGIC.size(), VERSION_NUMBER);
    put(out, file.committed);
    put(out, file.proof);
    return out;
}

HostResult<BlockFile> decode_block_file(BytesView bytes) {
    if (bytes.size() < MAGIC.size() + 4 || !std::equal(MAGIC.begin(), MAGIC.end(), bytes.begin()))
        return fail("proof_magic", "this is not a block proof");
    if (load_le32(bytes.data() + MAGIC.size()) != VERSION_NUMBER)
        return fail("proof_version", "this block proof is of another version");
    bytes = bytes.subspan(MAGIC.size() + 4);
    BlockFile out;
    if (!take(bytes, out.committed) || !take(bytes, out.proof))
        return fail("proof_truncated", "the block proof ends early");
    if (!bytes.empty()) return fail("proof_trailing_bytes", "bytes follow the block proof");
    return out;
}

}  // namespace ashlar::prover
