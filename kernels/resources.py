#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Registers and spills of every kernel, as nvcc reports them: resources.py NVCC [--update]

Compiles each *.cu for each architecture of resources.txt and fails on a spill, a stack frame, a kernel that takes more registers than
its line allows, or one without a line. `--update` writes the lines anew: a change of them is then seen in review."""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "resources.txt"
ARCHITECTURES = ("sm_90", "sm_120")
COMPILER = "V13.0.88"  # another assigns other registers; etc/cuda_toolkit.sh fetches this one
HEAD = "# Registers of each kernel on " + " and ".join(ARCHITECTURES) + ": kernels/resources.py\n"
ENTRY = re.compile(r"Compiling entry function '(\S+)' for.*?(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads.*?Used (\d+) registers", re.S)


def short(mangled):
    """The kernel's name without namespaces, and its functor if it is run by `launch` or `reduce`."""
    name = subprocess.run(["c++filt", mangled], capture_output=True, text=True, check=True).stdout.strip()
    name = name.replace("(anonymous namespace)::", "").removeprefix("void ").split("(")[0]
    return re.sub(r"(\w+::)+", "", name).replace(" ", "")


def compiled(nvcc, source, architecture):
    with tempfile.TemporaryDirectory() as work:
        done = subprocess.run([nvcc, "-std=c++20", "-O3", "-ccbin", "g++-12", f"-I{HERE.parent}", "--expt-relaxed-constexpr",
                               f"-arch={architecture}", "-cubin", "-Xptxas=-v", source, "-o", f"{work}/cubin"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return {short(m[1]): (int(m[5]), int(m[2]) + int(m[3]) + int(m[4])) for m in ENTRY.finditer(done.stderr)}


def main():
    nvcc, update = sys.argv[1], "--update" in sys.argv
    version = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=True).stdout
    if COMPILER not in version:
        print(f"skipped: {TABLE.name} is for nvcc {COMPILER}, here is {version.split()[-1]}")
        return 0
    found = {}
    for source in sorted(HERE.rglob("*.cu")):
        for architecture in ARCHITECTURES:
            for kernel, use in compiled(nvcc, source, architecture).items():
                found.setdefault(kernel, {})[architecture] = use
    if update:
        TABLE.write_text(HEAD + "".join(f"{k} {' '.join(str(u[a][0]) for a in ARCHITECTURES)}\n" for k, u in sorted(found.items())))
    allowed = {p[0]: list(map(int, p[1:])) for p in (line.split() for line in TABLE.read_text().splitlines()[1:])}
    faults = [f"{k}: no longer there; run {pathlib.Path(__file__).name} --update" for k in allowed if k not in found]
    for kernel, use in sorted(found.items()):
        if any(spilled for _, spilled in use.values()):
            faults.append(f"{kernel}: spills registers or has a stack frame: {use}")
        if kernel not in allowed:
            faults.append(f"{kernel}: not in {TABLE.name}")
        for architecture, most in zip(ARCHITECTURES, allowed.get(kernel, ())):
            if use[architecture][0] > most:
                faults.append(f"{kernel}: {use[architecture][0]} registers on {architecture}, {most} allowed")
    print("\n".join(faults) or f"{len(found)} kernels, no spills, registers as in {TABLE.name}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
