// SPDX-License-Identifier: Apache-2.0
// EIP-7702: who may delegate, to what, and what a delegated account is to others.
import { code, call, deploys, store } from "../assembler.mjs";
import { at, bytes, callsAll, looksAt, NOBODY, OTHER, PROBE, STORER, storer, THIRD, verdicts, wrongReceipts, wrongState } from "./common.mjs";

const withStorer = w => w.set(STORER, { code: storer });
/// A block in which account 0 carries one authorization of account 1 and then calls account 1.
const one = (name, about, target, options = {}, more = {}) => ({ name: `7702-${name}`, about, setup: withStorer, ...more,
    transactions: w => {
        const authorization = w.authorize(1, target, typeof options === "function" ? options(w) : options);
        return [w.tx(0, { to: w.addresses[1], value: 7, authorizationList: [authorization] })];
    } });
const damaged = (name, about, change) => one(name, about, STORER, { change: a => { const out = [...a]; change(out); return out; } });
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

export const cases = [
    { ...one("set", "one authorization, used by the transaction that carries it", STORER), check: verdicts(1),
        twins: async (w, block, [tx]) => [wrongState(w, block), wrongReceipts(w, block),
            ["empty authorization list", "TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST",
                await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(w.addresses[1]), authorizationList: [] })])],
            ["type 4 creates a contract", "TransactionException.TYPE_4_TX_CONTRACT_CREATION",
                await w.carryingBytes(block, [w.bytesOf(0, { to: new Uint8Array(), authorizationList: tx.authorizationList })])],
            ["25000 gas for the authorization are missing", "TransactionException.INTRINSIC_GAS_TOO_LOW",
                await w.carryingBytes(block, [w.bytesOf(0, { gasLimit: 45_999n, to: bytes(w.addresses[1]), authorizationList: tx.authorizationList })])],
            ["nonce too high", "TransactionException.NONCE_MISMATCH_TOO_HIGH",
                await w.carryingBytes(block, [w.bytesOf(0, { nonce: 1n, to: bytes(w.addresses[1]), authorizationList: tx.authorizationList })])]] },
    { name: "7702-cancun", fork: "cancun", about: "the fork before: a plain transfer; the twin carries a type 4 transaction",
        transactions: w => [w.tx(0, { to: w.addresses[1], value: 1 })],
        twins: async (w, block) => [["type 4 before Prague", "TransactionException.TYPE_4_TX_PRE_FORK",
            await w.carryingBytes(block, [w.bytesOf(0, { to: bytes(w.addresses[1]), authorizationList: [w.authorize(1, STORER)] })])]] },
    { name: "7702-osaka", fork: "osaka", about: "the same under Osaka", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] })], twins: (w, block) => [wrongState(w, block)] },
    { name: "7702-own-sender", about: "the sender delegates itself: its nonce is one further by then", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[0], authorizationList: [w.authorize(0, STORER, { nonce: 1n })] })], check: verdicts(1) },
    { name: "7702-own-sender-wrong-nonce", about: "the sender signs the transaction's own nonce: skipped", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[0], authorizationList: [w.authorize(0, STORER, { nonce: 0n })] })] },
    one("any-chain", "chain id 0 is valid everywhere", STORER, { chainId: 0 }),
    one("other-chain", "another chain's authorization is skipped, and its account not even looked at", STORER, { chainId: 1 }),
    one("nonce-ahead", "an authorization with a nonce to come is skipped", STORER, w => ({ nonce: w.nonce(1) + 1n })),
    one("nonce-behind", "an authorization with a used nonce is skipped", STORER, { nonce: 0n }, {
        setup: async w => { await withStorer(w); await w.set(w.addresses[1], { nonce: 5 }); } }),
    one("nonce-last", "nonce 2^64 - 1 can never be used", STORER, { nonce: 2n ** 64n - 1n }),
    damaged("high-s", "a signature with s above half the order is skipped (EIP-2)", a => {
        const s = ORDER - BigInt("0x" + Buffer.from(a[5]).toString("hex"));
        a[5] = bytes(s.toString(16).padStart(64, "0")); a[3] = a[3].length ? new Uint8Array() : Uint8Array.of(1);
    }),
    damaged("zero-r", "no key recovers from r = 0", a => { a[4] = new Uint8Array(); }),
    damaged("parity-two", "parity 2 is none", a => { a[3] = Uint8Array.of(2); }),
    damaged("other-signer", "a changed parity recovers another account, whose nonce is 0: that one is delegated", a => { a[3] = a[3].length ? new Uint8Array() : Uint8Array.of(1); }),
    one("authority-with-code", "an account with code of its own is skipped", STORER, {}, {
        setup: async w => { await withStorer(w); await w.set(w.addresses[1], { code: code(1, store(9)) }); } }),
    { name: "7702-sender-with-code", about: "a delegated account sends; the twin's sender has other code", setup: async w => {
        await withStorer(w); await w.set(w.addresses[2], { code: code("STOP") }); },
        before: [w => [w.tx(0, { to: NOBODY, authorizationList: [w.authorize(1, STORER)] })].map(t => (w.bump(1), t))],
        transactions: w => [w.tx(1, { to: NOBODY, value: 3 })], check: verdicts(1), twinsRead: w => [w.addresses[2]],
        twins: async (w, block) => [["sender has code", "TransactionException.SENDER_NOT_EOA", await w.carrying(block, [w.tx(2, { to: NOBODY, value: 3 })])]] },
    { name: "7702-chain", about: "1 delegates to 2, 2 to a contract: one step is taken, and a designator is no code to run", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, w.addresses[2]), w.authorize(2, STORER)] }), w.tx(3, { to: w.addresses[2] })],
        check: verdicts(0, 1), twins: (w, block) => [wrongState(w, block)] },
    { name: "7702-loop", about: "1 and 2 delegate to each other, 3 to itself", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, w.addresses[2]), w.authorize(2, w.addresses[1]), w.authorize(3, w.addresses[3])] }),
            w.tx(4, { to: w.addresses[3] })], check: verdicts(0, 0) },
    { name: "7702-cleared", about: "delegation to zero makes the account plain again", setup: async w => { await withStorer(w); await w.set(PROBE, { code: code(looksAt(w.addresses[1])) }); },
        before: [w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] })].map(t => (w.bump(1), t))],
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, at(0))] }), w.tx(0, { to: PROBE })], twins: (w, block) => [wrongState(w, block)] },
    { name: "7702-set-and-cleared", about: "both in one list: the later counts", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER), w.authorize(1, at(0), { nonce: 1n })] })] },
    { name: "7702-set-again", about: "twice in one list, the second to another contract", setup: async w => { await withStorer(w); await w.set(OTHER, { code: code(77, store(77)) }); },
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER), w.authorize(1, OTHER, { nonce: 1n })] })] },
    { name: "7702-repeated", about: "the same authorization three times counts once", setup: withStorer,
        transactions: w => { const a = w.authorize(1, STORER); return [w.tx(0, { to: w.addresses[1], authorizationList: [a, a, a] })]; } },
    { name: "7702-precompile", about: "delegation to a precompiled contract runs empty code, not the precompile", setup: w => w.set(PROBE, { code: callsAll(w.addresses[1]) }),
        transactions: w => [w.tx(0, { to: w.addresses[1], data: "0x1234", authorizationList: [w.authorize(1, at(2))] }), w.tx(0, { to: PROBE })], check: verdicts(1, 1) },
    { name: "7702-precompile-osaka", fork: "osaka", about: "the same with the precompiled contract at 0x100", setup: w => w.set(PROBE, { code: callsAll(w.addresses[1]) }),
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, at(0x100))] }), w.tx(0, { to: PROBE })], check: verdicts(1, 1) },
    one("to-nobody", "delegation to an account that does not exist runs nothing", at(0xdead02)),
    { name: "7702-seen", about: "size, hash and copy of a delegated account's code are the designator's", setup: async w => { await withStorer(w); await w.set(PROBE, { code: looksAt(w.addresses[1]) }); },
        transactions: w => [w.tx(0, { to: PROBE, authorizationList: [w.authorize(1, STORER)] })], check: verdicts(1), twins: (w, block) => [wrongState(w, block)] },
    { name: "7702-called", about: "CALL, CALLCODE, DELEGATECALL and STATICCALL of a delegated account run its delegate's code", setup: async w => {
        await w.set(STORER, { code: code(5, "SLOAD", "POP") }); await w.set(PROBE, { code: callsAll(w.addresses[1]) }); },
        transactions: w => [w.tx(0, { to: PROBE, authorizationList: [w.authorize(1, STORER)] })], check: verdicts(1) },
    { name: "7702-called-writes", about: "the same with a delegate that writes: only STATICCALL fails", setup: async w => { await withStorer(w); await w.set(PROBE, { code: callsAll(w.addresses[1]) }); },
        transactions: w => [w.tx(0, { to: PROBE, authorizationList: [w.authorize(1, STORER)] })], check: verdicts(1) },
    { name: "7702-own-code", about: "CODESIZE and CODECOPY in delegated code are the delegate's", setup: async w => {
        await w.set(STORER, { code: code("CODESIZE", store(0), 32, 0, 0, "CODECOPY", 0, "MLOAD", store(1), "ADDRESS", "EXTCODESIZE", store(2), "ADDRESS", "EXTCODEHASH", store(3)) }); },
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] })], check: verdicts(1) },
    { name: "7702-creates", about: "delegated code creates contracts: the nonce is the account's", setup: w => w.set(STORER, { code: code(0, 0, 0, "CREATE", store(0), 0, 0, 0, 0, "CREATE2", store(1)) }),
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] })], check: verdicts(1) },
    { name: "7702-selfdestruct", about: "SELFDESTRUCT in delegated code moves the balance, nothing else (EIP-6780)", setup: w => w.set(STORER, { code: code(NOBODY, "SELFDESTRUCT") }),
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] }), w.tx(0, { to: w.addresses[1], value: 1 })], check: verdicts(1, 1) },
    { name: "7702-reverted", about: "the delegation stays when the transaction reverts", setup: async w => { await w.set(STORER, { code: code(0, 0, "REVERT") }); await w.set(PROBE, { code: looksAt(w.addresses[1]) }); },
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] }), w.tx(0, { to: PROBE })], check: verdicts(0, 1) },
    { name: "7702-out-of-gas", about: "and when it runs out of gas", setup: withStorer,
        transactions: w => [w.tx(0, { to: w.addresses[1], gasLimit: 47_000, authorizationList: [w.authorize(1, STORER)] })], check: verdicts(0) },
    { name: "7702-storage-kept", about: "storage belongs to the account and outlives a change of delegate", setup: async w => { await withStorer(w); await w.set(OTHER, { code: code(4, "SLOAD", store(8)) }); },
        before: [w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, STORER)] })].map(t => (w.bump(1), t))],
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, OTHER)] })], check: verdicts(1) },
    { name: "7702-delegate-created", about: "a delegate that comes to be later in the block", transactions: w => {
        const created = w.createdBy(0, 1n);
        return [w.tx(2, { to: NOBODY, authorizationList: [w.authorize(1, created)] }), w.tx(0, { to: NOBODY }), w.tx(0, { data: deploys(storer) }), w.tx(2, { to: w.addresses[1] })]; },
        check: verdicts(1, 1, 1, 1) },
    { name: "7702-nested", about: "a delegated account calls a delegated account", setup: async w => { await withStorer(w);
        await w.set(THIRD, { code: code(call("CALL", w.addresses[2], { value: 1 }), store(0)) }); },
        transactions: w => [w.tx(0, { to: w.addresses[1], authorizationList: [w.authorize(1, THIRD), w.authorize(2, STORER)] })], check: verdicts(1) },
];
