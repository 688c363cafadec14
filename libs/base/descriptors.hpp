// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <climits>

namespace ashlar {

/// Between fork and exec: closes every descriptor from `first` on. A child that inherits a socket keeps the connection
/// open after its owner closed it, and the peer never learns. Async-signal-safe.
inline void close_descriptors_from(unsigned first) {
    if (::close_range(first, UINT_MAX, 0) == 0) return;
    rlimit limit{};  // a kernel or a seccomp filter without that call
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t fd = first; fd < limit.rlim_cur; fd++) ::close(static_cast<int>(fd));
}

/// For descriptors that a library opened without the flag.
inline void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

}  // namespace ashlar
