// SPDX-License-Identifier: Apache-2.0
// The only file that instantiates cpp-httplib.
#include "libs/cluster/http/http_client.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>

namespace ashlar::cluster {

namespace json = boost::json;

namespace {

/// A connection that the peer has closed fails within this time; a peer that is slow takes longer.
constexpr auto DEAD_AT_ONCE = std::chrono::milliseconds(500);

class LibClient final : public HttpClient {
  public:
    LibClient(const std::string& origin, std::string prefix, const std::string& token,
              std::chrono::milliseconds timeout)
        : origin_(origin), prefix_(std::move(prefix)), client_(origin) {
        client_.set_connection_timeout(std::min(timeout, std::chrono::milliseconds(5000)));
        client_.set_read_timeout(timeout);
        client_.set_write_timeout(timeout);
        client_.set_keep_alive(true);
        client_.set_tcp_nodelay(true);
        if (!token.empty()) client_.set_bearer_token_auth(token);
    }
    bool valid() const { return client_.is_valid(); }

    HostResult<HttpReply> send(const std::string& method, const std::string& path, const std::string& body) override {
        httplib::Request request;
        request.method = method;
        request.path = prefix_ + path;
        if (!body.empty() || method == "POST" || method == "PUT") {
            request.body = body;
            request.set_header("Content-Type", "application/json");
        }
        const auto result = on_live_connection([&] { return client_.send(request); });
        if (!result) return unreachable(result.error());
        return HttpReply{result->status, result->body};
    }

    HostResult<HttpReply> upload(const std::string& path, const std::filesystem::path& file) override {
        std::error_code ec;
        const auto size = std::filesystem::file_size(file, ec);
        std::ifstream in(file, std::ios::binary);
        if (ec || !in) return fail("file_unreadable", file.string() + ": cannot be read", "check the path");
        std::vector<char> piece(256 << 10);
        const auto provider = [&](size_t offset, size_t length, httplib::DataSink& sink) {
            in.clear();
            in.seekg(static_cast<std::streamoff>(offset));
            in.read(piece.data(), static_cast<std::streamsize>(std::min(length, piece.size())));
            return in.gcount() > 0 && sink.write(piece.data(), static_cast<size_t>(in.gcount()));
        };
        const auto result =
            on_live_connection([&] { return client_.Put(prefix_ + path, size, provider, "application/octet-stream"); });
        if (!result) return unreachable(result.error());
        return HttpReply{result->status, result->body};
    }

    HostResult<int> download(const std::string& path, BlobStore::Writer& into) override {
        int status = 0;
        HostResult<void> written;
        const auto result = client_.Get(
            prefix_ + path,
            [&](const httplib::Response& head) {
                status = head.status;
                return status == 200;
            },
            [&](const char* data, size_t n) {
                written = into.append(as_bytes({data, n}));
                return written.has_value();
            });
        if (!written) return Fail{written.error()};
        if (status && status != 200) return status;
        if (!result) return unreachable(result.error());
        return status;
    }

    HostResult<void> events(const std::string& path, const std::function<bool(const std::string&)>& line) override {
        std::string pending;
        bool ended = false;
        const auto result = client_.Get(prefix_ + path, [&](const char* data, size_t n) {
            pending.append(data, n);
            for (size_t end; !ended && (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
                ended = !line(pending.substr(0, end));
            return !ended;
        });
        if (ended) return {};
        if (!result) return unreachable(result.error());
        if (result->status != 200) return reply_error({result->status, result->body});
        return {};
    }

  private:
    std::string origin_, prefix_;
    httplib::Client client_;

    /// A server may close an idle connection just when the next request is on its way: that one goes again at once, on
    /// a new connection. A request that was waited for in vain does not, nor one on a connection that was new.
    template <class Request>
    httplib::Result on_live_connection(const Request& request) {
        const bool kept = client_.is_socket_open() != 0;
        const auto begin = std::chrono::steady_clock::now();
        auto result = request();
        const bool broken =
            !result && (result.error() == httplib::Error::Read || result.error() == httplib::Error::Write);
        if (!kept || !broken || std::chrono::steady_clock::now() - begin >= DEAD_AT_ONCE) return result;
        client_.stop();
        return request();
    }

    Fail<Error> unreachable(httplib::Error error) const {
        return fail("peer_unreachable", fmt::format("{}: {}", origin_, httplib::to_string(error)),
                    "is the daemon running, and is the url right?");
    }
};

}  // namespace

HostResult<std::unique_ptr<HttpClient>> HttpClient::open(const std::string& url, const std::string& token,
                                                         std::chrono::milliseconds timeout) {
    // cpp-httplib writes without MSG_NOSIGNAL: a peer that hangs up must be an error, not the end of the process.
    static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
    (void)ignored;
    const size_t scheme = url.find("://");
    const size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
    std::string prefix = slash == std::string::npos ? "" : url.substr(slash);
    while (prefix.ends_with('/')) prefix.pop_back();
    const std::string origin = url.substr(0, slash);
    if (scheme == std::string::npos || !(url.starts_with("http://") || url.starts_with("https://")))
        return fail("url_bad", fmt::format("'{}' is not an http url", url), "use http://host:port");
    try {  // httplib throws on a scheme it was built without
        auto client = std::make_unique<LibClient>(origin, prefix, token, timeout);
        if (client->valid()) return std::unique_ptr<HttpClient>(std::move(client));
    } catch (const std::exception&) {
    }
    return fail("url_bad", fmt::format("'{}' is not an http url", url), "use http://host:port");
}

Fail<Error> reply_error(const HttpReply& reply) {
    boost::system::error_code ec;
    const json::value v = json::parse(reply.body, ec);
    if (!ec && v.is_object())
        if (const auto* e = v.as_object().if_contains("error"); e && e->is_object()) {
            const auto text = [&](const char* key) {
                const auto* s = e->as_object().if_contains(key);
                return s && s->is_string() ? std::string(s->as_string()) : std::string();
            };
            if (!text("code").empty()) return fail(text("code"), text("message"), text("hint"));
        }
    return fail("peer_refused", fmt::format("the daemon answered with status {}", reply.status));
}

HostResult<std::string> HttpClient::get(const std::string& path) {
    ASHLAR_ASSIGN(HttpReply reply, send("GET", path));
    if (reply.status / 100 != 2) return reply_error(reply);
    return std::move(reply.body);
}

HostResult<std::string> HttpClient::post(const std::string& path, const std::string& json) {
    ASHLAR_ASSIGN(HttpReply reply, send("POST", path, json));
    if (reply.status / 100 != 2) return reply_error(reply);
    return std::move(reply.body);
}

}  // namespace ashlar::cluster
