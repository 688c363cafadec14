// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/dump.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

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

/// Packs a folder; the name says how.
void pack(const fs::path& folder, const fs::path& to) {
    archive* a = archive_write_new();
    const std::string name = to.filename().string();
    if (name.ends_with(".gz")) archive_write_add_filter_gzip(a);
    if (name.ends_with(".zst")) archive_write_add_filter_zstd(a);
    if (name.ends_with(".zip"))
        archive_write_set_format_zip(a);
    else
        archive_write_set_format_pax_restricted(a);
    REQUIRE(archive_write_open_filename(a, to.c_str()) == ARCHIVE_OK);
    for (const auto& f : fs::recursive_directory_iterator(folder)) {
        if (!f.is_regular_file()) continue;
        std::ifstream in(f.path(), std::ios::binary);
        const std::string content(std::istreambuf_iterator<char>(in), {});
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, fs::relative(f.path(), folder).c_str());
        archive_entry_set_size(e, static_cast<la_int64_t>(content.size()));
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        REQUIRE(archive_write_header(a, e) == ARCHIVE_OK);
        REQUIRE(archive_write_data(a, content.data(), content.size()) == static_cast<la_ssize_t>(content.size()));
        archive_entry_free(e);
    }
    REQUIRE(archive_write_close(a) == ARCHIVE_OK);
    archive_write_free(a);
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
    for (const DumpEntry& e : *entries) {
        const Dump expected = sample(e.block, static_cast<size_t>(e.block - 97));
        const auto d = read_dump(root, e);
        REQUIRE(d);
        CHECK(same(*d, expected));
        CHECK(d->has_manifest);
    }
    for (const char* name : {"99+3.tar.gz", "99+3.tar.zst", "99+3.tar", "99+3.zip"}) {
        INFO(name);
        const fs::path archive = folder.path / name;
        pack(root, archive);
        CHECK(*list_dump(archive) == *entries);
        for (const DumpEntry& e : *entries) {
            const auto d = read_dump(archive, e);
            REQUIRE(d);
            CHECK(same(*d, sample(e.block, static_cast<size_t>(e.block - 97))));
            CHECK(d->has_manifest);
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

TEST_CASE("a file that is not the one the manifest names is named, in folders and in archives") {
    const Folder folder;
    const fs::path root = folder.path / "dump";
    const DumpEntry entry{5, 10'000'000};
    const auto at = write_dump(root, sample(5, 3));
    REQUIRE(at);
    std::ofstream(*at / "public_values.bin", std::ios::app) << "x";
    for (const char* name : {"", "d.tar.gz", "d.zip"}) {
        INFO(name);
        const fs::path from = *name ? folder.path / name : root;
        if (*name) pack(root, from);
        const auto d = read_dump(from, entry);
        REQUIRE_FALSE(d);
        CHECK(d.error().code == "dump_corrupt");
        CHECK_THAT(d.error().message, Catch::Contains("block5/gas10000000/public_values.bin has the SHA-256 "));
        CHECK_FALSE(d.error().hint.empty());
    }
    // A subblock more than the manifest knows would be proven with the others.
    REQUIRE(write_dump(root, sample(5, 3)));
    REQUIRE(read_dump(root, entry));
    fs::copy_file(*at / "subblock_stdin_builder_2.bin", *at / "subblock_stdin_builder_3.bin");
    const auto more = read_dump(root, entry);
    REQUIRE_FALSE(more);
    CHECK(more.error().code == "dump_corrupt");
    CHECK_THAT(more.error().message, Catch::Contains("subblock_stdin_builder_3.bin is not in the manifest"));
    fs::remove(*at / "subblock_stdin_builder_3.bin");
    // What else lies there is nobody's business.
    std::ofstream(*at / "notes.txt") << "x";
    CHECK(read_dump(root, entry));
    for (const char* manifest : {"", "{}", "[1]", R"({"files": [{"name": 1}]})", R"({"files": [3]})"}) {
        INFO(manifest);
        std::ofstream(*at / "manifest.json", std::ios::trunc) << manifest;
        const auto d = read_dump(root, entry);
        REQUIRE_FALSE(d);
        CHECK_THAT(d.error().message, Catch::Contains("manifest.json"));
    }
}

TEST_CASE("archives that are cut off, or unfold to more than a dump may have, are refused") {
    const Folder folder;
    const fs::path root = folder.path / "dump", archive = folder.path / "d.tar.gz", zip = folder.path / "d.zip";
    const DumpEntry entry{5, 10'000'000};
    Dump big = sample(5, 1);
    big.subblocks[0].buffers[0] = Bytes(size_t{32} << 20, 0);
    REQUIRE(write_dump(root, big));
    pack(root, archive);
    pack(root, zip);
    CHECK(fs::file_size(archive) < 200'000);
    for (const fs::path& from : {root, archive, zip}) {
        INFO(from);
        CHECK(read_dump(from, entry));
        const auto d = read_dump(from, entry, uint64_t{16} << 20);
        REQUIRE_FALSE(d);
        CHECK(d.error().code == "dump_too_large");
        CHECK_THAT(d.error().message, Catch::Contains("subblock_stdin_builder_0.bin"));
    }
    std::ifstream in(archive, std::ios::binary);
    const std::string whole(std::istreambuf_iterator<char>(in), {});
    for (size_t size : {size_t{0}, size_t{5}, whole.size() / 2, whole.size() - 30}) {
        INFO(size);
        std::ofstream(archive, std::ios::binary | std::ios::trunc)
            .write(whole.data(), static_cast<std::streamsize>(size));
        const auto listed = list_dump(archive);
        if (listed) {
            CHECK(listed->empty());
            continue;
        }
        CHECK(listed.error().code == "dump_unreadable");
        CHECK_THAT(listed.error().message, Catch::Contains(archive.string()));
        CHECK_FALSE(read_dump(archive, entry));
    }
}

TEST_CASE("what lies beside a dump is not taken for a part of it") {
    const Folder folder;
    const fs::path root = folder.path / "dump";
    REQUIRE(write_dump(root, sample(5, 2)));
    const auto put = [&](const std::string& name) {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name) << "x";
    };
    const std::string aggregator = "final_aggregator_stdin_builder.bin", entry = "block5/gas10000000/";
    put("notes");
    for (const char* place :
         {"block/gas1/", "blockX/gas1/", "block5/gas/", "block5/gasX/", "block6x/gas1/", "plock6/gas1/",
          "block6/gas1x/", "block6/gos1/", "block99999999999999999999999/gas1/", "block-6/gas1/"})
        put(place + aggregator);
    put(entry + "subblock_stdin_builder_7.txt");
    put(entry + "x");
    put("deeper/below/notes");
    fs::create_directories(root / "block7/gas1" / aggregator);  // a folder, not a file
    for (const char* name : {"", "d.tar", "d.zip"}) {
        INFO(name);
        const fs::path from = *name ? folder.path / name : root;
        if (*name) pack(root, from);
        const auto listed = list_dump(from);
        REQUIRE(listed);
        CHECK(*listed == std::vector<DumpEntry>{{5, 10'000'000}});
        const auto d = read_dump(from, {5, 10'000'000});
        if (!d) FAIL(d.error().message);
        CHECK(same(*d, sample(5, 2)));
    }
}

TEST_CASE("entries of an archive that are no files are passed over") {
    const Folder folder;
    const fs::path path = folder.path / "d.tar";
    archive* a = archive_write_new();
    archive_write_set_format_pax_restricted(a);
    REQUIRE(archive_write_open_filename(a, path.c_str()) == ARCHIVE_OK);
    const auto add = [&](const char* name, unsigned type) {
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, name);
        archive_entry_set_filetype(e, type);
        archive_entry_set_perm(e, 0755);
        archive_entry_set_size(e, 0);
        archive_write_header(a, e);
        archive_entry_free(e);
    };
    add("block7/gas1/final_aggregator_stdin_builder.bin", AE_IFIFO);
    add("block8/gas1/final_aggregator_stdin_builder.bin", AE_IFREG);
    REQUIRE(archive_write_close(a) == ARCHIVE_OK);
    archive_write_free(a);
    const auto listed = list_dump(path);
    REQUIRE(listed);
    CHECK(*listed == std::vector<DumpEntry>{{8, 1}});
}

TEST_CASE("public values of a dump are read whole or not at all") {
    const Folder folder;
    const DumpEntry entry{5, 10'000'000};
    Dump d = sample(5, 2);
    d.public_values = {Bytes{1, 2, 3}, Bytes{}};
    const auto at = write_dump(folder.path, d);
    REQUIRE(at);
    const auto read = read_dump(folder.path, entry);
    REQUIRE(read);
    CHECK(same(*read, d));
    fs::remove(*at / "manifest.json");
    const fs::path file = *at / "public_values.bin";
    std::ifstream in(file, std::ios::binary);
    const std::string whole(std::istreambuf_iterator<char>(in), {});
    REQUIRE(whole.size() == 8 + 8 + 3 + 8);
    const auto code = [&](const std::string& content) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
        const auto r = read_dump(folder.path, entry);
        return r ? "" : r.error().code;
    };
    CHECK(code(whole).empty());
    for (size_t n = 0; n < whole.size(); n++) CHECK(code(whole.substr(0, n)) == "dump_corrupt");
    CHECK(code(whole + "x") == "dump_corrupt");
    std::string other = whole;
    other[7] = 1;  // 2^56 values
    CHECK(code(other) == "dump_corrupt");
    other = whole;
    other[8 + 7] = 1;  // the first of 2^56 bytes
    CHECK(code(other) == "dump_corrupt");
}

