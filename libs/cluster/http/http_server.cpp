// SPDX-License-Identifier: Apache-2.0
// The only file that instantiates Beast's server side.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <mutex>
#include <thread>

#include "libs/base/descriptors.hpp"
#include "libs/base/log.hpp"
#include "libs/base/suggest.hpp"
#include "libs/cluster/http/http.hpp"

namespace ashlar::cluster {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto POLL_INTERVAL = milliseconds(50);
constexpr auto STREAM_KEEP_ALIVE = std::chrono::seconds(15);
constexpr auto STREAM_TOKEN_PERIOD = milliseconds(500);
constexpr size_t PIECE = 64 << 10;
constexpr auto LINGER = milliseconds(2000);
constexpr size_t LINGER_BYTES = 8 << 20;

/// One second's request count per remote address.
class RateLimit {
  public:
    explicit RateLimit(unsigned per_second) : limit_(per_second) {}
    bool admit(const std::string& who) {
        const auto second = std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
        const std::lock_guard lock(mutex_);
        if (second != second_) {
            second_ = second;
            counts_.clear();
        }
        return ++counts_[who] <= limit_;
    }

  private:
    unsigned limit_;
    std::mutex mutex_;
    int64_t second_ = 0;
    std::map<std::string, unsigned> counts_;
};

/// Without tokens loopback is all the protection there is, and a web page in a browser on this machine can reach it:
/// not another site's page, nor one whose name was made to point here.
bool is_local_request(const HttpRequest& request) {
    std::string host = request.header("host");
    host = host.substr(
        0, host.find_last_of(':') == std::string::npos || host.ends_with("]") ? host.size() : host.find_last_of(':'));
    if (!host.empty() && host != "localhost" && host != "127.0.0.1" && host != "[::1]") return false;
    const std::string origin = request.header("origin"), site = request.header("sec-fetch-site");
    if (!origin.empty() && origin != "http://" + request.header("host")) return false;
    return site.empty() || site == "same-origin" || site == "none";
}

class BeastServer final : public HttpServer {
  public:
    BeastServer(HttpServerOptions options, std::vector<HttpRoute> routes)
        : options_(std::move(options)),
          routes_(std::move(routes)),
          io_(static_cast<int>(options_.threads)),
          acceptor_(io_),
          rate_(options_.limits.requests_per_second) {}
    ~BeastServer() override { stop(); }

    HostResult<void> open() {
        const size_t colon = options_.listen.rfind(':');
        std::string host = options_.listen.substr(0, colon);
        if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
        unsigned port = 65536;
        if (colon != std::string::npos) {
            const std::string digits = options_.listen.substr(colon + 1);
            if (!digits.empty() && digits.size() < 6 && std::all_of(digits.begin(), digits.end(), ::isdigit))
                port = static_cast<unsigned>(std::stoul(digits));
        }
        boost::system::error_code ec;
        const auto address = asio::ip::make_address(host, ec);
        if (ec || port > 65535)
            return fail("listen_failed", fmt::format("'{}' is not an address to listen on", options_.listen),
                        "use address:port, such as 127.0.0.1:8080 or [::]:8080");
        if (!is_protected() && !address.is_loopback())
            return fail("listen_unprotected", fmt::format("refusing to listen on {} without tokens", options_.listen),
                        "make one with `ashlarctl token create`, or listen on 127.0.0.1");
        const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
        acceptor_.open(endpoint.protocol(), ec);
        if (!ec) close_on_exec(acceptor_.native_handle());
        if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
        if (!ec) acceptor_.bind(endpoint, ec);
        if (!ec) acceptor_.listen(1024, ec);
        if (ec)
            return fail("listen_failed", fmt::format("cannot listen on {}: {}", options_.listen, ec.message()),
                        "is another daemon running there?");
        if (!is_protected())
            log::warning("no_tokens", {{"listen", options_.listen}, {"effect", "loopback only, everybody is admin"}});
        asio::co_spawn(io_, accept_loop(), asio::detached);
        for (unsigned i = 0; i < options_.threads; i++) threads_.emplace_back([this] { run(); });
        return {};
    }

