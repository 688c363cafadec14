#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The proof system's hash by its definition: the published permutation over lanes, one list that says where the sponge's elements are.

  poseidon2.py vectors > test/vectors/hash_vectors.txt     known answers for the suites below

A suite is (full rounds, partial rounds, place of each element of the sponge's state among the permutation's lanes). Standard library only.
"""
import hashlib, struct, sys

P = 2**31 - 2**24 + 1
WIDTH, RATE, DIGEST = 24, 15, 9
NODE, LEAF, TRANSCRIPT, OTHER, MEMORY_LEAF = range(5)
M4 = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]


def grain(width, full, partial):
    """Grain LFSR in self-shrinking mode, elements below p by rejection: (first, middle, last)."""
    state = []
    for value, bits in ((1, 2), (0, 4), (31, 12), (width, 12), (full, 10), (partial, 10), (2**30 - 1, 30)):
        state += [value >> (bits - 1 - i) & 1 for i in range(bits)]

    def next_bit():
        b = state[0] ^ state[13] ^ state[23] ^ state[38] ^ state[51] ^ state[62]
        del state[0]
        state.append(b)
        return b

    for _ in range(160):
        next_bit()

    def element():
        while True:
            v = 0
            for _ in range(31):
                while True:
                    keep, bit = next_bit(), next_bit()
                    if keep:
                        break
                v = 2 * v + bit
            if v < P:
                return v

    rows = [[element() for _ in range(width)] for _ in range(full // 2)]
    middle = [element() for _ in range(partial)]
    return rows, middle, [[element() for _ in range(width)] for _ in range(full // 2)]


def part(k):
    return pow(2, -k, P)


DIAGONAL = [d % P for d in (
    -2, 1, 2, part(1), 3, 4, -part(1), -3, -4, part(8), part(2), part(3), part(4), part(5), part(6), part(24),
    -part(8), -part(3), -part(4), -part(5), -part(6), -part(7), -part(9), -part(24))]


def external(s):
    """Blocks of M4, 2 M4 on the diagonal: M4 in each block, then to each element those of its place in all blocks."""
    out = []
    for i in range(0, WIDTH, 4):
        a, b, c, d = s[i:i + 4]
        out += [w * a + x * b + y * c + z * d for w, x, y, z in M4]
    column = [sum(out[j::4]) for j in range(4)]
    return [(v + column[i % 4]) % P for i, v in enumerate(out)]


def spread():
    """Element i of the sponge goes to block i mod 6, at a place in it that moves on by one from block to block."""
    return [4 * (i % 6) + (i // 6 + i % 6) % 4 for i in range(WIDTH)]


class Suite:
    def __init__(self, full, partial, lane_of):
        assert sorted(lane_of) == list(range(WIDTH))
        self.full, self.partial, self.lane_of = full, partial, lane_of
        self.first, self.middle, self.last = grain(WIDTH, full, partial)

    def permute_lanes(self, s):
        """The published permutation."""
        s = external(s)
        for row in self.first:
            s = external([pow(v + c, 3, P) for v, c in zip(s, row)])
        for c in self.middle:
            s = [pow(s[0] + c, 3, P)] + s[1:]
            total = sum(s)
            s = [(total + d * v) % P for d, v in zip(DIAGONAL, s)]
        for row in self.last:
            s = external([pow(v + c, 3, P) for v, c in zip(s, row)])
        return s

    def permute(self, s):
        """The same on a state in the order of the sponge."""
        lanes = [0] * WIDTH
        for i, lane in enumerate(self.lane_of):
            lanes[lane] = s[i]
        lanes = self.permute_lanes(lanes)
        return [lanes[lane] for lane in self.lane_of]

    def hash_elements(self, xs, domain=OTHER):
        s = [0] * 22 + [len(xs), domain]
        for i in range(0, len(xs), RATE):
            block = list(xs[i:i + RATE])
            s = self.permute(block + s[len(block):])
        return s[:DIGEST]

    def hash_node(self, left, right):
        return self.permute(left + right + [0] * 5 + [NODE])[:DIGEST]

    def hash_memory_leaf(self, limbs):
        return self.permute(limbs + [0] * 7 + [MEMORY_LEAF])[:DIGEST]

    def id(self):
        """SHA-256 of what makes the suite, as eight little-endian words (libs/hash/suite.hpp lists them)."""
        position = [self.lane_of.index(lane) for lane in range(WIDTH)]
        words = [P, WIDTH, 3, self.full, self.partial] + [x for row in M4 for x in row] + [2, 1] + DIAGONAL
        words += [c for row in self.first for c in row] + self.middle + [c for row in self.last for c in row] + position
        words += [RATE, DIGEST, 22, 23, NODE, LEAF, TRANSCRIPT, OTHER, MEMORY_LEAF, 0, 1]
        return struct.unpack("<8I", hashlib.sha256(b"ASHS" + struct.pack(f"<{len(words)}I", *words)).digest())

    def limbs(self):
        """The id as profiles hold it."""
        return [x for w in self.id() for x in (w & 0xffff, w >> 16)]


class Transcript:
    """Duplex sponge in overwrite mode."""

    def __init__(self, suite):
        self.suite, self.state, self.place, self.unread = suite, [0] * 23 + [TRANSCRIPT], 0, 0

    def absorb(self, elements):
        for e in elements:
            self.state[self.place] = e
            self.place += 1
            self.unread = 0
            if self.place == RATE:
                self._permute()

    def _permute(self):
        self.state = self.suite.permute(self.state)
        self.place, self.unread = 0, RATE

    def squeeze(self):
        if self.place or not self.unread:
            self._permute()
        self.unread -= 1
        return self.state[RATE - 1 - self.unread]

    def work(self, bits, nonce):
        """Whether the nonce does work of so many bits; what follows comes from another permutation."""
        self.absorb([nonce])
        done = self.squeeze() % 2**bits == 0
        self.unread = 0
        return done


SUITE_1 = Suite(8, 31, spread())
SUITES = {
    "8_31_spread": SUITE_1,
    "8_23_plain": Suite(8, 23, list(range(WIDTH))),
    "10_22_columns": Suite(10, 22, [4 * (i % 6) + i // 6 for i in range(WIDTH)]),
}


def vectors(name, s):
    def say(key, values):
        print(key, *values)

    count = list(range(1, 161))
    say("suite", [name])
    say("rounds", [s.full, s.partial])
    say("id", s.id())
    say("permute", s.permute(list(range(WIDTH))))
    say("zero", s.permute([0] * WIDTH))
    for domain in (OTHER, LEAF):
        for n in (0, 1, 15, 16, 41, 160):
            say("hash", [domain, n] + s.hash_elements(count[:n], domain))
    say("node", s.hash_node(count[:9], count[9:18]))
    say("memory_leaf", s.hash_memory_leaf(count[:16]))
    leaves = [s.hash_elements([7 * i + 3 * j + 1 for j in range(17)], LEAF) for i in range(8)]
    while len(leaves) > 1:
        leaves = [s.hash_node(a, b) for a, b in zip(leaves[::2], leaves[1::2])]
    say("tree", leaves[0])
    t = Transcript(s)
    t.absorb(range(20))
    out = [t.squeeze() for _ in range(17)]
    t.absorb([7])
    out.append(t.squeeze())
    out.append(int(t.work(3, 5)))
    out.append(t.squeeze())
    say("transcript", out)
    print("end")


if __name__ == "__main__":
    if sys.argv[1:] != ["vectors"]:
        sys.exit(__doc__)
    for name, suite in SUITES.items():
        vectors(name, suite)
