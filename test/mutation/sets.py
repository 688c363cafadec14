# SPDX-License-Identifier: Apache-2.0
"""Reads sets.toml and the sources it names."""
import glob
import os
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(ROOT, "test", "mutation")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def load():
    with open(os.path.join(HERE, "sets.toml"), "rb") as f:
        table = tomllib.load(f)
    return table.get("set", {}), table.get("program", {})


def sources_of(entry):
    """Paths from the root of the sources of one set."""
    found = set()
    for pattern in entry["sources"]:
        paths = glob.glob(pattern, root_dir=ROOT)
        if not paths:
            raise SystemExit(f"sets.toml: {pattern} matches no file")
        found.update(paths)
    return sorted(found)
