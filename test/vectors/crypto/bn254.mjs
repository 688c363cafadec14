// SPDX-License-Identifier: Apache-2.0
// Prints bn254.txt.
import { bn254 } from '@noble/curves/bn254.js';

const hex = (n) => n.toString(16).padStart(64, '0');
const G1 = bn254.G1.Point, G2 = bn254.G2.Point;
const g1 = (p) => { if (p.is0()) return '0'.repeat(128); const a = p.toAffine(); return hex(a.x) + hex(a.y); };
const g2 = (p) => {
    if (p.is0()) return '0'.repeat(256);
    const a = p.toAffine();
    return hex(a.x.c1) + hex(a.x.c0) + hex(a.y.c1) + hex(a.y.c0);
};
const r = bn254.fields.Fr.ORDER;
let seed = 12345n;
const random = () => {
    let x = 0n;
    for (let i = 0; i < 5; i++) {
        seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
        x = (x << 60n) | (seed >> 4n);
    }
    return x % r || 1n;
};
for (let i = 0; i < 20; i++) {
    const a = random(), b = random();
    const A = G1.BASE.multiply(a), B = G1.BASE.multiply(b), C = G1.BASE.multiply((a * b) % r);
    console.log('add', g1(A) + g1(B), g1(A.add(B)));
    console.log('mul', g1(A) + hex(b), g1(A.multiply(b)));
    console.log('pair', g1(A) + g2(G2.BASE.multiply(b)) + g1(C.negate()) + g2(G2.BASE), '1');
    console.log('pair', g1(A) + g2(G2.BASE.multiply(b)) + g1(C) + g2(G2.BASE), '0');
}
