#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what the documents point to: links, and every path of the tree in backquotes, in each *.md file."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOP = {p.name for p in ROOT.iterdir()} - {"build"}
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
QUOTED = re.compile(r"`([\w.+-]+(?:/[\w.+*{},-]+)*/?)`")
FILE = re.compile(r"^\w[\w.-]*\.(hpp|cpp|cuh|cu|h|S|ld|sh|py|toml|yaml|cmake|md)$")


def expand(path):
    """`a.{hpp,cpp}` and globs, as a shell reads them."""
    m = re.search(r"\{([^}]*)\}", path)
    return [path] if not m else [q for part in m[1].split(",") for q in expand(path[:m.start()] + part + path[m.end():])]


def exists(base, path):
    return all(any(True for _ in base.glob(p)) if "*" in p else (base / p).exists() for p in expand(path.rstrip("/")))


def main():
    files = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    faults, seen = [], 0
    for name in files:
        document = ROOT / name
        text = re.sub(r"^( {4}|```).*$", "", document.read_text(), flags=re.M)
        for link in LINK.findall(text):
            if "://" not in link:
                seen += 1
                if not exists(document.parent, link):
                    faults.append(f"{name}: link to {link}, which is not there")
        for path in QUOTED.findall(text):
            first = path.split("/")[0]
            if "/" in path and first in TOP:
                places = [ROOT]
            elif FILE.match(path):
                places = [document.parent, ROOT, *(p for p in document.parent.rglob("*") if p.is_dir())]
            else:
                continue
            seen += 1
            if not any(exists(p, path) for p in places):
                faults.append(f"{name}: `{path}` is not there")
    print("\n".join(faults) or f"{len(files)} documents, {seen} paths and links")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
