#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bits of the real profiles by the Ethereum Foundation's public calculator (github.com/ethereum/soundcalc).

  soundcalc_bits.py CHECKOUT > test/oracle/soundcalc_bits.txt

CHECKOUT is a checkout of it (read at commit 809896f). Its classes compute every figure; this file gives them the profiles, for each number of slices 2^k0 the
heights allow, and prints the least bits of each kind of round, a column for each k0 from 1. A line `words` is what it was given, for a test to
compare with the profile. Two things it has no parameter for are set on its object:

- rates: it halves the domain once an iteration, our profiles name the rate of each oracle;
- the regime of each iteration, where a profile has several.

It knows no interleaved codes: a fold of oracle i is judged over the code of all 2^m_i elements, ours over the leaf code, of 2^dim(i) (libs/pcs/README.md says why
that is enough). So its figures for `fold` of iteration 0 are the lower ones. Bits are rounded down, as it does.
"""
import sys

PROFILES = {
    # s, k, log inverse rates, queries, query work, fold work, samples, Johnson multiplicities (0: unique decoding), work before alpha
    "chunk": (21, (5, 5, 5), (1, 3, 6, 9), (256, 128, 109, 107), 22, (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), 6),
    "chunk-small": (18, (5, 4, 4), (1, 3, 6, 8), (271, 136, 115, 113), 16, (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), 6),
    "fold": (20, (5, 5, 5), (2, 4, 7, 10), (157, 117, 108, 107), 22, (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), 6),
    "final": (18, (6, 6), (5, 7, 10), (43, 31, 22), 24, (20, 15, 13), (2, 2, 1), (10, 5, 3), 6),
}
MAX_LOG_SLICES, MAX_LOG_FRACTIONS, MESSAGE = 8, 30, 16
P = 2**31 - 2**24 + 1


def main(checkout):
    sys.path.insert(0, checkout)
    from soundcalc.common.fields import FieldParams
    from soundcalc.common.utils import get_bits_of_security_from_error as bits
    from soundcalc.lookups.logup import LogUp, LogUpConfig, LogUpType
    from soundcalc.pcs.whir import WHIR, WHIRConfig
    from soundcalc.proxgaps.johnson_bound import JohnsonBoundRegime
    from soundcalc.proxgaps.unique_decoding import UniqueDecodingRegime

    field = FieldParams(name="KoalaBear^5", p=P, field_extension_degree=5, F=float(P**5), two_adicity=24)

    def levels(profile, k0):
        s, k, rates, queries, query_work, fold_work, samples, johnson, _ = profile
        k, n = [k0, *k], len(rates)
        whir = WHIR(WHIRConfig(
            hash_size_bits=279, log_inv_rate=rates[0], num_iterations=n, folding_factors=k, field=field, log_degree=s + k0, batch_size=1,
            power_batching=True, grinding_batching_phase=0, constraint_degree=3, grinding_bits_folding=[[w] * f for w, f in zip(fold_work, k)],
            num_queries=list(queries), grinding_bits_queries=[query_work] * n, num_ood_samples=list(samples[1:]), grinding_bits_ood=[0] * (n - 1)))
        whir.log_inv_rates = [*rates, rates[-1]]
        regimes = [JohnsonBoundRegime(field, explicit_m=m) if m else UniqueDecodingRegime(field) for m in johnson]
        out = {}
        for i, regime in enumerate(regimes):
            out[f"fold {i}"] = min(bits(whir._epsilon_fold(i, r, regime)) for r in range(1, k[i] + 1))
            if i > 0:
                # Both terms of a shift belong to the oracle that is queried, but for the list of the next one.
                out[f"queries {i - 1}"] = bits(whir._epsilon_query(i - 1, regimes[i - 1]))
                if johnson[i]:
                    out[f"samples {i}"] = bits(whir._epsilon_out(i, regime))
        out[f"queries {n - 1}"] = bits(whir._epsilon_final(regimes[-1]))
        return out

    for name, profile in PROFILES.items():
        s, k, rates, queries, query_work, fold_work, samples, johnson, logup_work = profile
        n = len(rates)
        print(name, "words", n, s, *k, *rates, *queries, *[query_work] * n, *fold_work, *samples, *johnson, logup_work)
        least = {}
        for k0 in range(1, MAX_LOG_SLICES + 1):
            for what, b in levels(profile, k0).items():
                least.setdefault(what, []).append(b)
        for what, b in sorted(least.items()):
            print(name, what.replace(" ", "_"), *b)
        lookup = LogUp(LogUpConfig(name="buses", field=field, logup_type=LogUpType.MULTIVARIATE, rows_L=2**MAX_LOG_FRACTIONS, rows_T=0,
                                   num_columns_S=MESSAGE, grinding_bits_lookup=profile[-1]))
        print(name, "logup", lookup.get_soundness_bits())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
