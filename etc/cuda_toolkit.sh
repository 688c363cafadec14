#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints the path of an nvcc that can compile kernels/: that of ASHLAR_NVCC, of /usr/local/cuda, or of PATH if it is of CUDA
# 13 or later; otherwise fetches a pinned toolkit from PyPI into build/cuda-toolkit (300 MB, once).
#   etc/cuda_toolkit.sh [--no-fetch]      exit status 3: there is none, and it was not to be fetched
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

WHEELS=(nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-cccl==13.0.85 nvidia-cuda-runtime==13.0.96)
ROOT=build/cuda-toolkit

major() { "$1" --version | sed -n 's/.*release \([0-9]*\)\..*/\1/p'; }

for nvcc in "${ASHLAR_NVCC:-}" /usr/local/cuda/bin/nvcc "$(command -v nvcc || true)" "$PWD/$ROOT/bin/nvcc"; do
    if [ -n "$nvcc" ] && [ -x "$nvcc" ] && [ "$(major "$nvcc")" -ge 13 ]; then
        echo "$nvcc"
        exit 0
    fi
done
if [ "${1:-}" = --no-fetch ]; then
    echo "cuda_toolkit: no nvcc of CUDA 13 or later; set ASHLAR_NVCC, or run etc/cuda_toolkit.sh to fetch one" >&2
    exit 3
fi

echo "cuda_toolkit: fetching ${WHEELS[*]} (300 MB) into $ROOT" >&2
venv=build/cuda-venv
rm -rf "$venv" "$ROOT"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "${WHEELS[@]}" >&2
toolkit=$(cd "$venv"/lib/python3*/site-packages/nvidia/cu13 && pwd)
# What an installed toolkit has and the wheels leave out.
ln -sfn lib "$toolkit/lib64"
ln -sfn libcudart.so.13 "$toolkit/lib/libcudart.so"
ln -sfn "$toolkit" "$ROOT"
echo "$PWD/$ROOT/bin/nvcc"
