// SPDX-License-Identifier: Apache-2.0
// The daemons with the test prover: test_daemon coordinator|worker|aggregator OPTIONS...
#include <cstdio>
#include <string_view>

#include "daemons/coordinator/app.hpp"
#include "daemons/worker/app.hpp"
#include "test/integration/support/test_prover.hpp"

int main(int argc, char** argv) {
    const std::string_view role = argc > 1 ? argv[1] : "";
    // An engine is `test_daemon engine`: either daemon serves it.
    if (role == ashlar::prover::ENGINE_ARGUMENT)
        return ashlar::worker::run("worker", argc, argv, ashlar::test::make_test_prover);
    if (role == "coordinator") return ashlar::coordinator::run(argc - 1, argv + 1, ashlar::test::make_test_prover);
    if (role == "worker" || role == "aggregator")
        return ashlar::worker::run(std::string(role), argc - 1, argv + 1, ashlar::test::make_test_prover);
    std::fprintf(stderr, "usage: test_daemon coordinator|worker|aggregator OPTIONS\n");
    return 2;
}
