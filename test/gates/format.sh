#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# C++ as clang-format writes it, shell scripts as shellcheck likes them: format.sh [--fix]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.h' '*.c' '*.cu' '*.cuh')
mapfile -t scripts < <(git ls-files | xargs grep -lI -m1 '^#!.*sh$')
if [ "${1:-}" = --fix ]; then
    clang-format-19 -i "${sources[@]}"
else
    clang-format-19 --dry-run --Werror "${sources[@]}"
fi
shellcheck "${scripts[@]}"
echo "${#sources[@]} sources, ${#scripts[@]} scripts"
