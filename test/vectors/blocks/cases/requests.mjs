// SPDX-License-Identifier: Apache-2.0
// EIP-6110, 7002, 7251 and 7685: requests of the execution layer.
import { createHash } from "node:crypto";
import { call, code, store } from "../assembler.mjs";
import { bytes, NOBODY, OTHER, PROBE, verdicts, word, wrongRequests, wrongState } from "./common.mjs";

const WITHDRAWALS = "0x00000961ef480eb55e80d19ad83579a64c007002", CONSOLIDATIONS = "0x0000bbddc7ce488642fb579f8b00f3a590007251";
const DEPOSITS = "0x00000000219ab540356cbb839cbe05303d7705fa";
const TOPIC = "0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5";
const key = n => n.toString(16).padStart(2, "0").repeat(48);
const withdrawal = (n, amount) => "0x" + key(n) + BigInt(amount).toString(16).padStart(16, "0");
const consolidation = (a, b) => "0x" + key(a) + key(b);

/// In the deposit contract's place: logs its calldata under the deposit event's topic.
const emitter = code("CALLDATASIZE", 0, 0, "CALLDATACOPY", TOPIC, "CALLDATASIZE", 0, "LOG1");
const emits = w => w.set(DEPOSITS, { code: emitter });
/// The event's data: five byte strings, each padded to words. `offsets` and `sizes` are what it says of them.
function deposit(n, { offsets = [160, 256, 320, 384, 512], sizes = [48, 32, 8, 96, 8] } = {}) {
    const part = (size, fill) => word(size) + fill.padEnd(Math.ceil(fill.length / 64) * 64, "0");
    return "0x" + offsets.map(word).join("") + part(sizes[0], key(n)) + part(sizes[1], "01".repeat(32)) + part(sizes[2], "0040597307000000") +
        part(sizes[3], "5a".repeat(96)) + part(sizes[4], (n & 255).toString(16).padStart(2, "0") + "00".repeat(7));
}
const none = createHash("sha256").digest();
const withoutRequests = (w, block) => wrongRequests(w, block, none, "the requests left out");
const misplaced = (name, about, data) => ({ name: `6110-${name}`, about, refused: "BlockException.INVALID_DEPOSIT_EVENT_LAYOUT", setup: emits,
    transactions: w => [w.tx(0, { to: DEPOSITS, data: typeof data === "function" ? data() : data })] });
const queued = (to, count, data) => w => Array.from({ length: count }, (_, i) => w.tx(i % 5, { to, value: 1, data: data(i) }));

