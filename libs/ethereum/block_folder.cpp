// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block_folder.hpp"

#include <zlib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>

#include "libs/base/hex.hpp"

namespace ashlar::ethereum {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr size_t MAX_FILE = size_t{1} << 31;

HostResult<Bytes> read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return fail("file_not_found", "cannot open " + path.string(), "check the path and its permissions");
    const std::streamoff size = in.tellg();
    if (size < 0 || static_cast<uint64_t>(size) > MAX_FILE)
        return fail("file_unreadable", path.string() + " is too large");
    Bytes out(static_cast<size_t>(size));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(out.data()), size);
    if (!in) return fail("file_unreadable", "cannot read " + path.string());
    return out;
}

/// Of a gzip stream at most `limit` bytes are taken: a few kilobytes can hold as many gigabytes.
HostResult<std::string> decompress(BytesView data, size_t limit) {
    if (data.size() < 2 || data[0] != 0x1f || data[1] != 0x8b)
        return std::string(reinterpret_cast<const char*>(data.data()), data.size());
    z_stream z{};
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) return fail("witness_json", "zlib does not start");
    std::string out;
    z.next_in = const_cast<Bytef*>(data.data());
    z.avail_in = static_cast<uInt>(data.size());
    int rc = Z_OK;
    while (rc == Z_OK && out.size() <= limit) {
        const size_t at = out.size();
        out.resize(at + std::min(std::max<size_t>(at, size_t{1} << 20), limit + 1 - at));
        z.next_out = reinterpret_cast<Bytef*>(out.data() + at);
        z.avail_out = static_cast<uInt>(out.size() - at);
        rc = inflate(&z, Z_NO_FLUSH);
        out.resize(out.size() - z.avail_out);
        if (rc == Z_OK && z.avail_in == 0 && z.avail_out != 0) rc = Z_BUF_ERROR;
    }
    inflateEnd(&z);
    if (out.size() > limit)
        return fail("witness_json", "the gzip stream holds more than " + std::to_string(limit) + " bytes",
                    "no block's witness is that large: check where the file comes from");
    if (rc != Z_STREAM_END)
        return fail("witness_json", rc == Z_BUF_ERROR ? "the gzip stream is cut off" : "the gzip stream is damaged",
                    "fetch the file again");
    return out;
}

HostResult<json::value> parse_json(std::string_view text, const char* code) {
    json::error_code ec;
    json::value v = json::parse(text, ec);
    if (ec) return fail(code, "not JSON: " + ec.message());
    return v;
}

/// Calls `add` with the bytes of each hex string of the member `name`.
template <class Add>
HostResult<bool> each_hex(const json::object& o, const char* name, bool required, Add add) {
    const json::value* v = o.if_contains(name);
    if (!v || v->is_null()) {
        if (!required) return true;
        return fail("witness_json", std::string("the witness has no `") + name + "`");
    }
    if (!v->is_array()) return fail("witness_json", std::string("`") + name + "` is no array");
    for (const json::value& item : v->get_array()) {
        std::optional<Bytes> bytes;
        if (item.is_string()) bytes = from_hex(item.get_string());
        if (!bytes) return fail("witness_json", std::string("an item of `") + name + "` is not hex");
        add(std::move(*bytes));
    }
    return true;
}

std::optional<uint64_t> number(const json::value* v) {
    if (!v) return std::nullopt;
    if (v->is_uint64()) return v->get_uint64();
    if (v->is_int64() && v->get_int64() >= 0) return static_cast<uint64_t>(v->get_int64());
    if (v->is_string()) {
        const std::string_view s = v->get_string();
        const bool hex = s.starts_with("0x");
        const char* begin = s.data() + (hex ? 2 : 0);
        uint64_t n = 0;
        const auto r = std::from_chars(begin, s.data() + s.size(), n, hex ? 16 : 10);
        if (r.ec == std::errc{} && r.ptr == s.data() + s.size()) return n;
    }
    return std::nullopt;
}

}  // namespace

HostResult<Witness> parse_witness(BytesView data, size_t max_bytes) {
    ASHLAR_ASSIGN(const std::string text, decompress(data, max_bytes));
    ASHLAR_ASSIGN(const json::value document, parse_json(text, "witness_json"));
    if (!document.is_object()) return fail("witness_json", "the witness is no object");
    const json::object* o = &document.get_object();
    if (const json::value* result = o->if_contains("result"); result && result->is_object()) o = &result->get_object();
    Witness w;
    ASHLAR_TRY(each_hex(*o, "state", true, [&](Bytes b) { w.add_node(std::move(b)); }));
    ASHLAR_TRY(each_hex(*o, "codes", false, [&](Bytes b) { w.add_code(std::move(b)); }));
    ASHLAR_TRY(each_hex(*o, "headers", true, [&](Bytes b) { w.add_header(std::move(b)); }));
    return w;
}

