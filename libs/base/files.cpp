// SPDX-License-Identifier: Apache-2.0
#include "libs/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libs/base/hex.hpp"

namespace ashlar {

namespace fs = std::filesystem;

Fail<Error> io_error(const char* code, const fs::path& file, const char* what) {
    return fail(code, fmt::format("{}: cannot {}: {}", file.string(), what, std::strerror(errno)),
                errno == ENOSPC ? "free disk space" : "check the path and its permissions");
}

bool write_all(int fd, BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return true;
}

void sync_directory(const fs::path& dir) {
    const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

std::string random_hex(size_t n) {
    Bytes b(n);
    if (::getentropy(b.data(), n) != 0) __builtin_trap();  // no randomness: nothing here is safe
    return to_hex(b);
}

HostResult<Bytes> read_file(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error("file_unreadable", file, "open");
    Bytes out;
    struct stat st{};
    if (::fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) out.reserve(static_cast<size_t>(st.st_size));
    uint8_t buffer[1 << 16];
    ssize_t n;
    while ((n = ::read(fd, buffer, sizeof buffer)) > 0) out.insert(out.end(), buffer, buffer + n);
    const bool ok = n == 0;
    if (!ok) {
        auto error = io_error("file_unreadable", file, "read");
        ::close(fd);
        return error;
    }
    ::close(fd);
    return out;
}

HostResult<void> write_file_atomically(const fs::path& file, BytesView bytes, unsigned mode) {
    const fs::path temporary = file.string() + ".tmp-" + random_hex(6);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) return io_error("file_unwritable", temporary, "create");
    const bool ok = write_all(fd, bytes) && ::fsync(fd) == 0;
    if (!ok) {
        auto error = io_error("file_unwritable", temporary, "write");
        ::close(fd);
        ::unlink(temporary.c_str());
        return error;
    }
    ::close(fd);
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        auto error = io_error("file_unwritable", file, "rename to");
        ::unlink(temporary.c_str());
        return error;
    }
    sync_directory(file.parent_path().empty() ? "." : file.parent_path());
    return {};
}

}  // namespace ashlar
