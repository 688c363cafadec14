// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// RIPEMD-160. Source: Dobbertin, Bosselaers, Preneel, "RIPEMD-160: a strengthened version of RIPEMD" (1996).
FixedBytes<20> ripemd160(BytesView data);

}  // namespace ashlar::crypto
