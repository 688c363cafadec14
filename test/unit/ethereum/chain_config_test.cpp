// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/chain_config.hpp"

#include <catch2/catch.hpp>

#include "libs/ethereum/chain_file.hpp"

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
    CHECK(parse_chain_config(
              R"({"chainId": 1, "shanghaiTime": 0, "cancunTime": 0, "blobSchedule": {"cancun": {"target": 9, "max": 6,
        "baseFeeUpdateFraction": 1}}})")
              .error()
              .code == "chain_config");
    CHECK(load_chain("no-such-chain-or-file").error().code == "unknown_chain");
}

namespace {

/// Every key that geth's genesis files have (params/config.go), with an Osaka chain's values.
const char* const GETH_KEYS = R"("homesteadBlock": 0, "daoForkBlock": 0, "daoForkSupport": true, "eip150Block": 0,
    "eip150Hash": "0x00", "eip155Block": 0, "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0,
    "petersburgBlock": 0, "istanbulBlock": 0, "muirGlacierBlock": 0, "berlinBlock": 0, "londonBlock": 0,
    "arrowGlacierBlock": 0, "grayGlacierBlock": null, "mergeNetsplitBlock": 3, "shanghaiTime": 0, "cancunTime": 5,
    "pragueTime": 5, "osakaTime": 7, "bpo1Time": 9, "bpo2Time": 11, "bpo3Time": null, "amsterdamTime": null,
    "terminalTotalDifficulty": 58750000000000000000000, "terminalTotalDifficultyPassed": true,
    "depositContractAddress": "0x00000000219ab540356cbb839cbe05303d7705fa", "enableVerkleAtGenesis": false,
    "enableUBTAtGenesis": false, "ethash": {}, "clique": {"period": 5, "epoch": 30000},
    "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477},
                     "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5007716},
                     "bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8346193},
                     "bpo2": {"target": 14, "max": 21, "baseFeeUpdateFraction": 11684671},
                     "bpo3": null})";

ashlar::Error refused(const std::string& members) {
    const auto c = parse_chain_config("{\"chainId\": 5" + (members.empty() ? "" : ", " + members) + "}");
    INFO(members);
    REQUIRE_FALSE(c);
    CHECK(c.error().code == "chain_config");
    return c.error();
}

}  // namespace

TEST_CASE("the keys of geth's genesis files are known, whatever ended with the merge") {
    const auto c = parse_chain_config("{\"chainId\": 5, " + std::string(GETH_KEYS) + "}");
    if (!c) FAIL(c.error().message);
    CHECK(c->paris_block == 3);
    CHECK(c->revision(4, 4) == Revision::shanghai);
    CHECK(c->revision(4, 5) == Revision::prague);
    CHECK(c->revision(4, 7) == Revision::osaka);
    CHECK(c->blob_parameters(7).max == 9);
    CHECK(c->blob_parameters(9).max == 15);
    CHECK(c->blob_parameters(11).max == 21);
    CHECK(parse_chain_config("{\"chainId\": 5}"));
}

TEST_CASE("a fork that is not known is refused by its name, and so is any other key, with the list of what is known") {
    for (const char* fork : {"bogota", "verkle", "ubt", "bpo6", "osakka", "Osaka", "eof", ""}) {
        for (const char* time : {"0", "99999999999", "\"0x5\"", "\"soon\"", "false", "{}"}) {
            const auto e =
                refused(std::string(GETH_KEYS).replace(std::string(GETH_KEYS).find("\"amsterdamTime\": null"), 21,
                                                       "\"" + std::string(fork) + "Time\": " + time));
            CHECK(e.message == std::string(fork) + "Time starts a fork that is not supported");
            for (const char* known : {"osakaTime", "bpo5Time", "chainId", "homesteadBlock", "clique"})
                CHECK(e.hint.find(known) != std::string::npos);
        }
    }
    for (const char* key : {"chainID", "osaka_time", "osakatime", "gasLimit", "blobschedule", "x", "config2"}) {
        const auto e = refused("\"" + std::string(key) + "\": 0");
        CHECK(e.message == "unknown key " + std::string(key));
        CHECK(e.hint.find("osakaTime") != std::string::npos);
    }
    CHECK(refused("\"enableUBTAtGenesis\": true").message == "unknown key enableUBTAtGenesis");
    CHECK(refused("\"foo\": false").message == "unknown key foo");
    CHECK(refused("\"foo\": null").message == "unknown key foo");
    CHECK(refused(R"("blobSchedule": {"bogota": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}})").message ==
          "blobSchedule.bogota is of a fork that is not supported");
}

