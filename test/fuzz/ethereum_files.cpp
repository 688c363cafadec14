// SPDX-License-Identifier: Apache-2.0
// Any bytes as a witness document, a chain configuration, a dump's archive, and each file of a dump.
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <fstream>

#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/dump.hpp"
#include "libs/ethereum/witness_json.hpp"
#include "test/support/fuzz_replay.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const uint8_t* data, size_t size) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

/// A place for the files, in memory where the machine has one; it goes with the process.
const fs::path& place() {
    static const struct Place {
        fs::path path;
        Place() {
            std::error_code ec;
            path = (fs::exists("/dev/shm", ec) ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                   ("ashlar_fuzz_" + std::to_string(getpid()));
            fs::create_directories(path / "d/block1/gas1");
        }
        ~Place() {
            std::error_code ec;
            fs::remove_all(path, ec);
        }
    } p;
    return p.path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const uint8_t* rest = data + 1;
    switch (data[0] % 5) {
        case 0:
            (void)parse_witness({rest, size - 1}, size_t{1} << 24);
            break;
        case 1:
            (void)parse_chain_config({reinterpret_cast<const char*>(rest), size - 1});
            break;
        case 2: {
            const fs::path file = place() / "a.tar.gz";
            write(file, rest, size - 1);
            if (auto entries = list_dump(file))
                for (const DumpEntry& e : *entries) (void)read_dump(file, e, uint64_t{1} << 24);
            break;
        }
        default: {
            const fs::path folder = place() / "d/block1/gas1";
            Dump d;
            d.block = d.subblock_gas = 1;
            d.subblocks = {{{Bytes{1}}}};
            d.aggregator = d.subblocks[0];
            d.public_values = {Bytes{2}};
            (void)write_dump(place() / "d", d);
            const bool manifest = data[0] % 5 == 3;
            if (!manifest) fs::remove(folder / "manifest.json");
            write(folder / (manifest ? "manifest.json" : "public_values.bin"), rest, size - 1);
            (void)read_dump(place() / "d", {1, 1});
        }
    }
    return 0;
}

namespace {

/// A dump of one subblock as an archive, uncompressed so that mutations reach what is in it.
Bytes packed(bool zip) {
    Bytes out(size_t{1} << 16);
    size_t used = 0;
    out[0] = 2;
    archive* a = archive_write_new();
    if (zip) {
        archive_write_set_format_zip(a);
        archive_write_zip_set_compression_store(a);
    } else {
        archive_write_set_format_ustar(a);
    }
    archive_write_set_bytes_per_block(a, 0);
    archive_write_open_memory(a, out.data() + 1, out.size() - 1, &used);
    const auto add = [&](const char* name, std::string_view content) {
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, (std::string("block1/gas1/") + name).c_str());
        archive_entry_set_size(e, static_cast<la_int64_t>(content.size()));
        archive_entry_set_filetype(e, AE_IFREG);
        archive_write_header(a, e);
        archive_write_data(a, content.data(), content.size());
        archive_entry_free(e);
    };
    const std::string_view builder("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0", 25);
    add("subblock_stdin_builder_0.bin", builder);
    add("final_aggregator_stdin_builder.bin", builder);
    add("public_values.bin", std::string_view("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02", 17));
    archive_write_close(a);
    archive_write_free(a);
    out.resize(1 + used);
    return out;
}

}  // namespace

std::vector<Bytes> test::fuzz_seeds() {
    const auto seed = [](uint8_t kind, std::string_view text) {
        Bytes b{kind};
        b.insert(b.end(), text.begin(), text.end());
        return b;
    };
    return {
        packed(false),
        packed(true),
        seed(0, R"({"state": ["0xc0", "0x80"], "codes": ["0x00"], "headers": ["0xc0"]})"),
        seed(
            1,
            R"({"chainId": 5, "cancunTime": 0, "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 7}}})"),
        seed(2, "\x1f\x8b\x08"),
        seed(3, R"({"files": [{"name": "public_values.bin", "sha256": "00"}]})"),
        seed(4, std::string_view("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02", 17))};
}
