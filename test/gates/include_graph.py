#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what each library includes with the Map of the top README: `include_graph.py [--print]`.

An include that the Map does not allow is a fault, and so is an edge of the Map that nothing uses. Edges are those of the
sources' own lines, one library to the next; `--print` gives the graph with the number of files behind each edge."""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = {".hpp", ".cpp", ".h", ".c", ".S", ".cuh", ".cu"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"(libs|kernels)/(?:(\w+)/)?', re.M)
# Of these rooms others may see the interface alone: {room: (who, headers they may include)}.
INTERFACE = {"prover": ({"cluster"}, {"prover.hpp", "results.hpp", "engine_messages.hpp", "engine_process.hpp"})}
ROW = re.compile(r"^\| `(libs|kernels)(?:/(\w+))?` \|[^|]*\|([^|]*)\|", re.M)


def rooms():
    for folder in sorted((ROOT / "libs").iterdir()):
        if folder.is_dir():
            yield folder.name, folder
    yield "kernels", ROOT / "kernels"


def included():
    """{room: {room it includes: number of its files that do}}"""
    graph = {}
    for name, folder in rooms():
        edges = collections.Counter()
        for path in folder.rglob("*"):
            if path.suffix in SOURCES:
                used = {m[2] if m[1] == "libs" else "kernels" for m in INCLUDE.finditer(path.read_text())}
                edges.update(used - {name})
        graph[name] = edges
    return graph


def beyond_interface():
    for room, (others, headers) in INTERFACE.items():
        for other in others:
            for path in (ROOT / "libs" / other).rglob("*"):
                if path.suffix in SOURCES:
                    for header in re.findall(rf'^\s*#\s*include\s+"libs/{room}/([^"]+)"', path.read_text(), re.M):
                        if header not in headers:
                            yield f"{path.relative_to(ROOT)} includes {room}/{header}, which is not part of its interface"


def allowed():
    """The Map: {room: set of rooms it may include}"""
    table = {}
    for m in ROW.finditer((ROOT / "README.md").read_text()):
        table[m[2] or "kernels"] = set(re.findall(r"\w+", m[3]))
    return table


def circle(graph):
    """A circle of rooms, or None."""
    done, path = set(), []

    def visit(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return None
        path.append(room)
        found = next((c for c in map(visit, graph.get(room, ())) if c), None)
        path.pop()
        done.add(room)
        return found

    return next((c for c in map(visit, graph) if c), None)


def main():
    graph, table = included(), allowed()
    if "--print" in sys.argv:
        for room, edges in graph.items():
            print(f"{room:10}", " ".join(f"{to}:{files}" for to, files in sorted(edges.items())))
    faults = [f"{room}: no line in the Map of README.md" for room in graph if room not in table]
    faults += [f"{room}: in the Map of README.md, but not there" for room in table if room not in graph]
    for room, edges in graph.items():
        known = table.get(room, set())
        faults += [f"{room} includes {to}, which the Map does not allow: {files} files" for to, files in sorted(edges.items()) if to not in known]
        faults += [f"{room}: the Map allows {to}, which nothing includes" for to in sorted(known - set(edges))]
    faults += beyond_interface()
    if found := circle(graph):
        faults.append("circle: " + " -> ".join(found))
    print("\n".join(faults) or f"{len(graph)} libraries, {sum(map(len, graph.values()))} edges, as in the Map")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