TEST_CASE("Amsterdam starts at its time, with blob parameters of its own or those before") {
    const std::string until_osaka = R"({"chainId": 5, "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, )";
    const auto c = parse_chain_config(until_osaka + R"("osakaTime": 1, "amsterdamTime": 9})");
    if (!c) FAIL(c.error().message);
    CHECK(c->revision(4, 8) == Revision::osaka);
    CHECK(c->revision(4, 9) == Revision::amsterdam);
    CHECK(c->blob_parameters(9).max == 9);
    const auto own = parse_chain_config(
        until_osaka +
        R"("osakaTime": 1, "amsterdamTime": 9, "blobSchedule": {"amsterdam": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}}})");
    REQUIRE(own);
    CHECK(own->blob_parameters(8).max == 9);
    CHECK(own->blob_parameters(9).max == 2);
    CHECK(ChainConfig::decode(own->encode()) == *own);
    CHECK_FALSE(parse_chain_config(until_osaka + R"("amsterdamTime": 9})"));
    CHECK_FALSE(parse_chain_config(until_osaka + R"("osakaTime": 10, "amsterdamTime": 9})"));
    CHECK(known_chain("sepolia")->revision(20'000'000, 1791294815) == Revision::osaka);
    CHECK(known_chain("sepolia")->revision(20'000'000, 1791294816) == Revision::amsterdam);
    CHECK(known_chain("mainnet")->revision(40'000'000, 1991294816) == Revision::osaka);
}

TEST_CASE("a chain file that contradicts itself is refused") {
    const std::string forks = R"("shanghaiTime": 1, "cancunTime": 2, "pragueTime": 3, "osakaTime": 4)";
    CHECK(parse_chain_config("{\"chainId\": 5, " + forks + "}"));
    // A later fork without an earlier one, or before it.
    CHECK(refused(R"("cancunTime": 0)").message == "cancun starts before the forks that precede it");
    CHECK(refused(R"("shanghaiTime": 5, "cancunTime": 4)").message == "cancun starts before the forks that precede it");
    CHECK(refused(R"("shanghaiTime": 0, "cancunTime": 0, "osakaTime": 0)").message ==
          "osaka starts before the forks that precede it");
    const std::string bpo =
        R"("blobSchedule": {"bpo1": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}}, )" + forks;
    CHECK(parse_chain_config("{\"chainId\": 5, \"bpo1Time\": 4, " + bpo + "}"));
    CHECK(refused(bpo + R"(, "bpo1Time": 3)").message == "bpo1 starts before the forks that precede it");
    // Blob parameters that nobody gave.
    CHECK(refused(bpo + R"(, "bpo2Time": 9)").message == "bpo2Time has no entry in blobSchedule");
    for (const char* entry : {R"({"target": 1, "max": 2})", R"({"target": 1, "max": 2, "baseFeeUpdateFraction": 0})",
                              "5", R"({"target": 1, "max": 5000, "baseFeeUpdateFraction": 1})",
                              R"({"target": 1, "max": 2, "baseFeeUpdateFraction": 3, "minBaseFee": 4})"})
        CHECK(refused("\"blobSchedule\": {\"osaka\": " + std::string(entry) + "}").message ==
              "blobSchedule.osaka is wrong");
    for (const char* entry : {R"({"target": "x", "max": 2, "baseFeeUpdateFraction": 3})",
                              R"({"target": 1, "max": {}, "baseFeeUpdateFraction": 3})",
                              R"({"target": 1, "max": 2, "baseFeeUpdateFraction": []})",
                              R"({"target": 3, "max": 2, "baseFeeUpdateFraction": 3})",
                              R"({"target": 0, "max": 0, "baseFeeUpdateFraction": 3})",
                              R"({"target": 1, "max": 4097, "baseFeeUpdateFraction": 3})",
                              R"({"target": 1, "max": 2, "baseFeeUpdateFraction": 1099511627776})"})
        CHECK(refused("\"blobSchedule\": {\"osaka\": " + std::string(entry) + "}, " + forks).message ==
              "blobSchedule.osaka is wrong");
    for (const char* entry : {R"({"target": 2, "max": 2, "baseFeeUpdateFraction": 3})",
                              R"({"target": 1, "max": 4096, "baseFeeUpdateFraction": 1099511627775})"})
        CHECK(parse_chain_config("{\"chainId\": 5, \"blobSchedule\": {\"osaka\": " + std::string(entry) + "}, " +
                                 forks + "}"));
    CHECK(refused(R"("blobSchedule": {"shanghai": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}})").message ==
          "blobSchedule.shanghai is of a fork that is not supported");
    CHECK(parse_chain_config("[1]").error().message == "the chain configuration is no object");
    CHECK(parse_chain_config("nonsense").error().message.starts_with("not JSON"));
    CHECK(refused(R"("blobSchedule": [])").message == "blobSchedule is no object");
    CHECK(refused(R"("depositContractAddress": 5)").message == "depositContractAddress is no address");
    CHECK(refused(R"("mergeNetsplitBlock": "x")").message == "mergeNetsplitBlock is no number");
    CHECK(parse_chain_config(R"({"config": 5})").error().message == "`config` is no object");
}
