// SPDX-License-Identifier: Apache-2.0
#include "daemons/worker/app.hpp"

int main(int argc, char** argv) { return ashlar::worker::run("worker", argc, argv, ashlar::prover::make_prover); }
