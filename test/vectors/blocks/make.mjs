// SPDX-License-Identifier: Apache-2.0
// Makes the blocks of this folder with anvil and checks each with @ethereumjs/vm:
//   npm install && node make.mjs [NAME...]     (all cases, or those whose names begin so)
// What a case is: cases/*.mjs. What is written: README.md.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { createBlock, createBlockHeaderFromRPC } from "@ethereumjs/block";
import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { createTx } from "@ethereumjs/tx";
import { bytesToHex, createAddressFromPrivateKey, eoaCode7702SignAuthorization, generateAddress, hexToBytes } from "@ethereumjs/util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { CHAIN_ID, KEYS, Node } from "./node.mjs";
import { Oracle } from "./oracle.mjs";
import { at, NOBODY } from "./cases/common.mjs";
import { cases as setCode } from "./cases/set_code.mjs";
import { cases as setCodeGas } from "./cases/set_code_gas.mjs";
import { cases as requests } from "./cases/requests.mjs";
import { cases as floor } from "./cases/history_and_floor.mjs";
import { cases as osaka } from "./cases/osaka.mjs";

const here = name => new URL(name, import.meta.url);
const SYSTEM = JSON.parse(readFileSync(here("../../../etc/demo/system_contracts.json")));
const GWEI = 10n ** 9n;
const number = n => n === 0n ? new Uint8Array() : hexToBytes("0x" + (n.toString(16).length % 2 ? "0" : "") + n.toString(16));

/// What a case works with: accounts 0 to 4 with money, `keys[5..]` without, and the node before its blocks are made.
class World {
    constructor(node, fork) {
        Object.assign(this, { node, fork, nonces: new Map(), keys: [...KEYS, ...[1, 2, 3].map(n => new Uint8Array(32).fill(n))] });
        this.addresses = this.keys.map(k => createAddressFromPrivateKey(k).toString());
    }
    /// Puts code, storage, balance or nonce at an address.
    async set(address, { code, storage = {}, balance, nonce }) {
        if (code) await this.node.rpc("anvil_setCode", address, typeof code === "string" ? code : bytesToHex(code));
        if (balance !== undefined) await this.node.rpc("anvil_setBalance", address, "0x" + BigInt(balance).toString(16));
        if (nonce !== undefined) {
            await this.node.rpc("anvil_setNonce", address, "0x" + BigInt(nonce).toString(16));
            const i = this.addresses.indexOf(address);
            if (i >= 0) this.nonces.set(i, BigInt(nonce));
        }
        for (const [slot, value] of Object.entries(storage))
            await this.node.rpc("anvil_setStorageAt", address, "0x" + BigInt(slot).toString(16), "0x" + BigInt(value).toString(16).padStart(64, "0"));
    }
    nonce(i) { return this.nonces.get(i) ?? 0n; }
    /// An account's nonce after an authorization of its own counted.
    bump(i) { this.nonces.set(i, this.nonce(i) + 1n); }
    /// A signed transaction of account `i`; type 4 if it has authorizations, else 2.
    tx(i, fields) {
        const nonce = this.nonce(i);
        this.bump(i);
        const type = fields.type ?? (fields.authorizationList ? 4 : 2);
        const fees = type < 2 ? { gasPrice: 10n * GWEI } : { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI };
        return createTx({ type, chainId: CHAIN_ID, nonce, gasLimit: 1_000_000, ...fees, ...fields }, { common: this.common }).sign(this.keys[i]);
    }
    /// A signed authorization of account `i`. `change` may alter the signed tuple.
    authorize(i, target, { nonce = this.nonce(i), chainId = CHAIN_ID, change = a => a } = {}) {
        return change(eoaCode7702SignAuthorization([number(BigInt(chainId)), hexToBytes(target), number(BigInt(nonce))], this.keys[i]));
    }
    /// Address of what account `i` creates with this nonce.
    createdBy(i, nonce) { return bytesToHex(generateAddress(createAddressFromPrivateKey(this.keys[i]).bytes, number(nonce))); }
    block(header, transactions, withdrawals = []) {
        return createBlock({ header, transactions, withdrawals }, { common: this.common, setHardfork: false });
    }
    /// `block` with other header fields.
    changed(block, header) { return this.block({ ...block.header, ...header }, block.transactions, block.withdrawals); }
    /// `block` with other transactions and the root that goes with them.
    async carrying(block, transactions) {
        const made = this.block(block.header, transactions);
        return this.changed(made, { transactionsTrie: await made.genTxTrie() });
    }
    /// The same for envelopes (bytes) of transactions that no constructor would make.
    async carryingBytes(block, envelopes) {
        const [header, , ...rest] = RLP.decode(block.serialize()), trie = new MerklePatriciaTrie();
        for (const [i, e] of envelopes.entries()) await trie.put(RLP.encode(i), e);
        header[4] = trie.root();
        const bytes = RLP.encode([header, envelopes, ...rest]);
        return { serialize: () => bytes };
    }
    /// Envelope of a transaction with these fields, whatever they are; type 4 if it has an authorization list, 3 if it has
    /// blobs, else 2.
    bytesOf(i, { to, nonce = 0n, gasLimit = 1_000_000n, data = new Uint8Array(), authorizationList, blobs }) {
        const list = authorizationList ? [authorizationList] : blobs ? [number(1000n), blobs] : [], type = authorizationList ? 4 : blobs ? 3 : 2;
        const fields = [number(BigInt(CHAIN_ID)), number(nonce), number(GWEI), number(10n * GWEI), number(gasLimit), to, new Uint8Array(), data, [], ...list];
        const digest = keccak_256(Uint8Array.from([type, ...RLP.encode(fields)]));
        const s = secp256k1.Signature.fromBytes(secp256k1.sign(digest, this.keys[i], { prehash: false, format: "recovered" }), "recovered");
        return Uint8Array.from([type, ...RLP.encode([...fields, number(BigInt(s.recovery)), number(s.r), number(s.s)])]);
    }
}

