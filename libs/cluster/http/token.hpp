// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::cluster {

/// What a token allows. `none` is what the public paths ask for; an admin may do whatever a reader or a node may.
enum class Role { none, reader, node, admin };
std::string_view role_name(Role role);
bool parse_role(std::string_view name, Role& out);
/// Whether a holder of `have` may do what asks for `need`.
bool role_allows(Role have, Role need);

/// One line of the token file. The token itself is never stored.
struct TokenRecord {
    std::string id;  ///< 8 hex digits, for list and revoke
    Role role = Role::none;
    std::string hash;  ///< hex SHA-256 of the token
    int64_t created_s = 0;
    std::string note;
};

/// The token file of a daemon: lines `id role sha256 created note`, mode 0600, replaced atomically. Changes take turns:
/// one that reads the file and writes it holds a lock on the file beside it.
class TokenFile {
  public:
    explicit TokenFile(std::filesystem::path file) : file_(std::move(file)) {}
    /// Makes a token, stores its hash, returns the token: the only time it is seen.
    HostResult<std::string> create(Role role, const std::string& note) const;
    /// A file that does not exist holds no tokens. Code "token_file_bad" names the line.
    HostResult<std::vector<TokenRecord>> list() const;
    /// Code "token_unknown" if there is no such id.
    HostResult<void> revoke(const std::string& id) const;

  private:
    std::filesystem::path file_;
    HostResult<void> save(const std::vector<TokenRecord>& records) const;
};

/// Checks bearer tokens against a token file; a change of the file counts from the next request on. Thread-safe.
class TokenVerifier {
  public:
    explicit TokenVerifier(std::filesystem::path file) : file_(std::move(file)) {}
    /// Loads the file at once; daemons call it at start so that a bad file is an error there.
    HostResult<void> load();
    /// The role of a token, nullopt for an unknown one. Compares hashes in constant time, over all records.
    std::optional<Role> check(std::string_view token);
    bool empty();

  private:
    std::filesystem::path file_;
    std::mutex mutex_;
    std::vector<TokenRecord> records_;
    /// What of the file changes when it does: each write makes another file.
    struct Stamp {
        uint64_t inode = 0, size = 0;
        int64_t seconds = 0, nanoseconds = 0;
        bool operator==(const Stamp&) const = default;
    } stamp_;
    Stamp stamp() const;
    void refresh();
};

/// Writes a secret for its owner only. Run by root it gets the owner and group of its folder, and that group may read
/// it: so a daemon can read what root made in the daemon's folder.
HostResult<void> write_secret(const std::filesystem::path& file, BytesView bytes);
/// Reads a token from a file (first line, trimmed); code "token_file_bad".
HostResult<std::string> read_token(const std::filesystem::path& file);

}  // namespace ashlar::cluster
