# SPDX-License-Identifier: Apache-2.0
"""Switches off one check at a time and runs the tests that are meant to notice (README.md).

    python3 test/mutation/run.py --whole           every mutant, every program, nothing from the cache
    python3 test/mutation/run.py                   the same, but what earlier runs found is not asked again
    python3 test/mutation/run.py --ci              the sets with `ci`, by those tests alone: what ctest runs
    python3 test/mutation/run.py --set rlp --set mpt --no-build
"""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import sets

SECONDS_AT_LEAST, TIMES_AT_LEAST = 20, 10  # a test case that takes longer than both is taken to hang
SANITIZER = {"ASAN_OPTIONS": "detect_leaks=0:hard_rss_limit_mb=6144:allocator_may_return_null=1"}
SKIPPED = b"ALL CASES SKIPPED"


def digest(*parts):
    h = hashlib.sha256()
    for p in parts:
        p = p if isinstance(p, bytes) else str(p).encode()
        h.update(len(p).to_bytes(8, "little") + p)
    return h.hexdigest()


def file_digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Case:
    """One run that may notice: a Catch2 test case, or a program with its arguments."""

    def __init__(self, program, name, command, content):
        self.program, self.name, self.command = program, name, command
        self.content = content  # what the verdict "killed by this" depends on, besides the mutated file
        self.seconds, self.reached = 0.0, set()

    def __str__(self):
        return f"{self.program}: {self.name}" if self.name else self.program

    def run(self, environment, timeout):
        """'passed', 'failed', 'timed out' or 'skipped'."""

        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(
                self.command, cwd=sets.ROOT, env={**os.environ, **SANITIZER, **environment}, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, preexec_fn=limit, start_new_session=True,
            )
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return "timed out"
            if code != 0:
                return "failed"
            out.seek(0)
            return "skipped" if SKIPPED in out.read() else "passed"


class Tests:
    """The test programs of a build, and their cases."""

    def __init__(self, build, programs):
        self.build, self.programs, self.cases = build, programs, {}

    def target(self, name):
        return self.programs[name]["target"] if name in self.programs else f"test_{name}"

    def binary(self, name):
        target = self.target(name)
        found = [p for p in glob.glob(f"{self.build}/**/{target}", recursive=True) if os.path.isfile(p)]
        if not found:
            raise SystemExit(f"{target} is not built in {self.build}: run without --no-build")
        return found[0]

    def sources(self, binary):
        """Digest of the folder that a test program's sources are in."""
        folder = os.path.join(sets.ROOT, os.path.dirname(os.path.relpath(binary, self.build)))
        return digest(*(p[len(folder) :] + file_digest(p) for p in sorted(glob.glob(f"{folder}/*")) if os.path.isfile(p)))

    def of(self, name):
        if name not in self.cases:
            binary = self.binary(name)
            content = self.sources(binary)
            if name in self.programs:
                arguments = self.programs[name].get("arguments", [])
                self.cases[name] = [Case(name, "", [binary, *arguments], digest(content, *arguments))]
            else:
                listed = subprocess.run([binary, "--list-test-names-only"], cwd=sets.ROOT, capture_output=True, text=True)
                names = [n for n in listed.stdout.splitlines() if n.strip()]
                escaped = [re.sub(r"([\\,\[\]*])", r"\\\1", n) for n in names]
                self.cases[name] = [Case(name, n, [binary, e, "-a"], content) for n, e in zip(names, escaped)]
        return self.cases[name]


class Store:
    """A JSON file in the build folder: what earlier runs found, by content. Saved now and then: a run that is stopped
    goes on where it was."""

    SECONDS_BETWEEN_SAVES = 15

    def __init__(self, path, use):
        self.path, self.data, self.saved = path, {}, time.monotonic()
        if use and os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                self.data = json.load(f)

    def save(self):
        part = self.path + ".part"
        with open(part, "w", encoding="utf-8") as f:
            json.dump(dict(self.data), f)  # a copy: other threads write meanwhile
        os.replace(part, self.path)
        self.saved = time.monotonic()

    def save_now_and_then(self):
        if time.monotonic() - self.saved > self.SECONDS_BETWEEN_SAVES:
            self.save()


