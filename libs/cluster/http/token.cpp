// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/http/token.hpp"
#include "libs/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>

#include "libs/base/log.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ROLE_NAMES[] = {"none", "reader", "node", "admin"};

/// Held while a token file is read and replaced.
class Turn {
  public:
    explicit Turn(const fs::path& file) {
        fd_ = ::open((file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX) == 0;
        if (!held_) error_ = errno;
    }
    ~Turn() {
        if (fd_ >= 0) ::close(fd_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    HostResult<void> held(const fs::path& file) const {
        if (held_) return {};
        return fail("file_unwritable", fmt::format("{}.lock: {}", file.string(), std::strerror(error_)),
                    "check the folder and its permissions");
    }

  private:
    int fd_ = -1, error_ = 0;
    bool held_ = false;
};

}  // namespace

std::string_view role_name(Role role) { return ROLE_NAMES[static_cast<size_t>(role)]; }

bool parse_role(std::string_view name, Role& out) {
    for (size_t i = 1; i < std::size(ROLE_NAMES); i++)
        if (ROLE_NAMES[i] == name) {
            out = static_cast<Role>(i);
            return true;
        }
    return false;
}

bool role_allows(Role have, Role need) { return need == Role::none || have == Role::admin || have == need; }

HostResult<void> write_secret(const fs::path& file, BytesView bytes) {
    ASHLAR_TRY(write_file_atomically(file, bytes, 0600));
    struct stat folder{};
    if (::geteuid() != 0 || ::stat(fs::absolute(file).parent_path().c_str(), &folder) != 0) return {};
    if (folder.st_uid == 0 && folder.st_gid == 0) return {};
    if (::chown(file.c_str(), folder.st_uid, folder.st_gid) != 0 || ::chmod(file.c_str(), 0640) != 0)
        return fail("file_unwritable", fmt::format("{}: {}", file.string(), std::strerror(errno)),
                    "check the file system");
    return {};
}

HostResult<std::vector<TokenRecord>> TokenFile::list() const {
    std::vector<TokenRecord> out;
    std::error_code ec;
    if (!fs::exists(file_, ec)) return out;
    ASHLAR_ASSIGN(const Bytes bytes, read_file(file_));
    std::istringstream in(std::string(bytes.begin(), bytes.end()));
    std::string line;
    for (int number = 1; std::getline(in, line); number++) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        TokenRecord r;
        std::string role;
        words >> r.id >> role >> r.hash >> r.created_s >> std::ws;
        const bool bad = words.bad() || !parse_role(role, r.role) || !is_blob_name(r.hash);
        if (bad)
            return fail("token_file_bad", fmt::format("{}:{}: not a token record", file_.string(), number),
                        "make tokens with `ashlarctl token create`");
        std::getline(words, r.note);
        out.push_back(std::move(r));
    }
    return out;
}

HostResult<void> TokenFile::save(const std::vector<TokenRecord>& records) const {
    std::string text = "# id role sha256-of-token created note\n";
    for (const auto& r : records)
        text += fmt::format("{} {} {} {} {}\n", r.id, role_name(r.role), r.hash, r.created_s, r.note);
    return write_secret(file_, as_bytes(text));
}

HostResult<std::string> TokenFile::create(Role role, const std::string& note) const {
    const Turn turn(file_);
    ASHLAR_TRY(turn.held(file_));
    ASHLAR_ASSIGN(auto records, list());
    std::string clean;
    for (const char c : note) clean += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    std::string token = fmt::format("ashlar_{}_{}", role_name(role), random_hex(32));
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    records.push_back({random_hex(4), role, sha256_hex(as_bytes(token)), now.count(), clean});
    ASHLAR_TRY(save(records));
    return token;
}

HostResult<void> TokenFile::revoke(const std::string& id) const {
    const Turn turn(file_);
    ASHLAR_TRY(turn.held(file_));
    ASHLAR_ASSIGN(auto records, list());
    if (std::erase_if(records, [&](const TokenRecord& r) { return r.id == id; }) == 0)
        return fail("token_unknown", fmt::format("no token has the id '{}'", id),
                    "`ashlarctl token list` shows the ids");
    return save(records);
}

TokenVerifier::Stamp TokenVerifier::stamp() const {
    struct stat st{};
    if (::stat(file_.c_str(), &st) != 0) return {};
    return {st.st_ino, static_cast<uint64_t>(st.st_size), st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
}

HostResult<void> TokenVerifier::load() {
    const std::lock_guard lock(mutex_);
    stamp_ = stamp();
    ASHLAR_ASSIGN(records_, TokenFile(file_).list());
    return {};
}

void TokenVerifier::refresh() {
    const Stamp now = stamp();
    if (now == stamp_) return;
    stamp_ = now;
    auto records = TokenFile(file_).list();
    if (records)
        records_ = std::move(*records);
    else  // a half-edited file must not lock everybody out
        log::warning("token_file_ignored", {{"reason", records.error().message}});
}

std::optional<Role> TokenVerifier::check(std::string_view token) {
    const std::string hash = sha256_hex(as_bytes(token));
    const std::lock_guard lock(mutex_);
    refresh();
    std::optional<Role> found;
    for (const auto& r : records_)
        if (CRYPTO_memcmp(r.hash.data(), hash.data(), hash.size()) == 0) found = r.role;
    return found;
}

bool TokenVerifier::empty() {
    const std::lock_guard lock(mutex_);
    refresh();
    return records_.empty();
}

HostResult<std::string> read_token(const fs::path& file) {
    ASHLAR_ASSIGN(const Bytes bytes, read_file(file));
    std::string token(bytes.begin(), bytes.end());
    token = token.substr(0, token.find('\n'));
    while (!token.empty() && (token.back() == ' ' || token.back() == '\r')) token.pop_back();
    if (token.empty())
        return fail("token_file_bad", fmt::format("{}: holds no token", file.string()),
                    "write the output of `ashlarctl token create` to it");
    return token;
}

}  // namespace ashlar::cluster
