#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proofs of the executable specification's own test system, for the C++ verifier and prover.

  protocol_vectors.py SPEC > protocol_vectors.txt       make the vectors
  protocol_vectors.py SPEC check FILE                   verify proofs in the same format (made by C++) with the specification

SPEC is the path of the specification (protocol.py); its hash is replaced by suite 1 of test/oracle/poseidon2.py. One case is a run of lines `key values..`, ended by `end`.
"""
import importlib.util, os, random, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import poseidon2


def load(path):
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("protocol", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["protocol"] = module
    spec.loader.exec_module(module)
    use_suite(module, poseidon2.SUITE_1)
    return module


def use_suite(ref, suite):
    """The suite's permutation, its id at the end of a profile's integers, and a permutation after each proof of work."""
    ref.permute = suite.permute
    words, check, grind = ref.Profile.words, ref.Transcript.check_pow, ref.Transcript.grind

    def check_pow(self, bits, nonce):
        check(self, bits, nonce)
        if bits:
            self.out = ref.RATE

    def grind_and_drop(self, bits):
        nonce = grind(self, bits)
        if bits:
            self.out = ref.RATE
        return nonce

    ref.Profile.words = lambda self: words(self) + suite.limbs()
    ref.Transcript.check_pow, ref.Transcript.grind = check_pow, grind_and_drop


PROFILES = ("test", "test-late-johnson", "test-johnson", "test-one-oracle")
HEIGHTS = ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [7, 6, 3, 1, 9], [12, 2, 1, 0, 19])


def emit(key, *values):
    print(key, *values)


def case(ref, system, profile, vk, public, rows):
    proof = ref.prove(vk, public, rows)
    ref.verify(vk, public, proof)
    emit("system", system)
    emit("profile", "spec-" + profile)
    emit("profile_words", *vk.profile.words())
    emit("digest", *vk.digest)
    emit("prep_root", *(vk.prep_tree.root if vk.prep_tree else [0] * ref.DIGEST))
    emit("public", *public)
    for t, table in enumerate(rows):
        emit("table", t, len(table), *[x % ref.P for row in table for x in row])
    emit("proof", proof.hex())
    emit("end")


def make(ref):
    rng = random.Random(7)
    for name in PROFILES:
        pr = ref.PROFILES[name]
        vk = ref.machine(pr)
        for h in HEIGHTS:
            public, rows = ref.run(rng, pr, *h)
            case(ref, "machine", name, vk, public, rows)
        lone = ref.lone(pr)
        for h in (0, 1, 19):
            _, rows = ref.run(rng, pr, 0, 0, 0, 0, h)
            case(ref, "lone", name, lone, [], [rows[6]])


def check(ref, path):
    values, count = {}, 0
    for line in open(path):
        key, *rest = line.split()
        if key != "end":
            values[key] = rest
            continue
        profile = ref.PROFILES[values["profile"][0].removeprefix("spec-")]
        vk = ref.machine(profile) if values["system"][0] == "machine" else ref.lone(profile)
        assert [int(x) for x in values["digest"]] == vk.digest, "digest of the key"
        ref.verify(vk, [int(x) for x in values.get("public", [])], bytes.fromhex(values["proof"][0]))
        values, count = {}, count + 1
    assert count, "no proofs in the file"
    print(count, "proofs accepted by the specification")


if __name__ == "__main__":
    reference = load(sys.argv[1])
    if sys.argv[2:3] == ["check"]:
        check(reference, sys.argv[3])
    else:
        make(reference)
