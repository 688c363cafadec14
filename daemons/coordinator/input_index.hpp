// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <vector>

#include "libs/ethereum/dump_archive.hpp"

namespace ashlar::coordinator {

/// Where one block's inputs lie.
struct InputPlace {
    enum class Kind { block_folder, dump_folder, archive };
    Kind kind = Kind::block_folder;
    std::filesystem::path path;  ///< the folder, or the archive
    uint64_t subblock_gas = 0;   ///< of dumps
    std::shared_ptr<const ethereum::DumpArchive> archive;
};

/// All inputs below some folders, by block number. What is found there, at most two folders deep: folders with
/// block.rlp and a witness (the header says which block, never the name), dumps block<N>/gas<G>, and archives of dumps,
/// which are gone through once: <start>+<count>.tar.gz when a block of theirs is first asked for, others in the
/// background. A thread of its own looks, and looks again when something changes (inotify) or a block is not found. If
/// a block is there more than once, the first folder counts, and there block and witness before dumps, and dumps of the
/// wanted subblock gas before others. Thread-safe.
class InputIndex {
  public:
    InputIndex(std::vector<std::filesystem::path> dirs, uint64_t subblock_gas);
    ~InputIndex();
    InputIndex(const InputIndex&) = delete;
    InputIndex& operator=(const InputIndex&) = delete;

    /// Waits while the answer is being looked for. Codes: input_missing, dump_unreadable (an archive that should hold
    /// the block ends before), stopped.
    HostResult<InputPlace> find(uint64_t number, const std::stop_token& stop);

    struct Summary {
        size_t blocks = 0, archives = 0;
        std::vector<ashlar::Error> damaged;  ///< archives
    };
    Summary summary() const;

  private:
    /// Tells whether a file or folder is still what it was.
    struct Version {
        int64_t size, mtime_ns;
        friend bool operator==(const Version&, const Version&) = default;
    };
    struct Entry {
        std::vector<size_t> rank;  ///< the lowest counts
        InputPlace place;
        Version version;  ///< of an archive
    };
    struct Archive {
        size_t dir = 0;
        Version version;
        std::optional<std::pair<uint64_t, uint64_t>> promised;
        std::shared_ptr<const ethereum::DumpArchive> content;
        std::optional<ashlar::Error> damage;
        bool pending() const { return !content && !damage; }
        bool may_hold(uint64_t number) const {
            return !promised || (number >= promised->first && number - promised->first < promised->second);
        }
    };
    /// What one folder held when it had this version.
    struct Known {
        Version version;
        std::vector<std::pair<uint64_t, InputPlace>> places;
    };
    struct Scan {
        std::map<std::filesystem::path, Known> known;
        std::map<std::filesystem::path, Archive> archives;
    };
    using Blocks = std::unordered_map<uint64_t, Entry>;

    const std::vector<std::filesystem::path> dirs_;
    const uint64_t subblock_gas_;
    int inotify_ = -1, wake_ = -1;
    std::map<std::filesystem::path, Known> known_;  ///< the thread's alone
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::filesystem::path, Archive> archives_;
    Blocks blocks_;
    uint64_t scans_ = 0, scans_wanted_ = 1;
    std::multiset<uint64_t> wanted_;  ///< blocks that are being looked for
    std::jthread thread_;

    static std::optional<Version> version_of(const std::filesystem::path& path);
    void run(const std::stop_token& stop);
    void wait_for_change();
    void scan();
    void scan_folder(Scan& scan, size_t dir, const std::filesystem::path& folder, int depth) const;
    bool examine(Scan& scan, const std::filesystem::path& folder) const;
    bool go_through_one(const std::stop_token& stop);
    void add(Blocks& blocks, size_t dir, uint64_t number, InputPlace place, const Version& version = {}) const;
    void add_archive(Blocks& blocks, const std::filesystem::path& path, const Archive& a) const;
    std::optional<InputPlace> look_up(uint64_t number) const;
    bool waits_for_archive(uint64_t number) const;
    void wake();
};

}  // namespace ashlar::coordinator
