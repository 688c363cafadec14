#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Blocks of a real node, fetched and executed:

    test/integration/live_node.py ASHLARCTL [--anvil PROGRAM] [--geth PROGRAM]

anvil (npm: @foundry-rs/anvil) serves neither debug_getRawBlock nor debug_executionWitness, geth (Go: cmd/geth) both:
its blocks are fetched with them and by eth_getProof. The chains have
creations, calls, storage that is written and cleared so that branches of tries collapse, BLOCKHASH far back, and empty blocks. Programs
are looked for in PATH, in $ASHLAR_NODES and in build/nodes. What is absent is said; exit code 77 if neither is there.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORE = "6020356000355500"  # storage[calldata[0]] = calldata[1]
LOOK_BACK = "60003543034060005500"  # storage[0] = blockhash(number - calldata[0])


def creation(runtime):
    """Init code that deploys at most 32 bytes."""
    size = len(runtime) // 2
    return f"0x{0x5f + size:02x}{runtime}60005260{size:02x}60{32 - size:02x}f3"


def word(n):
    return f"{n:064x}"


class Node:
    def __init__(self, command, port, log):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(200):
            try:
                self.call("eth_blockNumber")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{command[0]} does not answer")

    def call(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            o = json.load(answer)
        if "error" in o:
            raise RuntimeError(f"{method}: {o['error']}")
        return o["result"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def find(name, given):
    places = [given, shutil.which(name), os.environ.get("ASHLAR_NODES") and os.path.join(os.environ["ASHLAR_NODES"], name),
              str(ROOT / "build/nodes" / name), str(ROOT / f"build/nodes/node_modules/@foundry-rs/{name}-linux-amd64/bin/{name}")]
    return next((p for p in places if p and os.path.exists(p)), None)


def make_chain(node, sender, mine, clears):
    """Blocks with all kinds of accesses; returns the number of the last. Without `clears` no storage is set to zero."""

    def send(**fields):
        return node.call("eth_sendTransaction", {"from": sender, "gas": "0x100000", **fields})

    mine()  # anvil's first block has a wrong root before it
    store, back = send(data=creation(STORE)), send(data=creation(LOOK_BACK))
    mine()
    store = node.call("eth_getTransactionReceipt", store)["contractAddress"]
    back = node.call("eth_getTransactionReceipt", back)["contractAddress"]
    for slot in range(40):
        send(to=store, data="0x" + word(slot) + word(slot + 1))
    mine()
    for account in range(30):
        send(to="0x" + f"{0x1000 + account:040x}", value="0x1")
    mine()
    for slot in range(0, 38 if clears else 0):  # of 40 values two are left: branches collapse on all levels
        send(to=store, data="0x" + word(slot) + word(0))
        if slot % 9 == 8:
            mine()
    mine()
    for slot in (38, 39) if clears else ():
        send(to=store, data="0x" + word(slot) + word(0))
        mine()
    for _ in range(20):
        mine()
    for distance in (1, 2, 17, 25):
        send(to=back, data="0x" + word(distance))
        mine()
    return int(node.call("eth_blockNumber"), 16)


def check(ctl, node, chain, first, last, work, *more):
    """Fetches and executes blocks; returns how many transactions they have."""
    total = 0
    for number in range(first, last + 1):
        folder = work / "-".join([str(number), *more])
        for arguments in (["fetch", "--rpc", node.url, "--number", str(number), "--out", folder, "--chain", chain, *more],
                          ["execute", "--block", folder, "--chain", chain, "--json"]):
            done = subprocess.run([ctl, "block", *map(str, arguments)], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"block {number}: {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        total += len(node.call("eth_getBlockByNumber", hex(number), False)["transactions"])
    return total


def chain_file(work, chain_id, **times):
    config = json.loads((ROOT / "etc/demo/chain.json").read_text())
    config["chainId"] = chain_id
    for time_key in ("cancunTime", "pragueTime", "osakaTime"):
        config.pop(time_key, None)
    config.update(times)
    config["blobSchedule"] = {k: v for k, v in config["blobSchedule"].items() if k + "Time" in config}
    path = work / "chain.json"
    path.write_text(json.dumps(config))
    return path


def anvil(program, ctl, work, log):
    port = free_port()
    node = Node([program, "--host", "127.0.0.1", "--port", str(port), "--no-mining", "--hardfork", "cancun", "--chain-id", "31337", "--silent"], port, log)
    now = int(time.time())

    def mine():
        nonlocal now
        now += 1  # anvil would give two blocks of one second the same time
        node.call("evm_setNextBlockTimestamp", now)
        node.call("evm_mine")

    try:
        last = make_chain(node, node.call("eth_accounts")[0], mine, clears=False)  # it keeps zeros in the trie, which no rule has
        return last - 1, check(ctl, node, chain_file(work, 31337, cancunTime=0), 2, last, work)
    finally:
        node.stop()


SYSTEM_CONTRACTS = ["0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02", "0x0000F90827F1C53a10cb7A02335B175320002935",
                    "0x00000961Ef480Eb55e80D19ad83579A64c007002", "0x0000BBdDc7CE488642fb579F8B00f3a590007251"]


def geth(program, ctl, work, log):
    def start(datadir):
        port = free_port()
        return Node([program, "--dev", "--dev.period", "0", "--datadir", str(datadir), "--state.scheme", "hash", "--gcmode", "archive",
                     "--http", "--http.port", str(port), "--http.api", "eth,debug,dev,net,admin", "--port", "0", "--authrpc.port",
                     str(free_port()), "--nodiscover", "--ipcdisable", "--verbosity", "1"], port, log)

    # The stock chain of --dev has a fork behind Osaka: its account and contracts go into a genesis of ours.
    stock = start(work / "stock")
    try:
        account = stock.call("eth_accounts")[0]
        codes = {a: stock.call("eth_getCode", a, "latest") for a in SYSTEM_CONTRACTS}
    finally:
        stock.stop()
    chain = chain_file(work, 1337, cancunTime=0, pragueTime=0, osakaTime=0)
    alloc = {a: {"balance": "0x0", "nonce": "0x1", "code": code} for a, code in codes.items()}
    alloc[account] = {"balance": "0xd3c21bcecceda1000000"}
    genesis = work / "genesis.json"
    genesis.write_text(json.dumps({"config": json.loads(chain.read_text()), "difficulty": "0x0", "gasLimit": "0x3938700",
                                   "timestamp": "0x0", "baseFeePerGas": "0x3b9aca00", "alloc": alloc}))
    subprocess.run([program, "init", "--state.scheme", "hash", "--datadir", str(work / "geth"), str(genesis)], check=True, stdout=log, stderr=log)
    shutil.copytree(work / "stock/keystore", work / "geth/keystore", dirs_exist_ok=True)
    node = start(work / "geth")
    try:  # each transaction makes a block at once
        last = make_chain(node, account, lambda: time.sleep(0.3), clears=True)
        check(ctl, node, chain, 1, last, work, "--by-proofs")
        return last, check(ctl, node, chain, 1, last, work)
    finally:
        node.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ctl")
    parser.add_argument("--anvil")
    parser.add_argument("--geth")
    options = parser.parse_args()
    ran = 0
    for name, run in (("anvil", anvil), ("geth", geth)):
        program = find(name, getattr(options, name))
        if not program:
            print(f"{name} is absent: skipped")
            continue
        with tempfile.TemporaryDirectory() as work, open(pathlib.Path(work) / "log", "w") as log:
            blocks, transactions = run(program, os.path.abspath(options.ctl), pathlib.Path(work), log)
            print(f"{name}: {blocks} blocks with {transactions} transactions fetched and executed")
            ran += 1
    return 0 if ran else 77


if __name__ == "__main__":
    sys.exit(main())
