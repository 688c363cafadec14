// SPDX-License-Identifier: Apache-2.0
#include "daemons/worker/app.hpp"

#include <unistd.h>

#include "daemons/coordinator/config.hpp"
#include "daemons/worker/config.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/node/node.hpp"

namespace ashlar::worker {

using namespace cluster;
using namespace prover;

namespace {

HostResult<NodeOptions> options_from(const Config& c, const std::string& role) {
    NodeOptions o;
    o.role = role;
    o.name = c.text("name");
    if (o.name.empty()) {
        char host[256] = {};
        ::gethostname(host, sizeof host - 1);
        o.name = host;
    }
    o.coordinator_url = c.text("coordinator_url");
    if (c.has("token_file")) {
        ASHLAR_ASSIGN(o.token, read_token(c.path("token_file")));
    }
    o.listen = c.text("listen");
    o.advertised_url = c.text("advertised_url");
    o.state_dir = c.has("state_dir") ? c.path("state_dir") : std::filesystem::path("/var/lib/ashlar") / role;
    o.tokens = std::make_shared<TokenVerifier>(c.has("tokens_file") ? c.path("tokens_file") : o.state_dir / "tokens");
    ASHLAR_TRY(o.tokens->load());
    o.engines = static_cast<unsigned>(c.number("engines"));
    o.threads = static_cast<unsigned>(c.number("threads"));
    o.heartbeat = std::chrono::milliseconds(c.number("heartbeat_ms"));
    o.engine_command = own_engine_command();
    return o;
}

}  // namespace

int run(const std::string& role, int argc, char** argv, const ProverFactory& make_prover) {
    if (argc > 1 && std::string_view(argv[1]) == ENGINE_ARGUMENT) return serve_engine(ENGINE_FD, *make_prover());
    const DaemonSpec spec{
        "ashlar-" + role,
        role == "worker" ? "proves subblocks for the coordinator" : "joins subblock proofs for the coordinator",
        "/etc/ashlar/" + role + ".yaml", KEYS, key_names(coordinator::KEYS)};
    const StartUp up = start_up(spec, argc, argv);
    if (!up.config) return up.exit_code;
    take_signals();
    auto options = options_from(*up.config, role);
    if (!options) {
        print_error(spec.name, options.error());
        return 2;
    }
    auto node = NodeDaemon::start(std::move(*options));
    if (!node) {
        print_error(spec.name, node.error());
        return 1;
    }
    log::info("listening", {{"port", (*node)->port()}});
    const int code = run_until_signal(
        [&] { return (*node)->healthy(); },
        [&] { return std::string((*node)->ready() ? "in touch with" : "out of touch with") + " the coordinator"; },
        [&] { return (*node)->restart_due(); });
    announce_stop();
    (*node)->drain(std::chrono::seconds(code == 0 ? up.config->number("drain_s") : 0));
    return code;
}

}  // namespace ashlar::worker
