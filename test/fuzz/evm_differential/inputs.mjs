// SPDX-License-Identifier: Apache-2.0
// Inputs for the precompiled contracts: valid ones from a small stock of points and signatures, and damaged copies of them.
import { createHash } from "node:crypto";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";

const be = (x, size) => Buffer.from(x.toString(16).padStart(2 * size, "0"), "hex");
const cat = parts => Uint8Array.from(Buffer.concat(parts.map(p => Buffer.from(p))));
const SCALARS = [1n, 2n, 3n, 5n, 77n, 0xffffn, 0x123456789abcdefn];

const once = make => { let made; return () => made ??= make(); };
const bnG1 = once(() => [...SCALARS.map(k => bn254.G1.Point.BASE.multiply(k).toAffine()).map(({ x, y }) => cat([be(x, 32), be(y, 32)])), new Uint8Array(64)]);
const bnG2 = once(() => [...SCALARS.slice(0, 4).map(k => bn254.G2.Point.BASE.multiply(k).toAffine()).map(({ x, y }) =>
    cat([be(x.c1, 32), be(x.c0, 32), be(y.c1, 32), be(y.c0, 32)])), new Uint8Array(128)]);
const blsG1 = once(() => [...SCALARS.map(k => bls12_381.G1.Point.BASE.multiply(k).toAffine()).map(({ x, y }) => cat([be(x, 64), be(y, 64)])), new Uint8Array(128)]);
const blsG2 = once(() => [...SCALARS.slice(0, 4).map(k => bls12_381.G2.Point.BASE.multiply(k).toAffine()).map(({ x, y }) =>
    cat([be(x.c0, 64), be(x.c1, 64), be(y.c0, 64), be(y.c1, 64)])), new Uint8Array(256)]);
// A constant polynomial c commits to c times the generator, is c everywhere, and its proof is the point at infinity.
const kzg = once(() => [1n, 7n, 0xabcdefn].map(c => {
    const commitment = bls12_381.G1.Point.BASE.multiply(c).toBytes(true), proof = new Uint8Array(48);
    proof[0] = 0xc0;
    const hash = createHash("sha256").update(commitment).digest();
    hash[0] = 1;
    return z => cat([hash, be(z, 32), be(c, 32), commitment, proof]);
}));
const signatures = once(() => [1, 2, 3].map(n => {
    const key = new Uint8Array(32).fill(n), digest = new Uint8Array(32).fill(0x40 + n);
    const s = secp256k1.Signature.fromBytes(secp256k1.sign(digest, key, { prehash: false, format: "recovered" }), "recovered");
    return cat([digest, be(BigInt(27 + s.recovery), 32), be(s.r, 32), be(s.s, 32)]);
}));
const p256Signatures = once(() => [1, 2, 3].map(n => {
    const key = new Uint8Array(32).fill(n), digest = new Uint8Array(32).fill(0x50 + n);
    return cat([digest, p256.sign(digest, key, { prehash: false }), p256.getPublicKey(key, false).subarray(1)]);
}));

function modexp(r) {
    const long = r.chance(5);
    const [b, e, m] = [0, 0, 0].map(() => r.below(long ? 1100 : 40));
    const modulus = r.bytes(m);
    if (m && r.chance(40)) modulus[m - 1] &= 0xfe;
    if (r.chance(5)) modulus.fill(0);
    const exponent = r.bytes(e);
    if (r.chance(30)) exponent.fill(0, 0, Math.max(0, e - 2));
    // A product of long numbers with a long exponent takes seconds in a big-integer library.
    if (long) exponent.fill(0, 0, Math.max(0, e - 1));
    const heads = [b, e, m].map(n => r.chance(2) ? be(r.word(), 32) : be(BigInt(n), 32));
    return cat([...heads, r.bytes(b), exponent, modulus]);
}
function blake2f(r) {
    const out = r.bytes(213);
    out.fill(0, 0, 3);
    out[212] = r.chance(10) ? 2 : r.below(2);
    return out;
}
const pairs = (r, first, second, negate) => {
    const a = r.pick(first), b = r.pick(second);
    if (r.chance(50)) return cat(Array.from({ length: r.below(3) }, () => [r.pick(first), r.pick(second)]).flat());
    return cat([a, b, negate(a), b]);                                // product one
};
const negateIn = (prime, size) => point => {
    const y = BigInt("0x" + Buffer.from(point.subarray(size)).toString("hex"));
    return cat([point.subarray(0, size), be(y === 0n ? 0n : prime - y, size)]);
};
const scalar = r => be(r.chance(50) ? r.word() : BigInt(r.below(9)), 32);
const several = (r, make) => cat(Array.from({ length: 1 + r.below(3) }, make));

/// Input for the precompiled contract at `address` (1 to 17, 256).
export function precompileInput(r, address) {
    const make = {
        1: () => r.pick(signatures()), 5: () => modexp(r),
        6: () => cat([r.pick(bnG1()), r.pick(bnG1())]), 7: () => cat([r.pick(bnG1()), scalar(r)]),
        8: () => pairs(r, bnG1(), bnG2(), negateIn(bn254.fields.Fp.ORDER, 32)), 9: () => blake2f(r),
        10: () => r.pick(kzg())(BigInt(r.below(1000))),
        11: () => cat([r.pick(blsG1()), r.pick(blsG1())]), 12: () => several(r, () => cat([r.pick(blsG1()), scalar(r)])),
        13: () => cat([r.pick(blsG2()), r.pick(blsG2())]), 14: () => several(r, () => cat([r.pick(blsG2()), scalar(r)])),
        15: () => pairs(r, blsG1(), blsG2(), negateIn(bls12_381.fields.Fp.ORDER, 64)),
        16: () => be(r.word(), 64), 17: () => cat([be(r.word(), 64), be(r.word(), 64)]), 256: () => r.pick(p256Signatures()),
    }[address] ?? (() => r.bytes(r.below(300)));
    let input = Uint8Array.from(make());
    if (input.length && r.chance(20)) input[r.below(input.length)] ^= 1 << r.below(8);
    if (r.chance(6)) input = input.subarray(0, r.below(input.length + 1));
    if (r.chance(6)) input = cat([input, r.bytes(1 + r.below(40))]);
    return input;
}

/// Code that calls the precompiled contract its first byte names (0: 0x100) with the rest of its calldata, and stores
/// the sum of the result's digest and the verdict.
export const FORWARDER = Uint8Array.from(Buffer.from(
    "6001" + "3603" +                                                // size of the input
    "80" + "6001" + "6000" + "37" +
    "6000" + "6000" + "82" + "6000" +
    "600035" + "60f8" + "1c" + "80" + "15" + "610100" + "02" + "01" +  // address
    "5a" + "fa" +
    "3d" + "6000" + "6000" + "3e" + "3d" + "6000" + "20" + "01" + "600055" + "3d6000f3", "hex"));
