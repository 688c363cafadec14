// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/cluster/http/http_client.hpp"

namespace ashlar::test {

/// Real daemon processes on loopback with the test prover. Each has a name; killed and stopped by it, all ended at the
/// end. A wait that runs out fails the test with what was waited for and the daemons' logs.
class TestCluster {
  public:
    TestCluster();
    ~TestCluster();
    TestCluster(const TestCluster&) = delete;
    TestCluster& operator=(const TestCluster&) = delete;

    /// A block folder among the coordinator's inputs.
    void add_block(uint64_t number, const std::string& plan);
    void start_coordinator(std::vector<std::string> options = {});
    /// `role`: worker or aggregator; `fault`: ASHLAR_TEST_FAULT.
    void start_node(const std::string& name, const std::string& role, const std::string& fault = "", int drain_s = 10);
    /// The same without waiting for its registration.
    void launch_node(const std::string& name, const std::string& role, const std::string& fault = "", int drain_s = 10);
    void signal(const std::string& name, int number);
    /// SIGKILL, and waits for the end.
    void kill(const std::string& name);
    /// SIGTERM; returns the exit code.
    int stop(const std::string& name);
    bool running(const std::string& name);
    /// Waits until a daemon has ended by itself; returns its exit code.
    int wait_exit(const std::string& name);
    /// Engine processes of a daemon.
    std::vector<pid_t> engines(const std::string& name);

    std::unique_ptr<cluster::HttpClient> client(const std::string& token) const;
    boost::json::object get(const std::string& path);
    boost::json::object post(const std::string& path, const boost::json::object& body, int want_status);
    boost::json::array nodes();
    int64_t create_job(uint64_t start, uint64_t count);
    boost::json::object job(int64_t id) { return get("/v1/jobs/" + std::to_string(id)); }
    std::string wait_job(int64_t id, std::chrono::seconds limit = std::chrono::seconds(20));
    void wait(const std::string& what, const std::function<bool()>& condition,
              std::chrono::seconds limit = std::chrono::seconds(20));
    /// Waits until some subblock runs; returns the name of its node.
    std::string wait_running_subblock(int64_t job);

    std::filesystem::path dir;
    std::string admin, reader, node;
    uint16_t port = 0;
    uint16_t node_port = 0;  ///< where nodes find the coordinator, if not at `port`

  private:
    std::map<std::string, pid_t> pids_;
    void spawn(const std::string& name, std::vector<std::string> arguments, const std::string& fault);
    std::string logs() const;
};

}  // namespace ashlar::test
