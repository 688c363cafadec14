# SPDX-License-Identifier: Apache-2.0
"""instrument.py FOLDER: writes instrumented copies of the sources of sets.toml below FOLDER, and FOLDER/mutants.json.

Prints the paths of the copies, from the project's root, one a line. CMake runs it while it configures.
"""
import json
import os
import sys

import mutants
import sets


def write_if_changed(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main(folder):
    paths = sorted({p for entry in sets.load()[0].values() for p in sets.sources_of(entry)})
    files = [f for f in mutants.find_mutants({p: sets.read(p) for p in paths}) if f.mutants]
    stale = set()
    for base, _, names in os.walk(folder):
        stale.update(os.path.relpath(os.path.join(base, n), folder) for n in names if n.endswith((".cpp", ".hpp")))
    for f in files:
        write_if_changed(os.path.join(folder, f.path), f.instrumented())
        print(f.path)
    for path in stale - {f.path for f in files}:
        os.remove(os.path.join(folder, path))
    listed = [
        {"id": m.id, "key": m.key, "path": m.path, "line": m.line, "kind": m.kind, "text": m.text}
        for f in files
        for m in sorted(f.mutants, key=lambda m: m.id)
    ]
    write_if_changed(os.path.join(folder, "mutants.json"), json.dumps(listed, indent=1))


main(sys.argv[1])
