// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/bulk.hpp"

namespace ashlar::hash {
ASHLAR_ISA_DECLARE(BulkHash, BULK_HASH)
}  // namespace ashlar::hash