    uint16_t port() const override {
        boost::system::error_code ec;
        return acceptor_.local_endpoint(ec).port();
    }
    bool alive() const override { return accepting_; }
    void stop() override {
        if (stopped_.exchange(true)) return;
        io_.stop();
        for (auto& t : threads_) t.join();
    }

  private:
    using Stream = beast::tcp_stream;
    HttpServerOptions options_;
    std::vector<HttpRoute> routes_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    RateLimit rate_;
    std::vector<std::thread> threads_;
    std::atomic<bool> stopped_{false}, accepting_{true};
    std::atomic<unsigned> connections_{0};
    std::atomic<bool> protected_{false};

    /// From the first token on, for as long as the process lives: a token file that vanishes opens nothing.
    bool is_protected() {
        if (!protected_ && options_.tokens && !options_.tokens->empty()) protected_ = true;
        return protected_;
    }

    void run() {
        // Nothing of ours throws; a bad_alloc from below must not leave the daemon half alive.
        try {
            io_.run();
        } catch (const std::exception& e) {
            log::error("http_thread_died", {{"cause", e.what()}});
            accepting_ = false;
        }
    }

    asio::awaitable<void> accept_loop() {
        const auto token = asio::as_tuple(asio::use_awaitable);
        while (true) {
            auto [ec, socket] = co_await acceptor_.async_accept(asio::make_strand(io_), token);
            if (ec == asio::error::operation_aborted) co_return;
            if (ec) {  // out of descriptors, usually: wait for some to close
                log::warning("accept_failed", {{"reason", ec.message()}});
                asio::steady_timer timer(io_, milliseconds(200));
                co_await timer.async_wait(token);
                continue;
            }
            close_on_exec(socket.native_handle());
            if (connections_ >= options_.limits.connections) continue;  // closes it
            connections_++;
            auto executor = socket.get_executor();
            asio::co_spawn(executor, connection(Stream(std::move(socket))),
                           [this](std::exception_ptr) { connections_--; });
        }
    }

    /// What became of one request: whether the connection may carry another.
    struct Outcome {
        bool keep = false;
    };

    asio::awaitable<void> connection(Stream stream) {
        const auto token = asio::as_tuple(asio::use_awaitable);
        boost::system::error_code ec;
        const auto remote = stream.socket().remote_endpoint(ec);
        const std::string who = ec ? "?" : remote.address().to_string();
        stream.socket().set_option(tcp::no_delay(true), ec);
        beast::flat_buffer buffer;
        while (!stopped_) {
            http::request_parser<http::buffer_body> parser;
            parser.header_limit(static_cast<uint32_t>(options_.limits.header_bytes));
            parser.body_limit(options_.limits.blob_bytes);
            stream.expires_after(options_.limits.header_timeout);
            auto [read_ec, n] = co_await http::async_read_header(stream, buffer, parser, token);
            if (read_ec) {
                if (read_ec == http::error::header_limit)
                    co_await send(stream, error_response({"header_too_large", "the request head is too large"}), false);
                else if (read_ec == http::error::body_limit)
                    co_await send(stream, error_response({"body_too_large", "the body is too large"}), false);
                else if (read_ec != http::error::end_of_stream && read_ec != beast::error::timeout &&
                         read_ec.category() == http::make_error_code(http::error::bad_target).category())
                    co_await send(stream, error_response({"request_malformed", read_ec.message()}), false);
                break;
            }
            const auto outcome = co_await serve(stream, buffer, parser, who);
            if (!outcome.keep) break;
        }
        stream.socket().shutdown(tcp::socket::shutdown_send, ec);
        // Closing with unread bytes resets the connection, and the peer might lose the answer: read on for a moment.
        std::vector<char> rest(PIECE);
        stream.expires_after(LINGER);
        for (size_t drained = 0; drained < LINGER_BYTES;) {
            auto [drain_ec, n] = co_await stream.async_read_some(asio::buffer(rest), token);
            if (drain_ec) break;
            drained += n;
        }
    }

