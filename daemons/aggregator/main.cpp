// SPDX-License-Identifier: Apache-2.0
// The aggregator is a worker in another role.
#include "daemons/worker/app.hpp"

int main(int argc, char** argv) { return ashlar::worker::run("aggregator", argc, argv, ashlar::prover::make_prover); }
