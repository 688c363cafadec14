#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The real prover on a whole local cluster, with a kill in the middle:
#   test/integration/real_kills.sh BUILD_DIR worker|coordinator [BLOCK_DIR CHAIN SUBBLOCK_GAS]
# One daemon gets SIGKILL while a subblock is being proven; the block must be proven all the same, once, and the proof must
# verify. Default block: etc/demo. Takes minutes: run by hand and by the release checks, not by ctest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath "${1:?usage: real_kills.sh BUILD_DIR worker|coordinator [BLOCK_DIR CHAIN SUBBLOCK_GAS]}")
victim=${2:?worker or coordinator}
block=${3:-etc/demo}
chain=${4:-etc/demo/chain.json}
gas=${5:-500000}
ctl=$build/daemons/ashlarctl
state=$(mktemp -d /tmp/ashlar-kills-XXXXXX)
trap 'kill $cluster 2>/dev/null || true; wait $cluster 2>/dev/null || true; rm -rf "$state"' EXIT

"$ctl" local --block "$block" --chain "$chain" --subblock-gas "$gas" --state-dir "$state" --port 0 --out "$state/proof" --json \
    >"$state/result.json" 2>"$state/stderr" &
cluster=$!
port=
for _ in $(seq 300); do
    port=$(grep -ho 'listening port=[0-9]*' "$state"/logs/coordinator.log 2>/dev/null | head -1 | tr -dc 0-9) && [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || { echo "the coordinator did not start" >&2; cat "$state/stderr" "$state"/logs/*.log >&2; exit 1; }
export ASHLAR_URL=http://127.0.0.1:$port
ASHLAR_TOKEN=$(cat "$state/reader_token")
export ASHLAR_TOKEN

# A subblock is in the middle once some of its cycles are proven, or proving has gone on for a while.
for _ in $(seq 1200); do
    "$ctl" job show 1 2>/dev/null | grep -q 'subblock .*running proving' && break
    kill -0 $cluster 2>/dev/null || { echo "the cluster ended early" >&2; cat "$state/stderr" >&2; exit 1; }
    sleep 0.25
done
sleep 2
case $victim in
    worker)
        node=$("$ctl" status --json | python3 -c 'import json,sys
print(next(n["name"] for n in json.load(sys.stdin)["nodes"] if any(e.get("task") for e in n["info"]["engines"])))')
        pid=$(pgrep -P $cluster -f -- "--name $node" | head -1)
        ;;
    coordinator) pid=$(pgrep -P $cluster -f ashlar-coordinator | head -1) ;;
    *) echo "worker or coordinator, not $victim" >&2; exit 2 ;;
esac
echo "killing $victim (pid $pid)"
kill -KILL "$pid"
begin=$(date +%s)
if ! wait $cluster; then
    echo "FAILED: the block was not proven" >&2
    cat "$state/stderr" "$state/result.json" >&2
    tail -20 "$state"/logs/*.log >&2
    exit 1
fi
echo "proven $(($(date +%s) - begin)) s after the kill"
python3 - "$state/result.json" "$victim" <<'PY'
import json, sys
result = json.load(open(sys.argv[1]))
block = result["block"]
assert result["proven"] and block["state"] == "proven", block
wanted = block["subblocks"] + 1 + (1 if sys.argv[2] == "worker" else 0)
assert block["attempts"] == wanted, f'{block["attempts"]} attempts, expected {wanted}'
print(f'{block["attempts"]} attempts for {block["subblocks"]} subblocks and the aggregation')
print(result["report_row"])
PY
# Proven once: one event says so, in a store that lived through it.
events=$(python3 - "$state/coordinator/coordinator.db" <<'PY'
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("select count(*) from events where type='block' and payload like '%\"proven\"%'").fetchone()[0])
PY
)
[ "$events" = 1 ] || { echo "FAILED: $events events say proven" >&2; exit 1; }
"$ctl" block verify --proof "$state/proof" --block "$block" --chain "$chain"
