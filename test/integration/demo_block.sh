#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One whole block through the command line: demo_block.sh ASHLARCTL TAMPER_BLOCK GUESTS. Executes etc/demo natively and in the guests, proves it in at
# least two subblocks, verifies the proof, and requires that changes in every part of the file and another chain are refused.
set -euo pipefail
ctl=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
block=(--block "$root/etc/demo" --chain "$root/etc/demo/chain.json")
fail() { echo "demo_block: $1" >&2; exit 1; }

"$ctl" block execute "${block[@]}" --guest --subblock-gas 100000 --json > "$work/execute.json"
for word in '"valid":true' '"agrees":true'; do
    grep -q "$word" "$work/execute.json" || fail "execution: $(cat "$work/execute.json")"
done

"$ctl" block prove "${block[@]}" --subblock-gas 100000 --out "$work/proof" --json > "$work/prove.json" || fail "proving: $(cat "$work/prove.json")"
grep -q '"part":"subblock 1"' "$work/prove.json" || fail "fewer than two subblocks: $(cat "$work/prove.json")"
# Processor time of the whole and of each part.
if ! grep -q '"cpu_seconds":' "$work/prove.json" || grep -Eq '"cpu_seconds":0(E0)?[,}]' "$work/prove.json"; then
    fail "no processor time: $(cat "$work/prove.json")"
fi

"$ctl" block verify "${block[@]}" --proof "$work/proof" --json > "$work/verify.json" || fail "verification: $(cat "$work/verify.json")"
grep -q '"valid":true' "$work/verify.json" || fail "verification: $(cat "$work/verify.json")"

# The proof by regions: all of the containers', one of each kind in each chunk.
for elf in aggregator subblock; do
    "$ctl" program vk --elf "$3/$elf-elf" --out "$work/$elf.vk" --json > "$work/vk.json" || fail "key of $elf: $(cat "$work/vk.json")"
done
"$2" "$work/aggregator.vk" "$work/subblock.vk" "$work/proof"

size=$(stat -c %s "$work/proof")
for part in 0 1 2 3 4 5 6 7 8 9; do
    at=$((part * (size - 1) / 9))
    cp "$work/proof" "$work/changed"
    byte=$(od -An -tu1 -j "$at" -N 1 "$work/proof" | tr -d ' ')
    printf '%b' "\\x$(printf %x $((byte ^ 1)))" | dd of="$work/changed" bs=1 seek="$at" conv=notrunc status=none
    rc=0
    "$ctl" block verify "${block[@]}" --proof "$work/changed" --json > "$work/changed.json" || rc=$?
    if [ "$rc" -ne 1 ] || ! grep -q '"valid":false' "$work/changed.json"; then
        fail "byte $at of $size changed: exit $rc, $(cat "$work/changed.json")"
    fi
done
rc=0
"$ctl" block verify --block "$root/etc/demo" --chain mainnet --proof "$work/proof" --json > "$work/chain.json" || rc=$?
[ "$rc" -eq 1 ] || fail "another chain: exit $rc, $(cat "$work/chain.json")"
echo "demo_block: proven in $(grep -o '"part":"subblock' "$work/prove.json" | wc -l) subblocks, $size bytes; 10 changes and another chain refused"
