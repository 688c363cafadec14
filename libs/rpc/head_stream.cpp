// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/head_stream.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <thread>

#include "libs/base/hex.hpp"
#include "libs/ethereum/json_file.hpp"
#include "libs/rpc/json_rpc.hpp"

namespace ashlar::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
namespace json = boost::json;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Endpoint {
    bool tls;
    std::string host, port, path;
};

std::optional<Endpoint> parse_url(std::string_view url) {
    Endpoint e;
    e.tls = url.starts_with("wss://");
    if (!e.tls && !url.starts_with("ws://")) return std::nullopt;
    url.remove_prefix(e.tls ? 6 : 5);
    const size_t slash = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, slash);
    e.path = slash == url.size() ? "/" : std::string(url.substr(slash));
    const size_t bracket = authority.find(']'),
                 colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    e.host = authority.substr(0, std::min(colon, authority.size()));
    e.port = colon == std::string_view::npos ? (e.tls ? "443" : "80") : std::string(authority.substr(colon + 1));
    if (e.host.starts_with('[') && e.host.ends_with(']')) e.host = e.host.substr(1, e.host.size() - 2);
    if (e.host.empty() || e.port.empty()) return std::nullopt;
    return e;
}

/// Quantities and hashes of a head; nullopt for anything else.
std::optional<Head> parse_head(const json::value& v) {
    const json::object* o = v.if_object();
    if (!o) return std::nullopt;
    const auto number = ethereum::json_number(o->if_contains("number"));
    const auto hash = [&](const char* name) -> std::optional<Bytes32> {
        const json::value* h = o->if_contains(name);
        return h && h->is_string() ? fixed_from_hex<32>(std::string_view(h->get_string())) : std::nullopt;
    };
    const auto own = hash("hash"), parent = hash("parentHash");
    if (!number || !own || !parent) return std::nullopt;
    return Head{*number, *own, *parent};
}

class Stream final : public HeadStream {
  public:
    Stream(HeadStreamOptions options, Endpoint at) : options_(std::move(options)), at_(std::move(at)) {
        asio::co_spawn(io_, run(), asio::detached);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Stream() override {
        io_.stop();
        thread_.join();
    }

  private:
    static constexpr auto token = asio::as_tuple(asio::use_awaitable);

    asio::awaitable<void> run() {
        auto wait = options_.backoff;
        for (;;) {
            bool subscribed = false;
            HostResult<void> end = at_.tls ? co_await over_tls(subscribed) : co_await over_tcp(subscribed);
            if (options_.on_change) options_.on_change(end);
            if (subscribed) wait = options_.backoff;
            asio::steady_timer timer(io_, wait);
            co_await timer.async_wait(token);
            wait = std::min(wait * 2, MAX_BACKOFF);
        }
    }

    Fail<Error> lost(std::string_view doing, const error_code& ec) const {
        return fail("rpc_unreachable", fmt::format("ws://{}:{}: {}: {}", at_.host, at_.port, doing, ec.message()),
                    "check rpc_ws_url and the node");
    }

    asio::awaitable<HostResult<void>> connect(beast::tcp_stream& stream) {
        tcp::resolver resolver(io_);
        const auto [resolve_ec, found] = co_await resolver.async_resolve(at_.host, at_.port, token);
        if (resolve_ec) co_return lost("resolve", resolve_ec);
        stream.expires_after(options_.timeout);
        const auto [connect_ec, endpoint] = co_await stream.async_connect(found, token);
        if (connect_ec) co_return lost("connect", connect_ec);
        co_return HostResult<void>();
    }
    asio::awaitable<HostResult<void>> over_tcp(bool& subscribed) {
        websocket::stream<beast::tcp_stream> ws(io_);
        if (auto up = co_await connect(beast::get_lowest_layer(ws)); !up) co_return up;
        co_return co_await follow(ws, subscribed);
    }
    asio::awaitable<HostResult<void>> over_tls(bool& subscribed) {
        asio::ssl::context context(asio::ssl::context::tls_client);
        error_code ec;
        context.set_default_verify_paths(ec);
        context.set_verify_mode(asio::ssl::verify_peer, ec);
        context.set_verify_callback(asio::ssl::host_name_verification(at_.host), ec);
        websocket::stream<beast::ssl_stream<beast::tcp_stream>> ws(io_, context);
        if (auto up = co_await connect(beast::get_lowest_layer(ws)); !up) co_return up;
        SSL_set_tlsext_host_name(ws.next_layer().native_handle(), at_.host.c_str());
        const auto [tls_ec] = co_await ws.next_layer().async_handshake(asio::ssl::stream_base::client, token);
        if (tls_ec) co_return lost("TLS", tls_ec);
        co_return co_await follow(ws, subscribed);
    }

    /// From the handshake to the connection's end.
    template <class WebSocket>
    asio::awaitable<HostResult<void>> follow(WebSocket& ws, bool& subscribed) {
        beast::get_lowest_layer(ws).expires_never();  // the WebSocket keeps time from here on
        ws.set_option(websocket::stream_base::timeout{options_.timeout, 3 * options_.timeout, true});
        ws.read_message_max(size_t{1} << 20);
        const auto [up_ec] = co_await ws.async_handshake(at_.host + ":" + at_.port, at_.path, token);
        if (up_ec) co_return lost("WebSocket", up_ec);
        const auto [write_ec, written] = co_await ws.async_write(
            asio::buffer(
                std::string_view(R"({"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]})")),
            token);
        if (write_ec) co_return lost("subscribe", write_ec);
        beast::flat_buffer buffer;
        for (;;) {
            buffer.clear();
            const auto [read_ec, n] = co_await ws.async_read(buffer, token);
            if (read_ec) co_return lost("read", read_ec);
            error_code ec;
            const json::value message =
                json::parse({static_cast<const char*>(buffer.data().data()), buffer.data().size()}, ec);
            const json::object* o = ec ? nullptr : message.if_object();
            if (!o)
                co_return fail("rpc_answer_bad", "the node's WebSocket sent what is no JSON-RPC", "ask another node");
            if (const auto* error = o->if_contains("error"))
                co_return fail("rpc_refused", "eth_subscribe: " + json::serialize(*error).substr(0, 200),
                               "use a node that serves newHeads, or leave rpc_ws_url away");
            if (o->contains("id")) {
                subscribed = true;
                if (options_.on_change) options_.on_change({});
                continue;
            }
            const json::value* params = o->if_contains("params");
            const json::value* result =
                params && params->is_object() ? params->get_object().if_contains("result") : nullptr;
            const auto head = result ? parse_head(*result) : std::nullopt;
            if (!head)
                co_return fail("rpc_answer_bad", "the node's WebSocket sent a head without number and hashes",
                               "ask another node");
            options_.on_head(*head);
        }
    }

    const HeadStreamOptions options_;
    const Endpoint at_;
    asio::io_context io_{1};
    std::thread thread_;
};

}  // namespace

HostResult<std::unique_ptr<HeadStream>> HeadStream::open(HeadStreamOptions options) {
    auto at = parse_url(options.url);
    if (!at)
        return fail("rpc_url_bad", "the url of the node's WebSocket is not one",
                    "use ws://host:port or wss://host/path");
    return std::unique_ptr<HeadStream>(std::make_unique<Stream>(std::move(options), std::move(*at)));
}

}  // namespace ashlar::rpc
