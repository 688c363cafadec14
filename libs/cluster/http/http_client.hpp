// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "libs/base/error.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

/// A reply of any status.
struct HttpReply {
    int status = 0;
    std::string body;
};

/// Talks to one daemon (or node). One request at a time per object; connections are kept between requests. Errors:
/// "url_bad", "peer_unreachable" (nothing or no whole answer came); for the checked calls also the code of the reply's
/// error body, or "peer_refused".
class HttpClient {
  public:
    /// `url`: http://host:port (https:// is accepted and verified); the path part is put before every path.
    static HostResult<std::unique_ptr<HttpClient>> open(const std::string& url, const std::string& token,
                                                        std::chrono::milliseconds timeout = std::chrono::seconds(30));
    virtual ~HttpClient() = default;
    virtual HostResult<HttpReply> send(const std::string& method, const std::string& path,
                                       const std::string& body = "") = 0;
    /// Sends a blob's file to `path`, streamed.
    virtual HostResult<HttpReply> upload(const std::string& path, const std::filesystem::path& file) = 0;
    /// Receives into a blob writer, piece by piece; the caller commits.
    virtual HostResult<int> download(const std::string& path, BlobStore::Writer& into) = 0;
    /// Reads server-sent events until `line` returns false or the peer ends.
    virtual HostResult<void> events(const std::string& path,
                                    const std::function<bool(const std::string& line)>& line) = 0;

    /// The body of a 2xx answer.
    HostResult<std::string> get(const std::string& path);
    HostResult<std::string> post(const std::string& path, const std::string& json);
};

/// The error of a reply that is not 2xx.
Fail<Error> reply_error(const HttpReply& reply);

}  // namespace ashlar::cluster
