// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/stdin.hpp"

#include <fmt/format.h>

namespace ashlar::rv32 {

HostResult<Stdin> decode_stdin(BytesView file) {
    size_t at = 0;
    const auto remaining = [&] { return file.size() - at; };
    const auto truncated = [&](const char* what) {
        return fail("stdin_truncated", fmt::format("builder file ends inside {} at byte {}", what, at),
                    "the file is no builder file; use --stdin-raw for one raw buffer");
    };
    const auto number = [&] {
        const uint64_t v = load_le64(file.data() + at);
        at += 8;
        return v;
    };
    if (remaining() < 8) return truncated("the number of buffers");
    const uint64_t count = number();
    // Each buffer takes at least its length field: an absurd count ends here and not in an allocation.
    if (count > remaining() / 8) return truncated("the list of buffers");
    Stdin in;
    in.buffers.reserve(count);
    for (uint64_t i = 0; i < count; i++) {
        if (remaining() < 8) return truncated("a buffer length");
        const uint64_t size = number();
        if (size > remaining()) return truncated("a buffer");
        in.buffers.emplace_back(file.begin() + static_cast<ptrdiff_t>(at),
                                file.begin() + static_cast<ptrdiff_t>(at + size));
        at += size;
    }
    if (remaining() < 8) return truncated("the number of proofs");
    if (const uint64_t proofs = number(); proofs != 0)
        return fail("stdin_has_proofs", fmt::format("builder file carries {} proofs of another proof system", proofs),
                    "attach inner proofs through the aggregation input instead");
    if (remaining() != 0)
        return fail("stdin_trailing_bytes", fmt::format("{} bytes after the end of the builder file", remaining()));
    return in;
}

Bytes encode_stdin(const Stdin& in) {
    Bytes out;
    size_t size = 16;
    for (const Bytes& b : in.buffers) size += 8 + b.size();
    out.reserve(size);
    const auto number = [&](uint64_t v) {
        out.resize(out.size() + 8);
        store_le64(out.data() + out.size() - 8, v);
    };
    number(in.buffers.size());
    for (const Bytes& b : in.buffers) {
        number(b.size());
        out.insert(out.end(), b.begin(), b.end());
    }
    number(0);
    return out;
}

}  // namespace ashlar::rv32
