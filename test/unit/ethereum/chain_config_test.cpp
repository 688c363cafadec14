// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/chain_config.hpp"

#include <catch2/catch.hpp>

#include "libs/ethereum/block_folder.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using evm::Revision;

TEST_CASE("mainnet's forks start where they did") {
    const ChainConfig c = *known_chain("mainnet");
    CHECK_FALSE(c.revision(15537393, 1663224161));
    CHECK(c.revision(15537394, 1663224179) == Revision::paris);
    CHECK(c.revision(17034870, 1681338455) == Revision::shanghai);
    CHECK(c.revision(19426586, 1710338134) == Revision::shanghai);
    CHECK(c.revision(19426587, 1710338135) == Revision::cancun);
    CHECK(c.revision(22431084, 1746612311) == Revision::prague);
    CHECK(c.revision(23935694, 1764798551) == Revision::osaka);
    CHECK(c.blob_parameters(1765290070).max == 9);
    CHECK(c.blob_parameters(1765290071).max == 15);
    CHECK(c.blob_parameters(1765290071).update_fraction == 8346193);
    CHECK(c.blob_parameters(1767747671).max == 21);
    CHECK(c.blob_parameters(1767747671).update_fraction == 11684671);
}

TEST_CASE("a configuration survives its encoding, and each byte of it counts") {
    for (const char* name : {"mainnet", "sepolia", "holesky", "hoodi"}) {
        const ChainConfig c = *known_chain(name);
        const Bytes bytes = c.encode();
        CHECK(ChainConfig::decode(bytes) == c);
        CHECK(known_chain(c.chain_id) == c);
        for (size_t i = 0; i < bytes.size(); i++) {
            Bytes b = bytes;
            b[i] ^= 1;
            const auto other = ChainConfig::decode(b);
            if (other) CHECK(other->digest() != c.digest());
        }
        CHECK_FALSE(ChainConfig::decode({bytes.data(), bytes.size() - 1}));
    }
    CHECK_FALSE(known_chain("ropsten"));
}

TEST_CASE("a time that never comes activates nothing") {
    ChainConfig c = base_config(5);
    CHECK(c.revision(0, ~uint64_t{0}) == Revision::paris);
}

TEST_CASE("a genesis file's config is read, blob schedule included") {
    auto c = parse_chain_config(R"({"config": {"chainId": 31337, "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 10,
        "osakaTime": 20, "bpo1Time": 30, "depositContractAddress": "0x4242424242424242424242424242424242424242",
        "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477},
                         "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5007716},
                         "osaka": {"target": "0x6", "max": "0x9", "baseFeeUpdateFraction": "0x4c6964"},
                         "bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8346193},
                         "bpo2": {"target": 14, "max": 21, "baseFeeUpdateFraction": 11684671}}}})");
    REQUIRE(c);
    CHECK(c->chain_id == 31337);
    CHECK(c->revision(1, 9) == Revision::cancun);
    CHECK(c->revision(1, 10) == Revision::prague);
    CHECK(c->revision(1, 20) == Revision::osaka);
    CHECK(c->blob_parameters(29).max == 9);
    CHECK(c->blob_parameters(30).max == 15);
    CHECK(c->blobs.size() == 4);
    CHECK(c->deposit_contract[0] == 0x42);

    CHECK(parse_chain_config("{}").error().code == "chain_config");
    CHECK(parse_chain_config("nonsense").error().code == "chain_config");
    CHECK(parse_chain_config(R"({"chainId": 1, "cancunTime": "soon"})").error().code == "chain_config");
    CHECK(parse_chain_config(R"({"chainId": 1, "cancunTime": 0, "blobSchedule": {"cancun": {"target": 9, "max": 6,
        "baseFeeUpdateFraction": 1}}})")
              .error()
              .code == "chain_config");
    CHECK(load_chain("no-such-chain-or-file").error().code == "unknown_chain");
}
