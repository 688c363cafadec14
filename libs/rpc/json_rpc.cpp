// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/json_rpc.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

namespace ashlar::rpc {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

namespace {

/// Nodes hide API keys in the path of their url: messages show only the host.
std::string shown(const std::string& origin) { return origin.substr(0, origin.find('/', origin.find("://") + 3)); }

void pause(std::chrono::milliseconds time, const std::function<void()>& alive, std::stop_token stop) {
    const auto until = Clock::now() + time;
    while (Clock::now() < until && !stop.stop_requested()) {
        if (alive) alive();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace

HostResult<json::value> call(const JsonRpcOptions& options, const std::string& method, json::array params,
                             std::stop_token stop) {
    const size_t scheme = options.url.find("://");
    if (scheme == std::string::npos || !options.url.starts_with("http"))
        return fail("rpc_url_bad", "the node's url is not http", "use http://host:port");
    const size_t slash = options.url.find('/', scheme + 3);
    const std::string origin = options.url.substr(0, slash);
    const std::string path = slash == std::string::npos ? "/" : options.url.substr(slash);
    httplib::Client client(origin);
    if (!client.is_valid())
        return fail("rpc_url_bad", fmt::format("'{}' is not an http url", shown(origin)), "use http://host:port");
    client.set_connection_timeout(options.timeout);
    client.set_read_timeout(options.timeout);
    client.set_write_timeout(options.timeout);
    const std::string body =
        json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}});
    auto wait = options.backoff;
    std::string trouble = "not tried";
    for (unsigned i = 0; i < options.retries; i++) {
        if (i) {
            pause(wait, options.alive, stop);
            wait = std::min(wait * 2, MAX_BACKOFF);
        }
        if (stop.stop_requested()) return fail("stopped", "stopped on request");
        if (options.alive) options.alive();
        const auto reply = client.Post(path, body, "application/json");
        if (!reply) {
            trouble = httplib::to_string(reply.error());
            continue;
        }
        boost::system::error_code ec;
        json::value answer = json::parse(reply->body, ec);
        if (ec || !answer.is_object()) {
            trouble = fmt::format("status {} with an answer that is not JSON-RPC", reply->status);
            continue;
        }
        auto& o = answer.as_object();
        if (const auto* e = o.if_contains("error"); e && e->is_object()) {
            const auto* code = e->as_object().if_contains("code");
            const auto* text = e->as_object().if_contains("message");
            const std::string message = text && text->is_string() ? std::string(text->as_string()) : "no message";
            if (code && code->is_int64() && code->as_int64() == -32601)
                return fail("rpc_method_missing", fmt::format("{} has no method {}", shown(origin), method),
                            "use a node that serves it (reth, or geth with the debug namespace)");
            if (reply->status == 429 || reply->status >= 500) {
                trouble = message;
                continue;
            }
            return fail("rpc_refused", fmt::format("{}: {}", method, message));
        }
        if (auto* result = o.if_contains("result")) return std::move(*result);
        trouble = "an answer without a result";
    }
    return fail("rpc_unreachable", fmt::format("{}: {} after {} tries", shown(origin), trouble, options.retries),
                "check rpc_http_url and the node");
}

}  // namespace ashlar::rpc
