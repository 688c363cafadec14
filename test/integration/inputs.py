#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of inputs a coordinator takes, with the real programs: test/integration/inputs.py BUILD_DIR. Dumps the block of
etc/demo, packs it, and has a coordinator prepare it from archive, dump and folder and from a node (a stand-in that serves the
block), with both guests run on it; then spoils the inputs one way after the other and looks at what the jobs end with.
"""
import contextlib
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO, CHAIN, GAS = ROOT / "etc/demo", ROOT / "etc/demo/chain.json", 100000
build = pathlib.Path(sys.argv[1])
work = pathlib.Path(tempfile.mkdtemp())


def ctl(*arguments):
    done = subprocess.run([build / "daemons/ashlarctl", *arguments, "--json"], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return json.loads(done.stdout)


def serve_block(facts):
    """An Ethereum node that has one block."""
    answers = {
        "eth_blockNumber": hex(facts["number"]),
        "eth_getBlockByNumber": {"number": hex(facts["number"]), "hash": facts["hash"]},
        "debug_getRawBlock": "0x" + (DEMO / "block.rlp").read_bytes().hex(),
        "debug_executionWitness": json.loads(gzip.decompress((DEMO / "witness.json.gz").read_bytes())),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": answers[call["method"]]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Coordinator:
    def __init__(self, name, *options, chain=CHAIN):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.state, self.url = work / name, f"http://127.0.0.1:{port}"
        self.log = open(work / f"{name}.log", "w")
        self.process = subprocess.Popen(
            [build / "daemons/ashlar-coordinator", "--listen", f"127.0.0.1:{port}", "--state-dir", self.state, "--artefact-dir",
             build / "guest", "--chain", chain, "--subblock-gas", str(GAS), "--disk-floor-mib", "0", "--read-ahead", "100", *options],
            stdout=self.log, stderr=self.log, env={**os.environ, "ASHLAR_CONFIG": ""})
        for _ in range(300):
            with contextlib.suppress(OSError):
                self.get("/healthz")
                return
            time.sleep(0.1)
        raise SystemExit("the coordinator does not answer: " + (work / f"{name}.log").read_text())

    def get(self, path, body=None):
        request = urllib.request.Request(self.url + path, body and json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def prepare(self, mode, number):
        """The block once its inputs are there, or its end."""
        job = json.loads(self.get("/v1/jobs", {"mode": mode, "start": number, "count": 1}))
        for _ in range(1200):
            block = json.loads(self.get(f"/v1/jobs/{job['id']}"))["blocks"][0]
            if block["state"] not in ("queued", "fetching"):
                return block
            time.sleep(0.1)
        raise SystemExit(f"job {job} waits for ever")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def blobs_of(dump):
    return {hashlib.sha256(f.read_bytes()).hexdigest() for f in dump.glob("*builder*.bin")}


def main():
    facts = ctl("block", "execute", "--block", DEMO, "--chain", CHAIN)
    number = facts["number"]
    ctl("block", "dump", "--block", DEMO, "--chain", CHAIN, "--subblock-gas", str(GAS), "--out", work / "dump",
        "--artefacts", build / "guest")
    dump = work / f"dump/block{number}/gas{GAS}"
    assert (dump / "subblock_stdin_builder_2.bin").exists(), "the block has three subblocks"
    inputs = work / "inputs"
    inputs.mkdir()
    archive = inputs / f"{number}+1.tar.gz"

    def pack():
        with tarfile.open(archive, "w:gz") as t:
            t.add(work / "dump" / f"block{number}", f"./block{number}")

    def ready(coordinator, mode="reproduce"):
        block = coordinator.prepare(mode, number)
        assert block["state"] in ("inputs_ready", "proving"), block
        for field in ("hash", "state_root", "gas_used", "fork"):
            assert block[field] == facts[field], (field, block, facts)
        assert block["transactions"] == facts["txs"] and block["subblocks"] == 3, block
        have = {f.name for f in (coordinator.state / "blobs").rglob("*") if f.is_file()}
        assert blobs_of(dump) <= have, "the stdins are not those of the dump"

    def refused(coordinator, code, *words):
        block = coordinator.prepare("reproduce", number)
        assert block["state"] == "failed" and block["reason"].startswith(code + ":"), block
        for word in words:
            assert word in block["reason"], block

    pack()
    with Coordinator("archive", "--input-load-dirs", inputs, "--emulate-inputs", "true") as c:
        ready(c)
        for _ in range(100):  # it is emptied after the block has gone on
            left = list((c.state / "work").iterdir())
            if not left:
                break
            time.sleep(0.1)
        assert not left, left
        archive.unlink()
        shutil.copytree(work / "dump", inputs / "day")
        ready(c)
        shutil.rmtree(inputs / "day")
        shutil.copytree(DEMO, inputs / "folder")
        ready(c)
        shutil.rmtree(inputs / "folder")
        refused(c, "input_missing", str(number))

        # From here on nothing vouches for the files but what they say.
        (dump / "manifest.json").unlink()
        first = dump / "subblock_stdin_builder_0.bin"
        good, stdin = {f.name: f.read_bytes() for f in dump.iterdir()}, first.read_bytes()
        pack()
        ready(c)
        middle = dump / "subblock_stdin_builder_1.bin"
        middle.unlink()
        pack()
        refused(c, "dump_incomplete", f"block{number}/gas{GAS}", f"lacks {middle.name}", archive.name)
        middle.write_bytes(good[middle.name])
        at = len(stdin) // 2
        first.write_bytes(stdin[:at] + bytes([stdin[at] ^ 1]) + stdin[at + 1:])
        pack()
        refused(c, "emulation_differs", "subblock 0")
        first.write_bytes(stdin)
        last = dump / "final_aggregator_stdin_builder.bin"
        whole = good[last.name]
        vk = bytes.fromhex(ctl("program", "vk", "--elf", build / "guest/subblock-elf", "--out", work / "vk")["vk_digest"])
        at = whole.index(vk)
        last.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        pack()
        refused(c, "dump_of_other_program", vk.hex())
        output = 16 + struct.unpack_from("<Q", whole, 8)[0] + 8 + 4  # number of buffers, claims, size, version
        last.write_bytes(whole[:output] + struct.pack("<I", 1) + whole[output + 4:])
        pack()
        refused(c, "dump_of_other_program", "EIP-8025")
        last.write_bytes(whole)
        pack()
        data = archive.read_bytes()
        archive.write_bytes(data[: len(data) * 2 // 3])
        refused(c, "dump_unreadable", f"block{number}/gas{GAS}/", archive.name)
        doctor = json.loads(c.get("/v1/doctor", {}))
        assert any("archive_trouble" == f["check"] or not f["ok"] and archive.name in f["detail"]
                   for host in doctor["hosts"] for f in host["findings"]), doctor
        pack()
    with Coordinator("chain", "--input-load-dirs", inputs, "--run-id", "night", chain="mainnet") as c:
        refused(c, "dump_of_other_chain")
        for _ in range(100):  # a row follows the end of its block
            rows = c.get("/report.csv").decode().splitlines()
            if len(rows) == 2:
                break
            time.sleep(0.1)
        assert rows[0].endswith(",run_id") and rows[1].startswith(f"{number},false,0,0.000,0.000,") and rows[1].endswith(",night"), rows
    kept = work / "kept"
    with Coordinator("node", "--rpc-http-url", serve_block(facts), "--input-dump-dir", kept) as c:
        ready(c, "range")
    assert (kept / f"block{number}/block.rlp").read_bytes() == (DEMO / "block.rlp").read_bytes()
    assert blobs_of(kept / f"block{number}/gas{GAS}") == blobs_of(dump)
    with Coordinator("again", "--input-load-dirs", kept) as c:
        ready(c)
        (kept / f"block{number}/block.rlp").unlink()
        ready(c)
    print("inputs: archive, dump, folder and node give the same; 7 kinds of bad ones are named")


try:
    main()
finally:
    shutil.rmtree(work)
