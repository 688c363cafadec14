// SPDX-License-Identifier: Apache-2.0
// Blocks under @ethereumjs/vm: an implementation that shares nothing with the node that made them, nor with ours.
import { createBlock } from "@ethereumjs/block";
import { createCustomCommon, Mainnet } from "@ethereumjs/common";
import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, Address, MapDB, bytesToHex, hexToBytes } from "@ethereumjs/util";
import { createVM, runBlock } from "@ethereumjs/vm";
import { CHAIN_ID } from "./node.mjs";

/// Remembers what was read of what it held when `watch` was called: a block's witness.
class RecordingDB extends MapDB {
    constructor(map, shared = { before: null, read: new Map() }) { super(map); this.shared = shared; }
    watch() { this.shared.before = new Set(this._database.keys()); this.shared.read.clear(); }
    async get(key) {
        const value = await super.get(key), name = typeof key === "string" ? key : bytesToHex(key);
        if (value !== undefined && this.shared.before?.has(name)) this.shared.read.set(name, value);
        return value;
    }
    shallowCopy() { return new RecordingDB(this._database, this.shared); }
}

const slotKey = n => hexToBytes("0x" + BigInt(n).toString(16).padStart(64, "0"));
const minimal = n => hexToBytes("0x" + (n.toString(16).length % 2 ? "0" : "") + n.toString(16));

// Codes are kept under "c" and their digest.
const isCode = name => name.startsWith("63") && name.length === 66;
const shown = value => bytesToHex(typeof value === "string" ? hexToBytes("0x" + value) : value);

/// A chain's state, loaded from { address: { nonce, balance, code, storage } }; accounts that are empty under EIP-161 are left out.
export class Oracle {
    static async load(fork, accounts) {
        const o = new Oracle();
        o.common = createCustomCommon({ chainId: CHAIN_ID }, Mainnet, { hardfork: fork, customCrypto: { kzg: {} } });
        o.db = new RecordingDB();
        const trie = new MerklePatriciaTrie({ useKeyHashing: true, common: o.common, db: o.db });
        o.state = new MerkleStateManager({ trie, common: o.common });
        o.dropped = [];
        for (const [name, a] of Object.entries(accounts)) {
            const address = new Address(hexToBytes(name)), code = hexToBytes(a.code ?? "0x");
            if (BigInt(a.nonce) === 0n && BigInt(a.balance) === 0n && code.length === 0) { o.dropped.push(name); continue; }
            await o.state.putAccount(address, new Account(BigInt(a.nonce), BigInt(a.balance)));
            if (code.length) await o.state.putCode(address, code);
            for (const [slot, value] of Object.entries(a.storage ?? {}))
                if (BigInt(value) !== 0n) await o.state.putStorage(address, slotKey(slot), minimal(BigInt(value)));
        }
        await o.state.flush?.();
        o.root = await o.state.getStateRoot();
        return o;
    }

    /// A witness of the whole state.
    everything() {
        const all = [...this.db._database].map(([name, value]) => [name, shown(value)]);
        return { state: all.filter(e => !isCode(e[0])).map(e => e[1]).sort(), codes: all.filter(e => isCode(e[0])).map(e => e[1]).sort() };
    }

    /// Runs `block` on the loaded state. With `generate` its roots, gas, bloom and requests hash are filled in, otherwise a difference
    /// throws. Ancestors (blocks, by number) answer BLOCKHASH. Returns { block, witness }.
    async run(block, ancestors, generate) {
        const byNumber = new Map(ancestors.map(b => [b.header.number, b]));
        const blockchain = { getBlock: async n => byNumber.get(BigInt(n)), putBlock: async () => {}, validateHeader: async () => {}, shallowCopy() { return this; } };
        await this.state.setStateRoot(this.root);
        const vm = await createVM({ common: this.common, stateManager: this.state, blockchain });
        let done = block;
        vm.events.on("afterBlock", (event, next) => { done = event.block; next?.(); });
        this.db.watch();
        const results = await runBlock(vm, { block, generate, skipHeaderValidation: true, skipBlockValidation: true });
        return { block: createBlock({ header: done.header, transactions: block.transactions, withdrawals: block.withdrawals }, { common: this.common, setHardfork: false }),
            witness: this.read(), results };
    }
    /// The witness of the last run.
    read() {
        const nodes = [], codes = [];
        for (const [name, value] of this.db.shared.read) (isCode(name) ? codes : nodes).push(shown(value));
        return { state: nodes.sort(), codes: codes.sort() };
    }
    /// The same with these accounts and their codes, as they were before.
    async alsoRead(addresses) {
        await this.state.setStateRoot(this.root);
        for (const a of addresses) await this.state.getCode(new Address(hexToBytes(a)));
        return this.read();
    }
}
