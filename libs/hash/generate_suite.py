#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a hash suite's header: rounds, lane layout and round constants of Poseidon2 over KoalaBear, width 24.

  generate_suite.py FULL PARTIAL LANES > FILE       LANES is spread, plain or columns
  generate_suite.py 8 31 spread > libs/hash/suite_1.hpp

Constants come from the Grain LFSR: field 1, S-box 0, n = 31 bits, t = 24, R_F = FULL, R_P = PARTIAL; words >= p are dropped.
Order: the constants of the first half of the full rounds, of the partial rounds (one each), of the second half.
"""
import sys

P, N, T = 2**31 - 2**24 + 1, 31, 24
POSITION = {
    "spread": ("6 * ((lane % 4 + 8 - lane / 4) % 4) + lane / 4",
               "every block of the external layer and every residue mod 4 has lanes of the rate and of the capacity"),
    "columns": ("6 * (lane % 4) + lane / 4", "block after block, one place in them after another"),
    "plain": ("lane", "in the order of the sponge"),
}


def grain(rf, rp):
    s = [int(b) for v, w in ((1, 2), (0, 4), (N, 12), (T, 12), (rf, 10), (rp, 10), (2**30 - 1, 30)) for b in f"{v:0{w}b}"]

    def step():
        s.append(s[62] ^ s[51] ^ s[38] ^ s[23] ^ s[13] ^ s[0])
        s.pop(0)
        return s[-1]

    def bits():
        while True:
            keep, b = step(), step()
            if keep:
                yield b
    for _ in range(160):
        step()
    stream = bits()
    while True:
        v = 0
        for _ in range(N):
            v = v << 1 | next(stream)
        if v < P:
            yield v


def words(values, indent):
    lines = [", ".join(f"0x{v:08x}" for v in values[i:i + 8]) for i in range(0, len(values), 8)]
    return (",\n" + " " * indent).join(lines)


def main(rf, rp, lanes):
    source = grain(rf, rp)
    take = lambda n: [next(source) for _ in range(n)]
    first, middle, last = [take(T) for _ in range(rf // 2)], take(rp), [take(T) for _ in range(rf // 2)]
    full = lambda rounds: ",\n".join("        {" + words(r, 9) + "}" for r in rounds)
    formula, why = POSITION[lanes]
    print(f"""// SPDX-License-Identifier: Apache-2.0
// Generated: generate_suite.py {rf} {rp} {lanes}
#pragma once
#include <cstddef>
#include <cstdint>

namespace ashlar::hash {{

// clang-format off
struct Suite {{
    static constexpr size_t FULL_ROUNDS = {rf}, PARTIAL_ROUNDS = {rp};

    /// The element of the sponge's state that is in this lane of the permutation: {why}.
    static constexpr size_t position(size_t lane) {{ return {formula}; }}

    // Round constants, lane by lane.
    static constexpr uint32_t FIRST[{rf // 2}][{T}] = {{
{full(first)}}};
    static constexpr uint32_t MIDDLE[{rp}] = {{
        {words(middle, 8)}}};
    static constexpr uint32_t LAST[{rf // 2}][{T}] = {{
{full(last)}}};
}};
// clang-format on

}}  // namespace ashlar::hash""")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[3] not in POSITION:
        sys.exit(__doc__)
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
