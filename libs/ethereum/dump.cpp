// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/dump.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <map>

#include "libs/base/hex.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::ethereum {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr uint64_t MAX_FILE = uint64_t{1} << 30;
constexpr size_t MAX_SUBBLOCK_FILES = 4096;
constexpr const char* AGGREGATOR_FILE = "final_aggregator_stdin_builder.bin";
constexpr const char* PUBLIC_VALUES_FILE = "public_values.bin";
constexpr const char* MANIFEST_FILE = "manifest.json";

std::string subblock_file(size_t i) { return fmt::format("subblock_stdin_builder_{}.bin", i); }
std::string folder_of(const DumpEntry& e) { return fmt::format("block{}/gas{}", e.block, e.subblock_gas); }

std::optional<uint64_t> number_after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    uint64_t n = 0;
    const auto r = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || r.ec != std::errc{} || r.ptr != text.data() + text.size()) return std::nullopt;
    return n;
}

/// A path that ends in block<N>/gas<G>/<file>: which entry, and the file's name.
std::optional<std::pair<DumpEntry, std::string>> parse_path(const fs::path& path) {
    std::vector<std::string> parts;
    for (const auto& p : path) parts.push_back(p.string());
    if (parts.size() < 3) return std::nullopt;
    const auto block = number_after(parts[parts.size() - 3], "block"),
               gas = number_after(parts[parts.size() - 2], "gas");
    if (!block || !gas) return std::nullopt;
    return std::pair{DumpEntry{*block, *gas}, parts.back()};
}

using Files = std::map<std::string, Bytes>;

/// Calls visit(entry, file name, reader) for each file; the reader returns its bytes and may be left uncalled.
template <class Visit>
HostResult<bool> each_file(const fs::path& path, Visit visit) {
    std::error_code ec;
    if (fs::is_directory(path, ec)) {
        for (auto it = fs::recursive_directory_iterator(path, ec); !ec && it != fs::recursive_directory_iterator();
             it.increment(ec)) {
            if (!it->is_regular_file()) continue;
            const auto parsed = parse_path(it->path());
            if (!parsed) continue;
            const auto read = [&]() -> HostResult<Bytes> {
                std::ifstream in(it->path(), std::ios::binary | std::ios::ate);
                const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
                if (size < 0 || static_cast<uint64_t>(size) > MAX_FILE)
                    return fail("dump_unreadable", "cannot read " + it->path().string());
                Bytes b(static_cast<size_t>(size));
                in.seekg(0);
                in.read(reinterpret_cast<char*>(b.data()), size);
                if (!in) return fail("dump_unreadable", "cannot read " + it->path().string());
                return b;
            };
            ASHLAR_TRY(visit(parsed->first, parsed->second, read));
        }
        return true;
    }
    if (!fs::exists(path, ec)) return fail("dump_not_found", "there is no " + path.string());
    std::unique_ptr<archive, int (*)(archive*)> a(archive_read_new(), archive_read_free);
    archive_read_support_filter_all(a.get());
    archive_read_support_format_tar(a.get());
    const auto broken = [&] {
        const char* why = archive_error_string(a.get());
        return fail("dump_unreadable", path.string() + ": " + (why ? why : "not an archive"));
    };
    if (archive_read_open_filename(a.get(), path.c_str(), size_t{1} << 18) != ARCHIVE_OK) return broken();
    archive_entry* e = nullptr;
    int rc = ARCHIVE_OK;
    while ((rc = archive_read_next_header(a.get(), &e)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(e);
        if (!name || archive_entry_filetype(e) != AE_IFREG) continue;
        const auto parsed = parse_path(name);
        if (!parsed) continue;
        const auto read = [&]() -> HostResult<Bytes> {
            const int64_t size = archive_entry_size(e);
            if (size < 0 || static_cast<uint64_t>(size) > MAX_FILE)
                return fail("dump_unreadable", std::string(name) + " is too large");
            Bytes b(static_cast<size_t>(size));
            if (archive_read_data(a.get(), b.data(), b.size()) != static_cast<la_ssize_t>(b.size())) return broken();
            return b;
        };
        ASHLAR_TRY(visit(parsed->first, parsed->second, read));
    }
    if (rc != ARCHIVE_EOF) return broken();
    return true;
}

Bytes encode_public_values(const std::vector<Bytes>& values) {
    Bytes out(8);
    store_le64(out.data(), values.size());
    for (const Bytes& v : values) {
        const size_t at = out.size();
        out.resize(at + 8);
        store_le64(out.data() + at, v.size());
        out.insert(out.end(), v.begin(), v.end());
    }
    return out;
}

HostResult<std::vector<Bytes>> decode_public_values(BytesView file) {
    const auto bad = [] { return fail("dump_corrupt", "public_values.bin is no list of byte strings"); };
    size_t at = 0;
    const auto take = [&](uint64_t& v) {
        if (file.size() - at < 8) return false;
        v = load_le64(file.data() + at);
        at += 8;
        return true;
    };
    uint64_t count = 0;
    if (!take(count) || count > file.size() / 8) return bad();
    std::vector<Bytes> out;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t size = 0;
        if (!take(size) || size > file.size() - at) return bad();
        out.emplace_back(file.begin() + static_cast<ptrdiff_t>(at), file.begin() + static_cast<ptrdiff_t>(at + size));
        at += static_cast<size_t>(size);
    }
    if (at != file.size()) return bad();
    return out;
}

