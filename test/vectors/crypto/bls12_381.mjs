// SPDX-License-Identifier: Apache-2.0
// Prints bls12_381.txt.
import { bls12_381 as bls } from '@noble/curves/bls12-381.js';

const element = (n) => n.toString(16).padStart(128, '0');
const scalar = (n) => n.toString(16).padStart(64, '0');
const G1 = bls.G1.Point, G2 = bls.G2.Point, r = bls.fields.Fr.ORDER, p = bls.fields.Fp.ORDER;
const g1 = (P) => { if (P.is0()) return '0'.repeat(256); const a = P.toAffine(); return element(a.x) + element(a.y); };
const g2 = (P) => {
    if (P.is0()) return '0'.repeat(512);
    const a = P.toAffine();
    return element(a.x.c0) + element(a.x.c1) + element(a.y.c0) + element(a.y.c1);
};
let seed = 999n;
const bits = (words) => {
    let x = 0n;
    for (let i = 0; i < words; i++) {
        seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
        x = (x << 48n) | (seed >> 16n);
    }
    return x;
};
const random = () => bits(6) % r || 1n;
for (let i = 0; i < 12; i++) {
    const a = random(), c = random();
    const A = G1.BASE.multiply(a), B = G1.BASE.multiply(c), P = G2.BASE.multiply(a), Q = G2.BASE.multiply(c);
    console.log('g1add', g1(A) + g1(B), g1(A.add(B)));
    console.log('g2add', g2(P) + g2(Q), g2(P.add(Q)));
    console.log('g1add', g1(A) + g1(A), g1(A.double()));
    console.log('g2add', g2(P) + g2(P.negate()), g2(G2.ZERO));
    const k1 = bits(6) & ((1n << 256n) - 1n), k2 = random();
    console.log('g1msm', g1(A) + scalar(k1) + g1(B) + scalar(k2), g1(A.multiply(k1 % r).add(B.multiply(k2))));
    console.log('g2msm', g2(P) + scalar(k1) + g2(Q) + scalar(k2), g2(P.multiply(k1 % r).add(Q.multiply(k2))));
    const C = G1.BASE.multiply((a * c) % r);
    console.log('pair', g1(A) + g2(Q) + g1(C.negate()) + g2(G2.BASE), '1');
    console.log('pair', g1(A) + g2(Q) + g1(C) + g2(G2.BASE), '0');
    const u = bits(9) % p, v = bits(9) % p;
    console.log('map1', element(u), g1(bls.G1.mapToCurve(u)));
    console.log('map2', element(u) + element(v), g2(bls.G2.mapToCurve([u, v])));
}
// A constant polynomial: its proof is infinity whatever the trusted setup is.
const c = random();
console.log('kzg', G1.BASE.multiply(c).toHex(true) + scalar(random()) + scalar(c) + 'c0' + '0'.repeat(94), '1');
console.log('kzg', G1.BASE.multiply(c).toHex(true) + scalar(random()) + scalar(c + 1n) + 'c0' + '0'.repeat(94), '0');
