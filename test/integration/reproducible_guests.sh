#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same tree gives the same guests anywhere: reproducible_guests.sh BUILD_DIR ASHLARCTL [CMAKE ARGUMENT ...]. Copies the sources to another
# place, builds the two guest programs there from nothing and without the compiler cache, and requires the bytes of BUILD_DIR/guest:
# both ELFs, and the digest of the subblock program's key.
set -euo pipefail
build=$(realpath "$1")
ctl=$(realpath "$2")
shift 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "reproducible_guests: $1" >&2; exit 1; }

# A path of another length, and a build directory that is not inside the tree.
copy="$work/another/place/with/a/longer/name/ashlar"
mkdir -p "$copy"
tar -C "$root" --exclude=./build --exclude=./.git -cf - CMakeLists.txt libs | tar -C "$copy" -xf -
export CCACHE_DISABLE=1
cmake -S "$copy" -B "$work/out" -G Ninja -DASHLAR_TESTS=OFF -DASHLAR_DAEMONS=OFF "$@" > "$work/configure.log" 2>&1 ||
    fail "configuring: $(tail -5 "$work/configure.log")"
ninja -C "$work/out" guest_subblock-elf guest_aggregator-elf > "$work/build.log" 2>&1 || fail "building: $(tail -20 "$work/build.log")"
for elf in subblock-elf aggregator-elf; do
    cmp "$build/guest/$elf" "$work/out/guest/$elf" || fail "$elf differs between two places"
    ! strings -a "$work/out/guest/$elf" | grep -qF "$work" || fail "$elf names the place where it was built"
done
"$ctl" program vk --elf "$work/out/guest/subblock-elf" --out "$work/subblock.vk" --digest "$work/vk_digest.bin" > /dev/null
cmp "$build/guest/vk_digest.bin" "$work/vk_digest.bin" || fail "vk_digest.bin differs"
echo "reproducible_guests: $(stat -c %s "$work/out/guest/subblock-elf") and $(stat -c %s "$work/out/guest/aggregator-elf") bytes, the same in two places"
