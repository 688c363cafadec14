// SPDX-License-Identifier: Apache-2.0
// Files that are missing, too large or unreadable, and a block's folder with one of them wrong.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/json_file.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("ashlar_files_test_" + std::to_string(getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    void write(const char* name, const std::string& content) const { std::ofstream(path / name) << content; }
};

}  // namespace

TEST_CASE("a file is read up to a limit, and what is no file is refused") {
    const Folder folder;
    folder.write("ten", "0123456789");
    const auto code = [&](const fs::path& path, uint64_t limit) {
        const auto r = read_file(path, limit);
        return r ? "" : r.error().code;
    };
    CHECK(read_file(folder.path / "ten", 10)->size() == 10);
    CHECK(code(folder.path / "ten", 9) == "file_unreadable");
    CHECK(code(folder.path / "none", 9) == "file_not_found");
    const auto directory = read_file(folder.path);
    REQUIRE_FALSE(directory);
    CHECK(directory.error().code == "file_unreadable");
    // One that is shorter than its size says.
    const fs::path shorter = "/sys/devices/system/cpu/online";
    if (fs::exists(shorter) && fs::file_size(shorter) > 100)
        CHECK(code(shorter, 1 << 20) == "file_unreadable");
    else
        WARN("SKIPPED: no " << shorter << " that is shorter than its size says");
}

TEST_CASE("what is no JSON is refused by the code that is asked for") {
    CHECK(parse_json("[1]", "some_code"));
    for (const char* text : {"", "nonsense", "[1", "[1] 2"}) {
        const auto r = parse_json(text, "some_code");
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "some_code");
    }
}

TEST_CASE("a block's folder with anything missing or wrong is refused by its name") {
    const Folder folder;
    const auto error = [&] {
        const auto r = read_block_folder(folder.path);
        REQUIRE_FALSE(r);
        return r.error();
    };
    folder.write("witness.json", R"({"state": [], "headers": []})");
    CHECK(error().code == "file_not_found");
    folder.write("block.rlp", "x");
    CHECK(read_block_folder(folder.path));
    folder.write("witness.json", "nonsense");
    CHECK(error().code == "witness_json");
    CHECK_THAT(error().message, Catch::Contains("witness.json: not JSON"));
    fs::remove(folder.path / "witness.json");
    CHECK(error().code == "file_not_found");
    CHECK_THAT(error().message, Catch::Contains("neither witness.json.gz nor witness.json"));
    fs::create_directory(folder.path / "witness.json");
    CHECK(error().code == "file_unreadable");
}
