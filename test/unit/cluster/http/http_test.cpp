// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/http/http.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "libs/cluster/http/http_client.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TempDir;
using std::chrono::milliseconds;

namespace {

struct Fixture {
    TempDir dir;
    std::shared_ptr<TokenVerifier> tokens;
    std::string admin, reader;
    std::unique_ptr<HttpServer> server;
    std::atomic<int> polls{0};

    explicit Fixture(HttpLimits limits = {}) {
        const TokenFile file(dir.path / "tokens");
        admin = *file.create(Role::admin, "");
        reader = *file.create(Role::reader, "");
        tokens = std::make_shared<TokenVerifier>(dir.path / "tokens");
        REQUIRE(tokens->load());
        HttpServerOptions options;
        options.tokens = tokens;
        options.limits = limits;
        options.threads = 2;
        options.blobs = *BlobStore::open(dir.path / "blobs");
        const auto echo = [](HttpRequest& r) {
            return json_response(r.method + " " + r.params["id"] + " " + r.query["q"] + " " + r.body);
        };
        std::vector<HttpRoute> routes = {
            {"GET", "/public", Role::none, echo, {}, {{"q", ""}, {"count", ""}}},
            {"GET", "/items/{id}", Role::reader, echo},
            {"GET", "/old", Role::admin, echo},
            {"POST", "/items/{id}", Role::admin, echo},
            {"PUT", "/blobs/{sha256}", Role::admin, [](HttpRequest& r) { return json_response(r.blob); }, {}, {}, true},
            {"GET", "/blobs/{sha256}", Role::admin,
             [b = *options.blobs](HttpRequest& r) {
                 HttpResponse out;
                 out.file = b.path(r.params["sha256"]);
                 return out;
             }},
            {"GET", "/poll", Role::none,
             [this](HttpRequest&) {
                 HttpResponse out = json_response("late", 204);
                 out.wait = milliseconds(5000);
                 out.poll = [this]() -> std::optional<HttpResponse> {
                     if (++polls < 3) return std::nullopt;
                     return json_response("third");
                 };
                 return out;
             }},
            {"GET", "/stream", Role::none,
             [n = std::make_shared<int>(0)](HttpRequest&) {
                 HttpResponse out;
                 out.stream = [n]() -> std::optional<std::string> {
                     if (*n == 3) return std::nullopt;
                     return "data: " + std::to_string((*n)++) + "\n\n";
                 };
                 return out;
             }},
        };
        auto s = HttpServer::start(std::move(options), std::move(routes));
        REQUIRE(s);
        server = std::move(*s);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
    std::unique_ptr<HttpClient> client(const std::string& token) const {
        auto c = HttpClient::open(url(), token, milliseconds(10000));
        REQUIRE(c);
        return std::move(*c);
    }
    /// Sends raw bytes, returns all that comes back until the peer closes.
    std::string raw(const std::string& text) const {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in a{};
        a.sin_family = AF_INET, a.sin_port = htons(server->port()), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
        (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        std::string out;
        char buffer[4096];
        for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(n));
        ::close(fd);
        return out;
    }
};

}  // namespace

TEST_CASE("targets are decoded strictly") {
    const auto t = parse_target("/a%20b/c?x=1&y=%26&z");
    REQUIRE(t);
    CHECK(t->first == "/a b/c");
    CHECK(t->second.at("y") == "&");
    CHECK(t->second.at("z").empty());
    for (const char* bad : {"", "http://x/", "/%", "/%zz", "/a?x=%4", "/%00", "/a?x=1&x=2"})
        CHECK_FALSE(parse_target(bad));
    std::map<std::string, std::string> p;
    CHECK(match_route("/v1/jobs/{id}", "/v1/jobs/7", p));
    CHECK(p.at("id") == "7");
    for (const char* no : {"/v1/jobs", "/v1/jobs/", "/v1/jobs/7/x", "/v1/job/7", "/"})
        CHECK_FALSE(match_route("/v1/jobs/{id}", no, p));
    CHECK(match_route("/", "/", p));
}

TEST_CASE("routing, tokens and roles") {
    const Fixture f;
    CHECK(f.client("")->send("GET", "/public?q=a%26b")->body == "GET  a&b ");
    CHECK(f.client("")->send("GET", "/items/7")->status == 401);
    CHECK(f.client("wrong")->send("GET", "/items/7")->status == 401);
    CHECK(f.client(f.reader)->send("GET", "/items/7")->body == "GET 7  ");
    CHECK(f.client(f.reader)->send("POST", "/items/7", "x")->status == 403);
    CHECK(f.client(f.admin)->send("POST", "/items/7", "x")->body == "POST 7  x");
    CHECK(f.client(f.admin)->send("DELETE", "/items/7")->status == 405);
    CHECK(f.client(f.admin)->send("GET", "/nothing")->status == 404);
    const auto e = f.client(f.reader)->post("/items/7", "x");
    REQUIRE_FALSE(e);
    CHECK(e.error().code == "role_refused");
}

TEST_CASE("blobs stream both ways; wrong bytes and names are refused") {
    const Fixture f;
    std::string data(3 << 20, 'q');
    data[12345] = 'r';
    std::ofstream(f.dir.path / "in", std::ios::binary) << data;
    const std::string name = sha256_hex(as_bytes(data));
    auto c = f.client(f.admin);
    auto put = c->upload("/blobs/" + name, f.dir.path / "in");
    REQUIRE(put);
    CHECK(put->body == name);
    const auto store = *BlobStore::open(f.dir.path / "copy");
    auto w = store.writer();
    CHECK(*c->download("/blobs/" + name, *w) == 200);
    CHECK(*w->commit(name) == name);
    const std::string other = sha256_hex(as_bytes("other"));
    CHECK(c->upload("/blobs/" + other, f.dir.path / "in")->status == 400);
    CHECK(c->upload("/blobs/nonsense", f.dir.path / "in")->status == 400);
    CHECK(c->send("GET", "/blobs/" + other)->status == 404);
    CHECK(f.client(f.reader)->upload("/blobs/" + name, f.dir.path / "in")->status == 403);
}

TEST_CASE("an upload cut off in mid-body leaves nothing") {
    const Fixture f;
    const std::string name = sha256_hex(as_bytes("hello"));
    const int before = 0;
    const std::string reply = [&] {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in a{};
        a.sin_family = AF_INET, a.sin_port = htons(f.server->port()), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
        const std::string text = "PUT /blobs/" + name + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + f.admin +
                                 "\r\nContent-Length: 5\r\n\r\nhel";
        (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        ::shutdown(fd, SHUT_WR);
        std::string out;
        char buffer[4096];
        for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(n));
        ::close(fd);
        return out;
    }();
    CHECK_THAT(reply, Catch::Contains("400") && Catch::Contains("body_incomplete"));
    CHECK_FALSE(BlobStore::open(f.dir.path / "blobs")->has(name));
    CHECK(std::distance(std::filesystem::directory_iterator(f.dir.path / "blobs" / "incoming"), {}) == before);
}

TEST_CASE("long poll answers when there is something; streams end") {
    Fixture f;
    CHECK(f.client("")->send("GET", "/poll")->body == "third");
    std::string lines;
    CHECK(f.client("")->events("/stream", [&](const std::string& l) {
        lines += l + "|";
        return true;
    }));
    CHECK(lines == "data: 0||data: 1||data: 2||");
}

TEST_CASE("malformed requests get an answer and the server lives on") {
    const Fixture f;
    for (const char* bad :
         {"\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02garbage\r\n\r\n",
          "GET /public HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "GET /%zz HTTP/1.1\r\nConnection: close\r\n\r\n",
          "POST /items/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        INFO(bad);
        const std::string reply = f.raw(bad);
        CHECK((reply.empty() || reply.find("HTTP/1.1 4") == 0));
    }
    CHECK(f.client("")->send("GET", "/public")->status == 200);
}

TEST_CASE("header, body and rate limits") {
    HttpLimits limits;
    limits.header_bytes = 2048;
    limits.body_bytes = 1000;
    limits.requests_per_second = 50;
    const Fixture f(limits);
    CHECK_THAT(f.raw("GET /public HTTP/1.1\r\nX: " + std::string(4000, 'a') + "\r\n\r\n"), Catch::Contains(" 431 "));
    CHECK(f.client(f.admin)->send("POST", "/items/1", std::string(1000, 'a'))->status == 200);
    CHECK(f.client(f.admin)->send("POST", "/items/1", std::string(1001, 'a'))->status == 413);
    // Chunked: the length is not announced.
    std::string chunked =
        "POST /items/1 HTTP/1.1\r\nAuthorization: Bearer " + f.admin + "\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 3; i++) chunked += "190\r\n" + std::string(400, 'b') + "\r\n";
    CHECK_THAT(f.raw(chunked + "0\r\n\r\n"), Catch::Contains(" 413 "));
    auto c = f.client("");
    int limited = 0;
    for (int i = 0; i < 200; i++) limited += c->send("GET", "/public")->status == 429;
    CHECK(limited > 0);
}

TEST_CASE("a slow client is cut off and disturbs nobody") {
    HttpLimits limits;
    limits.header_timeout = milliseconds(200);
    limits.body_timeout = milliseconds(200);
    const Fixture f(limits);
    CHECK(f.raw("GET /public HTTP/1.1\r\nHos").empty());  // never ends its head
    CHECK_THAT(f.raw("POST /items/1 HTTP/1.1\r\nAuthorization: Bearer " + f.admin + "\r\nContent-Length: 9\r\n\r\nab"),
               Catch::Contains(" 408 ") || Catch::Equals(""));
    CHECK(f.client("")->send("GET", "/public")->status == 200);
}

TEST_CASE("without tokens only loopback is served") {
    HttpServerOptions options;
    options.listen = "0.0.0.0:0";
    const auto r = HttpServer::start(options, {});
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "listen_unprotected");
    options.listen = "nonsense";
    CHECK(HttpServer::start(options, {}).error().code == "listen_failed");
    options.listen = "127.0.0.1:0";
    auto s = HttpServer::start(options, {{"GET", "/x", Role::admin, [](HttpRequest&) { return json_response("ok"); }}});
    REQUIRE(s);
    CHECK((*HttpClient::open("http://127.0.0.1:" + std::to_string((*s)->port()), ""))->send("GET", "/x")->body == "ok");
    // A web page of another site, or of a name made to point here, is not this machine's client.
    const auto status = [&](const std::string& headers) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in a{};
        a.sin_family = AF_INET, a.sin_port = htons((*s)->port()), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
        const std::string text = "GET /x HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n";
        (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        char buffer[64] = {};
        (void)::recv(fd, buffer, sizeof buffer - 1, MSG_WAITALL);
        ::close(fd);
        return std::string(buffer).substr(9, 3);
    };
    CHECK(status("Host: localhost:1\r\nOrigin: http://localhost:1\r\nSec-Fetch-Site: same-origin\r\n") == "200");
    CHECK(status("Host: 127.0.0.1\r\n") == "200");
    CHECK(status("Host: evil.example\r\n") == "403");
    CHECK(status("Host: localhost:1\r\nOrigin: http://evil.example\r\n") == "403");
    CHECK(status("Host: localhost:1\r\nSec-Fetch-Site: cross-site\r\n") == "403");
    (*s)->stop();
    CHECK(HttpClient::open("ftp://x", "").error().code == "url_bad");
    CHECK((*HttpClient::open("http://127.0.0.1:1", ""))->send("GET", "/").error().code == "peer_unreachable");
}

TEST_CASE("HEAD is GET without a body, and starts nothing") {
    const Fixture f;
    const auto head = [&](const std::string& target, const std::string& token) {
        return f.raw("HEAD " + target + " HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer " + token +
                     "\r\n\r\n");
    };
    const std::string reply = head("/items/7", f.reader);
    CHECK_THAT(reply, Catch::StartsWith("HTTP/1.1 200") && Catch::Contains("Content-Length: 8\r\n") &&
                          Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(head("/nothing", f.reader), Catch::StartsWith("HTTP/1.1 404") && Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(head("/stream", ""), Catch::StartsWith("HTTP/1.1 200") && Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(head("/old", f.admin),
               Catch::StartsWith("HTTP/1.1 405") && Catch::Contains("Allow: GET\r\n") && Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(f.raw("DELETE /items/7 HTTP/1.1\r\nConnection: close\r\n\r\n"),
               Catch::Contains("Allow: GET, HEAD, POST\r\n"));
}

TEST_CASE("a body whose end is not known is refused, not taken for none") {
    const Fixture f;
    const std::string head = "POST /items/1 HTTP/1.1\r\nAuthorization: Bearer " + f.admin + "\r\n";
    // What follows must not be read as a second request.
    const std::string hidden = "GET /public?q=hidden HTTP/1.1\r\n\r\n";
    for (const char* coding : {"gzip", "chunked, gzip", "identity", "gzip, chunked", ""}) {
        INFO(coding);
        const std::string reply = f.raw(head + "Transfer-Encoding: " + coding + "\r\n\r\n" + hidden);
        CHECK((reply.find("HTTP/1.1 501") == 0 || reply.find("HTTP/1.1 400") == 0));
        CHECK(reply.find("hidden") == std::string::npos);
    }
    const std::string both = f.raw(head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + hidden);
    CHECK((both.empty() || both.find("HTTP/1.1 400") == 0));
    CHECK(both.find("hidden") == std::string::npos);
    CHECK_THAT(f.raw(head + "Connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
               Catch::Contains("POST 1  ok"));
}

TEST_CASE("a parameter nobody reads is refused, with the nearest one that is") {
    const Fixture f;
    const auto r = f.client("")->get("/public?cuont=5");
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "parameter_unknown");
    CHECK(r.error().hint == "did you mean 'count'?");
    CHECK(f.client(f.reader)->send("GET", "/items/7?x=1")->status == 400);
    CHECK(f.client("")->send("GET", "/items/7?x=1")->status == 401);  // who may not ask learns nothing
}

TEST_CASE("tokens made and revoked while the server runs count at once, on open streams too") {
    const TempDir dir;
    const TokenFile file(dir.path / "tokens");
    HttpServerOptions options;
    options.threads = 2;
    options.tokens = std::make_shared<TokenVerifier>(dir.path / "tokens");
    REQUIRE(options.tokens->load());
    const auto server =
        *HttpServer::start(options, {{"GET", "/x", Role::reader, [](HttpRequest&) { return json_response("ok"); }},
                                     {"GET", "/stream", Role::reader, [](HttpRequest&) {
                                          HttpResponse out;
                                          out.stream = []() -> std::optional<std::string> { return "data: x\n\n"; };
                                          return out;
                                      }}});
    const auto status = [&](const std::string& token) {
        return (*HttpClient::open("http://127.0.0.1:" + std::to_string(server->port()), token))
            ->send("GET", "/x")
            ->status;
    };
    CHECK(status("") == 200);
    const std::string first = *file.create(Role::reader, "");
    CHECK(status("") == 401);
    CHECK(status(first) == 200);
    const std::string second = *file.create(Role::reader, "");
    CHECK(status(second) == 200);
    REQUIRE(file.revoke(file.list()->front().id));
    CHECK(status(first) == 401);
    // The stream of a token ends with it.
    auto reader = *HttpClient::open("http://127.0.0.1:" + std::to_string(server->port()), second);
    size_t lines = 0;
    (void)reader->events("/stream", [&](const std::string&) {
        if (++lines == 1) REQUIRE(file.revoke(file.list()->front().id));
        return true;
    });
    CHECK(lines > 0);
    CHECK(status(second) == 401);
    std::filesystem::remove(dir.path / "tokens");
    CHECK(status("") == 401);  // a file that vanishes opens nothing
}
