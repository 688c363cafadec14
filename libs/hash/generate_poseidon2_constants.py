#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes poseidon2_constants_24.hpp: round constants of Poseidon2 over KoalaBear, width 24, from the Grain LFSR.

  python3 libs/hash/generate_poseidon2_constants.py > libs/hash/poseidon2_constants_24.hpp

Stream parameters: field 1, S-box 0, n = 31 bits, t = 24, R_F = 8, R_P = 23; words >= p are dropped. Order: the constants of
four full rounds, of the partial rounds (one each), of four full rounds.
"""
P, N, T, RF, RP = 2**31 - 2**24 + 1, 31, 24, 8, 23


def grain():
    s = [int(b) for v, w in ((1, 2), (0, 4), (N, 12), (T, 12), (RF, 10), (RP, 10), (2**30 - 1, 30)) for b in f"{v:0{w}b}"]

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


def main():
    source = grain()
    take = lambda n: [next(source) for _ in range(n)]
    first, middle, last = [take(T) for _ in range(RF // 2)], take(RP), [take(T) for _ in range(RF // 2)]
    full = lambda rounds: ",\n".join("    {" + words(r, 5) + "}" for r in rounds)
    print(f"""// SPDX-License-Identifier: Apache-2.0
// Generated: python3 libs/hash/generate_poseidon2_constants.py > libs/hash/poseidon2_constants_24.hpp
#pragma once
#include <cstdint>

namespace ashlar::hash::constants_24 {{

// clang-format off
inline constexpr uint32_t FIRST[{RF // 2}][{T}] = {{
{full(first)}}};
inline constexpr uint32_t MIDDLE[{RP}] = {{
    {words(middle, 4)}}};
inline constexpr uint32_t LAST[{RF // 2}][{T}] = {{
{full(last)}}};
// clang-format on

}}  // namespace ashlar::hash::constants_24""")


if __name__ == "__main__":
    main()
