// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/dump_archive.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "libs/base/files.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t GAS = 10'000'000;

/// Inputs that do not compress well, larger than a point's distance in all.
Dump sample(uint64_t block, size_t subblocks, size_t bytes) {
    std::mt19937_64 random(block);
    Dump d;
    d.block = block, d.subblock_gas = GAS;
    for (size_t i = 0; i < subblocks; i++) {
        Bytes b(bytes);
        for (auto& x : b) x = static_cast<uint8_t>(random() & 0x3f);
        d.subblocks.push_back({{std::move(b)}});
        d.public_values.push_back(Bytes(12, static_cast<uint8_t>(i)));
    }
    d.aggregator = {{Bytes{1, 2, 3}, Bytes{4}}};
    return d;
}
bool same(const Dump& a, const Dump& b) {
    return a.block == b.block && a.subblocks == b.subblocks && a.aggregator == b.aggregator &&
           a.public_values == b.public_values;
}
void sh(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }
Bytes bytes_of(const fs::path& p) {
    const auto b = read_file(p);
    REQUIRE(b);
    return *b;
}

}  // namespace

TEST_CASE("blocks are read from the middle of an archive, however it was packed") {
    const ashlar::test::TempDir dir;
    std::vector<Dump> dumps;
    for (uint64_t n = 500; n < 508; n++) {
        dumps.push_back(sample(n, 2, size_t{3} << 20));
        REQUIRE(write_dump(dir.path / "dump", dumps.back()));
    }
    const std::string root = dir.path.string(), tar = "tar -C " + root + "/dump --sort=name ";
    sh(tar + "-czf " + root + "/a.tar.gz .");
    sh(tar + "-cf " + root + "/a.tar .");
    sh("gzip -1 < " + root + "/a.tar > " + root + "/fast.tar.gz");
    sh(tar + "--format=pax -cf " + root + "/pax.tar .");
    // Two members, as parallel packers write, cut in the middle of a file.
    sh(fmt::format("(head -c 20000000 {0}/a.tar | gzip; tail -c +20000001 {0}/a.tar | gzip) > {0}/two.tar.gz", root));
    for (const char* name : {"a.tar.gz", "a.tar", "fast.tar.gz", "pax.tar", "two.tar.gz"}) {
        INFO(name);
        const auto archive = DumpArchive::index(dir.path / name);
        REQUIRE(archive);
        CHECK_FALSE(archive->damage());
        REQUIRE(archive->entries().size() == 8);
        for (const size_t i : {7, 0, 4, 3}) {
            const auto d = archive->read({500 + i, GAS});
            if (!d) FAIL(d.error().message);
            CHECK(same(*d, dumps[i]));
            CHECK(d->has_manifest);
        }
        CHECK(archive->read({499, GAS}).error().code == "dump_not_found");
        CHECK(archive->read({500, GAS}, 1000).error().code == "dump_too_large");
    }
    CHECK(DumpArchive::index(dir.path / "a.tar", [] { return false; }).error().code == "stopped");
    CHECK(DumpArchive::index(dir.path / "none.tar").error().code == "dump_unreadable");
}

TEST_CASE("an archive that is cut off gives the blocks before, and names block and file") {
    const ashlar::test::TempDir dir;
    for (uint64_t n = 10; n < 14; n++) REQUIRE(write_dump(dir.path / "dump", sample(n, 3, 200'000)));
    const std::string root = dir.path.string();
    sh("tar -C " + root + "/dump --sort=name -czf " + root + "/10+4.tar.gz block10 block11 block12 block13");
    const Bytes whole = bytes_of(dir.path / "10+4.tar.gz");
    for (const double part : {0.4, 0.6, 0.95}) {
        INFO(part);
        const fs::path cut = dir.path / "cut.tar.gz";
        REQUIRE(write_file_atomically(cut, BytesView(whole).first(static_cast<size_t>(double(whole.size()) * part))));
        const auto archive = DumpArchive::index(cut);
        REQUIRE(archive);
        REQUIRE(archive->damage());
        CHECK(archive->damage()->code == "dump_unreadable");
        CHECK_FALSE(archive->damage()->hint.empty());
        const auto& last = std::prev(archive->entries().end())->first;
        CHECK_THAT(archive->damage()->message, Catch::Contains(fmt::format("block{}/gas10000000/", last.block)));
        CHECK_THAT(archive->damage()->message, Catch::Contains(".bin") || Catch::Contains(".json"));
        for (const auto& [entry, span] : archive->entries()) {
            const auto d = archive->read(entry);
            CHECK(d.has_value() == (entry != last));
            if (!d) CHECK(d.error().message == archive->damage()->message);
        }
    }
    // A damaged byte is seen by the checksum.
    Bytes changed = whole;
    changed[changed.size() / 2] ^= 0x10;
    REQUIRE(write_file_atomically(dir.path / "bad.tar.gz", changed));
    const auto bad = DumpArchive::index(dir.path / "bad.tar.gz");
    CHECK((!bad || bad->damage()));
    // So is one that only the checksum tells of, behind everything that is read.
    changed = whole;
    changed[changed.size() - 8] ^= 1;
    REQUIRE(write_file_atomically(dir.path / "sum.tar.gz", changed));
    const auto sum = DumpArchive::index(dir.path / "sum.tar.gz");
    REQUIRE_FALSE(sum);
    CHECK_THAT(sum.error().message, Catch::Contains("incorrect data check"));
    REQUIRE(write_file_atomically(dir.path / "text.tar.gz", as_bytes(std::string_view("no archive"))));
    const auto text = DumpArchive::index(dir.path / "text.tar.gz");
    if (text) CHECK(text->entries().empty());
}

TEST_CASE("a missing subblock in the middle is named, in folders and archives") {
    const ashlar::test::TempDir dir;
    const auto at = write_dump(dir.path / "dump", sample(5, 4, 1000));
    REQUIRE(at);
    fs::remove(*at / "manifest.json");
    fs::remove(*at / "public_values.bin");
    fs::remove(*at / "subblock_stdin_builder_2.bin");
    sh("tar -C " + dir.path.string() + "/dump -czf " + dir.path.string() + "/5+1.tar.gz block5");
    const auto archive = DumpArchive::index(dir.path / "5+1.tar.gz");
    REQUIRE(archive);
    for (const auto& d : {archive->read({5, GAS}), read_dump(dir.path / "dump", {5, GAS}), read_dump_folder(*at)}) {
        REQUIRE_FALSE(d);
        CHECK(d.error().code == "dump_incomplete");
        CHECK_THAT(d.error().message, Catch::Contains("block5/gas10000000 lacks subblock_stdin_builder_2.bin"));
    }
}

TEST_CASE("names of archives promise blocks") {
    CHECK(blocks_of_archive_name("20528709+257.tar.gz") == std::pair{uint64_t{20528709}, uint64_t{257}});
    CHECK(blocks_of_archive_name("1+2.tgz"));
    CHECK(blocks_of_archive_name("1+2.tar"));
    for (const char* other : {"1+2", "1+.tar.gz", "+2.tar.gz", "1+0.tar.gz", "a+2.tar.gz", "1-2.tar.gz", "1+2x.tar.gz",
                              "18446744073709551615+2.tar.gz", "1.tar.gz", "1+2.zip", ""})
        CHECK_FALSE(blocks_of_archive_name(other));
}
