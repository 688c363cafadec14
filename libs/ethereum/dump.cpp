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
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/dump_files.hpp"
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

std::optional<uint64_t> number_after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    uint64_t n = 0;
    const auto r = std::from_chars(text.data(), text.data() + text.size(), n);
    if (r.ec != std::errc{} || r.ptr != text.data() + text.size()) return std::nullopt;
    return n;
}

std::optional<uint64_t> subblock_index(std::string_view name) {
    constexpr std::string_view SUFFIX = ".bin";
    if (!name.ends_with(SUFFIX)) return std::nullopt;
    name.remove_suffix(SUFFIX.size());
    return number_after(name, "subblock_stdin_builder_");
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

/// @param last  the file it was at, or behind; empty: none yet.
Fail<ashlar::Error> broken(archive* a, const std::string& path, const std::string& last) {
    std::string why = archive_error_string(a) ? archive_error_string(a) : "not an archive";
    if (!why.starts_with(path)) why = path + ": " + why;
    return fail("dump_unreadable",
                fmt::format("{}{}", why, last.empty() ? "" : fmt::format(", in or right behind {}", last)),
                "a dump is a folder, or a .tar.gz, .tar.zst or .zip of one; if this is one, it is damaged or cut "
                "off: fetch it again");
}

auto too_large(const std::string& what, uint64_t limit) {
    return fail("dump_too_large", fmt::format("{} is larger than the {} bytes a block's dump may have", what, limit),
                "no dump of ours is: check where the file comes from");
}

HostResult<Bytes> read_whole(const fs::path& path, uint64_t limit) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
    if (size < 0) return fail("dump_unreadable", "cannot read " + path.string(), "check its permissions");
    if (static_cast<uint64_t>(size) > limit) return too_large(path.string(), limit);
    Bytes b(static_cast<size_t>(size));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(b.data()), size);
    if (!in) return fail("dump_unreadable", "cannot read " + path.string());
    return b;
}

