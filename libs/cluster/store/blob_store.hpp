// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::cluster {

/// Lower-case hex SHA-256 of some bytes.
std::string sha256_hex(BytesView bytes);
/// True for exactly 64 lower-case hex digits: the only thing that ever becomes part of a blob's path.
bool is_blob_name(std::string_view name);

/// Content-addressed files under one directory: `<dir>/ab/abcdef...`. A blob appears only after its bytes were hashed,
/// found right, and synced. Thread-safe; several processes may share a directory.
class BlobStore {
  public:
    /// Creates the directory and removes what interrupted writers left.
    static HostResult<BlobStore> open(std::filesystem::path dir);

    /// Receives one blob piece by piece.
    class Writer {
      public:
        ~Writer();
        Writer(Writer&&) noexcept;
        Writer& operator=(Writer&&) = delete;
        HostResult<void> append(BytesView bytes);
        /// Ends the blob. With an expected name, refuses other bytes (code "blob_corrupted"). Returns the name.
        HostResult<std::string> commit(const std::string& expected = "");

      private:
        friend class BlobStore;
        struct State;
        explicit Writer(std::unique_ptr<State> state);
        std::unique_ptr<State> state_;
    };

    HostResult<Writer> writer() const;
    HostResult<std::string> put(BytesView bytes) const;
    HostResult<std::string> put_file(const std::filesystem::path& file) const;
    bool has(const std::string& name) const;
    uint64_t size(const std::string& name) const;
    /// Where a blob lies (it may not exist); `name` must be a blob name.
    std::filesystem::path path(const std::string& name) const;
    /// Reads a blob and checks its hash: codes "blob_missing", "blob_corrupted".
    HostResult<Bytes> get(const std::string& name) const;
    /// Deletes a blob; nothing happens if it is not there.
    void remove(const std::string& name) const;
    /// Deletes a blob that nothing refers to, unless this process put it a second time within PUT_AGAIN: whoever did
    /// may be about to refer to it. older_than() finds it later.
    void remove_unless_put_again(const std::string& name) const;
    static constexpr std::chrono::hours PUT_AGAIN{1};
    /// Blobs of one shard (0 to SHARDS-1, by their first byte) that were last put before `age` ago.
    std::vector<std::string> older_than(std::chrono::seconds age, unsigned shard) const;
    static constexpr unsigned SHARDS = 256;
    const std::filesystem::path& directory() const { return dir_; }

  private:
    /// Names put though they were there, and when: see remove_unless_put_again().
    struct PutAgain {
        std::mutex mutex;
        std::map<std::string, std::chrono::steady_clock::time_point> names;
        void note(const std::string& name);  ///< `mutex` is held
    };

    explicit BlobStore(std::filesystem::path dir) : dir_(std::move(dir)), put_again_(std::make_shared<PutAgain>()) {}
    std::filesystem::path dir_;
    std::shared_ptr<PutAgain> put_again_;
};

}  // namespace ashlar::cluster
