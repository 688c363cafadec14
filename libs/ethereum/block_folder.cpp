// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block_folder.hpp"

#include <algorithm>

#include "libs/ethereum/json_file.hpp"
#include "libs/ethereum/witness_json.hpp"

namespace ashlar::ethereum {

namespace fs = std::filesystem;

namespace {

bool holds_block(const fs::path& folder) {
    std::error_code ec;
    return fs::exists(folder / "block.rlp", ec) || fs::exists(folder / STATELESS_FILE, ec);
}

}  // namespace

std::vector<fs::path> find_block_folders(const fs::path& path) {
    std::error_code ec;
    if (holds_block(path)) return {path};
    std::vector<fs::path> out;
    for (auto it = fs::directory_iterator(path, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
        if (holds_block(it->path())) out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

HostResult<BlockFolder> read_block_folder(const fs::path& folder) {
    BlockFolder out;
    ASHLAR_ASSIGN(out.block_rlp, read_file(folder / "block.rlp"));
    std::error_code ec;
    const fs::path zipped = folder / "witness.json.gz";
    const fs::path path = fs::exists(zipped, ec) ? zipped : folder / "witness.json";
    if (!fs::exists(path, ec))
        return fail("file_not_found", "there is neither witness.json.gz nor witness.json in " + folder.string(),
                    "`ashlarctl block fetch` writes both files of a block");
    ASHLAR_ASSIGN(const Bytes data, read_file(path));
    auto witness = parse_witness(data);
    if (!witness) {
        ashlar::Error e = witness.error();
        e.message = path.string() + ": " + e.message;
        return Fail{e};
    }
    out.witness = std::move(*witness);
    return out;
}

}  // namespace ashlar::ethereum