std::string make_manifest(const DumpEntry& entry, const Files& files) {
    std::string s = fmt::format("{{\n  \"version\": 1,\n  \"block\": {},\n  \"subblock_gas\": {},\n  \"files\": [",
                                entry.block, entry.subblock_gas);
    const char* separator = "\n";
    for (const auto& [name, content] : files) {
        s += fmt::format("{}    {{\"name\": \"{}\", \"size\": {}, \"sha256\": \"{}\"}}", separator, name,
                         content.size(), to_hex(hash::sha256(content).view()));
        separator = ",\n";
    }
    return s + "\n  ]\n}\n";
}

/// Every file the manifest names is there and is the one it names.
HostResult<bool> check_manifest(const Bytes& manifest, const Files& files) {
    json::error_code ec;
    const json::value v =
        json::parse(std::string_view(reinterpret_cast<const char*>(manifest.data()), manifest.size()), ec);
    const json::value* list = !ec && v.is_object() ? v.get_object().if_contains("files") : nullptr;
    if (!list || !list->is_array()) return fail("dump_corrupt", "manifest.json lists no files");
    for (const json::value& item : list->get_array()) {
        const json::object* o = item.if_object();
        const json::value* name = o ? o->if_contains("name") : nullptr;
        const json::value* digest = o ? o->if_contains("sha256") : nullptr;
        if (!name || !name->is_string() || !digest || !digest->is_string())
            return fail("dump_corrupt", "an entry of manifest.json has no name and sha256");
        const std::string text(name->get_string());
        const auto file = files.find(text);
        if (file == files.end()) return fail("dump_corrupt", text + " is in the manifest but not in the dump");
        if (to_hex(hash::sha256(file->second).view()) != std::string_view(digest->get_string()))
            return fail("dump_corrupt", text + " is not the file the manifest names", "write the dump again");
    }
    return true;
}

HostResult<bool> write_file(const fs::path& path, BytesView content) {
    // Beside the place first: a reader never sees half a file.
    const fs::path part = path.string() + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    out.close();
    std::error_code ec;
    if (out) fs::rename(part, path, ec);
    if (!out || ec) return fail("dump_unwritable", "cannot write " + path.string(), "check the space and permissions");
    return true;
}

}  // namespace