async function mined(world, transactions) {
    let refusal;
    for (const t of transactions) {
        try { await world.node.rpc("eth_sendRawTransaction", bytesToHex(t.serialize())); } catch (e) { refusal ??= e.message; }
    }
    await world.node.rpc("evm_mine");
    await world.node.rpc("evm_increaseTime", 12);
    const json = await world.node.rpc("eth_getBlockByNumber", "latest", true);
    const ordered = json.transactions.map(t => t.hash);
    if (!refusal && JSON.stringify(ordered) !== JSON.stringify(transactions.map(t => bytesToHex(t.hash())))) refusal = "the node put in other transactions";
    const header = createBlockHeaderFromRPC(json, { common: world.common, setHardfork: false });
    return { block: world.block(header, transactions), hash: json.hash, refusal };
}

async function make(definition, port) {
    const { name, fork = "prague", setup, before = [], transactions, twins, refused, header = {} } = definition;
    const node = await new Node(fork, port).ready(), world = new World(node, fork);
    try {
        world.common = (await Oracle.load(fork, {})).common;
        for (const [address, code] of Object.entries(SYSTEM)) await world.set(address, { code });
        // On mainnet all of them hold dust; without it the node keeps what EIP-161 removes once they are called.
        for (const address of [NOBODY, ...Array.from({ length: 17 }, (_, i) => at(i + 1)), at(256)]) await world.set(address, { balance: 1 });
        await setup?.(world);
        const ancestors = [world.block(createBlockHeaderFromRPC(await node.rpc("eth_getBlockByNumber", "0x0", true), { common: world.common, setHardfork: false }), [])];
        for (const step of [() => [], ...before]) {
            const made = await mined(world, await step(world));
            if (made.refusal) throw new Error(`block before: ${made.refusal}`);
            ancestors.push(made.block);
        }
        const oracle = await Oracle.load(fork, await node.state());
        let parent = ancestors.pop(), why = "";
        // The state as it is, without what EIP-161 would have removed, decides about the parent's root.
        if (bytesToHex(parent.header.stateRoot) !== bytesToHex(oracle.root)) {
            why = oracle.dropped.length ? "the node kept empty accounts" : "the parent's state was set by hand";
            parent = world.changed(parent, { stateRoot: oracle.root });
        }
        if (definition.parentHeader) parent = world.changed(parent, definition.parentHeader);
        const sent = await transactions(world);
        const anvil = await mined(world, sent);
        if (anvil.refusal) why ||= `the node: ${anvil.refusal}`;
        else if (bytesToHex(anvil.block.hash()) !== anvil.hash) throw new Error("the encoding differs from the node's");
        let block = anvil.block, result;
        if (!why && !Object.keys(header).length) {
            try { result = await oracle.run(block, [...ancestors, parent], false); } catch (e) { why = e.message.split(" (")[0].slice(0, 60); }
        } else why ||= "its header is set by hand";
        if (!result && !refused) {
            // Not the node's: the same transactions, sealed and then checked again by the second implementation.
            const child = world.changed(block, { parentHash: parent.hash(), ...header });
            block = (await oracle.run(child, [...ancestors, parent], true)).block;
            result = await oracle.run(block, [...ancestors, parent], false);
        }
        // What a twin's refusal looks at, besides.
        if (definition.twinsRead) result.witness = await oracle.alsoRead(definition.twinsRead(world));
        if (refused && (why || definition.seal)) {
            if (definition.seal) block = (await oracle.run(world.changed(block, { parentHash: parent.hash(), ...header }), [...ancestors, parent], true)).block;
            else block = world.changed(block, { parentHash: parent.hash(), ...header });
        }
        const witness = refused ? oracle.everything() : result.witness;
        witness.headers = [...ancestors.slice(definition.keepAncestors ? 0 : ancestors.length), parent].map(b => bytesToHex(b.header.serialize()));
        const folder = here(`${refused ? "refused" : "blocks"}/${name}/`);
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        writeFileSync(new URL("block.rlp", folder), block.serialize());
        writeFileSync(new URL("witness.json.gz", folder), gzipSync(JSON.stringify(witness), { level: 9 }));
        const facts = { fork, about: definition.about, madeBy: why ? "ethereumjs" : "anvil" };
        if (why) {
            // The node's own verdict all the same: its gas, its receipts, and its state without empty accounts and zero slots, which it keeps.
            const state = await Oracle.load(fork, await node.state()), same = (a, b) => bytesToHex(a) === bytesToHex(b);
            Object.assign(facts, { why, node: { gas: anvil.block.header.gasUsed === block.header.gasUsed,
                receipts: same(anvil.block.header.receiptTrie, block.header.receiptTrie), state: same(state.root, block.header.stateRoot) } });
        }
        if (refused) return { name, ...facts, exception: refused };
        const h = block.header, receipts = result.results.receipts;
        definition.check?.(result.results, world);
        return { name, ...facts, hash: bytesToHex(block.hash()), gasUsed: Number(h.gasUsed), stateRoot: bytesToHex(h.stateRoot), receiptsRoot: bytesToHex(h.receiptTrie),
            ...(h.requestsHash ? { requestsHash: bytesToHex(h.requestsHash) } : {}), succeeded: receipts.map(r => Number(r.status)),
            twins: (await twins?.(world, block, sent) ?? []).map(([twin, exception, made]) => ({ name: twin, exception, block: bytesToHex(made.serialize()) })) };
    } finally { node.stop(); }
}

