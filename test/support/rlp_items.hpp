// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/rlp/encode.hpp"

/// RLP put together item by item, right or wrong.
namespace ashlar::test {

using Items = std::vector<Bytes>;

inline Bytes string(const Bytes& s) {
    rlp::Writer w;
    w.string(s);
    return w.out;
}
inline Bytes number(uint64_t v) {
    rlp::Writer w;
    w.u64(v);
    return w.out;
}
inline Bytes joined(const Items& items) {
    Bytes out;
    for (const Bytes& i : items) out.insert(out.end(), i.begin(), i.end());
    return out;
}
inline Bytes list(const Items& items) {
    rlp::Writer w;
    w.raw(joined(items));
    w.end_list(0);
    return w.out;
}

}  // namespace ashlar::test
