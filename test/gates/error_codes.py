#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every error code of the cluster has a row in libs/cluster/wire/error_codes.cpp (or belongs to a family there), and
every row is of a code that some source gives."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "libs/cluster/wire/error_codes.cpp"
# Those whose errors reach clients and operators. Libraries further down have codes of their own: 400 and exit code 1.
FOLDERS = ["libs/base", "libs/prover", "libs/cluster", "libs/rpc", "daemons"]
ANYWHERE = re.compile(r'"([a-z]+(?:_[a-z]+)+_?)"')
ERROR_CALL = re.compile(r'\b(?:fail|io_error|Error)\s*[({]\s*"([a-z]+(?:_[a-z]+)*)"')


def main():
    rows = re.findall(r'^    \{"([a-z_]+)", \d+, \d,', TABLE.read_text(), re.M)
    exact = {r for r in rows if not r.endswith("_")}
    families = [r for r in rows if r.endswith("_")]
    faults, given, texts = [], set(), ""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            if path == TABLE:
                continue
            text = path.read_text()
            texts += text
            for m in ERROR_CALL.finditer(text):
                given.add(m[1])
                if m[1] not in exact and not any(m[1].startswith(f) for f in families):
                    faults.append(f"{path.relative_to(ROOT)}: '{m[1]}' has no row in {TABLE.name}")
    named = set(ANYWHERE.findall(texts)) | given
    elsewhere = "".join(p.read_text() for lib in ("ethereum", "exec", "rv32", "machine") for p in (ROOT / "libs" / lib).rglob("*.[ch]pp"))
    named |= set(ANYWHERE.findall(elsewhere))
    faults += [f"{TABLE.name}: nothing gives '{r}'" for r in sorted(exact) if r not in named and f'"{r}"' not in texts + elsewhere]
    faults += [f"{TABLE.name}: nothing gives a code of the family '{f}'" for f in families if not any(n.startswith(f) for n in named)]
    print("\n".join(faults) or f"{len(rows)} rows, {len(given)} codes given")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
