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
#include <set>

#include "libs/base/hex.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::ethereum {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr size_t MAX_FILES = 4096;
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
    if (r.ec != std::errc{} || r.ptr != text.data() + text.size()) return std::nullopt;
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

/// Whether a file is part of a dump; anything else that lies beside it is not looked at.
bool is_part(std::string_view name) {
    if (name == AGGREGATOR_FILE || name == PUBLIC_VALUES_FILE || name == MANIFEST_FILE) return true;
    constexpr std::string_view SUFFIX = ".bin";
    if (!name.ends_with(SUFFIX)) return false;
    name.remove_suffix(SUFFIX.size());
    return number_after(name, "subblock_stdin_builder_").has_value();
}

auto too_large(const std::string& what, uint64_t limit) {
    return fail("dump_too_large", fmt::format("{} is larger than the {} bytes a block's dump may have", what, limit),
                "no dump of ours is: check where the file comes from");
}

/// Calls visit(entry, file name, reader) for each file; the reader takes the most bytes there may be, returns the
/// file's bytes, and may be left uncalled.
template <class Visit>
HostResult<bool> each_file(const fs::path& path, Visit visit) {
    std::error_code ec;
    if (fs::is_directory(path, ec)) {
        for (auto it = fs::recursive_directory_iterator(path, ec); !ec && it != fs::recursive_directory_iterator();
             it.increment(ec)) {
            std::error_code inner;
            if (!it->is_regular_file(inner)) continue;
            const auto parsed = parse_path(it->path());
            if (!parsed) continue;
            const auto read = [&](uint64_t limit) -> HostResult<Bytes> {
                std::ifstream in(it->path(), std::ios::binary | std::ios::ate);
                const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
                if (size < 0)
                    return fail("dump_unreadable", "cannot read " + it->path().string(), "check its permissions");
                if (static_cast<uint64_t>(size) > limit) return too_large(it->path().string(), limit);
                Bytes b(static_cast<size_t>(size));
                in.seekg(0);
                in.read(reinterpret_cast<char*>(b.data()), size);
                if (!in) return fail("dump_unreadable", "cannot read " + it->path().string());
                return b;
            };
            ASHLAR_TRY(visit(parsed->first, parsed->second, read));
        }
        if (ec) return fail("dump_unreadable", path.string() + ": " + ec.message(), "check its permissions");
        return true;
    }
    if (!fs::exists(path, ec)) return fail("dump_not_found", "there is no " + path.string(), "check the path");
    std::unique_ptr<archive, int (*)(archive*)> a(archive_read_new(), archive_read_free);
    archive_read_support_filter_all(a.get());
    archive_read_support_format_tar(a.get());
    archive_read_support_format_zip(a.get());
    const auto broken = [&] {
        const char* why = archive_error_string(a.get());
        return fail("dump_unreadable", path.string() + ": " + (why ? why : "not an archive"),
                    "a dump is a folder, or a .tar.gz, .tar.zst or .zip of one; if this is one, it is damaged or cut "
                    "off: fetch it again");
    };
    if (archive_read_open_filename(a.get(), path.c_str(), size_t{1} << 18) != ARCHIVE_OK) return broken();
    archive_entry* e = nullptr;
    int rc = ARCHIVE_OK;
    while ((rc = archive_read_next_header(a.get(), &e)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(e);
        if (!name || archive_entry_filetype(e) != AE_IFREG) continue;
        const auto parsed = parse_path(name);
        if (!parsed) continue;
        // Piece by piece: what an entry says of its size may be missing or a lie.
        const auto read = [&](uint64_t limit) -> HostResult<Bytes> {
            Bytes out;
            for (;;) {
                constexpr size_t STEP = size_t{1} << 20;
                const size_t at = out.size();
                out.resize(at + STEP);
                const la_ssize_t n = archive_read_data(a.get(), out.data() + at, STEP);
                if (n < 0) return broken();
                out.resize(at + static_cast<size_t>(n));
                if (n == 0) return out;
                if (out.size() > limit) return too_large(path.string() + ": " + name, limit);
            }
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
    if (!take(count)) return bad();
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

/// Every file the manifest names is there and is the one it names, and there is no other.
HostResult<bool> check_manifest(const std::string& folder, const Bytes& manifest, const Files& files) {
    constexpr const char* REMEDY = "the dump was changed or cut off after it was written: fetch or write it again";
    const auto bad = [&](const std::string& name, const std::string& what) {
        return fail("dump_corrupt", fmt::format("{}/{} {}", folder, name, what), REMEDY);
    };
    json::error_code ec;
    const json::value v =
        json::parse(std::string_view(reinterpret_cast<const char*>(manifest.data()), manifest.size()), ec);
    const json::value* list = !ec && v.is_object() ? v.get_object().if_contains("files") : nullptr;
    if (!list || !list->is_array()) return bad(MANIFEST_FILE, "lists no files");
    std::set<std::string> named{MANIFEST_FILE};
    for (const json::value& item : list->get_array()) {
        const json::object* o = item.if_object();
        const json::value* name = o ? o->if_contains("name") : nullptr;
        const json::value* digest = o ? o->if_contains("sha256") : nullptr;
        if (!name || !name->is_string() || !digest || !digest->is_string())
            return bad(MANIFEST_FILE, "has an entry without name and sha256");
        const std::string text(name->get_string()), wanted(digest->get_string());
        const auto file = files.find(text);
        if (file == files.end()) return bad(text, "is in the manifest but not in the dump");
        const std::string got = to_hex(hash::sha256(file->second).view());
        if (got != wanted) return bad(text, fmt::format("has the SHA-256 {}, its manifest says {}", got, wanted));
        named.insert(text);
    }
    for (const auto& [name, content] : files)
        if (!named.contains(name)) return bad(name, "is not in the manifest");
    return true;
}

/// A builder file; an error says which.
HostResult<rv32::Stdin> decode_file(const DumpEntry& entry, const Files::value_type& file) {
    auto in = rv32::decode_stdin(file.second);
    if (in) return std::move(*in);
    ashlar::Error e = in.error();
    e.message = fmt::format("{}/{}: {}", folder_of(entry), file.first, e.message);
    return Fail{e};
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

HostResult<Dump> read_dump(const fs::path& path, const DumpEntry& entry, uint64_t max_bytes) {
    Files files;
    uint64_t left = max_bytes;
    ASHLAR_TRY(each_file(path, [&](const DumpEntry& e, const std::string& name, const auto& read) -> HostResult<bool> {
        if (e != entry || !is_part(name)) return true;
        if (files.size() >= MAX_FILES)
            return fail("dump_too_large",
                        fmt::format("{} has more than {} files of one block", path.string(), MAX_FILES));
        ASHLAR_ASSIGN(Bytes content, read(left));
        left -= content.size();
        files[name] = std::move(content);
        return true;
    }));
    if (files.empty())
        return fail("dump_not_found", fmt::format("{} has no {}", path.string(), folder_of(entry)),
                    "`ashlarctl block load --from` lists what it has");
    const auto manifest = files.find(MANIFEST_FILE);
    if (manifest != files.end())
        ASHLAR_TRY(check_manifest((path / folder_of(entry)).string(), manifest->second, files));
    Dump d;
    d.block = entry.block;
    d.subblock_gas = entry.subblock_gas;
    d.has_manifest = manifest != files.end();
    for (size_t i = 0;; i++) {
        const auto file = files.find(subblock_file(i));
        if (file == files.end()) break;
        ASHLAR_ASSIGN(rv32::Stdin in, decode_file(entry, *file));
        d.subblocks.push_back(std::move(in));
    }
    const auto aggregator = files.find(AGGREGATOR_FILE);
    if (d.subblocks.empty() || aggregator == files.end())
        return fail("dump_incomplete",
                    fmt::format("{} lacks {}", folder_of(entry),
                                d.subblocks.empty() ? subblock_file(0) : std::string(AGGREGATOR_FILE)));
    ASHLAR_ASSIGN(d.aggregator, decode_file(entry, *aggregator));
    if (const auto values = files.find(PUBLIC_VALUES_FILE); values != files.end()) {
        ASHLAR_ASSIGN(d.public_values, decode_public_values(values->second));
        if (d.public_values.size() != d.subblocks.size())
            return fail("dump_incomplete", fmt::format("{} has {} subblocks and {} public values", folder_of(entry),
                                                       d.subblocks.size(), d.public_values.size()));
    }
    return d;
}

}  // namespace ashlar::ethereum
