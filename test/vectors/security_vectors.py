#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bits of every component of the real profiles, by the soundness tool, for every number of slices.

  security_vectors.py DIRECTORY > security_vectors.txt      DIRECTORY holds soundness.py and protocol.py

Lines: profile, k0, component, bits. Queries and proof-of-work bits are the profile's own, not the least the tool finds; a line
`needs` says whether the profile has at least what the tool finds for 128 bits (queries, folding work, samples). k0 = 0: the three figures
of a profile, each for the worst k0; in the sum a fold counts once a folded variable, and `whole` stands for the rounds it is made of.
"""
import sys

sys.path.insert(0, sys.argv[1])
import protocol
import soundness as tool

CONSTRAINTS, COLUMNS, MESSAGE = 4000, 4000, 16
for name in ("chunk", "chunk-small", "fold", "final"):
    pr = protocol.PROFILES[name]
    figures = {"minimum": [], "sum": [], "without work": []}
    for k0 in range(1, pr.max_log_slices + 1):
        k, n = [k0, *pr.k], len(pr.lir)
        shrink = [k[i] + pr.lir[i] - pr.lir[i + 1] for i in range(len(pr.k))]
        regimes = [j or "U" for j in pr.johnson]
        w = tool.Whir(pr.s + k0, pr.lir[0], k, shrink, regimes, target=128, query_pow=pr.query_pow[0], claims=COLUMNS,
                      hash=tool.HashModel(protocol.RATE, protocol.DIGEST), fold_pow=24)
        out = {x: w.bits[x] for x in w.bits if "OOD" in x or x == "claim batching"}
        for i in range(n):
            out[f"fold[{i}]"] = w.bits[f"fold[{i}]"] - w.gf[i] + pr.fold_pow[i]
            t = pr.queries[i]
            after = tool.list_size(regimes[i + 1], pr.lir[i + 1]) if i < n - 1 else 0.0
            error = tool.alpha(regimes[i], pr.lir[i]) ** t + after * (t + 1) / w.F
            out["final" if i == n - 1 else f"shift[{i}]"] = tool.bits(error) + pr.query_pow[i]
        iop = tool.Iop(log_fracs=pr.max_log_fracs, msg_len=MESSAGE, constraints=CONSTRAINTS, columns=COLUMNS,
                       log_height=pr.max_log_height, target=128, pcs_list=w.pcs_list)
        for what, bits in iop.components().items():
            if "jagged" in what or what == "table batching":
                continue
            out[what] = bits - iop.g_logup + pr.logup_pow if what == "logup a/b" else bits
        work, rounds = {"logup a/b": pr.logup_pow}, {"gkr sumcheck round": 0, "zerocheck round": 0, "stacking round": 0}
        for i in range(n):
            work[f"fold[{i}]"], rounds[f"fold[{i}]"] = pr.fold_pow[i], k[i]
            work["final" if i == n - 1 else f"shift[{i}]"] = pr.query_pow[i]
        figures["minimum"].append(min(out.values()))
        figures["sum"].append(tool.bits(sum(rounds.get(what, 1) * 2.0**-bits for what, bits in out.items())))
        figures["without work"].append(min(bits - work.get(what, 0) for what, bits in out.items()))
        for what, bits in out.items():
            print(name, k0, what.replace(" ", "_"), f"{bits:.9f}")
        enough = not w.errors and list(pr.ood) == [w.commit_w] + w.ood and iop.g_logup <= pr.logup_pow
        enough &= all(a >= b for a, b in zip(pr.queries, w.t)) and all(a >= b for a, b in zip(pr.fold_pow, w.gf))
        print(name, k0, "needs", int(enough))
    for what, bits in figures.items():
        print(name, 0, what.replace(" ", "_"), f"{min(bits):.9f}")
