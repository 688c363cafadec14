#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration, from block to verdict: `demo_cluster.py ASHLARCTL` (the daemons lie beside it, the guests where they were built)."""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHAIN = ["--chain", ROOT / "etc/demo/chain.json"]


def ctl(*arguments):
    return json.loads(subprocess.run([sys.argv[1], *arguments, *CHAIN, "--json"], check=True, capture_output=True, text=True).stdout)


with tempfile.TemporaryDirectory() as work:
    proof = pathlib.Path(work) / "proof"
    result = ctl("local", "--demo", ROOT / "etc/demo", "--subblock-gas", "100000", "--out", proof)
    block = result["block"]
    assert result["proven"] and block["state"] == "proven" and block["subblocks"] == 3, result
    row = dict(zip(result["report_header"].split(","), result["report_row"].split(",")))
    assert row["success"] == "true", row
    for column, field in (("block_number", "number"), ("block_hash", "hash"), ("gas_used", "gas_used"), ("cycles", "cycles"), ("subblocks", "subblocks")):
        assert row[column] == str(block[field]), (column, row, block)
    verdict = ctl("block", "verify", "--block", ROOT / "etc/demo", "--proof", proof)
    assert verdict["valid"] and verdict["block_hash"] == block["hash"], verdict
    print(f"block {block['number']}: {block['subblocks']} subblocks, {block['cycles']} cycles, proven and verified")