TEST_CASE("a dump without one of its parts, or with one that cannot be decoded, is refused") {
    const Folder folder;
    const DumpEntry entry{5, 10'000'000};
    const auto fresh = [&] {
        const auto at = write_dump(folder.path, sample(5, 1));
        REQUIRE(at);
        fs::remove(*at / "manifest.json");
        return *at;
    };
    fs::path at = fresh();
    std::ofstream(at / "final_aggregator_stdin_builder.bin", std::ios::app) << "x";
    const auto aggregator = read_dump(folder.path, entry);
    REQUIRE_FALSE(aggregator);
    CHECK_THAT(aggregator.error().message, Catch::Contains("final_aggregator_stdin_builder.bin"));
    at = fresh();
    fs::remove(at / "subblock_stdin_builder_0.bin");
    fs::remove(at / "public_values.bin");
    const auto none = read_dump(folder.path, entry);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == "dump_incomplete");
    for (const char* manifest :
         {R"({"files": 5})", R"({"files": [{"name": "public_values.bin"}]})",
          R"({"files": [{"name": 1, "sha256": "x"}]})", R"({"files": [{"name": "public_values.bin", "sha256": 5}]})"}) {
        INFO(manifest);
        at = fresh();
        std::ofstream(at / "manifest.json", std::ios::trunc) << manifest;
        const auto d = read_dump(folder.path, entry);
        REQUIRE_FALSE(d);
        CHECK_THAT(d.error().message, Catch::Contains("manifest.json"));
    }
}