def measure(tests, cases, size, jobs, store):
    """Runs each case unchanged: it must pass; notes which mutants it reaches and how long it takes."""
    binaries = {c.command[0]: file_digest(c.command[0]) for c in cases}

    def one(case):
        key = digest("reach", binaries[case.command[0]], *case.command[1:])
        if key not in store.data:
            with tempfile.NamedTemporaryFile() as reached:
                reached.write(bytes(size))
                reached.flush()
                begin = time.monotonic()
                result = case.run({"ASHLAR_MUTANTS_REACHED": reached.name}, 900)
                seconds = time.monotonic() - begin
                reached.seek(0)
                ids = [i for i, b in enumerate(reached.read()) if b]
            if result in ("failed", "timed out"):
                raise SystemExit(f"mutation: {case} {result} with no mutant selected: mend that first")
            store.data[key] = {"seconds": seconds, "reached": ids, "skipped": result == "skipped"}
        found = store.data[key]
        case.seconds, case.reached = found["seconds"], set(found["reached"])
        return found["skipped"]

    skipped = []
    for case, was_skipped in zip(cases, each(one, cases, jobs)):
        store.save_now_and_then()
        if was_skipped:
            skipped.append(case)
    store.save()
    return skipped


def each(function, items, jobs):
    """function(item) for each, in order, `jobs` at a time. What has not begun when the caller stops is dropped."""
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(function, items)
    finally:
        pool.shutdown(cancel_futures=True)


def read_list(name, reasons_needed):
    """{key: reason} of a list of survivors."""
    reasons, key = {}, None
    for line in sets.read(f"test/mutation/{name}").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            key = line.strip()
            reasons[key] = ""
        elif key:
            reasons[key] = (reasons[key] + " " + line.strip()).strip()
    for key, reason in reasons.items():
        if reasons_needed and not reason:
            raise SystemExit(f"{name}: no reason is given for {key}")
    return reasons


def judge(mutant, cases, file_text, binaries, store):
    """(verdict, by whom): 'killed', 'timed out', 'survived' or 'unreached'; True behind it if this was known."""
    reaching = sorted((c for c in cases if mutant["id"] in c.reached), key=lambda c: c.seconds)
    if not reaching:
        return "unreached", "", False
    key = digest(file_text, mutant["key"])
    known = store.data.get(key)
    if known:
        # Killed stays killed while the mutated file and the test that noticed are the same; a survivor is tried again
        # as soon as anything is.
        if known["verdict"] != "survived" and any(digest(str(c), c.content) == known["case"] for c in cases):
            return known["verdict"], known["name"], True
        if known["verdict"] == "survived" and known["case"] == binaries:
            return "survived", "", True
    for case in reaching:
        result = case.run(
            {"ASHLAR_MUTANT": str(mutant["id"])}, max(SECONDS_AT_LEAST, TIMES_AT_LEAST * case.seconds)
        )
        if result in ("failed", "timed out"):
            verdict = "killed" if result == "failed" else "timed out"
            store.data[key] = {"verdict": verdict, "name": str(case), "case": digest(str(case), case.content)}
            return verdict, str(case), False
    store.data[key] = {"verdict": "survived", "name": "", "case": binaries}
    return "survived", "", False


