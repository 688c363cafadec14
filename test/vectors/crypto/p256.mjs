// SPDX-License-Identifier: Apache-2.0
// Prints signatures whose check meets the corners of the curve's arithmetic:  node p256.mjs > p256.txt
// A case a line: digest, r, s, x, y in one, and 1 if it is valid.
import { p256 } from "@noble/curves/nist.js";

const { Fn, Fp, BASE: G } = p256.Point, n = Fn.ORDER, inverse = a => Fn.inv(a), mod = a => ((a % n) + n) % n;
const hex = x => x.toString(16).padStart(64, "0");
const print = (e, r, s, q, valid) => { const { x, y } = q.toAffine(); console.log(hex(e) + hex(r) + hex(s) + hex(x) + hex(y), valid); };
const times = (p, k) => p.multiplyUnsafe(mod(k));

// R's abscissa is not below the order: r is what is left of it.
let found = 0;
for (let k = 1n; found < 3; k++) {
    const x = n + k, square = Fp.add(Fp.add(Fp.mul(Fp.sqr(x), x), Fp.mul(p256.Point.CURVE().a, x)), p256.Point.CURVE().b);
    let y;
    try { y = Fp.sqrt(square); } catch { continue; }
    const R = p256.Point.fromAffine({ x, y }), r = k, s = 12345n + k, e = 777n;
    const Q = times(times(R, s).subtract(times(G, e)), inverse(r));          // s R = e G + r Q
    print(e, r, s, Q, 1);
    print(e, r + 1n, s, Q, 0);
    found++;
}
for (const [t, s] of [[5n, 99n], [n - 3n, 1n << 200n]]) {
    const r = mod(times(G, 2n * t).toAffine().x), d = mod(t * s * inverse(r));
    print(mod(s * t), r, s, times(G, d), 1);                                 // u1 G = u2 Q: the sum is a doubling
    print(mod(-r * d), r, s, times(G, d), 0);                                // u1 G = -u2 Q: the sum is infinity
    // Digest zero, and one that is zero modulo the order: u1 G is infinity.
    const z = mod(times(G, t).toAffine().x), key = mod(t * s * inverse(z));
    print(0n, z, s, times(G, key), 1);
    print(n, z, s, times(G, key), 1);
    print((1n << 256n) - 1n, z, s, times(G, key), 0);
    print(0n, z, n - s, times(G, key), 1);                                   // the other s is as good
}
// Q is G, and minus G.
for (const q of [G, G.negate()]) {
    const d = q === G ? 1n : n - 1n, k = 31n, e = 1000n, r = mod(times(G, k).toAffine().x), s = mod(inverse(k) * (e + r * d));
    print(e, r, s, q, 1);
    print(e, r, s, q.negate(), 0);
}
