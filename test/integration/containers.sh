#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A cluster from the images of docker/: one container a role on a network of their own; the block of etc/demo is proven through
# the API while the worker's container is killed and replaced.
#   test/integration/containers.sh [PREFIX]        images PREFIX-coordinator, PREFIX-worker, PREFIX-aggregator (default ashlar)
# ENGINE: the program (podman, else docker) with global options; RUN_OPTIONS: more options of `run`. Exit code 77: skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
prefix=${1:-ashlar}
skip() { echo "SKIPPED: $*" >&2; exit 77; }
if [ -z "${ENGINE:-}" ]; then
    if command -v podman >/dev/null; then ENGINE=podman; elif command -v docker >/dev/null; then ENGINE=docker; else skip "neither podman nor docker"; fi
fi
read -ra engine <<<"$ENGINE"
read -ra more <<<"${RUN_OPTIONS:-}"
for role in coordinator worker aggregator; do
    "${engine[@]}" image inspect "$prefix-$role" >/dev/null 2>&1 || skip "there is no image $prefix-$role (see docker/README.md)"
done
id=ashlar-test-$$
work=$(mktemp -d /tmp/ashlar-containers-XXXXXX)
chmod 755 "$work"
cleanup() {
    for c in coordinator worker worker-2 aggregator; do "${engine[@]}" rm -f "$id-$c" >/dev/null 2>&1 || true; done
    "${engine[@]}" volume rm -f "$id" >/dev/null 2>&1 || true
    "${engine[@]}" network rm "$id" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "FAILED: $*" >&2; for c in coordinator worker worker-2 aggregator; do "${engine[@]}" logs --tail 15 "$id-$c" 2>&1 | sed "s/^/$c: /" || true; done; exit 1; }
run() {  # run NAME OPTIONS... IMAGE ARGUMENTS...
    local name=$1
    shift
    "${engine[@]}" run -d --name "$id-$name" --network "$id" "${more[@]}" "$@" >/dev/null || fail "$name does not start"
}
token() { "${engine[@]}" run --rm "${more[@]}" -v "$id:/var/lib/ashlar" --entrypoint ashlarctl "$prefix-coordinator" token create --role "$1" --file /var/lib/ashlar/coordinator/tokens; }

"${engine[@]}" network create "$id" >/dev/null
"${engine[@]}" volume create "$id" >/dev/null
admin=$(token admin)
token node >"$work/node_token"
cp -r etc/demo "$work/demo"
chmod -R a+rX "$work"
run coordinator -v "$id:/var/lib/ashlar" -v "$work/demo:/inputs:ro" -e ASHLAR_ATTEMPT_DEADLINE_S=86400 -e ASHLAR_ATTEMPT_SILENCE_S=3600 \
    -e ASHLAR_NODE_SILENCE_S=5 "$prefix-coordinator" --listen 0.0.0.0:8080 --state-dir /var/lib/ashlar/coordinator \
    --input-load-dirs /inputs --chain /inputs/chain.json --subblock-gas 100000
node() {  # node NAME ROLE
    run "$1" -v "$work/node_token:/run/secrets/node_token:ro" -e ASHLAR_TOKEN_FILE=/run/secrets/node_token \
        -e "ASHLAR_COORDINATOR_URL=http://$id-coordinator:8080" "$prefix-$2"
}
node worker worker
node aggregator aggregator
ctl() { "${engine[@]}" exec -e "ASHLAR_TOKEN=$admin" "$id-coordinator" ashlarctl "$@"; }
for _ in $(seq 60); do [ "$(ctl status --json 2>/dev/null | grep -o '"live_nodes":[0-9]*')" = '"live_nodes":2' ] && break; sleep 1; done
[ "$(ctl status --json | grep -o '"live_nodes":[0-9]*')" = '"live_nodes":2' ] || fail "the nodes did not register"
echo "ok      coordinator, worker and aggregator are in touch"
number=$(ctl block execute --block /inputs --chain /inputs/chain.json --json | grep -o '"number":[0-9]*' | head -1 | tr -dc 0-9)
job=$(ctl job create --reproduce --start "$number" --json | grep -o '"id":[0-9]*' | tr -dc 0-9)
for _ in $(seq 600); do ctl job show "$job" | grep -q 'subblock .*running proving' && break; sleep 0.5; done
ctl job show "$job" | grep -q 'subblock .*running proving' || fail "no subblock is being proven"
"${engine[@]}" kill "$id-worker" >/dev/null
echo "ok      the worker's container was killed while it proved"
node worker-2 worker
ctl job watch "$job" || fail "the block was not proven"
echo "ok      block $number is proven"
"${engine[@]}" exec "$id-coordinator" ashlarctl block verify --block /inputs --chain /inputs/chain.json \
    --proof "$("${engine[@]}" exec "$id-coordinator" sh -c "cd /var/lib/ashlar/coordinator && ls blobs/*/$(ctl job show "$job" --json | grep -o '"proof":"[0-9a-f]*' | cut -d'"' -f4)" | sed 's|^|/var/lib/ashlar/coordinator/|')" || fail "the proof is not valid"
begin=$SECONDS
"${engine[@]}" stop -t 60 "$id-worker-2" "$id-aggregator" "$id-coordinator" >/dev/null
for c in worker-2 aggregator coordinator; do
    code=$("${engine[@]}" inspect -f '{{.State.ExitCode}}' "$id-$c")
    [ "$code" = 0 ] || fail "$c ended with $code"
done
echo "ok      stop ends all with exit code 0 in $((SECONDS - begin)) s"
echo "all checks passed"
