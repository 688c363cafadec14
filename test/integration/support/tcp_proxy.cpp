// SPDX-License-Identifier: Apache-2.0
#include "test/integration/support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

namespace ashlar::test {

namespace {

constexpr int POLL_MS = 20;

sockaddr_in loopback(uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET, a.sin_port = htons(port), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

/// Closes with a reset instead of an orderly end.
void reset(int fd) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd);
}

/// Moves what is there from one socket to the other; false at the end of either.
bool move(int from, int to) {
    char piece[16 << 10];
    const ssize_t n = ::recv(from, piece, sizeof piece, MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    for (ssize_t sent = 0; sent < n;) {
        const ssize_t m = ::send(to, piece + sent, static_cast<size_t>(n - sent), MSG_NOSIGNAL);
        if (m <= 0) return false;
        sent += m;
    }
    return n > 0;
}

}  // namespace

TcpProxy::TcpProxy(uint16_t target) : target_(target) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a = loopback(0);
    socklen_t size = sizeof a;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size) == 0);
    port_ = ntohs(a.sin_port);
    accepting_ = std::thread([this] { accept_loop(); });
}

TcpProxy::~TcpProxy() {
    stop_ = true;
    accepting_.join();
    for (auto& t : relays_) t.join();
    ::close(listener_);
}

void TcpProxy::accept_loop() {
    while (!stop_) {
        pollfd p{listener_, POLLIN, 0};
        if (::poll(&p, 1, POLL_MS) <= 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        if (mode_ == Mode::refuse) {
            reset(client);
            continue;
        }
        relays_.emplace_back([this, client] { relay(client); });
    }
}

void TcpProxy::relay(int client) {
    const uint64_t generation = generation_;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in a = loopback(target_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0;
    while (open && !stop_ && generation == generation_) {
        if (mode_ == Mode::stall) {
            std::this_thread::sleep_for(std::chrono::milliseconds(POLL_MS));
            continue;
        }
        pollfd p[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        if (::poll(p, 2, POLL_MS) <= 0) continue;
        if (p[0].revents) open = move(client, server);
        if (open && p[1].revents) open = move(server, client);
    }
    reset(client);
    reset(server);
}

}  // namespace ashlar::test
