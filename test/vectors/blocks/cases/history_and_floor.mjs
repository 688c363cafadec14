// SPDX-License-Identifier: Apache-2.0
// EIP-2935 (block hashes in state) and EIP-7623 (the floor price of calldata).
import { code, deploys, store } from "../assembler.mjs";
import { NOBODY, OTHER, PROBE, STORER, storer, verdicts, word, wrongGas, wrongState } from "./common.mjs";

const HISTORY = "0x0000f90827f1c53a10cb7a02335b175320002935";
/// Asks the history contract for each number of `list` (code that pushes it): slots 2i the verdict, 2i + 1 the answer.
const asks = list => code(list.map((push, i) => [0, 0, "MSTORE", push, 0, "MSTORE", 32, 32, 32, 0, HISTORY, "GAS", "STATICCALL", store(2 * i), 32, "MLOAD", store(2 * i + 1), 0, 32, "MSTORE"]));
const empty = () => [];
const history = (name, about, list, before, more = {}) => ({ name: `2935-${name}`, about, setup: w => w.set(PROBE, { code: asks(list) }), before, keepAncestors: true,
    transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(1), ...more });
const back = n => [n, "NUMBER", "SUB"];

/// 600 gas of nothing: what a zero byte of calldata adds to the floor over the plain price is 6.
const burner = code(Array(600).fill("JUMPDEST"));
const zeros = n => "0x" + "00".repeat(n);
const floors = (name, about, fields, more = {}) => ({ name: `7623-${name}`, about, setup: w => w.set(STORER, { code: burner }), ...more,
    transactions: w => [w.tx(0, { to: STORER, ...(typeof fields === "function" ? fields(w) : fields) })] });
const retried = (w, block, name, exception, fields) => w.carrying(block, [(w.nonces.set(0, 0n), w.tx(0, fields))]).then(b => [name, exception, b]);
const FLOOR = "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", INTRINSIC = "TransactionException.INTRINSIC_GAS_TOO_LOW";

export const cases = [
    history("parent", "the parent's hash, as BLOCKHASH gives it", [back(1)], [], { twins: (w, block) => [wrongState(w, block)],
        setup: w => w.set(PROBE, { code: code(asks([back(1)]), back(1), "BLOCKHASH", store(9)) }) }),
    history("several", "older blocks", [back(1), back(2), back(3), back(4)], [empty, empty, empty]),
    history("out-of-range", "the block itself, later ones, and ones beyond 8191 back: the call fails", [["NUMBER"], [1, "NUMBER", "ADD"], [2n ** 256n - 1n], [2n ** 64n]], [empty]),
    history("never-written", "a block before the contract has zero for an answer", [[0]], []),
    { name: "2935-wrong-length", about: "a question that has not 32 bytes fails", setup: w => w.set(PROBE, { code: code(
        [0, 31, 33, 64].map((size, i) => [0, 0, size, 0, HISTORY, "GAS", "STATICCALL", store(i)])) }), transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(1) },
    { name: "2935-transactions", about: "transactions may ask, too; nobody but the system may write", transactions: w => [w.tx(0, { to: HISTORY, data: "0x" + word(1) }),
        w.tx(1, { to: HISTORY, data: "0x" + word(5) }), w.tx(2, { to: HISTORY, data: "0x" + "ff".repeat(32), value: 0 })], check: verdicts(1, 0, 0) },
    history("osaka", "the same under Osaka", [back(1), back(2)], [empty], { fork: "osaka" }),

    floors("above", "101 zero bytes: the floor decides", { data: zeros(101) }, { check: verdicts(1), twins: (w, block) => [wrongGas(w, block, -6n)] }),
    floors("equal", "100 zero bytes: both prices agree", { data: zeros(100) }, { check: verdicts(1), twins: (w, block) => [wrongGas(w, block)] }),
    floors("below", "99 zero bytes: execution decides", { data: zeros(99) }, { check: verdicts(1), twins: (w, block) => [wrongGas(w, block, -6n)] }),
    floors("no-data", "no calldata: the floor is the 21000 everybody pays", {}),
    floors("nonzero", "bytes that are not zero count four times", { data: "0x" + "01".repeat(333) }, { check: verdicts(1) }),
    floors("mixed", "zero and other bytes", { data: "0x" + "0001ff".repeat(500) }, { check: verdicts(1) }),
    floors("limit-exact", "a gas limit of exactly the floor", { to: NOBODY, data: zeros(1000), gasLimit: 31_000 }, { check: verdicts(1), twins: async (w, block) => [
        await retried(w, block, "one gas under the floor", FLOOR, { to: NOBODY, data: zeros(1000), gasLimit: 30_999 }),
        await retried(w, block, "under floor and intrinsic gas", `${INTRINSIC}|${FLOOR}`, { to: NOBODY, data: zeros(1000), gasLimit: 24_999 })] }),
    floors("limit-runs-out", "a limit between floor and need: the transaction fails and pays it all", { data: zeros(10), gasLimit: 21_500 }, { check: verdicts(0) }),
    floors("creation", "a creation's init code counts as calldata", { to: undefined, data: zeros(6000) }, { check: verdicts(1), twins: async (w, block) => [
        await retried(w, block, "one gas under the floor", FLOOR, { data: zeros(6000), gasLimit: 80_999 })] }),
    floors("creation-below", "a creation whose execution costs more than the floor", { to: undefined, data: "0x" + Buffer.from(deploys(storer)).toString("hex") }, { check: verdicts(1) }),
    floors("access-list", "the access list is part of the plain price only", { data: zeros(1000), accessList: [{ address: OTHER, storageKeys: ["0x" + word(1), "0x" + word(2)] }] },
        { check: verdicts(1) }),
    floors("access-list-covers", "an access list that costs more than the floor adds", { data: zeros(100), accessList: [{ address: OTHER, storageKeys: ["0x" + word(1)] }] }, { check: verdicts(1) }),
    floors("refund", "refunds come off before the floor is looked at", { data: zeros(700) }, { check: verdicts(1),
        setup: w => w.set(STORER, { code: code(0, store(0), 0, store(1)), storage: { 0: 1, 1: 1 } }), twins: (w, block) => [wrongGas(w, block, -1n)] }),
    floors("refund-under", "a refund that takes the gas below the floor", { data: zeros(1500) }, { check: verdicts(1), setup: w => w.set(STORER, { code: code(0, store(0)), storage: { 0: 1 } }) }),
    floors("reverted", "a transaction that reverts pays the floor", { data: zeros(2000) }, { check: verdicts(0), setup: w => w.set(STORER, { code: code(0, 0, "REVERT") }) }),
    floors("legacy", "legacy transactions pay it", { type: 0, data: zeros(800) }, { check: verdicts(1) }),
    floors("access-list-type", "type 1, too", { type: 1, data: "0x" + "07".repeat(100), accessList: [{ address: STORER, storageKeys: [] }] }, { check: verdicts(1) }),
    floors("set-code", "type 4: authorizations are part of the plain price only", w => ({ data: zeros(9000), authorizationList: [w.authorize(1, OTHER)] }), { check: verdicts(1) }),
    { name: "7623-cumulative", about: "cumulative gas in receipts counts what the floor adds", setup: w => w.set(STORER, { code: burner }),
        transactions: w => [w.tx(0, { to: STORER, data: zeros(500) }), w.tx(1, { to: STORER, data: zeros(5) }), w.tx(2, { to: STORER, data: zeros(900) })], check: verdicts(1, 1, 1) },
];