std::vector<fs::path> find_block_folders(const fs::path& path) {
    std::error_code ec;
    if (fs::exists(path / "block.rlp", ec)) return {path};
    std::vector<fs::path> out;
    for (auto it = fs::directory_iterator(path, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
        std::error_code inner;
        if (fs::exists(it->path() / "block.rlp", inner)) out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

HostResult<BlockFolder> read_block_folder(const fs::path& folder) {
    BlockFolder out;
    ASHLAR_ASSIGN(out.block_rlp, read_file(folder / "block.rlp"));
    std::error_code ec;
    const fs::path zipped = folder / "witness.json.gz";
    const fs::path path = fs::exists(zipped, ec) ? zipped : folder / "witness.json";
    if (!fs::exists(path, ec))
        return fail("file_not_found", "there is neither witness.json.gz nor witness.json in " + folder.string(),
                    "`ashlarctl block fetch` writes both files of a block");
    ASHLAR_ASSIGN(const Bytes data, read_file(path));
    auto witness = parse_witness(data);
    if (!witness) {
        ashlar::Error e = witness.error();
        e.message = path.string() + ": " + e.message;
        return Fail{e};
    }
    out.witness = std::move(*witness);
    return out;
}

HostResult<ChainConfig> parse_chain_config(std::string_view text) {
    ASHLAR_ASSIGN(const json::value document, parse_json(text, "chain_config"));
    if (!document.is_object()) return fail("chain_config", "the chain configuration is no object");
    const json::object* o = &document.get_object();
    if (const json::value* inner = o->if_contains("config"); inner && inner->is_object()) o = &inner->get_object();
    const auto chain_id = number(o->if_contains("chainId"));
    if (!chain_id) return fail("chain_config", "chainId is missing", "give the `config` object of a genesis file");
    ChainConfig c = base_config(*chain_id);
    if (const auto merge = number(o->if_contains("mergeNetsplitBlock"))) c.paris_block = *merge;
    struct Fork {
        const char* name;
        uint64_t* time;
    };
    for (const Fork& f : {Fork{"shanghaiTime", &c.shanghai_time}, Fork{"cancunTime", &c.cancun_time},
                          Fork{"pragueTime", &c.prague_time}, Fork{"osakaTime", &c.osaka_time}}) {
        const json::value* v = o->if_contains(f.name);
        if (!v || v->is_null()) continue;
        const auto time = number(v);
        if (!time) return fail("chain_config", std::string(f.name) + " is no number");
        *f.time = *time;
    }
    if (const json::value* v = o->if_contains("depositContractAddress"); v && v->is_string()) {
        const auto a = fixed_from_hex<20>(v->get_string());
        if (!a) return fail("chain_config", "depositContractAddress is no address");
        c.deposit_contract = *a;
    }
    // Entries of blobSchedule are named for forks; a blob-parameter-only fork `bpoN` starts at bpoNTime.
    const json::value* schedule = o->if_contains("blobSchedule");
    if (schedule && schedule->is_object()) {
        for (const auto& [name, entry] : schedule->get_object()) {
            const auto time = number(o->if_contains(std::string(name) + "Time"));
            if (!time) continue;  // scheduled for no time
            if (!entry.is_object()) return fail("chain_config", "blobSchedule." + std::string(name) + " is no object");
            const json::object& e = entry.get_object();
            const auto target = number(e.if_contains("target")), max = number(e.if_contains("max"));
            const auto fraction = number(e.if_contains("baseFeeUpdateFraction"));
            if (!target || !max || !fraction || *target > *max || *max == 0 || *max > 4096 || *fraction == 0 ||
                *fraction >> 40)
                return fail("chain_config",
                            "blobSchedule." + std::string(name) + " needs target, max and baseFeeUpdateFraction");
            c.blobs.push_back({*time, static_cast<uint32_t>(*target), static_cast<uint32_t>(*max), *fraction});
        }
    }
    const ChainConfig mainnet = *known_chain("mainnet");
    const auto has = [&](uint64_t time) {
        return std::any_of(c.blobs.begin(), c.blobs.end(),
                           [&](const BlobParameters& p) { return p.timestamp == time; });
    };
    // Without an entry of its own a fork has mainnet's parameters.
    const uint64_t times[] = {c.cancun_time, c.prague_time};
    for (size_t i = 0; i < 2; i++) {
        if (times[i] == ChainConfig::NEVER || has(times[i])) continue;
        BlobParameters p = mainnet.blobs[i];
        p.timestamp = times[i];
        c.blobs.push_back(p);
    }
    // At one time the later fork's entry counts: forks that start together stand in the order of their target.
    std::sort(c.blobs.begin(), c.blobs.end(), [](const BlobParameters& a, const BlobParameters& b) {
        return a.timestamp != b.timestamp ? a.timestamp < b.timestamp : a.max < b.max;
    });
    return c;
}

HostResult<ChainConfig> load_chain(const std::string& name_or_file) {
    if (auto known = known_chain(name_or_file)) return *known;
    auto text = read_file(name_or_file);
    if (!text)
        return fail("unknown_chain", "`" + name_or_file + "` is neither a known chain nor a readable file",
                    "use mainnet, sepolia, holesky, hoodi, or a file with a genesis `config`");
    return parse_chain_config({reinterpret_cast<const char*>(text->data()), text->size()});
}

}  // namespace ashlar::ethereum
