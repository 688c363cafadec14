// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/packed_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace ashlar::ethereum {

namespace {

constexpr size_t PIECE = size_t{1} << 18;
constexpr size_t WINDOW = size_t{1} << 15;
constexpr size_t TRAILER = 8;  ///< checksum and size behind a gzip member
// Window bits as inflateInit2 takes them.
constexpr int GZIP = 15 + 16, RAW = -15;
// What inflate says in data_type after a call with Z_BLOCK.
constexpr int BLOCK_ENDED = 128, LAST_BLOCK = 64, UNUSED_BITS = 7;

}  // namespace

struct PackedFile::State {
    std::string path;
    int fd = -1;
    bool gzip = false, raw = false, open = false, ended = false;
    std::vector<UnpackPoint>* points = nullptr;
    uint64_t file_at = 0;  ///< of the next byte to read from the file
    uint64_t content = 0, skip = 0;
    std::optional<ashlar::Error> damage;
    z_stream stream{};
    Bytes in = Bytes(PIECE), out = Bytes(PIECE);

    ~State() {
        if (open) ::inflateEnd(&stream);
        if (fd >= 0) ::close(fd);
    }
    Fail<ashlar::Error> broken(const std::string& why) const {
        return fail("dump_unreadable", fmt::format("{}: {}", path, why),
                    "the file is damaged or cut off: fetch it again");
    }
    /// More of the file into `in`; 0 at its end.
    HostResult<size_t> fill() {
        ssize_t n = 0;
        do {
            n = ::pread(fd, in.data(), in.size(), static_cast<off_t>(file_at));
        } while (n < 0 && errno == EINTR);
        if (n < 0) return broken(std::strerror(errno));
        file_at += static_cast<uint64_t>(n);
        stream.next_in = in.data();
        stream.avail_in = static_cast<unsigned>(n);
        return static_cast<size_t>(n);
    }
    HostResult<void> begin(int bits) {
        raw = bits == RAW;
        if (::inflateInit2(&stream, bits) != Z_OK) return broken("no memory to unpack it");
        open = true;
        return {};
    }
    void note_point() {
        if (!points || !(stream.data_type & BLOCK_ENDED) || (stream.data_type & LAST_BLOCK)) return;
        if (content - (points->empty() ? 0 : points->back().content) < POINT_DISTANCE) return;
        UnpackPoint p{content, file_at - stream.avail_in, static_cast<unsigned>(stream.data_type & UNUSED_BITS),
                      Bytes(WINDOW)};
        unsigned size = 0;
        ::inflateGetDictionary(&stream, p.window.data(), &size);
        p.window.resize(size);
        points->push_back(std::move(p));
    }
    /// Behind a member: another one, or the end (what follows is padding).
    HostResult<void> next_member() {
        uint64_t at = file_at - stream.avail_in + (raw ? TRAILER : 0);
        uint8_t magic[2] = {};
        if (::pread(fd, magic, 2, static_cast<off_t>(at)) != 2 || magic[0] != 0x1f || magic[1] != 0x8b) {
            ended = true;
            return {};
        }
        file_at = at;
        stream.avail_in = 0;
        raw = false;
        if (::inflateReset2(&stream, GZIP) != Z_OK) return broken("cannot be unpacked");
        return {};
    }
    /// The next piece. What lies before the damage of a file comes whole before the error.
    HostResult<BytesView> unpack() {
        if (damage) return Fail{*damage};
        size_t size = 0;
        while (size < out.size() && !ended) {
            const auto stepped = unpack_step(size);
            if (stepped) continue;
            if (size == 0) return Fail{stepped.error()};
            damage = stepped.error();
            break;
        }
        return BytesView(out).first(size);
    }
    HostResult<void> unpack_step(size_t& size) {
        if (stream.avail_in == 0) {
            ASHLAR_ASSIGN(const size_t n, fill());
            if (n == 0) return broken("the gzip stream ends early");
        }
        stream.next_out = out.data() + size;
        stream.avail_out = static_cast<unsigned>(out.size() - size);
        const int rc = ::inflate(&stream, Z_BLOCK);
        const size_t got = out.size() - size - stream.avail_out;
        size += got, content += got;
        if (rc == Z_STREAM_END) return next_member();
        if (rc != Z_OK && rc != Z_BUF_ERROR) return broken(stream.msg ? stream.msg : "cannot be unpacked");
        note_point();
        return {};
    }
};

PackedFile::PackedFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedFile::PackedFile(PackedFile&&) noexcept = default;
PackedFile::~PackedFile() = default;

HostResult<std::unique_ptr<PackedFile::State>> PackedFile::open_file(const std::filesystem::path& path) {
    auto s = std::make_unique<State>();
    s->path = path.string();
    s->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) return fail("dump_unreadable", s->path + ": " + std::strerror(errno), "check its permissions");
    uint8_t magic[2] = {};
    s->gzip = ::pread(s->fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    return s;
}

HostResult<PackedFile> PackedFile::open(const std::filesystem::path& path, std::vector<UnpackPoint>* points) {
    ASHLAR_ASSIGN(auto s, open_file(path));
    s->points = points;
    if (s->gzip) ASHLAR_TRY(s->begin(GZIP));
    return PackedFile(std::move(s));
}

HostResult<PackedFile> PackedFile::open_at(const std::filesystem::path& path, const std::vector<UnpackPoint>& points,
                                           uint64_t at) {
    ASHLAR_ASSIGN(auto s, open_file(path));
    if (!s->gzip) {
        s->file_at = at;
        return PackedFile(std::move(s));
    }
    const auto behind = std::upper_bound(points.begin(), points.end(), at,
                                         [](uint64_t v, const UnpackPoint& p) { return v < p.content; });
    s->skip = at;
    if (behind == points.begin()) {
        ASHLAR_TRY(s->begin(GZIP));
        return PackedFile(std::move(s));
    }
    const UnpackPoint& p = *std::prev(behind);
    ASHLAR_TRY(s->begin(RAW));
    s->content = p.content, s->file_at = p.file, s->skip = at - p.content;
    if (p.bits > 0) {
        uint8_t before = 0;
        if (::pread(s->fd, &before, 1, static_cast<off_t>(p.file - 1)) != 1) return s->broken("it got shorter");
        ::inflatePrime(&s->stream, static_cast<int>(p.bits), before >> (8 - p.bits));
    }
    ::inflateSetDictionary(&s->stream, p.window.data(), static_cast<unsigned>(p.window.size()));
    return PackedFile(std::move(s));
}

HostResult<BytesView> PackedFile::read() {
    State& s = *state_;
    if (!s.gzip) {
        ASHLAR_ASSIGN(const size_t n, s.fill());
        return BytesView(s.in).first(n);
    }
    for (;;) {
        ASHLAR_ASSIGN(BytesView piece, s.unpack());
        const size_t over = static_cast<size_t>(std::min<uint64_t>(s.skip, piece.size()));
        s.skip -= over;
        if (over < piece.size() || s.ended) return piece.subspan(over);
    }
}

}  // namespace ashlar::ethereum
