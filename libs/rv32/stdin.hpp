// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::rv32 {

/// What the host gives a guest to read: a list of buffers, one per HINT_LEN + HINT_READ (ABI.md 6.1).
struct Stdin {
    std::vector<Bytes> buffers;
    friend bool operator==(const Stdin&, const Stdin&) = default;
};

/// Reads a serialised builder file (ABI.md 6.2). Error codes: stdin_truncated, stdin_trailing_bytes, and
/// stdin_has_proofs for a file with attached proofs, which are another system's and cannot be used.
HostResult<Stdin> decode_stdin(BytesView file);

/// The builder file of `in`, with no proofs.
Bytes encode_stdin(const Stdin& in);

}  // namespace ashlar::rv32
