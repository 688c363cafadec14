// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/app.hpp"

int main(int argc, char** argv) { return ashlar::coordinator::run(argc, argv, ashlar::prover::make_verifier); }