def build(folder, targets):
    environment = {**os.environ, "CCACHE_BASEDIR": sets.ROOT, "CCACHE_NOHASHDIR": "1"}
    configure = ["cmake", "--preset", "mutation"]
    for command in (configure, ["cmake", "--build", folder, "--target", *targets]):
        done = subprocess.run(command, cwd=sets.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.stdout.write(done.stdout[-20000:])
            raise SystemExit(f"mutation: failed: {' '.join(command)}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--whole", action="store_true", help="every mutant and program, nothing from the cache")
    options.add_argument("--ci", action="store_true", help="only sets with `ci`, and only those tests")
    options.add_argument("--set", action="append", dest="chosen", metavar="NAME", help="only this set of sets.toml")
    options.add_argument("--file", metavar="TEXT", default="", help="only mutants whose file's path contains TEXT")
    options.add_argument("--no-build", action="store_true", help="take the build folder as it is")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--verbose", action="store_true", help="print killed mutants too")
    options.add_argument("--survivors", metavar="FILE", help="write the keys of unlisted survivors to FILE")
    given = options.parse_args()

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was found is saved then too
    began = time.monotonic()
    table, programs = sets.load()
    for name in given.chosen or []:
        if name not in table:
            raise SystemExit(f"mutation: no set {name}; known: {', '.join(table)}")
    table = {n: e for n, e in table.items() if not given.chosen or n in given.chosen}
    if given.ci:
        table = {n: {**e, "tests": e["ci"]} for n, e in table.items() if "ci" in e}
    folder = os.path.join(sets.ROOT, "build", "mutation")
    tests = Tests(folder, programs)
    names = {t for e in table.values() for t in e["tests"] if not programs.get(t, {}).get("slow") or given.whole}
    if not given.no_build:
        build(folder, sorted({tests.target(n) for n in names}))
    built = time.monotonic()
    with open(os.path.join(folder, "mutated", "mutants.json"), encoding="utf-8") as f:
        mutants = json.load(f)

    reach = Store(os.path.join(folder, "reach.json"), not given.whole)
    verdicts = Store(os.path.join(folder, "verdicts.json"), not given.whole)
    cases = [c for n in sorted(names) for c in tests.of(n)]
    skipped = measure(tests, cases, max(m["id"] for m in mutants) + 1, given.jobs, reach)
    for case in skipped:
        print(f"mutation: SKIPPED {case}: its data is absent")
    measured = time.monotonic()

    redundant, unnoticed = read_list("redundant.txt", True), read_list("unnoticed.txt", False)
    listed_keys = {**redundant, **unnoticed}
    work = []
    for name, entry in table.items():
        paths = sets.sources_of(entry)
        own = [c for t in entry["tests"] if t in names for c in tests.of(t)]
        binaries = digest(*sorted({file_digest(c.command[0]) for c in own}))
        texts = {p: file_digest(os.path.join(sets.ROOT, p)) for p in paths}
        for m in mutants:
            if m["path"] in texts and given.file in m["path"]:
                work.append((name, m, own, texts[m["path"]], binaries))
    # In an order that looks random and is always the same.
    work.sort(key=lambda w: digest(w[1]["key"]))

    def one(item):
        name, m, own, text, binaries = item
        if given.ci and m["key"] in redundant:
            return item, ("survived", "", False)  # that no test notices takes all of them to say: other runs do
        return item, judge(m, own, text, binaries, verdicts)

    results = []
    try:
        for item, result in each(one, work, given.jobs):
            results.append((item, result))
            verdicts.save_now_and_then()
            if given.verbose:
                m = item[1]
                print(f"{result[0]} {m['path']}:{m['line']}: {m['kind']}: {m['text']}  [{result[1]}]", flush=True)
    finally:
        verdicts.save()

    bad = 0
    for name in table:
        of_set = [(item[1], result) for item, result in results if item[0] == name]
        count = {v: sum(1 for _, r in of_set if r[0] == v) for v in ("killed", "timed out", "survived", "unreached")}
        survivors = [(m, r) for m, r in of_set if r[0] in ("survived", "unreached")]
        listed = [m for m, _ in survivors if m["key"] in redundant]
        known_open = [m for m, _ in survivors if m["key"] in unnoticed]
        print(
            f"mutation: {name}: {len(of_set)} mutants, {count['killed'] + count['timed out']} killed "
            f"({count['timed out']} by time-out), {len(listed)} redundant, {len(known_open)} on the list of the unnoticed, "
            f"{len(survivors) - len(listed) - len(known_open)} new survivors; "
            f"{sum(1 for _, r in of_set if r[2])} known from an earlier run"
        )
        for m, r in sorted(survivors, key=lambda s: s[0]["id"]):
            if m["key"] not in listed_keys:
                bad += 1
                print(f"  SURVIVES {m['path']}:{m['line']}: {m['kind']}: {m['text']}"
                      + ("  (no test reaches it)" if r[0] == "unreached" else ""))
        for m, r in of_set:
            if m["key"] in listed_keys and r[0] in ("killed", "timed out"):
                bad += 1
                print(f"  LISTED BUT NOTICED {m['path']}:{m['line']}: {m['kind']}: {m['text']}: {r[1]} notices; take it off the list")
    known_keys = {m["key"] for m in mutants}
    everything = not given.chosen and not given.ci
    run = {p for e in table.values() for p in sets.sources_of(e)}
    for key in listed_keys:
        if key not in known_keys and (everything or key.split(": ")[0] in run):
            bad += 1
            print(f"mutation: redundant.txt or unnoticed.txt lists what is no longer there: {key}")
    if given.survivors:
        with open(given.survivors, "w", encoding="utf-8") as f:
            f.writelines(m["key"] + "\n" for i, r in results if r[0] in ("survived", "unreached") for m in [i[1]] if m["key"] not in listed_keys)
    end = time.monotonic()
    print(f"mutation: {built - began:.0f} s building, {measured - built:.0f} s measuring, {end - measured:.0f} s on mutants")
    return 1 if bad else 0


sys.exit(main())