    asio::awaitable<Outcome> serve(Stream& stream, beast::flat_buffer& buffer,
                                   http::request_parser<http::buffer_body>& parser, const std::string& who) {
        const auto begin = Clock::now();
        const auto& head = parser.get();
        HttpRequest request;
        request.method = std::string(head.method_string());
        for (const auto& field : head) {
            std::string name(field.name_string());
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
            request.headers[name] = std::string(field.value());
        }
        const bool keep = head.keep_alive();
        const HttpRoute* route = nullptr;
        HttpResponse response;
        const auto target = parse_target({head.target().data(), head.target().size()});
        bool refused = true;
        const bool head_only = request.method == "HEAD";
        auto coding = refuse_coding(request);
        const bool known_end = !coding;  // else nobody can tell where the next request begins
        if (coding) {
            response = std::move(*coding);
        } else if (!rate_.admit(who)) {
            response = error_response({"rate_limited", "too many requests from this address", "slow down"});
        } else if (!target) {
            response = error_response({"request_malformed", "the request target is not a path with a query"});
        } else {
            request.path = target->first;
            request.query = target->second;
            route = find_route(request, response);
            refused = !route || !authorized(*route, request, response) || !knows_query(*route, request, response);
        }
        if (!refused) {
            auto error = co_await read_body(stream, buffer, parser, *route, request);
            if (error) {
                response = std::move(*error);
                refused = true;
            }
        }
        // A refused request's body is never read, so the connection cannot be used again if there is one.
        const bool reusable = keep && known_end && (!refused || parser.is_done());
        if (!refused) response = route->handler(request);
        if (response.poll && !head_only) co_await long_poll(response);
        const int status = response.status;
        const bool sent = head_only               ? co_await send_head(stream, response, reusable)
                          : response.stream       ? co_await send_stream(stream, response, route, request)
                          : response.file.empty() ? co_await send(stream, response, reusable)
                                                  : co_await send_file(stream, response, reusable);
        if (options_.observe)
            options_.observe(request.method, route ? route->pattern : "none", status,
                             std::chrono::duration<double>(Clock::now() - begin).count());
        co_return Outcome{sent && reusable};
    }

    /// HEAD is GET without the body, but not for the old paths where GET starts something (those an admin may call).
    static bool serves(const HttpRoute& route, const std::string& method) {
        return route.method == method || (method == "HEAD" && route.method == "GET" && route.role != Role::admin);
    }

    const HttpRoute* find_route(HttpRequest& request, HttpResponse& response) const {
        std::string allowed;
        for (const auto& route : routes_) {
            if (!match_route(route.pattern, request.path, request.params)) continue;
            if (serves(route, request.method)) return &route;
            allowed += (allowed.empty() ? "" : ", ") + route.method;
            if (serves(route, "HEAD")) allowed += ", HEAD";
        }
        if (allowed.empty()) {
            response = error_response(
                {"path_unknown", "nothing is at " + request.path, "the API is described at /openapi.json"});
        } else {
            response = error_response(
                {"method_not_allowed", request.method + " is not for " + request.path, "use " + allowed});
            response.headers["Allow"] = allowed;
        }
        return nullptr;
    }

    /// A parameter nobody reads is a mistake: what its sender wanted would not happen.
    static bool knows_query(const HttpRoute& route, const HttpRequest& request, HttpResponse& response) {
        for (const auto& [name, value] : request.query) {
            std::vector<std::string_view> known;
            for (const HttpParameter& p : route.query) known.push_back(p.name);
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            response = error_response({"parameter_unknown",
                                       fmt::format("{} has no parameter '{}'", route.pattern, name.substr(0, 64)),
                                       did_you_mean(name, known, "remove it")});
            return false;
        }
        return true;
    }

    /// What Beast would read as a request without a body, though its sender announced one.
    static std::optional<HttpResponse> refuse_coding(const HttpRequest& request) {
        std::string coding = request.header("transfer-encoding");
        std::transform(coding.begin(), coding.end(), coding.begin(), [](unsigned char c) { return std::tolower(c); });
        if (coding.empty()) {
            if (!request.headers.contains("transfer-encoding")) return std::nullopt;
        } else if (coding == "chunked") {
            if (!request.headers.contains("content-length")) return std::nullopt;
            return error_response({"request_malformed", "both Transfer-Encoding and Content-Length"});
        }
        return error_response({"coding_unknown", "this server knows no Transfer-Encoding but chunked",
                               "send the body with a Content-Length"});
    }

