// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemons/coordinator/orders.hpp"
#include "libs/base/config.hpp"
#include "libs/base/metrics.hpp"
#include "libs/base/wire.hpp"
#include "libs/cluster/http/http.hpp"
#include "libs/cluster/model/scheduler.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/prover/engine_process.hpp"

namespace ashlar::coordinator {

class InputIndex;
class ProofChecks;

/// What the routes share. Lives as long as the server.
struct Context {
    Context(const Config& c, cluster::Scheduler& s, const cluster::BlobStore& b, Metrics& m)
        : config(c), scheduler(s), blobs(b), metrics(m) {}
    const Config& config;
    cluster::Scheduler& scheduler;
    const cluster::BlobStore& blobs;
    Metrics& metrics;
    std::filesystem::path report;
    ProofChecks* checks = nullptr;
    InputIndex* inputs = nullptr;  ///< null without input_load_dirs
    Orders orders;
    ConfigSchema schema;
    int64_t started_ms = 0;
    std::function<int64_t()> now_ms;

    std::atomic<bool> disk_low{false};
    std::atomic<uint64_t> disk_free_mib{0};

    std::mutex mutex;
    std::map<std::string, wire::Json> node_info;  ///< newest by node
    std::map<std::string, Error> troubles;        ///< what is wrong now, by event
};

/// The coordinator: store, scheduler, the threads that fetch, verify and report, and the API.
class App {
  public:
    static HostResult<std::unique_ptr<App>> start(const Config& config, std::vector<std::string> engine_command);
    virtual ~App() = default;
    virtual uint16_t port() const = 0;
    virtual bool healthy() const = 0;
    virtual std::string summary() = 0;
    virtual void stop() = 0;
};

/// A described message as an answer.
template <wire::Struct T>
cluster::HttpResponse message(const T& m, int status = 200) {
    return cluster::json_response(boost::json::serialize(wire::write(m)), status);
}
/// What a route says: the object or message, or the error with its status.
cluster::HttpResponse answer(const HostResult<boost::json::object>& result, int status = 200);
template <wire::Struct T>
cluster::HttpResponse answer(const HostResult<T>& result, int status = 200) {
    return result ? message(*result, status) : cluster::error_response(result.error());
}
/// The message in a request's body. Codes json_bad, json_unknown_field.
template <wire::Struct T>
HostResult<T> read_body(const cluster::HttpRequest& request) {
    ASHLAR_ASSIGN(const boost::json::object o, parse_object(request.body));
    return wire::read<T>(o);
}

/// Whether the request only asks what would happen: `dry_run=1`. Code request_bad for other values.
HostResult<bool> dry_run(const cluster::HttpRequest& request);
inline constexpr cluster::HttpParameter DRY_RUN{"dry_run", "1: check the request and answer as if, but change nothing.",
                                                "flag"};

std::vector<cluster::HttpRoute> job_routes(Context&);
std::vector<cluster::HttpRoute> block_routes(Context&);
std::vector<cluster::HttpRoute> node_routes(Context&);
std::vector<cluster::HttpRoute> status_routes(Context&);
std::vector<cluster::HttpRoute> operation_routes(Context&);

/// The whole daemon: main() hands over. With ENGINE_ARGUMENT first, an engine.
using VerifierFactory = std::function<std::unique_ptr<prover::Verifier>()>;
int run(int argc, char** argv, const VerifierFactory& make_verifier);

}  // namespace ashlar::coordinator
