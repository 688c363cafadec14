// SPDX-License-Identifier: Apache-2.0
// What a child process inherits, and what a connection's end means to its peer.
#include "libs/base/descriptors.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "libs/cluster/http/http.hpp"
#include "libs/cluster/http/http_client.hpp"
#include "libs/prover/engine_process.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TempDir;
using std::chrono::milliseconds;

namespace {

int connect_to(uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET, a.sin_port = htons(port), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    return fd;
}

std::unique_ptr<HttpServer> server_with(milliseconds idle) {
    HttpServerOptions options;
    options.threads = 2;
    options.limits.header_timeout = idle;
    auto server =
        HttpServer::start(options, {{"GET", "/x", Role::none, [](HttpRequest&) { return json_response("ok"); }},
                                    {"POST", "/x", Role::none, [](HttpRequest& r) { return json_response(r.body); }}});
    REQUIRE(server);
    return std::move(*server);
}

}  // namespace

TEST_CASE("every descriptor of a server is closed on exec") {
    const auto server = server_with(milliseconds(10000));
    const int client = connect_to(server->port());
    const std::string request = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) > 0);
    char answer[512];
    REQUIRE(::recv(client, answer, sizeof answer, 0) > 0);
    size_t sockets = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ec;
        const std::string what = std::filesystem::read_symlink(entry.path(), ec).string();
        if (ec || !what.starts_with("socket:")) continue;
        const int fd = std::stoi(entry.path().filename().string());
        sockaddr_in a{};
        socklen_t size = sizeof a;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) != 0 || a.sin_family != AF_INET) continue;
        sockets++;
        INFO(fd << " " << what);
        CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(sockets >= 3);  // listening, accepted, ours
    ::close(client);
}

TEST_CASE("a connection the server gives up ends at its client, though an engine was started meanwhile") {
    const auto server = server_with(milliseconds(300));
    const int client = connect_to(server->port());
    const std::string request = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) > 0);
    char answer[512];
    REQUIRE(::recv(client, answer, sizeof answer, 0) > 0);
    prover::EngineProcess engine("e", {"/bin/sleep", "60"});
    std::stop_source stop;
    std::thread working([&] { (void)engine.call(prover::VerifyProgramRequest{}, {}, stop.get_token()); });
    pollfd p{client, POLLIN, 0};
    CHECK(::poll(&p, 1, 10'000) == 1);
    CHECK(::recv(client, answer, sizeof answer, 0) <= 0);
    stop.request_stop();
    working.join();
    ::close(client);
}

TEST_CASE("a request on a connection that has died goes again at once") {
    // Answers one request a connection, promises to keep it, and closes it when the second comes.
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET, a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&a), size) == 0);
    REQUIRE(::listen(listener, 4) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&a), &size) == 0);
    int accepted = 0;
    std::thread peer([&] {
        for (; accepted < 2; accepted++) {
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            char buffer[4096];
            const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            if (::recv(fd, buffer, sizeof buffer, 0) > 0) (void)::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            if (accepted == 0) (void)::recv(fd, buffer, sizeof buffer, 0);
            ::close(fd);
        }
    });
    const auto client = *HttpClient::open(fmt::format("http://127.0.0.1:{}", ntohs(a.sin_port)), "");
    REQUIRE(client->send("POST", "/x", "{}"));
    const auto second = client->send("POST", "/x", "{}");
    REQUIRE(second);
    CHECK(second->body == "ok");
    peer.join();
    CHECK(accepted == 2);
    ::close(listener);
}