    bool authorized(const HttpRoute& route, HttpRequest& request, HttpResponse& response) {
        request.role = Role::admin;
        if (route.role == Role::none) return true;
        if (!is_protected()) {
            if (is_local_request(request)) return true;
            response = error_response({"origin_refused", "without tokens only this machine's own clients are served",
                                       "make tokens with `ashlarctl token create`"});
            return false;
        }
        const std::string header = request.header("authorization");
        const auto role = header.starts_with("Bearer ") ? options_.tokens->check(header.substr(7)) : std::nullopt;
        if (!role) {
            response = error_response({"token_refused", "a valid bearer token is needed",
                                       "send `Authorization: Bearer TOKEN`; `ashlarctl token create` makes one"});
            response.headers["WWW-Authenticate"] = "Bearer";
            return false;
        }
        request.role = *role;
        if (role_allows(*role, route.role)) return true;
        response = error_response({"role_refused", fmt::format("a {} token may not do this", role_name(*role)),
                                   fmt::format("use a token of the role {}", role_name(route.role))});
        return false;
    }

    asio::awaitable<std::optional<HttpResponse>> read_body(Stream& stream, beast::flat_buffer& buffer,
                                                           http::request_parser<http::buffer_body>& parser,
                                                           const HttpRoute& route, HttpRequest& request) {
        const auto token = asio::as_tuple(asio::use_awaitable);
        const uint64_t limit = route.receives_blob ? options_.limits.blob_bytes : options_.limits.body_bytes;
        const auto too_large = error_response({"body_too_large", fmt::format("the body is over {} bytes", limit)});
        if (const auto length = parser.content_length(); length && *length > limit) co_return too_large;
        std::optional<BlobStore::Writer> writer;
        if (route.receives_blob) {
            if (!is_blob_name(request.params["sha256"]))
                co_return error_response({"blob_name_bad", "a blob is named by 64 lower-case hex digits"});
            auto w = options_.blobs->writer();
            if (!w) co_return error_response(w.error());
            writer.emplace(std::move(*w));
        }
        if (request.header("expect") == "100-continue" && !parser.is_done()) {
            static constexpr std::string_view CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream, asio::buffer(CONTINUE), token);
        }
        const auto begin = Clock::now();
        uint64_t received = 0;
        std::vector<char> piece(PIECE);
        while (!parser.is_done()) {
            parser.get().body().data = piece.data();
            parser.get().body().size = piece.size();
            stream.expires_after(options_.limits.body_timeout);
            auto [ec, n] = co_await http::async_read_some(stream, buffer, parser, token);
            if (ec && ec != http::error::need_buffer) {
                const bool slow = ec == beast::error::timeout;
                co_return error_response({slow ? "body_too_slow" : "body_incomplete", ec.message()});
            }
            const size_t got = piece.size() - parser.get().body().size;
            received += got;
            if (received > limit) co_return too_large;
            const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
            const double allowed = std::chrono::duration<double>(options_.limits.body_timeout).count() +
                                   static_cast<double>(received) / static_cast<double>(options_.limits.least_body_rate);
            if (seconds > allowed) co_return error_response({"body_too_slow", "the body came too slowly"});
            if (!writer) {
                request.body.append(piece.data(), got);
            } else if (auto r = writer->append(as_bytes({piece.data(), got})); !r) {
                co_return error_response(r.error());
            }
        }
        if (writer) {
            auto name = writer->commit(request.params["sha256"]);
            if (!name) co_return error_response(name.error());
            request.blob = *name;
        }
        co_return std::nullopt;
    }

