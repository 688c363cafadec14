// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/dump.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

using namespace ashlar;
using namespace ashlar::ethereum;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("ashlar_dump_test_" + std::to_string(getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
};

Dump sample(uint64_t block, size_t subblocks) {
    Dump d;
    d.block = block;
    d.subblock_gas = 10'000'000;
    for (size_t i = 0; i < subblocks; i++) {
        d.subblocks.push_back({{Bytes(i + 1, static_cast<uint8_t>(i)), Bytes{}, Bytes(7, 9)}});
        d.public_values.push_back(Bytes(12, static_cast<uint8_t>(i)));
    }
    d.aggregator = {{Bytes{1, 2, 3}, Bytes{4}}};
    return d;
}

bool same(const Dump& a, const Dump& b) {
    return a.block == b.block && a.subblock_gas == b.subblock_gas && a.subblocks == b.subblocks &&
           a.aggregator == b.aggregator && a.public_values == b.public_values;
}

}  // namespace

TEST_CASE("a dump is read as it was written, from a folder and from an archive") {
    const Folder folder;
    const fs::path root = folder.path / "dump";
    for (uint64_t block : {uint64_t{100}, uint64_t{101}, uint64_t{99}})
        REQUIRE(write_dump(root, sample(block, static_cast<size_t>(block - 97))));
    const auto entries = list_dump(root);
    REQUIRE(entries);
    REQUIRE(entries->size() == 3);
    CHECK((*entries)[0].block == 99);
    const fs::path archive = folder.path / "99+3.tar.gz";
    REQUIRE(std::system(("tar -C " + root.string() + " -czf " + archive.string() + " .").c_str()) == 0);
    CHECK(*list_dump(archive) == *entries);
    for (const DumpEntry& e : *entries) {
        const Dump expected = sample(e.block, static_cast<size_t>(e.block - 97));
        for (const fs::path& from : {root, archive}) {
            const auto d = read_dump(from, e);
            REQUIRE(d);
            CHECK(same(*d, expected));
        }
    }
    // Written again with fewer subblocks, nothing of the old one is left.
    REQUIRE(write_dump(root, sample(101, 1)));
    CHECK(read_dump(root, {101, 10'000'000})->subblocks.size() == 1);
}

TEST_CASE("what is wrong with a dump is named") {
    const Folder folder;
    const fs::path root = folder.path;
    const DumpEntry entry{5, 10'000'000};
    const auto code = [&] { return read_dump(root, entry).error().code; };
    CHECK(code() == "dump_not_found");
    CHECK(list_dump(root / "nowhere").error().code == "dump_not_found");
    auto at = write_dump(root, sample(5, 2));
    REQUIRE(at);
    std::ofstream(*at / "subblock_stdin_builder_1.bin", std::ios::app) << "x";
    CHECK(code() == "dump_corrupt");
    fs::remove(*at / "manifest.json");
    CHECK_FALSE(read_dump(root, entry));  // bytes behind the builder
    REQUIRE(write_dump(root, sample(5, 2)));
    fs::remove(*at / "subblock_stdin_builder_1.bin");
    CHECK(code() == "dump_corrupt");
    fs::remove(*at / "manifest.json");
    CHECK(code() == "dump_incomplete");  // two public values, one subblock
    fs::remove(*at / "public_values.bin");
    CHECK(read_dump(root, entry));  // as other tools write them
    fs::remove(*at / "final_aggregator_stdin_builder.bin");
    CHECK(code() == "dump_incomplete");
    std::ofstream(root / "x.tar.gz") << "not an archive at all, but long enough to be looked at";
    CHECK(list_dump(root / "x.tar.gz").error().code == "dump_unreadable");
}
