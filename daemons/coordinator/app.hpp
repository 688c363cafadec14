// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "libs/base/config.hpp"
#include "libs/base/metrics.hpp"
#include "libs/cluster/http/http.hpp"
#include "libs/cluster/model/scheduler.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/prover/engine_process.hpp"

namespace ashlar::coordinator {

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
    int64_t started_ms = 0;
    std::function<int64_t()> now_ms;

    std::atomic<bool> disk_low{false};

    std::mutex mutex;
    std::map<std::string, std::string> node_info;  ///< newest JSON text by node
    std::map<std::string, Error> troubles;         ///< what is wrong now, by event
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

/// What a route says: the object, or the error with its status.
cluster::HttpResponse answer(const HostResult<boost::json::object>& result, int status = 200);

/// Whether the request only asks what would happen: `dry_run=1`. Code request_bad for other values.
HostResult<bool> dry_run(const cluster::HttpRequest& request);

std::vector<cluster::HttpRoute> job_routes(Context&);
std::vector<cluster::HttpRoute> block_routes(Context&);
std::vector<cluster::HttpRoute> node_routes(Context&);
std::vector<cluster::HttpRoute> status_routes(Context&);

/// The whole daemon: main() hands over. With ENGINE_ARGUMENT first, an engine.
using VerifierFactory = std::function<std::unique_ptr<prover::Verifier>()>;
int run(int argc, char** argv, const VerifierFactory& make_verifier);

}  // namespace ashlar::coordinator
