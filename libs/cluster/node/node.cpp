// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "libs/cluster/http/http.hpp"
#include "libs/cluster/node/node_link.hpp"
#include "libs/cluster/node/node_tasks.hpp"
#include "libs/cluster/node/node_work.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// A round of any thread takes less: a claim waits seconds, an upload piece has its own timeout.
constexpr auto ROUND_LIMIT = std::chrono::seconds(60);

class Daemon final : public NodeDaemon {
  public:
    explicit Daemon(NodeOptions options) : state_(std::move(options)), link_(state_, blobs_) {}
    ~Daemon() override { drain(milliseconds(0)); }

    HostResult<void> open() {
        NodeOptions& o = state_.options;
        std::error_code ec;
        fs::create_directories(o.state_dir / "work", ec);
        if (ec)
            return fail("file_unwritable", fmt::format("{}: {}", o.state_dir.string(), ec.message()), "check the path");
        lock_fd_ = ::open((o.state_dir / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (lock_fd_ < 0 || ::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
            return fail("state_in_use",
                        fmt::format("{}: another daemon uses this state directory", o.state_dir.string()),
                        "give each daemon its own state_dir");
        ASHLAR_TRY(state_.load_id());
        ASHLAR_ASSIGN(auto blobs, BlobStore::open(o.state_dir / "blobs"));
        blobs_.emplace(std::move(blobs));
        for (fs::directory_iterator it(o.state_dir / "work", ec), end; !ec && it != end; it.increment(ec))
            fs::remove_all(it->path(), ec);
        HttpServerOptions http;
        http.listen = o.listen;
        http.tokens = o.tokens;
        http.threads = 2;
        for (unsigned i = 0; i < o.engines; i++) {
            auto& slot = state_.slots.emplace_back(std::make_unique<Slot>());
            slot->engine = std::make_unique<prover::EngineProcess>(fmt::format("{}/{}", o.name, i), o.engine_command);
        }
        ASHLAR_ASSIGN(server_, HttpServer::start(std::move(http), routes()));
        if (o.advertised_url.empty()) o.advertised_url = fmt::format("http://127.0.0.1:{}", server_->port());
        threads_.emplace_back([this] { link_.run(); });
        for (auto& slot : state_.slots)
            threads_.emplace_back([this, &slot] { NodeTasks(state_, *blobs_, *slot).run(); });
        return {};
    }

    uint16_t port() const override { return server_->port(); }
    bool ready() const override { return state_.in_touch; }
    bool restart_due() const override { return state_.restart_asked() && !state_.busy(); }
    bool healthy() const override { return server_->alive() && turning(); }

    void drain(milliseconds limit) override {
        if (state_.stopped()) return;
        state_.begin_drain();
        const auto until = Clock::now() + limit;
        while (state_.busy() && Clock::now() < until) std::this_thread::sleep_for(milliseconds(50));
        state_.stop();
        for (auto& t : threads_) t.join();
        if (server_) server_->stop();
        if (lock_fd_ >= 0) ::close(lock_fd_);
    }

  private:
    NodeWork state_;
    std::optional<BlobStore> blobs_;
    NodeLink link_;
    int lock_fd_ = -1;
    std::unique_ptr<HttpServer> server_;
    std::vector<std::thread> threads_;

    /// Every thread does its rounds. (Routes do not ask for the server: they are served before start() has returned.)
    bool turning() const {
        return link_.pulse().within(ROUND_LIMIT) &&
               std::all_of(state_.slots.begin(), state_.slots.end(),
                           [](const auto& s) { return s->pulse.within(ROUND_LIMIT); });
    }

    std::vector<HttpRoute> routes() {
        const auto send = [](const auto& m) { return json_response(json::serialize(wire::write(m))); };
        const auto status = [this, send](HttpRequest&) {
            const NodeOptions& o = state_.options;
            NodeStatus s;
            static_cast<NodeInfo&>(s) = state_.info();
            s.role = o.role, s.name = o.name, s.id = state_.id, s.version = VERSION, s.coordinator = o.coordinator_url;
            s.in_touch = state_.in_touch, s.epoch = state_.epoch();
            return send(s);
        };
        const auto tasks = [this, send](HttpRequest&) { return send(RunningTasks{state_.attempts()}); };
        const auto engines = [this, send](HttpRequest&) { return send(RunningEngines{state_.info().engines}); };
        const auto healthz = [this](HttpRequest&) {
            const bool ok = turning();
            return json_response(ok ? "{\"ok\":true}" : "{\"ok\":false}", ok ? 200 : 503);
        };
        return {{"GET", "/healthz", Role::none, healthz},
                {"GET", "/readyz", Role::none,
                 [this](HttpRequest&) {
                     return json_response(ready() ? "{\"ready\":true}" : "{\"ready\":false}", ready() ? 200 : 503);
                 }},
                {"GET", "/status", Role::reader, status},
                {"GET", "/v1/tasks", Role::reader, tasks},
                {"GET", "/v1/engines", Role::reader, engines},
                {"GET", "/metrics", Role::reader, [this](HttpRequest&) {
                     HttpResponse r;
                     r.content_type = "text/plain; version=0.0.4";
                     r.body = state_.metrics.text();
                     return r;
                 }}};
    }
};

}  // namespace

HostResult<std::unique_ptr<NodeDaemon>> NodeDaemon::start(NodeOptions options) {
    auto node = std::make_unique<Daemon>(std::move(options));
    ASHLAR_TRY(node->open());
    return std::unique_ptr<NodeDaemon>(std::move(node));
}

}  // namespace ashlar::cluster