    asio::awaitable<void> long_poll(HttpResponse& response) {
        const auto until = Clock::now() + response.wait;
        const auto ask = response.poll;
        response.poll = {};
        while (!stopped_) {
            if (auto answer = ask()) {
                response = std::move(*answer);
                co_return;
            }
            if (Clock::now() >= until) co_return;
            asio::steady_timer timer(co_await asio::this_coro::executor, POLL_INTERVAL);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    template <class Body>
    static void set_head(http::response<Body>& out, const HttpResponse& response, bool keep) {
        out.result(static_cast<unsigned>(response.status));
        out.version(11);
        out.keep_alive(keep);
        out.set(http::field::content_type, response.content_type);
        out.set(http::field::cache_control, "no-store");
        out.set("X-Content-Type-Options", "nosniff");
        for (const auto& [k, v] : response.headers) out.set(k, v);
    }

    asio::awaitable<bool> send(Stream& stream, const HttpResponse& response, bool keep) {
        http::response<http::string_body> out;
        set_head(out, response, keep);
        out.body() = response.body;
        out.prepare_payload();
        stream.expires_after(options_.limits.body_timeout);
        auto [ec, n] = co_await http::async_write(stream, out, asio::as_tuple(asio::use_awaitable));
        co_return !ec;
    }

    /// What GET would begin with.
    asio::awaitable<bool> send_head(Stream& stream, const HttpResponse& response, bool keep) {
        http::response<http::empty_body> out;
        set_head(out, response, keep);
        std::error_code missing;
        const uint64_t size =
            response.file.empty() ? response.body.size() : std::filesystem::file_size(response.file, missing);
        if (missing) out.result(404);
        if (!response.stream) out.content_length(missing ? 0 : size);
        stream.expires_after(options_.limits.body_timeout);
        http::response_serializer<http::empty_body> serializer(out);
        auto [ec, n] = co_await http::async_write_header(stream, serializer, asio::as_tuple(asio::use_awaitable));
        co_return !ec;
    }

    asio::awaitable<bool> send_file(Stream& stream, const HttpResponse& response, bool keep) {
        const int fd = ::open(response.file.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) co_return co_await send(stream, error_response({"file_missing", "the file is gone"}), keep);
        const auto size = static_cast<uint64_t>(::lseek(fd, 0, SEEK_END));
        ::lseek(fd, 0, SEEK_SET);
        http::response<http::buffer_body> out;
        set_head(out, response, keep);
        out.content_length(size);
        out.body().data = nullptr;
        out.body().more = true;
        http::response_serializer<http::buffer_body> serializer(out);
        const auto token = asio::as_tuple(asio::use_awaitable);
        stream.expires_after(options_.limits.body_timeout);
        auto [head_ec, h] = co_await http::async_write_header(stream, serializer, token);
        bool ok = !head_ec || head_ec == http::error::need_buffer;
        std::vector<char> piece(PIECE);
        uint64_t left = size;
        while (ok && left > 0) {
            const ssize_t n = ::read(fd, piece.data(), std::min<uint64_t>(left, piece.size()));
            if (n <= 0) break;
            left -= static_cast<uint64_t>(n);
            out.body().data = piece.data();
            out.body().size = static_cast<size_t>(n);
            out.body().more = left > 0;
            stream.expires_after(options_.limits.body_timeout);
            auto [ec, sent] = co_await http::async_write(stream, serializer, token);
            ok = !ec || ec == http::error::need_buffer;
        }
        ::close(fd);
        co_return ok&& left == 0;
    }

    asio::awaitable<bool> send_stream(Stream& stream, const HttpResponse& response, const HttpRoute* route,
                                      HttpRequest& request) {
        const auto token = asio::as_tuple(asio::use_awaitable);
        static constexpr std::string_view HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: "
            "close\r\n\r\n";
        stream.expires_after(options_.limits.body_timeout);
        auto [ec, n] = co_await asio::async_write(stream, asio::buffer(HEAD), token);
        auto last = Clock::now();
        auto checked = last;
        while (!ec && !stopped_) {
            if (Clock::now() - checked > STREAM_TOKEN_PERIOD) {  // a token may be revoked while its stream is open
                HttpResponse refusal;
                if (route && !authorized(*route, request, refusal)) break;
                checked = Clock::now();
            }
            auto text = response.stream();
            if (!text) break;
            if (text->empty() && Clock::now() - last > STREAM_KEEP_ALIVE) *text = ": alive\n\n";
            if (!text->empty()) {
                last = Clock::now();
                stream.expires_after(options_.limits.body_timeout);
                auto [write_ec, m] = co_await asio::async_write(stream, asio::buffer(*text), token);
                ec = write_ec;
                continue;
            }
            asio::steady_timer timer(co_await asio::this_coro::executor, POLL_INTERVAL * 2);
            co_await timer.async_wait(token);
        }
        co_return false;
    }
};

}  // namespace

HostResult<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, std::vector<HttpRoute> routes) {
    auto server = std::make_unique<BeastServer>(std::move(options), std::move(routes));
    ASHLAR_TRY(server->open());
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace ashlar::cluster
