// SPDX-License-Identifier: Apache-2.0
// Osaka: EIP-7825 (gas of a transaction), 7823 and 7883 (modexp), 7934 (size of a block), 7918 and 7594 (blobs), 7939 (CLZ), 7951 (P256VERIFY).
import { readFileSync } from "node:fs";
import { p256 } from "@noble/curves/nist.js";
import { call, code, metered, store } from "../assembler.mjs";
import { at, bytes, NOBODY, PROBE, verdicts, word, wrongGas, wrongState } from "./common.mjs";

const fork = "osaka";
/// Calls `address` with the transaction's data: slot 0 gas, 1 verdict, 2 size and 3 digest of the answer.
const asks = (address, gas = "GAS") => code("CALLDATASIZE", 0, 0, "CALLDATACOPY", "GAS", 0, 0, "CALLDATASIZE", 0, address, gas, "STATICCALL", store(1), "GAS", "SWAP1", "SUB", store(0),
    "RETURNDATASIZE", store(2), "RETURNDATASIZE", 0, 0, "RETURNDATACOPY", "RETURNDATASIZE", 0, "KECCAK256", store(3));
const asked = (name, about, address, inputs, more = {}) => ({ name, fork, about, setup: async w => { for (const [i] of inputs.entries()) await w.set(at(0xa5c0 + i), { code: asks(at(address), more.gas) }); },
    transactions: w => inputs.map((data, i) => w.tx(0, { to: at(0xa5c0 + i), data: "0x" + data, gasLimit: 5_000_000 })), check: verdicts(...inputs.map(() => 1)), ...more });
const modexp = (base, exponent, modulus) => word(base.length / 2) + word(exponent.length / 2) + word(modulus.length / 2) + base + exponent + modulus;
const many = (n, byte = "ff") => byte.repeat(n);

const key = new Uint8Array(32).fill(3), digest = new Uint8Array(32).fill(0x51), hex = b => Buffer.from(b).toString("hex");
const signature = hex(p256.sign(digest, key, { prehash: false })), point = hex(p256.getPublicKey(key, false)).slice(2);
const [r, s, x, y] = [signature.slice(0, 64), signature.slice(64), point.slice(0, 64), point.slice(64)];
const order = p256.Point.Fn.ORDER, prime = p256.Point.Fp.ORDER;
const p256Input = ({ h = hex(digest), R = r, S = s, X = x, Y = y }) => h + R + S + X + Y;
const versioned = n => "0x01" + word(n).slice(2);

/// From the vectors of libs/crypto: one case of each verdict that a contract gives.
const subgroup = readFileSync(new URL("../../crypto/subgroup.txt", import.meta.url), "utf8").trim().split("\n").map(l => l.split(" "));
const outside = (operation, count) => [...subgroup.filter(l => l[0] === operation && l[2] === "refused").slice(0, count), ...subgroup.filter(l => l[0] === operation && l[2] !== "refused").slice(0, 1)].map(l => l[1]);

