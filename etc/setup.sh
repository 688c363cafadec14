#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sets Ashlar up on a bare Debian 12 and runs it.
#   etc/setup.sh packages   install what the build needs (apt, as root)
#   etc/setup.sh build      packages, then configure and build the release preset
#   etc/setup.sh cuda       packages, then compile the CUDA backend, with a toolkit of its own if there is none
#   etc/setup.sh test       build, compile the CUDA backend and run it emulated, then run every test
#   etc/setup.sh demo       build what a cluster needs for this processor alone, then prove the block in etc/demo on it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1  # checkouts in different folders share one compiler cache

PACKAGES=(clang-19 clang-format-19 lld-19 libclang-rt-19-dev g++-12 cmake ninja-build ccache
    libboost1.81-dev libboost-context1.81-dev libboost-json1.81-dev libboost-program-options1.81-dev libboost-system1.81-dev
    libcpp-httplib-dev libyaml-cpp-dev libfmt-dev libssl-dev libsqlite3-dev libarchive-dev zlib1g-dev libsystemd-dev
    catch2 libgmp-dev libsecp256k1-dev gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf make qemu-user shellcheck python3 python3-venv curl ca-certificates)

missing_packages() {
    local p
    for p in "${PACKAGES[@]}"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || echo "$p"
    done
}

packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "setup: packages are missing and this is not root: ${missing[*]}; run as root or install sudo" >&2; exit 2; }
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

build() {
    packages
    cmake --preset release
    cmake --build --preset release
}

# The strongest instruction set of this processor that the prover is compiled for.
own_isa() {
    local flags set name
    flags=" $(grep -m1 '^flags' /proc/cpuinfo | cut -d: -f2-) "
    for set in "avx512 avx512f avx512bw avx512cd avx512dq avx512vl avx2 bmi2 fma" "avx2 avx2 bmi1 bmi2 f16c fma abm movbe"; do
        read -ra set <<<"$set"
        name=${set[0]}
        for flag in "${set[@]:1}"; do
            [[ $flags == *" $flag "* ]] || continue 2
        done
        echo "$name"
        return
    done
    echo scalar
}

# Daemons, ashlarctl and guests, no tests, for this processor alone.
demo() {
    local isa missing
    isa=$(own_isa)
    mapfile -t missing < <(missing_packages)
    cat <<END
setup: this demonstration
  1. installs ${#missing[@]} Debian packages${missing[*]:+: ${missing[*]}}
  2. builds coordinator, worker, aggregator, ashlarctl and the guest programs for $isa into build/demo
     (about 10 minutes of processor time without a compiler cache, half of that by the clock on two cores; nothing is installed outside this folder)
  3. starts a cluster on loopback and proves the block in etc/demo (about a minute on two cores); Ctrl-C stops it
END
    packages
    cmake --preset release -B build/demo -DASHLAR_TESTS=OFF "-DASHLAR_ISAS=$isa"
    NINJA_STATUS='[%f of %t, %es] ' cmake --build build/demo --target \
        ashlar-coordinator ashlar-worker ashlar-aggregator ashlarctl guest_subblock-elf guest_aggregator-elf
    exec build/demo/daemons/ashlarctl local --demo etc/demo --chain etc/demo/chain.json --subblock-gas 100000
}

# The CUDA backend compiles anywhere; running it needs a GPU (test/gpu/check.sh).
cuda() {
    packages
    local nvcc
    nvcc=$(etc/cuda_toolkit.sh)
    cmake --preset cuda -DCMAKE_CUDA_COMPILER="$nvcc" -DASHLAR_TESTS=OFF -DASHLAR_DAEMONS=OFF -DASHLAR_GUESTS=OFF
    cmake --build --preset cuda --target ashlar_cuda ashlar_cuda_pcs cuda_parity
    kernels/resources.py "$nvcc"
}

# The CUDA kernels on the host (test/support/cuda_emulation) under the sanitizers.
emulated() {
    local sanitizers
    for sanitizers in asan-ubsan tsan; do
        cmake --preset "$sanitizers" -B "build/cuda-emulated-$sanitizers" -DASHLAR_DAEMONS=OFF -DASHLAR_GUESTS=OFF
        cmake --build "build/cuda-emulated-$sanitizers" --target cuda_emulated_parity cuda_emulated_proofs cuda_emulation_selftest
        ctest --test-dir "build/cuda-emulated-$sanitizers" -L cuda --output-on-failure -j "$(nproc)"
    done
}

case "${1:-}" in
    packages) packages ;;
    build) build ;;
    cuda) cuda ;;
    test)
        build
        cuda
        emulated
        ctest --preset release -j "$(nproc)"
        ;;
    demo) demo ;;
    *)
        sed -n '3,8p' "$0" >&2
        exit 2
        ;;
esac