export const cases = [
    { name: "7002-one", about: "one withdrawal request", transactions: w => [w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(1, 5) })], check: verdicts(1),
        twins: (w, block) => [withoutRequests(w, block), wrongRequests(w, block), wrongState(w, block)] },
    { name: "7002-three", about: "three, two by one account, one for an exit in full", transactions: w => [w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(1, 5) }),
        w.tx(1, { to: WITHDRAWALS, value: 2, data: withdrawal(2, 0) }), w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(3, 2n ** 64n - 1n) })], check: verdicts(1, 1, 1) },
    { name: "7002-eighteen", about: "eighteen in one block: sixteen leave the queue", transactions: queued(WITHDRAWALS, 18, i => withdrawal(i, i)), twins: (w, block) => [withoutRequests(w, block)] },
    { name: "7002-from-queue", about: "a queue from before, and nothing new: it still moves", before: [queued(WITHDRAWALS, 7, i => withdrawal(i, i))], transactions: () => [],
        twins: (w, block) => [withoutRequests(w, block)] },
    { name: "7002-excess", about: "requests beyond the target raise the fee: one wei is not enough any more", setup: w => w.set(WITHDRAWALS, { storage: { 0: 40 } }),
        transactions: w => [w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(1, 1) }), w.tx(1, { to: WITHDRAWALS, value: 11, data: withdrawal(2, 2) })], check: verdicts(0, 1) },
    { name: "7002-refusals", about: "no fee, short and long data, and asking for the fee: no request", setup: w => w.set(PROBE, { code: code(call("STATICCALL", WITHDRAWALS, { out: 32 }), store(0), 0, "MLOAD", store(1)) }),
        transactions: w => [w.tx(0, { to: WITHDRAWALS, data: withdrawal(1, 1) }), w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(1, 1).slice(0, -2) }),
            w.tx(0, { to: WITHDRAWALS, value: 1, data: withdrawal(1, 1) + "00" }), w.tx(0, { to: PROBE })], check: verdicts(0, 0, 0, 1) },
    { name: "7002-by-contract", about: "a contract asks: its address is the source", setup: w => w.set(OTHER, { balance: 9, code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, "CALLDATASIZE", 0, 1, WITHDRAWALS, "GAS", "CALL", store(0)) }),
        transactions: w => [w.tx(0, { to: OTHER, data: withdrawal(9, 9) })], check: verdicts(1) },
    { name: "7002-reverted", about: "a request whose caller reverts is none", setup: w => w.set(OTHER, { balance: 9, code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, "CALLDATASIZE", 0, 1, WITHDRAWALS, "GAS", "CALL", 0, 0, "REVERT") }),
        transactions: w => [w.tx(0, { to: OTHER, data: withdrawal(9, 9) })], check: verdicts(0) },
    { name: "7002-no-contract", about: "no code at the address: the block is invalid", refused: "BlockException.SYSTEM_CONTRACT_EMPTY", setup: w => w.set(WITHDRAWALS, { code: "0x" }), transactions: w => [w.tx(0, { to: NOBODY, value: 1 })] },
    { name: "7002-fails", about: "the system call fails: the block is invalid", refused: "BlockException.SYSTEM_CONTRACT_CALL_FAILED", setup: w => w.set(WITHDRAWALS, { code: code(0, 0, "REVERT") }), transactions: w => [w.tx(0, { to: NOBODY, value: 1 })] },
    { name: "7251-one", about: "one consolidation request", transactions: w => [w.tx(0, { to: CONSOLIDATIONS, value: 1, data: consolidation(1, 2) })], check: verdicts(1),
        twins: (w, block) => [withoutRequests(w, block), wrongRequests(w, block)] },
    { name: "7251-four", about: "four: two leave the queue", transactions: queued(CONSOLIDATIONS, 4, i => consolidation(i, i + 1)), check: verdicts(1, 1, 1, 1), twins: (w, block) => [wrongState(w, block)] },
    { name: "7251-from-queue", about: "a queue from before", before: [queued(CONSOLIDATIONS, 3, i => consolidation(i, 7))], transactions: w => [w.tx(0, { to: CONSOLIDATIONS, value: 30, data: consolidation(8, 8) })] },
    { name: "7251-refusals", about: "no fee, short and long data, asking for the fee", setup: w => w.set(PROBE, { code: code(call("STATICCALL", CONSOLIDATIONS, { out: 32 }), store(0), 0, "MLOAD", store(1)) }),
        transactions: w => [w.tx(0, { to: CONSOLIDATIONS, data: consolidation(1, 1) }), w.tx(0, { to: CONSOLIDATIONS, value: 1, data: consolidation(1, 1).slice(0, -2) }),
            w.tx(0, { to: CONSOLIDATIONS, value: 1, data: consolidation(1, 1) + "00" }), w.tx(0, { to: PROBE })], check: verdicts(0, 0, 0, 1) },
    { name: "7251-no-contract", about: "no code at the address", refused: "BlockException.SYSTEM_CONTRACT_EMPTY", setup: w => w.set(CONSOLIDATIONS, { code: "0x" }), transactions: w => [w.tx(0, { to: NOBODY, value: 1 })] },
    { name: "7251-fails", about: "the system call runs into an invalid instruction", refused: "BlockException.SYSTEM_CONTRACT_CALL_FAILED", setup: w => w.set(CONSOLIDATIONS, { code: code("INVALID") }), transactions: w => [w.tx(0, { to: NOBODY, value: 1 })] },
    { name: "6110-one", about: "one deposit event", setup: emits, transactions: w => [w.tx(0, { to: DEPOSITS, data: deposit(1) })], check: verdicts(1),
        twins: (w, block) => [withoutRequests(w, block), wrongRequests(w, block)] },
    { name: "6110-several", about: "three deposits in two transactions, in the order of their logs", setup: async w => { await emits(w);
        await w.set(OTHER, { code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, 576, 0, 0, DEPOSITS, "GAS", "CALL", "POP", 0, 0, 576, 576, 0, DEPOSITS, "GAS", "CALL", "POP") }); },
        transactions: w => [w.tx(0, { to: OTHER, data: deposit(1) + deposit(2).slice(2) }), w.tx(1, { to: DEPOSITS, data: deposit(3) })], check: verdicts(1, 1) },
    { name: "6110-other-events", about: "another topic, no topic, and the same event of another contract: no deposit", setup: async w => {
        await w.set(DEPOSITS, { code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 77, "CALLDATASIZE", 0, "LOG1", "CALLDATASIZE", 0, "LOG0") }); await w.set(OTHER, { code: emitter }); },
        transactions: w => [w.tx(0, { to: DEPOSITS, data: deposit(1) }), w.tx(1, { to: OTHER, data: deposit(2) })], check: verdicts(1, 1) },
    { name: "6110-reverted", about: "a deposit that is reverted is none", setup: async w => { await emits(w);
        await w.set(OTHER, { code: code("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, "CALLDATASIZE", 0, 0, DEPOSITS, "GAS", "CALL", "POP", 0, 0, "REVERT") }); },
        transactions: w => [w.tx(0, { to: OTHER, data: deposit(1) })], check: verdicts(0) },
    misplaced("too-long", "a word too much", () => deposit(1) + word(0)), misplaced("too-short", "a word missing", () => deposit(1).slice(0, -64)),
    misplaced("no-data", "no data at all", "0x"), misplaced("offset", "the second offset points elsewhere", () => deposit(1, { offsets: [160, 192, 320, 384, 512] })),
    misplaced("last-offset", "the last offset is one off", () => deposit(1, { offsets: [160, 256, 320, 384, 513] })),
    misplaced("size", "the key is said to have 47 bytes", () => deposit(1, { sizes: [47, 32, 8, 96, 8] })),
    misplaced("huge-size", "a size that is one only without its upper half", () => deposit(1, { sizes: [48, 32, 8, 96n + (1n << 64n), 8] })),
    { name: "7685-all-kinds", about: "all three kinds in one block, sent in the other order", setup: emits, transactions: w => [w.tx(0, { to: CONSOLIDATIONS, value: 1, data: consolidation(1, 2) }),
        w.tx(1, { to: WITHDRAWALS, value: 1, data: withdrawal(3, 4) }), w.tx(2, { to: DEPOSITS, data: deposit(5) })], check: verdicts(1, 1, 1),
        twins: (w, block) => {
            const d = bytes("00" + key(5) + "01".repeat(32) + "0040597307000000" + "5a".repeat(96) + "05" + "00".repeat(7));
            const r = bytes("01" + w.addresses[1].slice(2) + key(3) + "0400000000000000"), c = bytes("02" + w.addresses[0].slice(2) + key(1) + key(2));
            const sha = b => createHash("sha256").update(b).digest(), hash = (...list) => sha(Buffer.concat(list.map(sha)));
            if (Buffer.compare(hash(d, r, c), Buffer.from(block.header.requestsHash))) throw new Error("the requests are others than the twins think");
            return [wrongRequests(w, block, hash(r, d, c), "in another order"), wrongRequests(w, block, hash(d, r), "the last kind left out"),
                wrongRequests(w, block, sha(Buffer.concat([d, r, c])), "hashed as one"), wrongRequests(w, block, hash(d, r, c, bytes("03")), "with an empty kind")];
        } },
    { name: "7685-osaka", fork: "osaka", about: "all three kinds under Osaka", setup: emits, transactions: w => [w.tx(0, { to: CONSOLIDATIONS, value: 1, data: consolidation(1, 2) }),
        w.tx(1, { to: WITHDRAWALS, value: 1, data: withdrawal(3, 4) }), w.tx(2, { to: DEPOSITS, data: deposit(5) })], check: verdicts(1, 1, 1), twins: (w, block) => [withoutRequests(w, block)] },
];
