// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/witness.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/ethereum/witness_json.hpp"
#include "libs/hash/keccak256.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

TEST_CASE("a witness document that is none is refused by what is wrong with it") {
    const auto code = [](std::string_view text) {
        auto w = parse_witness(as_bytes(text));
        return w ? std::string() : w.error().code + ": " + w.error().message;
    };
    CHECK(code(R"({"state": [], "codes": [], "headers": []})").empty());
    CHECK(code(R"({"result": {"state": ["0xc0"], "headers": []}})").empty());
    CHECK(code(R"({"state": []})") == "witness_json: the witness has no `headers`");
    CHECK(code(R"({"state": ["0x0"], "headers": []})") == "witness_json: `state`[0] is not hex");
    CHECK(code(R"({"state": [], "headers": ["0xc0", 5]})") ==
          "witness_json: `headers`[1] is neither hex nor an object");
    CHECK(code(R"({"state": [], "codes": null, "keys": null, "headers": []})").empty());
    CHECK(code(R"({"result": null})") == "witness_json: the witness is no object");
    CHECK(code(R"({"state": {}, "headers": []})") == "witness_json: `state` is no array");
    CHECK(code("[]") == "witness_json: the witness is no object");
    CHECK_FALSE(code("{").empty());
    CHECK(code("\x1f\x8b garbage") == "witness_json: the gzip stream is damaged");
    CHECK(read_block_folder("no/such/folder").error().code == "file_not_found");
}

TEST_CASE("a gzip stream that is cut off, or unfolds to more than a witness may be, is refused") {
    const std::string text = R"({"state": [], "headers": [], "codes": [")" + std::string(size_t{8} << 20, '0') + "\"]}";
    Bytes packed(size_t{1} << 20);
    z_stream z{};
    REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = packed.data();
    z.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    packed.resize(packed.size() - z.avail_out);
    deflateEnd(&z);
    CHECK(packed.size() < 20'000);
    const auto message = [&](size_t size, size_t limit) {
        auto w = parse_witness({packed.data(), size}, limit);
        return w ? std::string() : w.error().message;
    };
    CHECK(message(packed.size(), text.size()).empty());
    CHECK(message(packed.size(), text.size() - 1) ==
          "the gzip stream holds more than " + std::to_string(text.size() - 1) + " bytes");
    CHECK(message(packed.size(), 1000) == "the gzip stream holds more than 1000 bytes");
    for (size_t cut : {size_t{3}, size_t{100}, packed.size() - 1})
        CHECK(message(cut, text.size()) == "the gzip stream is cut off");
}

TEST_CASE("nodes, codes and headers are found by hash") {
    Witness w;
    std::mt19937 rng(2);
    std::vector<Bytes> nodes;
    for (int i = 0; i < 500; i++) {
        Bytes b(1 + rng() % 90);
        for (auto& x : b) x = static_cast<uint8_t>(rng());
        nodes.push_back(b);
        w.add_node(b);
        w.add_node(b);
    }
    for (const Bytes& b : nodes) {
        const size_t i = w.find_node(hash::keccak256(b).data());
        REQUIRE(i < w.node_count());
        CHECK(Bytes(w.node(i).begin(), w.node(i).end()) == b);
    }
    CHECK(w.find_node(Bytes32{}.data()) == w.node_count());
    // What is added behind a search is found as well, in small and in large numbers.
    for (const size_t more : {size_t{1}, size_t{3}, size_t{2000}}) {
        const size_t before = w.node_count();
        for (size_t i = 0; i < more; i++) {
            Bytes b(40 + rng() % 500);
            for (auto& x : b) x = static_cast<uint8_t>(rng());
            nodes.push_back(b);
            w.add_node(b);
        }
        for (size_t i = before; i < w.node_count(); i++) {
            const Bytes32 digest = hash::keccak256(w.node(i));
            CHECK(w.find_node(digest.data()) == i);
        }
        CHECK(w.find_node(hash::keccak256(nodes[0]).data()) < w.node_count());
    }
    Witness other;
    other.add_node({1, 2, 3, 4});
    w.add(std::move(other));
    CHECK(w.find_node(hash::keccak256(Bytes{1, 2, 3, 4}).data()) == w.node_count() - 1);
    w.add_code({1, 2, 3});
    CodeStore codes;
    w.fill(codes);
    const evm::Code* code = codes.find(hash::keccak256(Bytes{1, 2, 3}));
    REQUIRE(code);
    CHECK(code->size() == 3);
    CHECK(codes.find(Bytes32{}) == nullptr);
    CHECK(codes.used().size() == 1);
}

TEST_CASE("a block whose witness lacks any one thing is refused or does not need it") {
    for (const auto& f : test::block_folders()) {
        if (f.filename().string().find("mainnet-21429992") == std::string::npos) continue;
        auto data = read_block_folder(f);
        REQUIRE(data);
        const ChainConfig config = test::chain_of(f);
        size_t refused = 0;
        for (size_t skip = 0; skip < data->witness.node_count(); skip++) {
            Witness w;
            for (size_t i = 0; i < data->witness.node_count(); i++)
                if (i != skip) w.add_node(Bytes(data->witness.node(i).begin(), data->witness.node(i).end()));
            auto block = decode_block(data->block_rlp);
            for (BytesView h : data->witness.ancestors(block->header.parent_hash))
                w.add_header(Bytes(h.begin(), h.end()));
            auto r = execute_block(config, data->block_rlp, w);
            REQUIRE_FALSE(r);  // the codes are missing too
            const ErrorCode c = r.error().code;
            CHECK((c == ErrorCode::missing_node || c == ErrorCode::missing_code));
            refused += c == ErrorCode::missing_node;
        }
        CHECK(refused > 5);
        Witness none;
        CHECK(execute_block(config, data->block_rlp, none).error().code == ErrorCode::missing_header);
        return;
    }
    WARN("data/blocks is absent (ASHLAR_DATA)");
}

TEST_CASE("whatever a witness lacks or has wrong has a remedy that names where to get it") {
    constexpr ErrorCode ALL[] = {
#define ASHLAR_X(name, text) ErrorCode::name,
        ASHLAR_ETHEREUM_ERRORS(ASHLAR_X)
#undef ASHLAR_X
    };
    size_t missing = 0;
    for (const ErrorCode code : ALL) {
        const std::string_view name = to_string(code);
        INFO(name);
        if (name.starts_with("WitnessException.")) CHECK_FALSE(remedy(code).empty());
        if (name.starts_with("TransactionException.")) CHECK(remedy(code).empty());  // the block's own fault
        if (name.find("MISSING_") == std::string_view::npos) continue;
        missing++;
        CHECK(remedy(code).find("witness.json") != std::string_view::npos);
    }
    CHECK(missing == 3);
    CHECK(remedy(ErrorCode::missing_node).find("`state`") != std::string_view::npos);
    CHECK(remedy(ErrorCode::missing_code).find("`codes`") != std::string_view::npos);
    CHECK(remedy(ErrorCode::missing_header).find("`headers`") != std::string_view::npos);
}
