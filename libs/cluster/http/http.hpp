// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/fwd.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/cluster/http/token.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

/// A request whose body is complete. Query values and path parts are percent-decoded.
struct HttpRequest {
    std::string method, path;
    std::map<std::string, std::string> query;
    std::map<std::string, std::string> params;   ///< {names} of the route
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    std::string blob;  ///< routes that receive a blob: its name, stored already
    Role role = Role::none;
    std::string header(const std::string& lower_case_name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::map<std::string, std::string> headers = {};
    std::filesystem::path file = {};  ///< sent instead of body when not empty
    /// Long poll: asked again every poll interval until it answers or `wait` is over; then `body` is sent.
    std::function<std::optional<HttpResponse>()> poll = {};
    std::chrono::milliseconds wait{0};
    /// Server-sent events: returns what to send now ("" for nothing yet), nullopt to end the stream.
    std::function<std::optional<std::string>()> stream = {};
};

/// {"error": {code, message, hint}} with the status and, where the error has none, the remedy of its code.
HttpResponse error_response(const Error& error);
HttpResponse json_response(std::string body, int status = 200);

using HttpHandler = std::function<HttpResponse(HttpRequest&)>;

/// A query parameter.
struct HttpParameter {
    std::string_view name, about, type = "integer";
};

/// What the API's description says of a route besides what serves it.
struct HttpDoc {
    std::string_view summary = "";
    boost::json::object (*request)() = nullptr;  ///< schema of the body
    boost::json::object (*answer)() = nullptr;   ///< schema of the body of a successful answer
    int status = 200;                            ///< of a successful answer
    std::string_view content = "application/json";
};

/// `pattern`: path with {name} for one part. A blob route streams the body into the blob store under params["sha256"].
struct HttpRoute {
    std::string method, pattern;
    Role role = Role::admin;  ///< least role; Role::none is public
    HttpHandler handler;
    HttpDoc doc = {};
    std::vector<HttpParameter> query = {};  ///< parameters it knows; others are refused
    bool receives_blob = false;
};

struct HttpLimits {
    uint64_t header_bytes = 16 << 10;
    uint64_t body_bytes = 1 << 20;
    uint64_t blob_bytes = uint64_t{64} << 30;
    unsigned connections = 2000;
    unsigned requests_per_second = 2000;              ///< per remote address; 429 above
    std::chrono::milliseconds header_timeout{10000};  ///< for a whole request head, idle keep-alive included twice
    std::chrono::milliseconds body_timeout{30000};    ///< between two pieces of a body, and to send a piece
    uint64_t least_body_rate = 16 << 10;              ///< bytes a second over the whole body: slow clients are cut off
};

struct HttpServerOptions {
    std::string listen = "127.0.0.1:0";  ///< address:port, [v6]:port; port 0 picks one
    unsigned threads = 8;                ///< handlers run on them and may block for milliseconds
    HttpLimits limits = {};
    std::shared_ptr<TokenVerifier> tokens;  ///< null or empty: everybody is admin, loopback only; until there is one
    std::optional<BlobStore> blobs = {};    ///< for routes that receive blobs
    std::function<void(const std::string& method, const std::string& pattern, int status, double seconds)> observe = {};
};

/// HTTP/1.1 server. Routing, tokens, limits and timeouts happen here, so that handlers see only decent requests.
class HttpServer {
  public:
    /// Binds and starts. Codes: listen_failed; listen_unprotected (not loopback without tokens).
    static HostResult<std::unique_ptr<HttpServer>> start(HttpServerOptions options, std::vector<HttpRoute> routes);
    virtual ~HttpServer() = default;
    virtual uint16_t port() const = 0;
    /// False once the accept loop has died.
    virtual bool alive() const = 0;
    /// Stops accepting, closes connections, joins the threads.
    virtual void stop() = 0;
};

/// Percent-decoding; nullopt for a bad escape.
std::optional<std::string> percent_decode(std::string_view text);
/// Splits a request target into path and query; nullopt for anything that is not an absolute path.
std::optional<std::pair<std::string, std::map<std::string, std::string>>> parse_target(std::string_view target);
/// Matches a decoded path with a pattern; fills params.
bool match_route(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& params);

}  // namespace ashlar::cluster
