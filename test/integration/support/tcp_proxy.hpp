// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>

namespace ashlar::test {

/// A relay on loopback in front of a port: what a bad network is to the processes behind it.
class TcpProxy {
  public:
    enum class Mode {
        pass,
        stall,   ///< connections stay open, nothing moves: a half-open network
        refuse,  ///< new connections are closed at once
    };
    explicit TcpProxy(uint16_t target);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    uint16_t port() const { return port_; }
    void set(Mode mode) { mode_ = mode; }
    /// Resets all connections, in the middle of whatever they carry.
    void cut() { generation_++; }

  private:
    uint16_t target_, port_ = 0;
    int listener_ = -1;
    std::atomic<Mode> mode_{Mode::pass};
    std::atomic<uint64_t> generation_{0};
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::list<std::thread> relays_;
    std::thread accepting_;

    void accept_loop();
    void relay(int client);
};

}  // namespace ashlar::test