const wanted = process.argv.slice(2);
const all = [...setCode, ...setCodeGas, ...requests, ...floor, ...osaka];
if (new Set(all.map(c => c.name)).size !== all.length) throw new Error("two cases have one name");
const file = here("cases.json.gz");
const known = new Map();
try { for (const c of JSON.parse(gunzipSync(readFileSync(file)))) if (all.some(d => d.name === c.name)) known.set(c.name, c); } catch { /* the first run */ }
let port = 18650 + process.pid % 300, failed = 0;
for (const definition of all) {
    if (wanted.length && !wanted.some(w => definition.name.startsWith(w))) continue;
    try {
        const made = await make(definition, port++);
        known.set(made.name, made);
        console.log(`${made.name}: ${made.madeBy}${made.why ? ` (${made.why}; node ${JSON.stringify(made.node)})` : ""}, ${made.exception ?? `gas ${made.gasUsed}, succeeded ${made.succeeded}, ${made.twins.length} twins`}`);
    } catch (e) { failed++; console.error(`${definition.name} FAILED: ${e.stack}`); }
}
writeFileSync(file, gzipSync(JSON.stringify(all.map(d => known.get(d.name)).filter(Boolean)), { level: 9 }));
for (const fork of ["cancun", "prague", "osaka"]) {
    const times = { cancunTime: 0, ...(fork !== "cancun" ? { pragueTime: 0 } : {}), ...(fork === "osaka" ? { osakaTime: 0 } : {}) };
    writeFileSync(here(`${fork}.json`), JSON.stringify({ chainId: CHAIN_ID, mergeNetsplitBlock: 0, shanghaiTime: 0, ...times,
        blobSchedule: { cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 }, prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
            osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 } } }, null, 2) + "\n");
}
console.log(`${known.size} cases, ${failed} failed`);
process.exit(failed ? 1 : 0);
