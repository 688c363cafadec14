#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The units in a container, with the real daemons and the real prover: installation, start, a block proven through the API,
# worker and coordinator killed in the middle, draining, watchdog, hardening.
#   test/integration/systemd_nspawn.sh BUILD_DIR
# Needs root, systemd-nspawn, and debootstrap with a network (or ROOTFS: a Debian 12 tree with systemd, dbus, procps, curl and
# iproute2, which stays as it is). Takes minutes. Exit code 77: skipped, and says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath "${1:?usage: systemd_nspawn.sh BUILD_DIR}")

skip() { echo "SKIPPED: $*" >&2; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "needs root"
for tool in systemd-nspawn nsenter systemd-analyze python3; do
    command -v $tool >/dev/null || skip "$tool is missing (apt-get install systemd-container systemd python3)"
done
for program in ashlar-coordinator ashlar-worker ashlar-aggregator ashlarctl; do
    [ -x "$build/daemons/$program" ] || skip "$build/daemons/$program is not built"
done
for guest in subblock-elf aggregator-elf vk_digest.bin; do
    [ -f "$build/guest/$guest" ] || skip "$build/guest/$guest is not built"
done

work=$(mktemp -d /tmp/ashlar-nspawn-XXXXXX)
rootfs=${ROOTFS:-$work/rootfs}
machine=ashlar-$$
nspawn=
cleanup() {
    if [ -n "$nspawn" ] && kill -0 "$nspawn" 2>/dev/null; then
        kill -TERM "$nspawn" 2>/dev/null || true
        for _ in $(seq 100); do kill -0 "$nspawn" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$nspawn" 2>/dev/null || true
        wait "$nspawn" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
if [ ! -d "$rootfs" ]; then
    command -v debootstrap >/dev/null || skip "debootstrap is missing"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,procps,curl,iproute2 bookworm "$rootfs" \
        >"$work/debootstrap.log" 2>&1 || skip "debootstrap failed: $(tail -1 "$work/debootstrap.log")"
fi

failures=0
check() {  # check TEXT COMMAND...
    local text=$1 begin=$SECONDS
    shift
    if "$@" >"$work/out" 2>&1; then
        echo "ok      $text$([ $((SECONDS - begin)) -lt 2 ] || echo " ($((SECONDS - begin)) s)")"
    else
        echo "FAILED  $text"
        tail -20 "$work/out" | sed 's/^/        /'
        failures=$((failures + 1))
    fi
}

for unit in coordinator worker aggregator; do
    check "ashlar-$unit.service is hardened (exposure <= 2.5)" \
        systemd-analyze security --offline=true --threshold=25 systemd/ashlar-$unit.service
done

# What a package would hold, and the libraries it would depend on.
stage=$work/stage
check "cmake --install puts everything in place" env DESTDIR="$stage" cmake --install "$build" --prefix /usr
mkdir -p "$stage/usr/lib/ashlar-libs" "$stage/etc/ld.so.conf.d" "$stage/srv/blocks"
for program in ashlar-coordinator ashlar-worker ashlar-aggregator ashlarctl; do
    ldd "$build/daemons/$program" | awk '$3 ~ /^\// {print $3}' | grep -v -E '/(libc|libm|ld-linux|libpthread|libsystemd)[.-]' |
        xargs -I{} cp -Lu {} "$stage/usr/lib/ashlar-libs/"
done
echo /usr/lib/ashlar-libs >"$stage/etc/ld.so.conf.d/ashlar.conf"
cp -r etc/demo "$stage/srv/blocks/demo"
# A block that is none, with number 7: refusing it takes an engine process inside the sandbox.
mkdir -p "$stage/srv/blocks/7"
printf '\xca\xc9\x80\x80\x80\x80\x80\x80\x80\x80\x07' >"$stage/srv/blocks/7/block.rlp"
echo '{}' >"$stage/srv/blocks/7/witness.json"

systemd-nspawn -D "$rootfs" -b --volatile=overlay --register=no --keep-unit --private-network --machine=$machine \
    --bind-ro="$stage:/mnt" </dev/null >"$work/boot.log" 2>&1 &
nspawn=$!
leader=
for _ in $(seq 150); do
    # The container's first process, once systemd runs in it.
    leader=$(pgrep -P "$nspawn" 2>/dev/null | head -1 || true)
    [ -n "$leader" ] && [ "$(cat /proc/"$leader"/comm 2>/dev/null)" = systemd ] && break
    kill -0 "$nspawn" 2>/dev/null || { tail -5 "$work/boot.log" >&2; skip "the container does not boot here"; }
    sleep 0.1
done
inside() { nsenter -t "$leader" -a "$@"; }
for _ in $(seq 150); do
    inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break
    sleep 0.2
done
inside ip link set lo up 2>/dev/null || true

state() { inside systemctl show -p "$2" --value "ashlar-$1.service"; }
await() {  # await SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    while ! "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.3
    done
}

# --- installation, as systemd/README.md says
inside cp -a /mnt/etc /mnt/usr /mnt/srv / # on the container's own, volatile file system
inside ldconfig
inside systemd-sysusers
inside systemd-tmpfiles --create ashlar.conf
inside systemctl daemon-reload
url=http://127.0.0.1:8080
for role in admin reader; do check "token create: $role" inside ashlarctl token create --role $role --out /root/ashlar_${role}_token; done
check "token create: node" inside ashlarctl token create --role node --out /etc/ashlar/node_token
check "the node token is the daemons' to read, and nobody else's" \
    test "$(inside stat -c '%G %a' /etc/ashlar/node_token)" = "ashlar 640"
for role in coordinator worker aggregator; do
    check "config init $role" inside ashlarctl config init $role --out /etc/ashlar/$role.yaml
done
check "config check refuses what is not filled in" bash -c "! nsenter -t $leader -a ashlarctl config check worker"
inside sed -i -e 's|^chain: .*|chain: /srv/blocks/demo/chain.json|' -e 's|^input_load_dirs: .*|input_load_dirs: [/srv/blocks]|' \
    -e 's|^subblock_gas: .*|subblock_gas: 100000|' -e 's|^attempt_deadline_s: .*|attempt_deadline_s: 7200|' \
    -e 's|^attempt_silence_s: .*|attempt_silence_s: 1800|' -e 's|^attempts: .*|attempts: 6|' /etc/ashlar/coordinator.yaml
for role in worker aggregator; do
    inside sed -i -e "s|^coordinator_url: .*|coordinator_url: $url|" -e 's|^token_file: .*|token_file: /etc/ashlar/node_token|' \
        -e "s|^state_dir: .*|state_dir: /var/lib/ashlar/$role|" /etc/ashlar/$role.yaml
done
for role in coordinator worker aggregator; do check "config check $role" inside ashlarctl config check $role; done
admin=$(inside cat /root/ashlar_admin_token)
reader=$(inside cat /root/ashlar_reader_token)
api() { inside curl -s --max-time 150 -H "Authorization: Bearer $reader" "$url$1"; }

# --- start
ready_is() { [ "$(inside curl -s -o /dev/null -w '%{http_code}' $url/readyz)" = "$1" ]; }
restarted() { [ "$(state "$1" NRestarts)" -ge "$2" ] && [ "$(state "$1" ActiveState)" = active ]; }
shows_status() { state "$1" StatusText | grep -q "$2"; }
check "coordinator starts and says it is ready" inside timeout -k 5 60 systemctl start ashlar-coordinator
check "it shows its state in systemctl status" await 10 shows_status coordinator proven
check "it runs under its own account" test "$(inside stat -c %U /proc/"$(state coordinator MainPID)")" = ashlar
check "without a token nothing is told" test "$(inside curl -s -o /dev/null -w '%{http_code}' $url/status)" = 401
check "not ready without nodes" await 5 ready_is 503
check "worker starts" inside timeout -k 5 60 systemctl start ashlar-worker
check "aggregator starts" inside timeout -k 5 60 systemctl start ashlar-aggregator
check "the cluster is ready" await 30 ready_is 200
check "the worker says so" await 10 shows_status worker "in touch"

# --- blocks, through the API
number=$(python3 - etc/demo <<'PY'
import glob, gzip, sys
data = open(sys.argv[1] + "/block.rlp", "rb").read()
def head(p):  # offset and length of the payload at p
    b = data[p]
    if b < 0x80: return p, 1
    if b < 0xb8: return p + 1, b - 0x80
    if b < 0xc0: n = b - 0xb7; return p + 1 + n, int.from_bytes(data[p + 1:p + 1 + n], "big")
    if b < 0xf8: return p + 1, b - 0xc0
    n = b - 0xf7
    return p + 1 + n, int.from_bytes(data[p + 1:p + 1 + n], "big")
p, _ = head(0)
p, _ = head(p)
for _ in range(8):
    at, n = head(p)
    p = at + n
at, n = head(p)
print(int.from_bytes(data[at:at + n], "big"))
PY
)
field() { python3 -c 'import json,sys
v = json.load(sys.stdin)
for k in sys.argv[1].split("."): v = v[int(k)] if k.isdigit() else v[k]
print(str(v).lower() if isinstance(v, bool) else v)' "$1"; }
submit() {
    inside curl -s --fail -X POST -H "Authorization: Bearer $admin" -d "{\"mode\":\"reproduce\",\"start\":$number}" $url/v1/jobs | field id
}
job_state() { [ "$(api "/v1/jobs/$1" | field state)" = "$2" ]; }
task_runs() { api "/v1/jobs/$1" | python3 -c 'import json,sys
tasks = [t for b in json.load(sys.stdin)["blocks"] for t in b.get("tasks", [])]
sys.exit(not any(t["kind"] == "subblock" and t["state"] == "running" and t.get("stage") == "proving" for t in tasks))'; }
attempts() { api "/v1/jobs/$1" | field blocks.0.attempts; }
proven_events() {
    inside timeout 20 curl -s -N -H "Authorization: Bearer $reader" "$url/v1/jobs/$1/events" | grep '^data:' | grep -c '"state":"proven"' || true
}
plan=   # attempts of an undisturbed block

check "the old path answers OK" \
    test "$(inside curl -s -H "Authorization: Bearer $admin" "$url/reproduce_block_by_number?start_block_num=7")" = OK
refused() {
    api /v1/blocks/7 >"$work/block"
    grep -q '"state":"failed"' "$work/block" && ! grep -qE 'engine_(died|start)' "$work/block"
}
check "an engine runs in the sandbox and refuses a broken block" await 30 refused
check "the refusal is a row of the report" inside grep -q '^7,false,' /var/lib/ashlar/coordinator/proving_report.csv

job=$(submit)
check "block $number is proven" await 900 job_state "$job" "done"
plan=$(attempts "$job")
verdict() { api "/v1/blocks/$number/proof/verify" >"$work/verdict" && [ "$(field valid <"$work/verdict")" = true ]; }
check "the stored proof verifies again" verdict
verified_by_hand() {
    inside curl -s -H "Authorization: Bearer $reader" -o /root/proof "$url/v1/blocks/$number/proof" &&
        inside ashlarctl block verify --proof /root/proof --block /srv/blocks/demo --chain /srv/blocks/demo/chain.json
}
check "and with ashlarctl block verify" verified_by_hand

job=$(submit)
check "a subblock is being proven" await 300 task_runs "$job"
inside kill -KILL "$(state worker MainPID)"
check "worker killed: systemd starts it again" await 30 restarted worker 1
check "its block is proven all the same" await 900 job_state "$job" "done"
check "with one attempt more" test "$(attempts "$job")" -eq $((plan + 1))
check "once" test "$(proven_events "$job")" = 1

job=$(submit)
check "a subblock is being proven" await 300 task_runs "$job"
inside kill -KILL "$(state coordinator MainPID)"
check "coordinator killed: systemd starts it again" await 30 restarted coordinator 1
check "the job completes" await 900 job_state "$job" "done"
check "no attempt was repeated" test "$(attempts "$job")" -eq "$plan"
check "it is proven once" test "$(proven_events "$job")" = 1

# --- stop: a task that ends within drain_s is delivered, another is handed back
dropin() {  # dropin UNIT LINES: a drop-in that lasts until the next one
    inside mkdir -p "/run/systemd/system/ashlar-$1.service.d"
    printf '[Service]\n%b' "$2" | inside tee "/run/systemd/system/ashlar-$1.service.d/test.conf" >/dev/null
    inside systemctl daemon-reload
}
timed_stop() {  # stops a unit; fails when it took longer than its TimeoutStopSec or did not end well
    inside timeout -k 5 120 systemctl stop "ashlar-$1" && [ "$(state "$1" Result)" = success ]
}
dropin worker 'Environment=ASHLAR_DRAIN_S=80\n'
inside systemctl restart ashlar-worker
check "the cluster is ready" await 30 ready_is 200
job=$(submit)
check "a subblock is being proven" await 300 task_runs "$job"
check "systemctl stop lets it end" timed_stop worker
check "the worker delivered before it went" test "$(inside journalctl -u ashlar-worker -b --no-pager -o cat | grep -c task_handed_back)" = 0
inside systemctl start ashlar-worker
check "the block is proven" await 900 job_state "$job" "done"
check "no attempt was lost" test "$(attempts "$job")" -eq "$plan"

dropin worker 'Environment=ASHLAR_DRAIN_S=0\n'
inside systemctl restart ashlar-worker
check "the cluster is ready" await 30 ready_is 200
job=$(submit)
check "a subblock is being proven" await 300 task_runs "$job"
begin=$SECONDS
check "systemctl stop with no time to drain" timed_stop worker
check "it took under 15 s" test $((SECONDS - begin)) -lt 15
check "the task was handed back" bash -c "nsenter -t $leader -a journalctl -u ashlar-worker -b --no-pager -o cat | grep -q 'task_handed_back.*acknowledged=true'"
inside systemctl start ashlar-worker
check "the block is proven" await 900 job_state "$job" "done"

# --- watchdog
dropin worker 'WatchdogSec=2\n'
inside systemctl restart ashlar-worker
check "the cluster is ready" await 30 ready_is 200
inside kill -STOP "$(state worker MainPID)"
check "a hung worker is ended by the watchdog and restarted" await 30 restarted worker 1
check "the journal says why" bash -c "nsenter -t $leader -a journalctl -u ashlar-worker -b --no-pager | grep -q \"result 'watchdog'\""

for unit in coordinator worker aggregator; do
    check "$unit: exposure as loaded <= 2.5" inside systemd-analyze security --threshold=25 ashlar-$unit.service
done
check "stop ends all three in time" inside timeout -k 5 60 systemctl stop ashlar-worker ashlar-aggregator ashlar-coordinator
for unit in coordinator worker aggregator; do
    check "$unit stopped cleanly" test "$(state $unit Result)" = success
done
if [ "$failures" -gt 0 ]; then
    inside journalctl -u 'ashlar-*' -b --no-pager | tail -80
    echo "$failures checks failed" >&2
    exit 1
fi
echo "all checks passed"