export const cases = [
    asked("197-subgroup", "bn254 pairing: points of the twist outside the subgroup, one hidden in an equation that holds; and the equation without it", 8, outside("bn254.pair", 4), { gas: 200_000 }),
    asked("2537-g1-subgroup", "multi-scalar multiplication in G1 wants the subgroup", 12, outside("g1msm", 3), { gas: 100_000 }),
    asked("2537-g2-subgroup", "and in G2", 14, outside("g2msm", 3), { gas: 100_000 }),
    asked("2537-g1-add", "addition in G1 does not", 11, outside("g1add", 0).slice(0, 1), { gas: 100_000 }),
    asked("2537-pairing-subgroup", "BLS12-381 pairing: the same as for bn254", 15, [...outside("pair", 4), ...subgroup.filter(l => l[0] === "pair" && l[2] === "refused").slice(-1).map(l => l[1])], { gas: 200_000 }),
    { name: "7825-limit", fork, about: "a gas limit of 2^24 is the largest", transactions: w => [w.tx(0, { to: NOBODY, gasLimit: 1 << 24 })], check: verdicts(1),
        twins: async (w, block) => [["one more", "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM", await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(NOBODY), gasLimit: (1n << 24n) + 1n })])]] },
    { name: "7825-prague", about: "Prague knows no such limit", transactions: w => [w.tx(0, { to: NOBODY, gasLimit: (1 << 24) + 1 })], check: verdicts(1) },
    { name: "7934-size", fork, about: "a small block; the twin has more than 8 MiB", transactions: w => [w.tx(0, { to: NOBODY, value: 1 })],
        twins: async (w, block) => [["more than 8 MiB", "BlockException.RLP_BLOCK_LIMIT_EXCEEDED",
            await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(NOBODY), data: new Uint8Array(8 << 20), authorizationList: [w.authorize(1, NOBODY)] })])]] },
    asked("7883-small", "at least 500 gas; lengths up to 32", 5, [modexp("03", "05", "07"), modexp("", "", ""), modexp(many(32), many(32), many(32, "fd")), modexp("02", "", "05"), modexp(many(3), "00", "01")],
        { twins: (w, block) => [wrongGas(w, block)] }),
    asked("7883-long", "lengths over 32: twice the complexity, exponents count 16 times", 5, [modexp(many(33), many(33), many(33, "fd")), modexp(many(64), many(40, "01"), many(64, "f1")), modexp(many(100), "03", many(200, "f3")),
        modexp(many(8), "00".repeat(32) + "ff", many(8, "fb"))]),
    asked("7883-prague", "the same numbers at Prague's price", 5, [modexp("03", "05", "07"), modexp(many(33), many(33), many(33, "fd")), modexp(many(100), "03", many(200, "f3"))], { fork: "prague" }),
    asked("7823-bounds", "1024 bytes are the most each number may have; one more fails and takes all gas", 5,
        [modexp(many(1024), "03", many(1024, "f3")), modexp(many(1025), "03", "07"), modexp("03", many(1025, "00"), "07"), modexp("03", "03", many(1025, "f3")), word(2n ** 255n) + word(1) + word(1)], { gas: 200_000 }),
    { name: "7939-clz", fork, about: "CLZ of zero, one, powers of two and their neighbours", setup: w => w.set(PROBE, { code: code(
        [0n, 1n, 2n, 3n, 255n, 256n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 128n, 2n ** 192n - 1n, 2n ** 254n, 2n ** 255n - 1n, 2n ** 255n, 2n ** 256n - 1n].map((n, i) => [n, "CLZ", store(i)]), metered(32, 9, "CLZ")) }),
        transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(1), twins: (w, block) => [wrongState(w, block)] },
    { name: "7939-underflow", fork, about: "CLZ without an operand", setup: w => w.set(PROBE, { code: code("CLZ") }), transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(0) },
    { name: "7939-prague", about: "no such instruction before Osaka", setup: w => w.set(PROBE, { code: code(1, "CLZ", store(0)) }), transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(0) },
    asked("7951-valid", "a signature, and its twin with the other s, which is valid, too", 256, [p256Input({}), p256Input({ S: word(order - BigInt("0x" + s)) })], { twins: (w, block) => [wrongGas(w, block, -3450n)] }),
    asked("7951-invalid", "another digest; r, s of 0 or the order; points that are none, not reduced, or at infinity: an empty answer", 256, [p256Input({ h: many(32, "50") }), p256Input({ R: word(0) }), p256Input({ S: word(0) }),
        p256Input({ R: word(order) }), p256Input({ S: word(order) }), p256Input({ Y: word(BigInt("0x" + y) ^ 1n) }), p256Input({ X: word(BigInt("0x" + x) + prime > 2n ** 256n - 1n ? prime : BigInt("0x" + x) + prime) }), p256Input({ X: word(0), Y: word(0) })]),
    asked("7951-length", "159 and 161 bytes, and none: an empty answer at full price", 256, [p256Input({}).slice(2), p256Input({}) + "00", ""]),
    { name: "7951-short-gas", fork, about: "6899 gas are not enough", setup: w => w.set(PROBE, { code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, "CALLDATASIZE", 0, at(256), 6899, "STATICCALL", store(0),
        0, 0, "CALLDATASIZE", 0, at(256), 6900, "STATICCALL", store(1), "RETURNDATASIZE", store(2)) }), transactions: w => [w.tx(0, { to: PROBE, data: "0x" + p256Input({}) })], check: verdicts(1) },
    { name: "7951-prague", about: "an ordinary address before Osaka", setup: w => w.set(PROBE, { code: code(call("CALL", at(256)), store(0), "RETURNDATASIZE", store(1), metered(2, at(256), "BALANCE")) }),
        transactions: w => [w.tx(0, { to: PROBE, data: "0x" + p256Input({}) })], check: verdicts(1) },
    // 6 blobs of 131072; under the reserve price (EIP-7918) excess grows by blobs * (max - target) / max even at the target.
    { name: "7918-reserve", fork, about: "a base fee far above the blob fee: excess grows though the parent was at its target", parentHeader: { excessBlobGas: 1_000_000n, blobGasUsed: 6n * 131_072n },
        header: { excessBlobGas: 1_000_000n + 6n * 131_072n * 3n / 9n, blobGasUsed: 6n * 131_072n }, setup: w => w.set(PROBE, { code: code("BLOBBASEFEE", store(0)) }),
        transactions: w => [w.tx(0, { type: 3, to: PROBE, maxFeePerBlobGas: 1000, blobVersionedHashes: [1, 2, 3, 4, 5, 6].map(versioned) })], check: verdicts(1),
        twins: async (w, block) => [["excess as without the reserve", "BlockException.INCORRECT_EXCESS_BLOB_GAS", w.changed(block, { excessBlobGas: 1_000_000n })],
            ["one blob less in the header", "BlockException.INCORRECT_BLOB_GAS_USED", w.changed(block, { blobGasUsed: 5n * 131_072n })],
            ["seven blobs in one transaction", "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED", await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(PROBE), blobs: [1, 2, 3, 4, 5, 6, 7].map(versioned).map(bytes) })])],
            ["no blob", "TransactionException.TYPE_3_TX_ZERO_BLOBS", await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(PROBE), blobs: [] })])],
            ["a hash of another version", "TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH", await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(PROBE), blobs: [bytes("02" + word(1).slice(2))] })])]] },
    { name: "7918-no-reserve", fork, about: "a blob fee above the reserve: excess stays at the target", parentHeader: { excessBlobGas: 90_000_000n, blobGasUsed: 6n * 131_072n },
        header: { excessBlobGas: 90_000_000n, blobGasUsed: 131_072n }, setup: w => w.set(PROBE, { code: code("BLOBBASEFEE", store(0)) }),
        transactions: w => [w.tx(0, { type: 3, to: PROBE, maxFeePerBlobGas: 10n ** 12n, blobVersionedHashes: [versioned(1)] })], check: verdicts(1),
        twins: (w, block) => [["excess as with the reserve", "BlockException.INCORRECT_EXCESS_BLOB_GAS", w.changed(block, { excessBlobGas: 90_000_000n + 6n * 131_072n * 3n / 9n })]] },
];
