// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::ethereum {

/// A place of a gzip file where unpacking can begin: between two deflate blocks, with the content before it that the
/// next may repeat (RFC 1951, section 2: at most 32 KiB).
struct UnpackPoint {
    uint64_t content = 0;  ///< bytes of content before it
    uint64_t file = 0;     ///< bytes of the file before it
    unsigned bits = 0;     ///< of the file's byte before it that belong to what follows
    Bytes window;
};

/// The content of a file, in order from some place on: unpacked if it is gzip (several members too), otherwise as it
/// is. Error: dump_unreadable.
class PackedFile {
  public:
    /// From the beginning. A gzip file is checked against its checksums, and leaves a point in `points` (may be null)
    /// every POINT_DISTANCE bytes of content.
    static HostResult<PackedFile> open(const std::filesystem::path& path, std::vector<UnpackPoint>* points);
    /// From the byte `at` of the content, by the points that reading it from the beginning left.
    static HostResult<PackedFile> open_at(const std::filesystem::path& path, const std::vector<UnpackPoint>& points,
                                          uint64_t at);
    static constexpr uint64_t POINT_DISTANCE = uint64_t{16} << 20;

    PackedFile(PackedFile&&) noexcept;
    PackedFile& operator=(PackedFile&&) = delete;
    ~PackedFile();

    /// The next bytes, valid until the next call; none at the end.
    HostResult<BytesView> read();

  private:
    struct State;
    explicit PackedFile(std::unique_ptr<State> state);
    static HostResult<std::unique_ptr<State>> open_file(const std::filesystem::path& path);
    std::unique_ptr<State> state_;
};

}  // namespace ashlar::ethereum
