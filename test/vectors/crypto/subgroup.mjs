// SPDX-License-Identifier: Apache-2.0
// Prints cases with points that are on their curve, or twist, but outside the subgroup of order r:  node subgroup.mjs > subgroup.txt
// A point of the cofactor's order pairs to one with anything. So an equation that holds still holds with one added: only a
// check of the subgroup refuses it.
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";

const hex = (x, size) => x.toString(16).padStart(2 * size, "0");
const print = (operation, input, output) => console.log(`${operation} ${input} ${output}`);

/// The first points with small abscissae that are outside the subgroup, by the curve's own equation.
function outside({ Point, Fp, b, abscissae, count }) {
    const found = [];
    for (const x of abscissae()) {
        let y;
        try { y = Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), b)); } catch { continue; }
        const p = Point.fromAffine({ x, y });
        if (!p.isTorsionFree()) found.push(p);
        if (found.length === count) return found;
    }
}
const times = (p, order) => p.multiplyUnsafe(order - 1n).add(p);          // the library takes scalars below the order only
function* numbers() { for (let n = 1n; ; n++) yield n; }
function* pairsOf() { for (let n = 1n; ; n++) { yield { c0: n, c1: 0n }; yield { c0: n, c1: n + 3n }; } }

// bn254: G1 has no cofactor.
{
    const { G1, G2, fields } = bn254, order = fields.Fr.ORDER, P = G1.Point.BASE;
    const g1 = p => { const { x, y } = p.toAffine(); return hex(x, 32) + hex(y, 32); };
    const g2 = p => { const { x, y } = p.toAffine(); return hex(x.c1, 32) + hex(x.c0, 32) + hex(y.c1, 32) + hex(y.c0, 32); };
    const b = fields.Fp2.div({ c0: 3n, c1: 0n }, { c0: 9n, c1: 1n });
    for (const q of outside({ Point: G2.Point, Fp: fields.Fp2, b, abscissae: pairsOf, count: 4 })) {
        const torsion = times(q, order), Q = G2.Point.BASE.multiply(7n);
        print("bn254.pair", g1(P) + g2(q), "refused");
        print("bn254.pair", "00".repeat(64) + g2(q), "refused");            // infinity on the other side excuses nothing
        print("bn254.pair", g1(P) + g2(torsion), "refused");
        print("bn254.pair", g1(P) + g2(Q.add(torsion)) + g1(P.negate()) + g2(Q), "refused");
        print("bn254.pair", g1(P) + g2(Q) + g1(P.negate()) + g2(Q), "1");
    }
}
{
    const { G1, G2, fields } = bls12_381, order = fields.Fr.ORDER, P = G1.Point.BASE, Q = G2.Point.BASE;
    const g1 = p => { const { x, y } = p.toAffine(); return hex(x, 64) + hex(y, 64); };
    const g2 = p => { const { x, y } = p.toAffine(); return hex(x.c0, 64) + hex(x.c1, 64) + hex(y.c0, 64) + hex(y.c1, 64); };
    for (const p of outside({ Point: G1.Point, Fp: fields.Fp, b: 4n, abscissae: numbers, count: 4 })) {
        const torsion = times(p, order), hidden = P.multiply(5n).add(torsion);
        for (const bad of [p, torsion, hidden]) {
            print("g1add", g1(bad) + g1(P), g1(bad.add(P)));                // addition asks for the curve only
            print("g1msm", g1(bad) + hex(1n, 32), "refused");
            print("g1msm", g1(P) + hex(2n, 32) + g1(bad) + hex(0n, 32), "refused");
            print("pair", g1(bad) + g2(Q), "refused");
        }
        print("pair", g1(hidden) + g2(Q) + g1(P.multiply(5n).negate()) + g2(Q), "refused");
        print("pair", g1(P.multiply(5n)) + g2(Q) + g1(P.multiply(5n).negate()) + g2(Q), "1");
        // The constant 5 commits to 5 P, is 5 at every point, and its proof is infinity.
        const compressed = q => { const { x, y } = q.toAffine(); return hex(x | (4n + (2n * y > fields.Fp.ORDER ? 1n : 0n)) << 381n, 48); };
        const infinity = "c0" + "00".repeat(47);
        const kzg = (commitment, proof) => commitment + hex(9n, 32) + hex(5n, 32) + proof;
        print("kzg", kzg(compressed(P.multiply(5n)), infinity), "1");
        print("kzg", kzg(compressed(hidden), infinity), "0");
        print("kzg", kzg(compressed(P.multiply(5n)), compressed(torsion)), "0");
    }
    for (const q of outside({ Point: G2.Point, Fp: fields.Fp2, b: { c0: 4n, c1: 4n }, abscissae: pairsOf, count: 4 })) {
        const torsion = times(q, order), hidden = Q.multiply(5n).add(torsion);
        for (const bad of [q, torsion, hidden]) {
            print("g2add", g2(bad) + g2(Q), g2(bad.add(Q)));
            print("g2msm", g2(bad) + hex(1n, 32), "refused");
            print("g2msm", g2(Q) + hex(2n, 32) + g2(bad) + hex(0n, 32), "refused");
            print("pair", g1(P) + g2(bad), "refused");
        }
        print("pair", g1(P) + g2(hidden) + g1(P.negate()) + g2(Q.multiply(5n)), "refused");
        print("pair", g1(P) + g2(Q.multiply(5n)) + g1(P.negate()) + g2(Q.multiply(5n)), "1");
    }
}
