#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tries the systemd units in a container: start, readiness, watchdog, restart after a kill, drain, hardening.
#   test/integration/systemd_nspawn.sh BUILD_DIR
# Needs root, debootstrap, systemd-nspawn and the network (or ROOTFS, a Debian 12 tree with systemd made before). Uses
# the daemons of BUILD_DIR/daemons and the guest programs of BUILD_DIR/guest. Exit code 77: skipped, and says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath "${1:?usage: systemd_nspawn.sh BUILD_DIR}")

skip() { echo "SKIPPED: $*" >&2; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "needs root"
for tool in systemd-nspawn nsenter systemd-analyze; do
    command -v $tool >/dev/null || skip "$tool is missing (apt-get install systemd-container systemd)"
done
for program in ashlar-coordinator ashlar-worker ashlar-aggregator; do
    [ -x "$build/daemons/$program" ] || skip "$build/daemons/$program is not built"
done
for guest in subblock-elf aggregator-elf; do
    [ -f "$build/guest/$guest" ] || skip "$build/guest/$guest is not built"
done

work=$(mktemp -d /tmp/ashlar-nspawn-XXXXXX)
rootfs=${ROOTFS:-$work/rootfs}
machine=ashlar-$$
nspawn=
cleanup() {
    if [ -n "$nspawn" ] && kill -0 "$nspawn" 2>/dev/null; then
        kill -TERM "$nspawn" 2>/dev/null || true
        for _ in $(seq 50); do kill -0 "$nspawn" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$nspawn" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
if [ ! -d "$rootfs" ]; then
    command -v debootstrap >/dev/null || skip "debootstrap is missing"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,procps,curl bookworm "$rootfs" >"$work/debootstrap.log" 2>&1 ||
        skip "debootstrap failed: $(tail -1 "$work/debootstrap.log")"
fi

failures=0
check() {  # check TEXT COMMAND...
    local text=$1
    shift
    if "$@" >"$work/out" 2>&1; then echo "ok      $text"; else
        echo "FAILED  $text"
        sed 's/^/        /' "$work/out"
        failures=$((failures + 1))
    fi
}

for unit in coordinator worker aggregator; do
    check "ashlar-$unit.service is hardened (exposure <= 2.5)" \
        systemd-analyze security --offline=true --threshold=25 systemd/ashlar-$unit.service
done

# What the packages would install, in an overlay of its own.
stage=$work/stage
mkdir -p "$stage"/{usr/bin,usr/lib/ashlar,usr/lib/ashlar-libs,etc/ashlar,etc/systemd/system,usr/lib/sysusers.d}
for program in coordinator worker aggregator; do
    cp "$build/daemons/ashlar-$program" "$stage/usr/bin/"
    # The container's Debian may lack our libraries: bring those the program names.
    ldd "$build/daemons/ashlar-$program" | awk '$3 ~ /^\// {print $3}' | grep -v -E '/(libc|libm|ld-linux|libpthread)[.-]' |
        xargs -I{} cp -Ln {} "$stage/usr/lib/ashlar-libs/"
    cp systemd/ashlar-$program.service "$stage/etc/systemd/system/"
done
cp systemd/ashlar.target "$stage/etc/systemd/system/"
cp systemd/sysusers.conf "$stage/usr/lib/sysusers.d/ashlar.conf"
cp "$build"/guest/{subblock-elf,aggregator-elf} "$stage/usr/lib/ashlar/"
printf 'listen: 127.0.0.1:8080\nnode_silence_s: 5\ninput_load_dirs: [/usr/lib/ashlar/inputs]\n' >"$stage/etc/ashlar/coordinator.yaml"
# A block that is none, with number 7: refusing it takes an engine process inside the sandbox.
mkdir -p "$stage/usr/lib/ashlar/inputs/7"
printf '\xca\xc9\x80\x80\x80\x80\x80\x80\x80\x80\x07' >"$stage/usr/lib/ashlar/inputs/7/block.rlp"
echo '{}' >"$stage/usr/lib/ashlar/inputs/7/witness.json"
for role in worker aggregator; do
    printf 'coordinator_url: http://127.0.0.1:8080\nstate_dir: /var/lib/ashlar/%s\ndrain_s: 2\n' $role >"$stage/etc/ashlar/$role.yaml"
done
mkdir -p "$stage/etc/ld.so.conf.d"
echo /usr/lib/ashlar-libs >"$stage/etc/ld.so.conf.d/ashlar.conf"

binds=()
while IFS= read -r file; do binds+=("--bind-ro=$stage/$file:/$file"); done < <(cd "$stage" && find . -type f -printf '%P\n')
systemd-nspawn -D "$rootfs" -b --volatile=overlay --register=no --keep-unit --private-network --machine=$machine \
    "${binds[@]}" </dev/null >"$work/boot.log" 2>&1 &
nspawn=$!
leader=
for _ in $(seq 100); do
    # The container's first process, once systemd runs in it.
    leader=$(pgrep -P "$nspawn" 2>/dev/null | head -1 || true)
    [ -n "$leader" ] && [ "$(cat /proc/"$leader"/comm 2>/dev/null)" = systemd ] && break
    kill -0 "$nspawn" 2>/dev/null || { tail -5 "$work/boot.log" >&2; skip "the container does not boot here"; }
    sleep 0.1
done
inside() { nsenter -t "$leader" -a "$@"; }
for _ in $(seq 100); do
    inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break
    sleep 0.2
done
inside ldconfig
inside systemd-sysusers
inside ip link set lo up 2>/dev/null || true

state() { inside systemctl show -p "$2" --value "ashlar-$1.service"; }
await() {  # await SECONDS COMMAND...
    local limit=$1
    shift
    for _ in $(seq $((limit * 5))); do "$@" && return; sleep 0.2; done
    return 1
}
ready_is() { [ "$(inside curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/readyz)" = "$1" ]; }
restarted() { [ "$(state "$1" NRestarts)" -ge "$2" ] && [ "$(state "$1" ActiveState)" = active ]; }

check "coordinator starts and says it is ready" inside timeout -k 5 60 systemctl start ashlar-coordinator
shows_status() { state coordinator StatusText | grep -q proven; }
check "it shows its state in systemctl status" await 10 shows_status
check "it runs under its own account" test "$(inside stat -c %U /proc/"$(state coordinator MainPID)")" = ashlar
check "not ready without nodes" await 5 ready_is 503
check "worker starts" inside timeout -k 5 60 systemctl start ashlar-worker
check "aggregator starts" inside timeout -k 5 60 systemctl start ashlar-aggregator
check "the cluster is ready" await 15 ready_is 200
check "the old path answers OK" test "$(inside curl -s 'http://127.0.0.1:8080/reproduce_block_by_number?start_block_num=7')" = OK
refused() {
    inside curl -s http://127.0.0.1:8080/v1/blocks/7 >"$work/block"
    grep -q '"state":"failed"' "$work/block" && ! grep -qE 'engine_(died|start)' "$work/block"
}
check "an engine runs in the sandbox and refuses a broken block" await 20 refused
check "the refusal is a row of the report" inside grep -q '^7,false,' /var/lib/ashlar/coordinator/proving_report.csv
inside kill -KILL "$(state coordinator MainPID)"
check "coordinator comes back after SIGKILL" await 15 restarted coordinator 1
check "and the cluster with it" await 15 ready_is 200
mkdir -p "$work/dropin"
inside mkdir -p /run/systemd/system/ashlar-worker.service.d
inside bash -c 'printf "[Service]\nWatchdogSec=2\n" >/run/systemd/system/ashlar-worker.service.d/test.conf; systemctl daemon-reload; systemctl restart ashlar-worker'
inside kill -STOP "$(state worker MainPID)"
check "a hung worker is ended by the watchdog and restarted" await 20 restarted worker 1
check "stop ends all three in time" inside timeout -k 5 60 systemctl stop ashlar-worker ashlar-aggregator ashlar-coordinator
for unit in coordinator worker aggregator; do
    check "$unit stopped cleanly" test "$(state $unit Result)" = success
done
if [ "$failures" -gt 0 ]; then
    inside journalctl -u 'ashlar-*' --no-pager | tail -60
    echo "$failures checks failed" >&2
    exit 1
fi
echo "all checks passed"