Dump make_dump(const BlockInputs& inputs, uint64_t subblock_gas, const Bytes32& subblock_vk) {
    Dump d;
    d.block = inputs.claim.number;
    d.subblock_gas = subblock_gas;
    for (const SubblockInput& s : inputs.subblocks) {
        d.subblocks.push_back({{s.environment, s.state, s.codes}});
        d.public_values.push_back(s.claim.encode());
    }
    d.aggregator = {{inputs.aggregator_claims(subblock_vk), inputs.aggregator_block}};
    return d;
}

HostResult<fs::path> write_dump(const fs::path& root, const Dump& dump) {
    const DumpEntry entry{dump.block, dump.subblock_gas};
    Files files;
    for (size_t i = 0; i < dump.subblocks.size(); i++) files[subblock_file(i)] = rv32::encode_stdin(dump.subblocks[i]);
    files[AGGREGATOR_FILE] = rv32::encode_stdin(dump.aggregator);
    files[PUBLIC_VALUES_FILE] = encode_public_values(dump.public_values);
    const fs::path folder = root / folder_of(entry);
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (ec) return fail("dump_unwritable", "cannot create " + folder.string() + ": " + ec.message());
    for (const auto& [name, content] : files) ASHLAR_TRY(write_file(folder / name, content));
    // What an earlier dump had more of would be read as part of this one.
    for (size_t i = dump.subblocks.size(); fs::remove(folder / subblock_file(i), ec); i++) {
    }
    ASHLAR_TRY(write_file(folder / MANIFEST_FILE, as_bytes(make_manifest(entry, files))));
    return folder;
}

HostResult<std::vector<DumpEntry>> list_dump(const fs::path& path) {
    std::vector<DumpEntry> out;
    ASHLAR_TRY(each_file(path, [&](const DumpEntry& e, const std::string& name, const auto&) -> HostResult<bool> {
        if (name == AGGREGATOR_FILE) out.push_back(e);
        return true;
    }));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

HostResult<Dump> read_dump(const fs::path& path, const DumpEntry& entry) {
    Files files;
    ASHLAR_TRY(each_file(path, [&](const DumpEntry& e, const std::string& name, const auto& read) -> HostResult<bool> {
        if (e == entry && files.size() < MAX_SUBBLOCK_FILES) {
            ASHLAR_ASSIGN(files[name], read());
        }
        return true;
    }));
    if (files.empty()) return fail("dump_not_found", fmt::format("{} has no {}", path.string(), folder_of(entry)));
    if (const auto manifest = files.find(MANIFEST_FILE); manifest != files.end())
        ASHLAR_TRY(check_manifest(manifest->second, files));
    Dump d;
    d.block = entry.block;
    d.subblock_gas = entry.subblock_gas;
    for (size_t i = 0;; i++) {
        const auto file = files.find(subblock_file(i));
        if (file == files.end()) break;
        ASHLAR_ASSIGN(rv32::Stdin in, rv32::decode_stdin(file->second));
        d.subblocks.push_back(std::move(in));
    }
    const auto aggregator = files.find(AGGREGATOR_FILE);
    if (d.subblocks.empty() || aggregator == files.end())
        return fail("dump_incomplete",
                    fmt::format("{} lacks {}", folder_of(entry),
                                d.subblocks.empty() ? subblock_file(0) : std::string(AGGREGATOR_FILE)));
    ASHLAR_ASSIGN(d.aggregator, rv32::decode_stdin(aggregator->second));
    if (const auto values = files.find(PUBLIC_VALUES_FILE); values != files.end()) {
        ASHLAR_ASSIGN(d.public_values, decode_public_values(values->second));
        if (d.public_values.size() != d.subblocks.size())
            return fail("dump_incomplete", fmt::format("{} has {} subblocks and {} public values", folder_of(entry),
                                                       d.subblocks.size(), d.public_values.size()));
    }
    return d;
}

}  // namespace ashlar::ethereum
