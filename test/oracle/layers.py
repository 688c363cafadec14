#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layered argument for Keccak-f[1600], written apart from the C++: a plain prover and a verifier.

  layers.py vectors > test/vectors/layers_vectors.txt    digests of proofs for the C++ prover and verifier to compare with
  layers.py check test/vectors/layers_vectors.txt        makes the short ones again and tries altered proofs

n = 2^k instances; a bit b is held as 1 - 2b. All of it follows libs/iop/layers/README.md; nothing is fast here. Where the C++
reads a description of the circuit, this file has Keccak written out.
"""
import hashlib
import random
import struct
import sys

import poseidon2

P = 2**31 - 2**24 + 1
HALF = (P + 1) // 2


# ------------------------------------------------------------------------------------------ E = F[x] / (x^5 + x^2 - 1)
class Ext:
    __slots__ = ("c",)

    def __init__(self, c):
        self.c = c

    def __add__(self, o):
        if isinstance(o, int):
            return Ext([(self.c[0] + o) % P] + self.c[1:])
        return Ext([(x + y) % P for x, y in zip(self.c, o.c)])

    __radd__ = __add__

    def __neg__(self):
        return Ext([-x % P for x in self.c])

    def __sub__(self, o):
        return self + -o

    def __rsub__(self, o):
        return -self + o

    def __mul__(self, o):
        if isinstance(o, int):
            return Ext([x * o % P for x in self.c])
        wide = [0] * 9
        for i, x in enumerate(self.c):
            for j, y in enumerate(o.c):
                wide[i + j] += x * y
        for d in (8, 7, 6, 5):  # x^d = x^(d-5) - x^(d-3)
            wide[d - 5] += wide[d]
            wide[d - 3] -= wide[d]
        return Ext([x % P for x in wide[:5]])

    __rmul__ = __mul__

    def __eq__(self, o):
        return self.c == o.c


ZERO, ONE = Ext([0] * 5), Ext([1, 0, 0, 0, 0])


def add_up(xs):
    total = ZERO
    for x in xs:
        total = total + x
    return total


def powers(x, n):
    out = [ONE]
    while len(out) < n:
        out.append(out[-1] * x)
    return out[:n]


def eq(point):
    """Index bit l belongs to coordinate l."""
    table = [ONE]
    for r in point:
        table = [t * (1 - r) for t in table] + [t * r for t in table]
    return table


def basis(n, r):
    """Lagrange basis of the nodes 0 .. n-1 at r, in F or E."""
    out = []
    for k in range(n):
        top, bottom = ONE if isinstance(r, Ext) else 1, 1
        for j in range(n):
            if j != k:
                top = top * (r - j)
                bottom = bottom * (k - j) % P
        scale = pow(bottom, -1, P)
        out.append(top * scale if isinstance(r, Ext) else top * scale % P)
    return out


# ------------------------------------------------------------------------------------------ the transcript
class Transcript(poseidon2.Transcript):
    def __init__(self):
        super().__init__(poseidon2.SUITE_1)

    def challenge(self):
        return Ext([self.squeeze() for _ in range(5)])


# ------------------------------------------------------------------------------------------ Keccak-f, bit by bit
def round_constants():
    out, r = [], 1
    for _ in range(24):
        word = 0
        for j in range(7):
            if r & 1:
                word |= 1 << (2**j - 1)
            r = r << 1 ^ (0x171 if r & 0x80 else 0)
        out.append(word)
    return out


IOTA = round_constants()
ROTATION = {(0, 0): 0}
_x, _y = 1, 0
for _t in range(24):
    ROTATION[_x, _y] = (_t + 1) * (_t + 2) // 2 % 64
    _x, _y = _y, (2 * _x + 3 * _y) % 5


def rotated(word, s):
    return [word[(z - s) % 64] for z in range(64)]


def xor(*words):
    return [sum(bits) % 2 for bits in zip(*words)]


def bits_of(word):
    return [word >> z & 1 for z in range(64)]


def run(state, rounds):
    """Bits of each layer's lanes of one instance, from the last round to the first, and of the output."""
    layers = []
    lanes = [bits_of(w) for w in state]  # before iota of the round before
    for r in range(rounds):
        flip = bits_of(IOTA[r - 1]) if r else [0] * 64
        after = [xor(lanes[0], flip)] + lanes[1:]
        parity = [xor(*after[x::5]) for x in range(5)]
        turned = [rotated(c, 1) for c in parity]
        theta = after + parity + turned
        mixed = [xor(after[j], parity[(j + 4) % 5], turned[(j + 1) % 5]) for j in range(25)]
        chi = [None] * 25
        for x in range(5):
            for y in range(5):
                chi[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(mixed[x + 5 * y], ROTATION[x, y])
        layers.append((lanes, theta, chi))
        lanes = [[chi[j][z] ^ (1 - chi[j - j % 5 + (j + 1) % 5][z]) & chi[j - j % 5 + (j + 2) % 5][z] for z in range(64)]
                 for j in range(25)]
    out = [xor(lanes[0], bits_of(IOTA[rounds - 1]))] + lanes[1:]
    return layers, out


def words_of(bits):
    return [sum(b << z for z, b in enumerate(w)) for w in bits]


# ------------------------------------------------------------------------------------------ the three layers
class Chi:
    degree, size, outputs, claims = 3, 16, 25, 25

    @staticmethod
    def value(v, w):
        """sum_o w_o output_o at lane values v."""
        out = []
        for j in range(25):
            b, c = v[j - j % 5 + (j + 1) % 5], v[j - j % 5 + (j + 2) % 5]
            out.append((v[j] * (1 + c - b + b * c)) * HALF * w[j])
        return add_up(out)

    @staticmethod
    def to_claims(v, w):
        return v

    @staticmethod
    def at_claims(claims, w):
        return Chi.value(claims, w)

    @staticmethod
    def lane_weights(beta, w):
        return beta


class Theta:
    degree, size, outputs, claims = 3, 8, 25, 15

    @staticmethod
    def value(v, w):
        return add_up(v[25 + (j + 4) % 5] * v[30 + (j + 1) % 5] * v[j] * w[j] for j in range(25))

    @staticmethod
    def to_claims(v, w):
        return [add_up(v[j] * w[j] for j in range(x, 25, 5)) for x in range(5)] + v[25:]

    @staticmethod
    def at_claims(c, w):
        return add_up(c[x] * c[5 + (x + 4) % 5] * c[10 + (x + 1) % 5] for x in range(5))

    @staticmethod
    def lane_weights(beta, w):
        return [beta[j % 5] * w[j] for j in range(25)] + beta[5:]


class Parity:
    degree, size, outputs, claims = 5, 8, 30, 25

    @staticmethod
    def value(v, w):
        columns = [v[x] * v[x + 5] * v[x + 10] * v[x + 15] * v[x + 20] * w[x] for x in range(5)]
        return add_up(columns + [v[j] * w[5 + j] for j in range(25)])

    to_claims, at_claims, lane_weights = Chi.to_claims, None, Chi.lane_weights


Parity.at_claims = Parity.value


def widened(low, high, size):
    while len(low) < size:
        low = [x * (1 - high[0]) for x in low] + [x * high[0] for x in low]
        high = high[1:]
    return low, high


def table(low, high):
    return [x * y for y in eq(high) for x in low]


def wire(kind, r, rounds, weights, at, gamma):
    """W_o(z) of the layer's outputs: kind "top", "rho" (above: chi of round r) or "theta" (above: theta of round r)."""
    if kind == "top":
        columns = [[gamma[4 * j + z // 16] * pow(2, z % 16, P) * -HALF for z in range(64)] for j in range(25)]
        return [[-w if j == 0 and IOTA[rounds - 1] >> z & 1 else w for z, w in enumerate(c)] for j, c in enumerate(columns)]
    if kind == "rho":
        out = [None] * 25
        for x in range(5):
            for y in range(5):
                to, s = y + 5 * ((2 * x + 3 * y) % 5), ROTATION[x, y]
                out[x + 5 * y] = [weights[to] * at[(z + s) % 64] for z in range(64)]
        return out
    constant = IOTA[r - 1] if r else 0
    sign = [P - 1 if constant >> z & 1 else 1 for z in range(64)]
    parity = [[weights[25 + x] * at[z] + weights[30 + x] * at[(z + 1) % 64] for z in range(64)] for x in range(5)]
    lanes = [[weights[j] * at[z] for z in range(64)] for j in range(25)]
    parity[0] = [w * s for w, s in zip(parity[0], sign)]
    lanes[0] = [w * s for w, s in zip(lanes[0], sign)]
    return parity + lanes


def schedule(rounds):
    """(wires before, layer, round, index of the layer's lanes)."""
    for r in reversed(range(rounds)):
        yield ("top" if r == rounds - 1 else None), Chi, r, 2
        yield "rho", Theta, r, 1
        yield "theta", Parity, r, 0


class Refused(Exception):
    pass


def need(ok):
    if not ok:
        raise Refused


# ------------------------------------------------------------------------------------------ verifier
def verify(rounds, k, messages):
    """The two claims that are left, or Refused."""
    tr, place = Transcript(), 0

    def read(n):
        nonlocal place
        need(place + n <= len(messages))
        out = messages[place:place + n]
        place += n
        for m in out:
            tr.absorb(m.c)
        return out

    tr.absorb([12])
    instances = outputs_at = [tr.challenge() for _ in range(k)]
    gamma = powers(tr.challenge(), 100)
    output = read(1)[0]
    claim = output - add_up(gamma) * (65535 * HALF)
    weights, low, high = None, None, None
    for kind, layer, r, _ in schedule(rounds):
        if kind:
            columns = wire(kind, r, rounds, weights, table(low, high) if low else None, gamma)
            point = [None] * 6
            for j in reversed(range(6)):
                c1, c2 = read(2)
                c0 = (claim - c1 - c2) * HALF
                point[j] = tr.challenge()
                claim = (c2 * point[j] + c1) * point[j] + c0
            v = eq(point)
            weights = [add_up(x * y for x, y in zip(c, v)) for c in columns]
            low, high = [ONE], point
        low, high = widened(low, high, layer.size)
        t = read(layer.degree * (layer.size - 1) + 1)
        need(add_up(x * y for x, y in zip(low, t)) == claim)
        x = tr.challenge()
        claim = add_up(a * b for a, b in zip(basis(len(t), x), t))
        old, point = instances + high, [None] * (k + len(high))
        for j in reversed(range(len(old))):
            c = read(layer.degree)
            c = [claim - old[j] * add_up(c)] + c
            point[j] = tr.challenge()
            claim = ZERO
            for y in reversed(c):
                claim = claim * point[j] + y
        instances, low, high = point[:k], basis(layer.size, x), point[k:]
        claims = read(layer.claims)
        need(claim == layer.at_claims(claims, weights))
        beta = powers(tr.challenge(), len(claims))
        claim = add_up(a * b for a, b in zip(beta, claims))
        weights = layer.lane_weights(beta, weights)
    need(place == len(messages))
    return dict(outputs_at=outputs_at, gamma=gamma, output=output, inputs_at=instances, bits=table(low, high),
                words=weights, input=(add_up(weights) - claim) * HALF)


def claims_hold(claims, states, outputs):
    """Both claims on words in clear, of all 2^k instances."""
    out, into = ZERO, ZERO
    for e, words in zip(eq(claims["outputs_at"]), outputs):
        out = out + e * add_up(claims["gamma"][4 * j + q] * (w >> 16 * q & 65535) for j, w in enumerate(words) for q in range(4))
    for e, words in zip(eq(claims["inputs_at"]), states):
        into = into + e * add_up(claims["words"][j] * claims["bits"][z] for j, w in enumerate(words) for z in range(64)
                                 if w >> z & 1)
    return out == claims["output"] and into == claims["input"]


# ------------------------------------------------------------------------------------------ prover
def prove(rounds, k, states):
    n = 1 << k
    runs = [run(s, rounds) for s in states]
    outputs = [words_of(out) for _, out in runs]
    tr, messages = Transcript(), []

    def send(ms):
        messages.extend(ms)
        for m in ms:
            tr.absorb(m.c)

    def signs(lanes_of_instance):  # [lane][z][i]
        return [[[1 - 2 * lanes_of_instance(i)[l][z] for i in range(n)] for z in range(64)]
                for l in range(len(lanes_of_instance(0)))]

    tr.absorb([12])
    instances = [tr.challenge() for _ in range(k)]
    gamma = powers(tr.challenge(), 100)
    send([add_up(e * add_up(gamma[4 * j + q] * (w >> 16 * q & 65535) for j, w in enumerate(ws) for q in range(4))
                 for e, ws in zip(eq(instances), outputs))])
    claim = messages[0] - add_up(gamma) * (65535 * HALF)
    weights, low, high = None, None, None
    for kind, layer, r, index in schedule(rounds):
        lanes = signs(lambda i: runs[i][0][r][index])
        if kind:
            columns = wire(kind, r, rounds, weights, table(low, high) if low else None, gamma)
            # The layer's outputs, as signs: what the wires lead to.
            e = eq(instances)
            if layer is Parity:
                parts = [[[pow(-1, sum(runs[i][0][r][0][j][z] for j in range(x, 25, 5))) for i in range(n)]
                          for z in range(64)] for x in range(5)] + lanes
            elif layer is Theta:
                parts = [[[lanes[j][z][i] * lanes[25 + (j + 4) % 5][z][i] * lanes[30 + (j + 1) % 5][z][i] for i in range(n)]
                          for z in range(64)] for j in range(25)]
            else:
                parts = signs(lambda i: [xor(runs[i][1][0], bits_of(IOTA[rounds - 1]))] + runs[i][1][1:])
            values = [[add_up(x * s for x, s in zip(e, at_z)) for at_z in lane] for lane in parts]
            point = [None] * 6
            for j in reversed(range(6)):
                half = 1 << j
                c0, c2 = ZERO, ZERO
                for x, w in zip(values, columns):
                    for z in range(half):
                        c0 = c0 + x[z] * w[z]
                        c2 = c2 + (x[z + half] - x[z]) * (w[z + half] - w[z])
                c1 = claim - c0 * 2 - c2
                send([c1, c2])
                s = point[j] = tr.challenge()
                claim = (c2 * s + c1) * s + c0
                values, columns = ([[x[z] + (x[z + half] - x[z]) * s for z in range(half)] for x in part]
                                   for part in (values, columns))
            weights = [w[0] for w in columns]
            low, high = [ONE], point
        low, high = widened(low, high, layer.size)
        size, blocks = layer.size, 64 // layer.size
        e = [x * y for y in eq(high) for x in eq(instances)]  # (h, i)
        t = []
        for node in range(layer.degree * (size - 1) + 1):
            b = basis(size, node)
            total = ZERO
            for h in range(blocks):
                for i in range(n):
                    v = [sum(b[z] * lane[size * h + z][i] for z in range(size)) % P for lane in lanes]
                    total = total + e[h * n + i] * layer.value(v, weights)
            t.append(total)
        send(t)
        x = tr.challenge()
        claim = add_up(a * b for a, b in zip(basis(len(t), x), t))
        bound = basis(size, x)
        v = [[add_up(bound[z] * lane[size * h + z][i] for z in range(size)) for h in range(blocks) for i in range(n)]
             for lane in lanes]
        old = instances + high
        point = [None] * len(old)
        for j in reversed(range(len(old))):
            half = 1 << j
            rest = eq(old[:j])
            at = []
            for node in range(layer.degree + 1):
                at.append(add_up(rest[f] * layer.value([l[f] + (l[f + half] - l[f]) * node for l in v], weights)
                                 for f in range(half)))
            c = interpolate(at)
            send(c[1:])
            s = point[j] = tr.challenge()
            claim = ZERO
            for y in reversed(c):
                claim = claim * s + y
            v = [[l[f] + (l[f + half] - l[f]) * s for f in range(half)] for l in v]
        instances, low, high = point[:k], bound, point[k:]
        claims = layer.to_claims([l[0] for l in v], weights)
        send(claims)
        beta = powers(tr.challenge(), len(claims))
        claim = add_up(a * b for a, b in zip(beta, claims))
        weights = layer.lane_weights(beta, weights)
    return messages, outputs


def interpolate(values):
    """Coefficients of the polynomial with these values at 0, 1, .."""
    n = len(values)
    out = [ZERO] * n
    for k in range(n):
        poly, bottom = [1], 1
        for j in range(n):
            if j != k:
                poly = [(a - j * b) % P for a, b in zip([0] + poly, poly + [0])]
                bottom = bottom * (k - j) % P
        scale = pow(bottom, -1, P)
        out = [o + values[k] * (p * scale % P) for o, p in zip(out, poly)]
    return out


# ------------------------------------------------------------------------------------------ vectors
CASES = [(1, 0, 1), (2, 1, 1), (2, 2, 3), (3, 3, 5), (24, 1, 2)]  # rounds, k, real instances


def digest(elements):
    return hashlib.sha256(b"".join(struct.pack("<I", c) for e in elements for c in e.c)).hexdigest()


def claim_elements(c):
    return c["outputs_at"] + c["gamma"] + [c["output"]] + c["inputs_at"] + c["bits"] + c["words"] + [c["input"]]


def make(rounds, k, real):
    rng = random.Random(1000 * rounds + 10 * k + real)
    states = [[rng.getrandbits(64) for _ in range(25)] for _ in range(real)] + [[0] * 25] * ((1 << k) - real)
    messages, outputs = prove(rounds, k, states)
    claims = verify(rounds, k, messages)
    need(claims_hold(claims, states, outputs))
    words = " ".join(f"{w:016x}" for s in states[:real] for w in s)
    line = f"{rounds} {k} {real} {len(messages)} {digest(messages)} {digest(claim_elements(claims))} {words}"
    return line, states, outputs, messages


def refused(rounds, k, messages, states, outputs):
    try:
        return not claims_hold(verify(rounds, k, messages), states, outputs)
    except Refused:
        return True


def check(path):
    lines = open(path).read().splitlines()
    for case, line in list(zip(CASES, lines))[:3]:
        mine, states, outputs, messages = make(*case)
        assert mine == line, f"case {case} differs"
        rng = random.Random(1)
        for at in range(0, len(messages), 1 + len(messages) // 25):
            changed = list(messages)
            c = list(changed[at].c)
            c[rng.randrange(5)] += 1
            changed[at] = Ext([x % P for x in c])
            assert refused(case[0], case[1], changed, states, outputs), f"message {at} of {case} may be changed"
        other = [list(s) for s in states]
        other[0][7] ^= 1 << 13
        assert refused(case[0], case[1], messages, other, outputs)
        assert refused(case[0], case[1], messages[:-1], states, outputs)
        assert refused(case[0], case[1], messages + [ONE], states, outputs)
    print("ok")


if __name__ == "__main__":
    if sys.argv[1:2] == ["vectors"]:
        for c in CASES:
            print(make(*c)[0], flush=True)
    elif sys.argv[1:2] == ["check"] and len(sys.argv) == 3:
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
