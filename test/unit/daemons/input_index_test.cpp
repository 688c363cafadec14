// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/input_index.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "libs/base/files.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::coordinator;
namespace fs = std::filesystem;
using Kind = InputPlace::Kind;

namespace {

constexpr uint64_t GAS = 10'000'000;

ethereum::Dump dump_of(uint64_t block, uint64_t gas = GAS) {
    ethereum::Dump d;
    d.block = block, d.subblock_gas = gas;
    d.subblocks = {{{Bytes(100'000, static_cast<uint8_t>(block))}}, {{Bytes{2}}}};
    d.aggregator = {{Bytes{3}}};
    d.public_values = {Bytes{1}, Bytes{2}};
    return d;
}
/// A header whose ninth field is the number, which has one byte.
void block_folder(const fs::path& at, uint8_t number) {
    fs::create_directories(at);
    const uint8_t rlp[] = {0xca, 0xc9, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, number};
    std::ofstream(at / "block.rlp", std::ios::binary).write(reinterpret_cast<const char*>(rlp), sizeof rlp);
}
void sh(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }

}  // namespace

TEST_CASE("inputs of every kind are found, the first folder and the better kind first") {
    const ashlar::test::TempDir dir;
    const fs::path one = dir.path / "one", two = dir.path / "two";
    block_folder(one / "anything", 1);
    block_folder(one / "group" / "seven", 7);
    for (const uint64_t n : {1, 2, 3}) REQUIRE(ethereum::write_dump(one, dump_of(n)));
    REQUIRE(ethereum::write_dump(one, dump_of(3, 5)));
    REQUIRE(ethereum::write_dump(one, dump_of(4, 5)));
    block_folder(two / "b", 2);
    for (const uint64_t n : {20, 21, 22}) REQUIRE(ethereum::write_dump(dir.path / "packed", dump_of(n)));
    sh(fmt::format("tar -C {0}/packed -czf {0}/two/20+3.tar.gz .", dir.path.string()));
    InputIndex index({one, two, dir.path / "not_there"}, GAS);
    const auto find = [&](uint64_t n) { return index.find(n, {}); };
    CHECK(find(1)->kind == Kind::block_folder);
    CHECK(find(7)->path == one / "group" / "seven");
    CHECK(find(2)->path == one / "block2" / "gas10000000");
    CHECK(find(3)->subblock_gas == GAS);
    CHECK(find(4)->subblock_gas == 5);
    CHECK(index.summary().blocks == 5);  // the archive was not needed yet
    const auto packed = find(21);
    REQUIRE(packed);
    REQUIRE(packed->kind == Kind::archive);
    const auto d = packed->archive->read({21, packed->subblock_gas});
    REQUIRE(d);
    CHECK(d->subblocks == dump_of(21).subblocks);
    CHECK(index.summary().blocks == 8);
    CHECK(index.summary().archives == 1);
    CHECK(find(99).error().code == "input_missing");
    CHECK_THAT(find(99).error().message, Catch::Contains("99"));
    std::stop_source stop;
    stop.request_stop();
    CHECK(index.find(99, stop.get_token()).error().code == "stopped");
}

TEST_CASE("changes below the folders are seen") {
    const ashlar::test::TempDir dir;
    InputIndex index({dir.path}, GAS);
    const auto find = [&](uint64_t n) { return index.find(n, {}); };
    CHECK_FALSE(find(5));
    block_folder(dir.path / "x", 5);
    CHECK(find(5));
    block_folder(dir.path / "x", 6);  // another block in the same folder
    CHECK_FALSE(find(5));
    fs::remove_all(dir.path / "x");
    block_folder(dir.path / "y", 6);
    CHECK(find(6)->path == dir.path / "y");
    // A dump whose last file comes later is not there before.
    REQUIRE(ethereum::write_dump(dir.path / "aside", dump_of(8)));
    fs::create_directories(dir.path / "block8" / "gas10000000");
    fs::rename(dir.path / "aside", fs::path(dir.path.string() + "-aside"));
    CHECK_FALSE(find(8));
    fs::remove_all(dir.path / "block8");
    fs::rename(fs::path(dir.path.string() + "-aside") / "block8", dir.path / "block8");
    fs::remove_all(fs::path(dir.path.string() + "-aside"));
    CHECK(find(8)->kind == Kind::dump_folder);
    // Without anybody asking: the summary follows.
    block_folder(dir.path / "z", 9);
    for (int i = 0; i < 500 && index.summary().blocks < 3; i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(index.summary().blocks == 3);
}

TEST_CASE("an archive that is cut off, or lacks what its name promises, says so for its blocks alone") {
    const ashlar::test::TempDir dir;
    const fs::path in = dir.path / "in";
    fs::create_directories(in);
    for (uint64_t n = 30; n < 34; n++) REQUIRE(ethereum::write_dump(dir.path / "packed", dump_of(n)));
    const std::string root = dir.path.string();
    sh(fmt::format("tar -C {0}/packed --sort=name -cf {0}/whole.tar block30 block31 block32 block33", root));
    sh(fmt::format("head -c 250000 {0}/whole.tar > {0}/in/30+4.tar", root));
    sh(fmt::format("tar -C {0}/packed -czf {0}/in/40+2.tar.gz block30", root));
    std::ofstream(in / "50+1.tar.gz") << "no archive";
    block_folder(in / "b", 60);
    InputIndex index({in}, GAS);
    const auto find = [&](uint64_t n) { return index.find(n, {}); };
    CHECK(find(60));
    const auto late = find(33);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == "dump_unreadable");
    CHECK_THAT(late.error().message,
               Catch::Contains("block 33") && Catch::Contains("30+4.tar") && Catch::Contains("block32/gas10000000/"));
    CHECK(find(30)->archive->read({30, GAS}));
    CHECK(find(31)->archive->read({31, GAS}));
    CHECK(find(32)->archive->read({32, GAS}).error().code == "dump_unreadable");
    CHECK(find(41).error().code == "input_missing");
    CHECK_THAT(find(41).error().message, Catch::Contains("40+2.tar.gz lacks block 41"));
    CHECK_FALSE(find(50));
    CHECK_FALSE(index.summary().damaged.empty());
    // Fetched again, it is whole.
    fs::rename(dir.path / "whole.tar", in / "30+4.tar");
    CHECK(find(33)->archive->read({33, GAS}));
}
