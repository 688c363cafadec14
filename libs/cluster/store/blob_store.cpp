// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/store/blob_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libs/base/files.hpp"
#include "libs/base/hex.hpp"

namespace ashlar::cluster {

namespace fs = std::filesystem;

namespace {

class Sha256 {
  public:
    Sha256() : ctx_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(ctx_, EVP_sha256(), nullptr); }
    ~Sha256() { EVP_MD_CTX_free(ctx_); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void update(BytesView b) { EVP_DigestUpdate(ctx_, b.data(), b.size()); }
    std::string hex() {
        uint8_t out[32];
        EVP_DigestFinal_ex(ctx_, out, nullptr);
        return to_hex({out, 32});
    }

  private:
    EVP_MD_CTX* ctx_;
};

}  // namespace

std::string sha256_hex(BytesView bytes) {
    Sha256 h;
    h.update(bytes);
    return h.hex();
}

bool is_blob_name(std::string_view name) {
    if (name.size() != 64) return false;
    for (const char c : name)
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    return true;
}

struct BlobStore::Writer::State {
    fs::path dir, temporary;
    std::shared_ptr<PutAgain> put_again;
    int fd = -1;
    Sha256 hash;
    ~State() {
        if (fd >= 0) ::close(fd);
        if (!temporary.empty()) ::unlink(temporary.c_str());
    }
};

BlobStore::Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobStore::Writer::Writer(Writer&&) noexcept = default;
BlobStore::Writer::~Writer() = default;

HostResult<void> BlobStore::Writer::append(BytesView bytes) {
    state_->hash.update(bytes);
    if (!write_all(state_->fd, bytes)) return io_error("file_unwritable", state_->temporary, "write");
    return {};
}

HostResult<std::string> BlobStore::Writer::commit(const std::string& expected) {
    std::string name = state_->hash.hex();
    if (!expected.empty() && name != expected)
        return fail("blob_corrupted", fmt::format("the bytes received hash to {}, not to {}", name, expected),
                    "send the blob again");
    if (::fsync(state_->fd) != 0) return io_error("file_unwritable", state_->temporary, "sync");
    const fs::path target = state_->dir / name.substr(0, 2) / name;
    std::error_code ec;
    fs::create_directories(target.parent_path(), ec);
    const std::lock_guard lock(state_->put_again->mutex);
    if (fs::exists(target, ec)) state_->put_again->note(name);
    if (::rename(state_->temporary.c_str(), target.c_str()) != 0)
        return io_error("file_unwritable", target, "rename to");
    state_->temporary.clear();
    sync_directory(target.parent_path());
    return name;
}

HostResult<BlobStore> BlobStore::open(fs::path dir) {
    std::error_code ec;
    fs::create_directories(dir / "incoming", ec);
    if (ec)
        return fail("file_unwritable", fmt::format("{}: cannot create: {}", dir.string(), ec.message()),
                    "check the path and its permissions");
    // An interrupted upload is nothing: its sender sends again. Young files may belong to a live writer.
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (fs::directory_iterator it(dir / "incoming", ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignore;
        if (fs::last_write_time(it->path(), ignore) < old) fs::remove(it->path(), ignore);
    }
    return BlobStore(std::move(dir));
}

HostResult<BlobStore::Writer> BlobStore::writer() const {
    auto state = std::make_unique<Writer::State>();
    state->dir = dir_, state->put_again = put_again_;
    const fs::path file = dir_ / "incoming" / random_hex(16);
    state->fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (state->fd < 0) return io_error("file_unwritable", file, "create");
    state->temporary = file;
    return Writer(std::move(state));
}

HostResult<std::string> BlobStore::put(BytesView bytes) const {
    std::string name = sha256_hex(bytes);
    {
        const std::lock_guard lock(put_again_->mutex);
        if (has(name)) {
            put_again_->note(name);
            ::utimensat(AT_FDCWD, path(name).c_str(), nullptr, 0);  // as young as if it were written
            return name;
        }
    }
    ASHLAR_ASSIGN(Writer w, writer());
    ASHLAR_TRY(w.append(bytes));
    return w.commit(name);
}

HostResult<std::string> BlobStore::put_file(const fs::path& file) const {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error("file_unreadable", file, "open");
    auto w = writer();
    HostResult<void> ok;
    uint8_t buffer[1 << 16];
    ssize_t n = 0;
    while (w && ok && (n = ::read(fd, buffer, sizeof buffer)) > 0) ok = w->append({buffer, static_cast<size_t>(n)});
    ::close(fd);
    if (!w) return Fail{w.error()};
    if (!ok) return Fail{ok.error()};
    if (n < 0) return io_error("file_unreadable", file, "read");
    return w->commit();
}

bool BlobStore::has(const std::string& name) const {
    std::error_code ec;
    return is_blob_name(name) && fs::is_regular_file(path(name), ec);
}

uint64_t BlobStore::size(const std::string& name) const {
    std::error_code ec;
    const auto n = is_blob_name(name) ? fs::file_size(path(name), ec) : 0;
    return ec ? 0 : n;
}

fs::path BlobStore::path(const std::string& name) const { return dir_ / name.substr(0, 2) / name; }

HostResult<Bytes> BlobStore::get(const std::string& name) const {
    if (!has(name)) return fail("blob_missing", fmt::format("blob {} is not here", name), "upload it first");
    ASHLAR_ASSIGN(Bytes bytes, read_file(path(name)));
    if (sha256_hex(bytes) != name)
        return fail("blob_corrupted", fmt::format("blob {} changed on disk", name), "check the disk; remove the file");
    return bytes;
}

std::vector<std::string> BlobStore::older_than(std::chrono::seconds age, unsigned shard) const {
    std::vector<std::string> out;
    std::error_code ec;
    const auto before = fs::file_time_type::clock::now() - age;
    for (fs::directory_iterator it(dir_ / fmt::format("{:02x}", shard), ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code gone;
        const auto put = fs::last_write_time(it->path(), gone);
        if (std::string name = it->path().filename(); !gone && put < before && is_blob_name(name)) out.push_back(name);
    }
    return out;
}

void BlobStore::remove(const std::string& name) const {
    std::error_code ec;
    if (is_blob_name(name)) fs::remove(path(name), ec);
}

void BlobStore::PutAgain::note(const std::string& name) {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(names, [&](const auto& n) { return now - n.second > PUT_AGAIN; });
    names[name] = now;
}

void BlobStore::remove_unless_put_again(const std::string& name) const {
    const std::lock_guard lock(put_again_->mutex);
    const auto again = put_again_->names.find(name);
    if (again == put_again_->names.end() || std::chrono::steady_clock::now() - again->second > PUT_AGAIN) remove(name);
}

}  // namespace ashlar::cluster
