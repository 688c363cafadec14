// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/bulk.hpp"

#include "libs/hash/bulk_kernels.hpp"

namespace ashlar::hash {

const BulkHash& bulk_hash(exec::Isa isa) {
    static const exec::IsaTable<BulkHash> TABLE = ASHLAR_ISA_TABLE(BulkHash, hash, BULK_HASH);
    return TABLE.select(isa);
}

}  // namespace ashlar::hash
