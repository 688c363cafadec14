// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/block_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/witness_json.hpp"
#include "libs/rpc/proof_witness.hpp"
#include "libs/rpc/raw_block.hpp"

namespace ashlar::rpc {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* PARTIAL = "witness.part";

HostResult<void> write(const fs::path& file, std::string_view bytes) {
    const fs::path part = file.string() + ".part";
    {
        std::ofstream out(part, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out.flush())
            return fail("file_unwritable", part.string() + ": cannot be written", "check disk space and permissions");
    }
    std::error_code ec;
    fs::rename(part, file, ec);
    if (ec) return fail("file_unwritable", fmt::format("{}: {}", file.string(), ec.message()), "check permissions");
    return {};
}

struct Head {
    std::string number, hash;
};

HostResult<Head> head_of(const BlockSourceOptions& o, const std::string& which, std::stop_token stop) {
    const bool by_hash = which.size() == 66;
    ASHLAR_ASSIGN(const json::value v,
                  call(o, by_hash ? "eth_getBlockByHash" : "eth_getBlockByNumber", {json::string(which), false}, stop));
    if (!v.is_object()) return fail("rpc_block_missing", fmt::format("the node has no block {}", which));
    const auto text = [&](const char* key) {
        const auto* s = v.as_object().if_contains(key);
        return s && s->is_string() ? std::string(s->as_string()) : std::string();
    };
    Head h{text("number"), text("hash")};
    if (!h.number.starts_with("0x") || h.hash.size() != 66)
        return fail("rpc_answer_bad", "the node's block has no number or hash");
    return h;
}

/// The node's block, if execution will be able to read it and it is the one that was asked for.
HostResult<ethereum::Block> read_block(BytesView rlp, const Head& head) {
    auto block = ethereum::decode_block(rlp);
    if (!block && block.error().code == ethereum::ErrorCode::fork_not_supported)
        return fail("fork_not_supported", fmt::format("block {} is of a fork that is not supported", head.number),
                    std::string(ethereum::remedy(block.error().code)));
    if (!block)
        return fail("rpc_answer_bad", fmt::format("the node's block cannot be read: {}", to_string(block.error().code)),
                    "ask another node");
    if (to_hex0x(block->header.hash.view()) != head.hash)
        return fail("rpc_reorg", fmt::format("block {} became another one while it was fetched", head.number),
                    "fetch it again");
    return std::move(*block);
}

/// debug_executionWitness, or what build_witness makes of other calls where the node does not serve it.
HostResult<json::value> witness_of(const BlockSourceOptions& o, const Head& head, const ethereum::Block& block,
                                   BytesView rlp, const fs::path& dir, std::stop_token stop) {
    if (!o.by_proofs || !o.chain) {
        auto served = call(o, "debug_executionWitness", {json::string(head.number)}, stop);
        if (served || served.error().code != "rpc_method_missing" || !o.chain) return served;
    }
    return build_witness(o, *o.chain, block, rlp, dir / PARTIAL, stop);
}

/// Checks that a witness can be read, and that it names the block's parent.
HostResult<void> check_witness(const json::value& answer, const ethereum::Block& block) {
    auto witness = ethereum::read_witness(answer);
    if (!witness) return fail("rpc_answer_bad", "the node's witness: " + witness.error().message, witness.error().hint);
    if (witness->ancestors(block.header.parent_hash).empty())
        return fail("rpc_answer_bad",
                    fmt::format("the witness of block {} lacks the header of its parent {}", block.header.number,
                                to_hex0x(block.header.parent_hash.view())),
                    "execution needs it: ask another node, or a later release of this one");
    return {};
}

HostResult<uint64_t> parse_quantity(std::string_view text) {
    uint64_t number = 0;
    const auto [end, bad] =
        std::from_chars(text.data() + std::min<size_t>(2, text.size()), text.data() + text.size(), number, 16);
    if (!text.starts_with("0x") || bad != std::errc() || end != text.data() + text.size())
        return fail("rpc_answer_bad", fmt::format("'{}' is not a block number", text.substr(0, 80)));
    return number;
}

}  // namespace

HostResult<uint64_t> head_number(const BlockSourceOptions& o, std::stop_token stop) {
    ASHLAR_ASSIGN(const json::value v, call(o, "eth_blockNumber", {}, stop));
    if (!v.is_string()) return fail("rpc_answer_bad", "eth_blockNumber gave no number");
    return parse_quantity(std::string_view(v.as_string()));
}

std::string hex_quantity(uint64_t n) { return fmt::format("0x{:x}", n); }

HostResult<uint64_t> fetch_block(const BlockSourceOptions& o, const std::string& which, const fs::path& dir,
                                 std::stop_token stop) {
    ASHLAR_ASSIGN(const Head head, head_of(o, which, stop));
    ASHLAR_ASSIGN(const uint64_t number, parse_quantity(head.number));
    std::error_code ec;
    fs::create_directories(dir, ec);
    if (ec) return fail("file_unwritable", fmt::format("{}: {}", dir.string(), ec.message()), "check the path");
    // The folder belongs to one hash; after a reorg it starts afresh.
    std::string known;
    std::ifstream(dir / "hash") >> known;
    if (known != head.hash) {
        for (const char* name : {"block.rlp", "witness.json", PARTIAL}) fs::remove(dir / name, ec);
        ASHLAR_TRY(write(dir / "hash", head.hash));
    }
    if (!fs::exists(dir / "block.rlp", ec) || !fs::exists(dir / "witness.json", ec)) {
        ASHLAR_ASSIGN(const Bytes bytes, raw_block(o, head.number, head.hash, stop));
        ASHLAR_ASSIGN(const ethereum::Block block, read_block(bytes, head));
        ASHLAR_ASSIGN(const json::value witness, witness_of(o, head, block, bytes, dir, stop));
        ASHLAR_TRY(check_witness(witness, block));
        ASHLAR_TRY(write(dir / "block.rlp", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
        ASHLAR_TRY(write(dir / "witness.json", json::serialize(witness)));
    }
    ASHLAR_ASSIGN(const Head after, head_of(o, head.number, stop));
    if (after.hash != head.hash) {
        for (const char* name : {"block.rlp", "witness.json", "hash"}) fs::remove(dir / name, ec);
        return fail("rpc_reorg", fmt::format("block {} became another one while it was fetched", number),
                    "it is fetched again");
    }
    return number;
}

}  // namespace ashlar::rpc
