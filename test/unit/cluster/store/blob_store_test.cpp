// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/store/blob_store.hpp"
#include "libs/base/files.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TempDir;
namespace fs = std::filesystem;

namespace {
size_t incoming(const fs::path& dir) {
    size_t n = 0;
    for ([[maybe_unused]] const auto& e : fs::directory_iterator(dir / "incoming")) n++;
    return n;
}
}  // namespace

TEST_CASE("sha-256 of the published vectors") {
    CHECK(sha256_hex({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex(as_bytes("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a blob is what its name says, or it is not there") {
    const TempDir dir;
    const auto store = BlobStore::open(dir.path);
    REQUIRE(store);
    const auto name = store->put(as_bytes("hello"));
    REQUIRE(name);
    CHECK(*name == sha256_hex(as_bytes("hello")));
    CHECK(store->has(*name));
    CHECK(store->size(*name) == 5);
    CHECK(*store->get(*name) == Bytes{'h', 'e', 'l', 'l', 'o'});
    CHECK(*store->put(as_bytes("hello")) == *name);
    CHECK(incoming(dir.path) == 0);
    store->remove(*name);
    CHECK(store->get(*name).error().code == "blob_missing");
}

TEST_CASE("a blob put a second time is not removed by who thinks that nobody needs it") {
    const TempDir dir;
    const auto store = BlobStore::open(dir.path);
    REQUIRE(store);
    const auto once = store->put(as_bytes("once")), twice = store->put(as_bytes("twice"));
    const auto streamed = store->put(as_bytes("streamed"));
    REQUIRE(store->put(as_bytes("twice")));
    auto writer = store->writer();
    REQUIRE(writer);
    REQUIRE(writer->append(as_bytes("streamed")));
    REQUIRE(writer->commit(*streamed));
    for (const auto& name : {once, twice, streamed}) store->remove_unless_put_again(*name);
    CHECK_FALSE(store->has(*once));
    CHECK(store->has(*twice));
    CHECK(store->has(*streamed));
}

TEST_CASE("corrupted and truncated uploads leave nothing behind") {
    const TempDir dir;
    const auto store = BlobStore::open(dir.path);
    const std::string want = sha256_hex(as_bytes("hello"));
    {
        auto w = store->writer();
        REQUIRE(w);
        REQUIRE(w->append(as_bytes("hellO")));
        CHECK(w->commit(want).error().code == "blob_corrupted");
    }
    {
        auto w = store->writer();
        REQUIRE(w->append(as_bytes("hel")));  // the sender vanishes: no commit
        CHECK(incoming(dir.path) == 1);
    }
    CHECK_FALSE(store->has(want));
    CHECK(incoming(dir.path) == 0);
}

TEST_CASE("a blob that changed on disk is refused") {
    const TempDir dir;
    const auto store = BlobStore::open(dir.path);
    const auto name = store->put(as_bytes("hello"));
    std::ofstream(store->path(*name)) << "hellO";
    CHECK(store->get(*name).error().code == "blob_corrupted");
}

TEST_CASE("only hashes become paths") {
    for (const char* bad :
         {"", "../../etc/passwd", "ABCDEF", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"})
        CHECK_FALSE(is_blob_name(bad));
    CHECK(is_blob_name(sha256_hex({})));
    const TempDir dir;
    const auto store = BlobStore::open(dir.path);
    CHECK_FALSE(store->has("../x"));
    CHECK(store->get("../x").error().code == "blob_missing");
}

TEST_CASE("an unwritable place is an error with its path") {
    CHECK(BlobStore::open("/proc/nowhere").error().code == "file_unwritable");
    CHECK(write_file_atomically("/proc/nowhere/x", {}).error().code == "file_unwritable");
    CHECK(read_file("/nonexistent").error().code == "file_unreadable");
}