TEST_CASE("a dump that cannot be written or read says so") {
    const Folder folder;
    const DumpEntry entry{5, 10'000'000};
    std::ofstream(folder.path / "file") << "x";
    const auto below_a_file = write_dump(folder.path / "file", sample(5, 1));
    REQUIRE_FALSE(below_a_file);
    CHECK_THAT(below_a_file.error().message, Catch::Contains("cannot create"));
    // A folder where a file is to be written, or put.
    for (const char* name : {"public_values.bin.part", "public_values.bin", "manifest.json.part", "manifest.json"}) {
        INFO(name);
        const fs::path root = folder.path / name;
        fs::create_directories(root / "block5/gas10000000" / name / "full");
        const auto written = write_dump(root, sample(5, 1));
        REQUIRE_FALSE(written);
        CHECK(written.error().code == "dump_unwritable");
    }
    // A file without an end, and one that is shorter than its size says.
    for (const char* name : {"/proc/self/mem", "/sys/devices/system/cpu/online"}) {
        if (!fs::exists(name)) continue;
        INFO(name);
        const auto at = write_dump(folder.path, sample(5, 1));
        REQUIRE(at);
        fs::remove(*at / "subblock_stdin_builder_0.bin");
        fs::create_symlink(name, *at / "subblock_stdin_builder_0.bin");
        const auto d = read_dump(folder.path, entry);
        REQUIRE_FALSE(d);
        CHECK(d.error().code == "dump_unreadable");
        fs::remove(*at / "subblock_stdin_builder_0.bin");
    }
}

TEST_CASE("a dump has at most 4096 files") {
    const Folder folder;
    const fs::path at = folder.path / "block5/gas1";
    fs::create_directories(at);
    const auto code = [&] { return read_dump(folder.path, {5, 1}).error().code; };
    const auto put = [&](size_t i) {
        std::ofstream(at / ("subblock_stdin_builder_" + std::to_string(i) + ".bin")) << "x";
    };
    for (size_t i = 0; i < 4096; i++) put(i);
    CHECK(code() != "dump_too_large");
    put(4096);
    CHECK(code() == "dump_too_large");
}