HostResult<bool> each_file(const fs::path& path, const DumpVisitor& visit) {
    std::error_code ec;
    if (fs::is_directory(path, ec)) {
        for (auto it = fs::recursive_directory_iterator(path, ec); !ec && it != fs::recursive_directory_iterator();
             it.increment(ec)) {
            std::error_code inner;
            if (!it->is_regular_file(inner)) continue;
            const auto parsed = parse_path(it->path());
            if (!parsed) continue;
            const auto read = [&](uint64_t limit) { return read_whole(it->path(), limit); };
            ASHLAR_ASSIGN(const bool more, visit(parsed->first, parsed->second, 0, read));
            if (!more) return true;
        }
        if (ec) return fail("dump_unreadable", path.string() + ": " + ec.message(), "check its permissions");
        return true;
    }
    if (!fs::exists(path, ec)) return fail("dump_not_found", "there is no " + path.string(), "check the path");
    std::unique_ptr<archive, int (*)(archive*)> a(archive_read_new(), archive_read_free);
    archive_read_support_filter_all(a.get());
    archive_read_support_format_tar(a.get());
    archive_read_support_format_zip(a.get());
    if (archive_read_open_filename(a.get(), path.c_str(), size_t{1} << 18) != ARCHIVE_OK)
        return broken(a.get(), path.string(), "");
    return each_archived_file(a.get(), path.string(), visit);
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

std::string folder_of(const DumpEntry& e) { return fmt::format("block{}/gas{}", e.block, e.subblock_gas); }

bool is_dump_file(std::string_view name) {
    if (name == AGGREGATOR_FILE || name == PUBLIC_VALUES_FILE || name == MANIFEST_FILE) return true;
    return subblock_index(name).has_value();
}

HostResult<bool> each_archived_file(archive* a, const std::string& path, const DumpVisitor& visit) {
    std::string last;
    archive_entry* e = nullptr;
    int rc = ARCHIVE_OK;
    while ((rc = archive_read_next_header(a, &e)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(e);
        if (!name) continue;
        last = name;
        const auto parsed = archive_entry_filetype(e) == AE_IFREG ? parse_path(name) : std::nullopt;
        if (!parsed) continue;
        // Piece by piece: what an entry says of its size may be missing or a lie.
        const auto read = [&](uint64_t limit) -> HostResult<Bytes> {
            Bytes out;
            for (;;) {
                constexpr size_t STEP = size_t{1} << 20;
                const size_t at = out.size();
                out.resize(at + STEP);
                const la_ssize_t n = archive_read_data(a, out.data() + at, STEP);
                if (n < 0) return broken(a, path, last);
                out.resize(at + static_cast<size_t>(n));
                if (n == 0) return out;
                if (out.size() > limit) return too_large(path + ": " + last, limit);
            }
        };
        const auto offset = static_cast<uint64_t>(std::max<la_int64_t>(archive_read_header_position(a), 0));
        ASHLAR_ASSIGN(const bool more, visit(parsed->first, parsed->second, offset, read));
        if (!more) return true;
    }
    if (rc != ARCHIVE_EOF) return broken(a, path, last);
    return true;
}

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

HostResult<Dump> make_dump(uint64_t block, uint64_t subblock_gas, const std::vector<Bytes>& subblock_stdins,
                           const Bytes& aggregator_stdin) {
    Dump d;
    d.block = block;
    d.subblock_gas = subblock_gas;
    for (const Bytes& input : subblock_stdins) {
        ASHLAR_ASSIGN(rv32::Stdin in, rv32::decode_stdin(input));
        d.subblocks.push_back(std::move(in));
    }
    ASHLAR_ASSIGN(d.aggregator, rv32::decode_stdin(aggregator_stdin));
    const auto claims = d.aggregator.buffers.empty() ? std::nullopt : AggregatorClaims::decode(d.aggregator.buffers[0]);
    if (!claims) return fail("dump_corrupt", "the aggregator's input does not decode");
    for (const BytesView& c : claims->subblocks) d.public_values.emplace_back(c.begin(), c.end());
    return d;
}

HostResult<std::vector<DumpEntry>> list_dump(const fs::path& path) {
    std::vector<DumpEntry> out;
    ASHLAR_TRY(each_file(
        path, [&](const DumpEntry& e, const std::string& name, uint64_t, const DumpFileReader&) -> HostResult<bool> {
            if (name == AGGREGATOR_FILE) out.push_back(e);
            return true;
        }));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

HostResult<Dump> gather_dump(const std::string& path, const DumpEntry& entry, uint64_t max_bytes,
                             const std::function<HostResult<bool>(const DumpVisitor&)>& each) {
    Files files;
    uint64_t left = max_bytes;
    ASHLAR_TRY(each(
        [&](const DumpEntry& e, const std::string& name, uint64_t, const DumpFileReader& read) -> HostResult<bool> {
            if (e != entry || !is_dump_file(name)) return true;
            if (files.size() >= MAX_FILES)
                return fail("dump_too_large", fmt::format("{} has more than {} files of one block", path, MAX_FILES));
            ASHLAR_ASSIGN(Bytes content, read(left));
            left -= content.size();
            files[name] = std::move(content);
            return true;
        }));
    if (files.empty())
        return fail("dump_not_found", fmt::format("{} has no {}", path, folder_of(entry)),
                    "`ashlarctl block load --from` lists what it has");
    const std::string where = fmt::format("{}: {}", path, folder_of(entry));
    const auto manifest = files.find(MANIFEST_FILE);
    if (manifest != files.end()) ASHLAR_TRY(check_manifest(where, manifest->second, files));
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
    const auto lacks = [&](const std::string& what) {
        return fail("dump_incomplete", fmt::format("{} lacks {}", where, what),
                    "the dump was cut off, or a file of it was lost: fetch or write it again");
    };
    // One behind the end would be left out in silence, and the block proven without it.
    for (const auto& [name, content] : files)
        if (subblock_index(name).value_or(0) >= std::max<size_t>(d.subblocks.size(), 1))
            return lacks(fmt::format("{}, though it has {}", subblock_file(d.subblocks.size()), name));
    if (d.subblocks.empty()) return lacks(subblock_file(0));
    const auto aggregator = files.find(AGGREGATOR_FILE);
    if (aggregator == files.end()) return lacks(AGGREGATOR_FILE);
    ASHLAR_ASSIGN(d.aggregator, decode_file(entry, *aggregator));
    if (const auto values = files.find(PUBLIC_VALUES_FILE); values != files.end()) {
        ASHLAR_ASSIGN(d.public_values, decode_public_values(values->second));
        if (d.public_values.size() != d.subblocks.size())
            return fail("dump_incomplete", fmt::format("{} has {} subblocks and {} public values", where,
                                                       d.subblocks.size(), d.public_values.size()));
    }
    return d;
}

HostResult<Dump> read_dump(const fs::path& path, const DumpEntry& entry, uint64_t max_bytes) {
    // The one folder, where there is one: a dump of a day has thousands.
    std::error_code ec;
    const fs::path folder = path / folder_of(entry);
    const fs::path from = fs::is_directory(folder, ec) ? folder : path;
    return gather_dump(path.string(), entry, max_bytes,
                       [&](const DumpVisitor& visit) { return each_file(from, visit); });
}

HostResult<Dump> read_dump_folder(const fs::path& folder, uint64_t max_bytes) {
    const auto parsed = parse_path(fs::absolute(folder).lexically_normal() / AGGREGATOR_FILE);
    if (!parsed)
        return fail("dump_not_found", folder.string() + " is not called block<N>/gas<G>",
                    "dumps have this layout; `ashlarctl block dump` writes it");
    return gather_dump(folder.parent_path().parent_path().string(), parsed->first, max_bytes,
                       [&](const DumpVisitor& visit) { return each_file(folder, visit); });
}

bool is_dump_folder(const fs::path& folder) {
    std::error_code ec;
    return fs::exists(folder / AGGREGATOR_FILE, ec) || fs::exists(folder / subblock_file(0), ec);
}

}  // namespace ashlar::ethereum
