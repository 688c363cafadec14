#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of the top README is run here, or has a line here that says where it is run: `readme_commands.py BUILD`."""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = "run here"
HOW = {  # the command up to a point: how it is known to work
    "etc/setup.sh demo": "by hand on a bare Debian; its last step is the test demo_cluster",
    "etc/setup.sh test": "what every change must pass",
    "build/release/daemons/ashlarctl block execute --block etc/demo": RUN,
    "build/release/daemons/ashlarctl block execute --blocks DIR...": RUN,
    "build/release/daemons/ashlarctl block prove": RUN,
    "build/release/daemons/ashlarctl block verify": RUN,
    "build/release/daemons/ashlarctl block dump": RUN,
    "build/release/daemons/ashlarctl program prove": RUN,
    "build/release/daemons/ashlarctl program new": RUN,
    "make -C guest": RUN,
    "build/release/daemons/ashlarctl selftest": RUN,
    "build/release/daemons/ashlarctl bench": "by hand: minutes of measuring",
    "build/release/daemons/ashlarctl --help": RUN,
    "cmake --install": "test/integration/systemd_nspawn.sh, which needs root",
    "systemd-sysusers": "test/integration/systemd_nspawn.sh, which needs root",
    "ashlarctl token create": "test/integration/systemd_nspawn.sh, which needs root",
    "ashlarctl config": "test/integration/systemd_nspawn.sh, which needs root",
    "systemctl enable": "test/integration/systemd_nspawn.sh, which needs root",
    "ashlarctl block prove --block DATA": "by hand: needs the real blocks; figures in test/bench/RESULTS.md",
}
FILLED = {"DIR...": "etc/demo --chain etc/demo/chain.json", "--out D": "--out dump", "--elf ELF": "--elf build/release/guest/echo",
          "--stdin-raw FILE": "--stdin-raw input", "--out P": "--out program.proof"}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    commands = [re.sub(r"\s+#.*$", "", line).strip() for line in re.findall(r"^ {4}([a-z].*)$", (ROOT / "README.md").read_text(), re.M)]
    faults, used, run = [], set(), 0
    with tempfile.TemporaryDirectory() as work:
        (pathlib.Path(work) / "build").mkdir()
        (pathlib.Path(work) / "build/release").symlink_to(build)
        (pathlib.Path(work) / "etc").symlink_to(ROOT / "etc")
        (pathlib.Path(work) / "input").write_bytes(bytes(4))  # test/unit/guest/echo.cpp: no further buffers
        for command in commands:
            command = re.sub(r"\s+", " ", command)
            known = max((k for k in HOW if command.startswith(k)), key=len, default=None)
            if known is None:
                faults.append(f"nothing here says how this command is tested: {command}")
                continue
            used.add(known)
            if HOW[known] != RUN:
                continue
            for placeholder, value in FILLED.items():
                command = command.replace(placeholder, value)
            run += 1
            done = subprocess.run(command, shell=True, cwd=work, capture_output=True, text=True)
            if done.returncode:
                faults.append(f"exit status {done.returncode}: {command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    faults += [f"no longer in the README: {k}" for k in HOW if k not in used]
    print("\n".join(faults) or f"{len(commands)} commands, {run} of them run")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
