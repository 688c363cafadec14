#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the CUDA backend on a machine with a GPU, compares it with the CPU and times both. Run from the repository root:
#
#   sh test/gpu/check.sh [build directory]
#
# Needs the packages of etc/setup.sh and a CUDA toolkit (etc/cuda_toolkit.sh says which it takes). Exit status 77: the machine has no usable device.
set -eu
build=${1:-build/gpu}
jobs=${JOBS:-$(nproc)}
# Only the machine's own architecture: quicker to build than the default list.
arch=${CUDAARCHS:-native}

nvcc=$(etc/cuda_toolkit.sh --no-fetch)
cmake --preset cuda -B "$build" -DCMAKE_CUDA_COMPILER="$nvcc" -DCMAKE_CUDA_ARCHITECTURES="$arch" -DASHLAR_GUESTS=OFF -DASHLAR_DAEMONS=OFF
cmake --build "$build" -j "$jobs" --target cuda_parity cuda_proofs bench_core test_field test_hash test_poly test_exec

status=0
"$build/kernels/cuda_parity" --log-size 10 || status=$?
if [ "$status" -eq 77 ]; then
    echo "SKIPPED: no device"
    exit 77
fi
[ "$status" -eq 0 ] || exit "$status"
"$build/kernels/cuda_parity" --log-size 20 --bench
"$build/test/gpu/cuda_proofs" --large

# The CPU's own checks and figures on the same machine.
for suite in field hash poly exec; do
    "$build/test/unit/$suite/test_$suite"
done
"$build/test/bench/core/bench_core" --threads "$jobs"
