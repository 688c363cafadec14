// SPDX-License-Identifier: Apache-2.0
// EIP-7702: what delegation costs. The contracts store what the gas counter said.
import { call, code, metered, store } from "../assembler.mjs";
import { at, metersCalls, NOBODY, OTHER, PROBE, STORER, storer, verdicts, wrongGas } from "./common.mjs";

const nothing = code("STOP");
const delegated = target => [w => [w.tx(0, { to: NOBODY, authorizationList: [w.authorize(1, target)] })].map(t => (w.bump(1), t))];
const meter = (name, about, more = {}, fields = {}) => ({ name: `7702-gas-${name}`, about, check: verdicts(1),
    setup: async w => { await w.set(STORER, { code: nothing }); await w.set(PROBE, { code: metersCalls(w.addresses[1]) }); },
    before: delegated(STORER), transactions: w => [w.tx(0, { to: PROBE, ...(typeof fields === "function" ? fields(w) : fields) })], ...more });

export const cases = [
    { ...meter("cold", "first call: cold account and cold delegate, 5200; second: warm both, 200"), twins: (w, block) => [wrongGas(w, block, 2500n)] },
    meter("warm-delegate", "the access list warms the delegate only", {}, { accessList: [{ address: STORER, storageKeys: [] }] }),
    meter("warm-both", "the access list warms account and delegate", {}, w => ({ accessList: [{ address: STORER, storageKeys: [] }, { address: w.addresses[1], storageKeys: [] }] })),
    meter("precompile", "a precompiled contract as delegate is warm from the start", { before: delegated(at(3)) }),
    meter("own-delegate", "a delegate that is the account itself is warm by then", { before: [w => [w.tx(0, { to: NOBODY, authorizationList: [w.authorize(1, w.addresses[1])] })].map(t => (w.bump(1), t))] }),
    { name: "7702-gas-authority-warm", about: "an authorization warms its account, also when it is skipped for its nonce; not for its chain", setup: async w => {
        await w.set(PROBE, { code: code(metered(0, w.addresses[1], "BALANCE"), metered(1, w.addresses[2], "BALANCE"), metered(2, w.addresses[3], "BALANCE"), metered(3, STORER, "BALANCE")) }); },
        transactions: w => [w.tx(0, { to: PROBE, authorizationList: [w.authorize(1, STORER), w.authorize(2, STORER, { nonce: 9n }), w.authorize(3, STORER, { chainId: 5 })] })], check: verdicts(1) },
    { name: "7702-gas-destination-delegate-warm", about: "the delegate of the transaction's destination is warm, and paid for by nobody", setup: async w => {
        await w.set(STORER, { code: code(metered(0, STORER, "BALANCE"), metered(1, "ADDRESS", "BALANCE")) }); },
        before: delegated(STORER), transactions: w => [w.tx(0, { to: w.addresses[1] })], check: verdicts(1) },
    { name: "7702-gas-kinds", about: "the other kinds of call, each cold: another account and another delegate each", setup: async w => {
        for (const address of [at(0xc1), at(0xc2), at(0xc3)]) await w.set(address, { code: nothing });
        await w.set(PROBE, { code: code(["CALLCODE", "DELEGATECALL", "STATICCALL"].map((kind, i) => [metered(2 * i, call(kind, w.addresses[1 + i])), metered(2 * i + 1, call(kind, w.addresses[1 + i]))])) }); },
        before: [w => [w.tx(0, { to: NOBODY, authorizationList: [1, 2, 3].map(i => w.authorize(i, at(0xc0 + i))) })].map(t => ([1, 2, 3].forEach(i => w.bump(i)), t))],
        transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(1) },
    { name: "7702-gas-code-queries", about: "EXTCODESIZE and the like do not touch the delegate: it is cold afterwards", setup: async w => {
        await w.set(STORER, { code: nothing });
        await w.set(PROBE, { code: code(metered(0, w.addresses[1], "EXTCODESIZE"), metered(1, w.addresses[1], "EXTCODEHASH"), metered(2, STORER, "BALANCE")) }); },
        before: delegated(STORER), transactions: w => [w.tx(0, { to: PROBE })], check: verdicts(1) },
    { name: "7702-gas-short", about: "a call whose rest of gas is one short of the cold delegate fails in the caller", setup: async w => {
        await w.set(STORER, { code: nothing });
        await w.set(PROBE, { code: code(1, store(0), call("CALL", w.addresses[1]), store(1)) });
        await w.set(OTHER, { code: code(call("CALL", PROBE, { gas: 22_100 + 2_600 + 2_600 }), store(0), call("CALL", PROBE, { gas: 60_000 }), store(1)) }); },
        before: delegated(STORER), transactions: w => [w.tx(0, { to: OTHER })], check: verdicts(1) },
    { name: "7702-refund-existing", about: "12500 come back for an account that exists, capped at a fifth of the gas", setup: w => w.set(STORER, { code: storer }),
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] }), w.tx(0, { to: NOBODY, authorizationList: [w.authorize(2, STORER)] })],
        check: verdicts(1, 1), twins: (w, block) => [wrongGas(w, block)] },
    { name: "7702-refund-new", about: "nothing comes back for an account that did not exist", setup: w => w.set(STORER, { code: storer }),
        transactions: w => [w.tx(0, { to: w.addresses[5], authorizationList: [w.authorize(5, STORER)] }), w.tx(0, { to: NOBODY, authorizationList: [w.authorize(6, STORER)] })],
        check: verdicts(1, 1), twins: (w, block) => [wrongGas(w, block)] },
    { name: "7702-refund-kept", about: "the refund outlives a transaction that fails", setup: w => w.set(STORER, { code: code("INVALID") }),
        transactions: w => [w.tx(0, { to: w.addresses[1], gasLimit: 80_000, authorizationList: [w.authorize(1, STORER)] })], check: verdicts(0) },
    { name: "7702-many", about: "twelve authorizations by seven accounts, some skipped: 25000 each all the same", setup: w => w.set(STORER, { code: storer }),
        transactions: w => [w.tx(0, { to: NOBODY, authorizationList: Array.from({ length: 12 }, (_, i) => w.authorize(1 + i % 7, STORER, { nonce: BigInt(i < 9 ? 0 : 1) })) })], check: verdicts(1) },
    { name: "7702-access-list", about: "access list and authorizations together", setup: w => w.set(STORER, { code: storer }),
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)],
            accessList: [{ address: w.addresses[1], storageKeys: ["0x" + "00".repeat(32), "0x" + "00".repeat(31) + "04"] }, { address: STORER, storageKeys: [] }] })], check: verdicts(1) },
    { name: "7702-least-gas", about: "a limit of exactly the intrinsic gas", transactions: w => [w.tx(0, { to: NOBODY, gasLimit: 46_000, authorizationList: [w.authorize(1, STORER)] })],
        check: verdicts(1), twins: async (w, block) => [["one gas less", "TransactionException.INTRINSIC_GAS_TOO_LOW", await w.carryingBytes(block,
            [w.bytesOf(0, { gasLimit: 45_999n, to: Uint8Array.from(Buffer.from(NOBODY.slice(2), "hex")), authorizationList: [w.authorize(1, STORER)] })])]] },
];
