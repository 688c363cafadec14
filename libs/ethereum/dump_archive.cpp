// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/dump_archive.hpp"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "libs/ethereum/dump_files.hpp"

namespace ashlar::ethereum {

namespace {

/// A tar reader over a file's content.
class TarReader {
  public:
    explicit TarReader(PackedFile file) : file_(std::move(file)), tar_(archive_read_new(), archive_read_free) {}

    HostResult<bool> each(const std::string& path, const DumpVisitor& visit) {
        archive_read_support_filter_none(tar_.get());
        archive_read_support_format_tar(tar_.get());
        archive_read_open(tar_.get(), this, nullptr, next, nullptr);  // errors come back from the first header
        return each_archived_file(tar_.get(), path, visit);
    }

    /// Reads on to the end of the file, where the checksum of what was unpacked is.
    HostResult<void> finish() {
        for (;;) {
            ASHLAR_ASSIGN(const BytesView piece, file_.read());
            if (piece.empty()) return {};
        }
    }

  private:
    PackedFile file_;
    std::unique_ptr<archive, int (*)(archive*)> tar_;

    static la_ssize_t next(archive* a, void* self, const void** bytes) {
        const auto piece = static_cast<TarReader*>(self)->file_.read();
        if (!piece) {
            archive_set_error(a, EIO, "%s", piece.error().message.c_str());
            return -1;
        }
        *bytes = piece->data();
        return static_cast<la_ssize_t>(piece->size());
    }
};

}  // namespace

HostResult<DumpArchive> DumpArchive::index(const std::filesystem::path& path, const std::function<bool()>& go_on) {
    DumpArchive out;
    out.path_ = path;
    ASHLAR_ASSIGN(PackedFile file, PackedFile::open(path, &out.points_));
    std::optional<DumpEntry> last;
    TarReader tar(std::move(file));
    const auto done = tar.each(
        path.string(),
        [&](const DumpEntry& e, const std::string& name, uint64_t offset, const DumpFileReader&) -> HostResult<bool> {
            if (go_on && !go_on()) return fail("stopped", "the coordinator stops");
            if (!is_dump_file(name)) return true;
            const auto [at, fresh] = out.entries_.try_emplace(e, Span{offset, offset});
            at->second.last = offset;
            last = e;
            return true;
        });
    if (done) {
        ASHLAR_TRY(tar.finish());
        return out;
    }
    if (done.error().code == "stopped" || !last) return Fail{done.error()};
    out.damage_ = done.error();
    out.entries_.at(*last).cut = true;
    return out;
}

HostResult<Dump> DumpArchive::read(const DumpEntry& entry, uint64_t max_bytes) const {
    const auto at = entries_.find(entry);
    if (at == entries_.end())
        return fail("dump_not_found", fmt::format("{} has no {}", path_.string(), folder_of(entry)));
    const Span span = at->second;
    if (span.cut) return Fail{*damage_};
    ASHLAR_ASSIGN(PackedFile file, PackedFile::open_at(path_, points_, span.begin));
    TarReader tar(std::move(file));
    return gather_dump(path_.string(), entry, max_bytes, [&](const DumpVisitor& visit) {
        return tar.each(path_.string(),
                        [&](const DumpEntry& e, const std::string& name, uint64_t offset,
                            const DumpFileReader& read) -> HostResult<bool> {
                            ASHLAR_TRY(visit(e, name, offset, read));
                            return span.begin + offset < span.last;
                        });
    });
}

std::optional<std::pair<uint64_t, uint64_t>> blocks_of_archive_name(const std::string& name) {
    std::string_view stem = name;
    const auto strip = [&](std::string_view suffix) {
        if (!stem.ends_with(suffix)) return false;
        stem.remove_suffix(suffix.size());
        return true;
    };
    if (!strip(".tar.gz") && !strip(".tgz") && !strip(".tar")) return std::nullopt;
    uint64_t start = 0, count = 0;
    const char* const end = stem.data() + stem.size();
    const auto first = std::from_chars(stem.data(), end, start);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '+') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, count);
    if (second.ec != std::errc{} || second.ptr != end || count == 0 || start + count < start) return std::nullopt;
    return std::pair{start, count};
}

}  // namespace ashlar::ethereum
