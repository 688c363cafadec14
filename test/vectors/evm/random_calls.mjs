// SPDX-License-Identifier: Apache-2.0
// Prints random message calls and what an independent EVM makes of them, one JSON object a line.
// Usage: node random_calls.mjs SEED COUNT   (npm i @ethereumjs/evm@10.1.3 @ethereumjs/statemanager@10.1.3 @ethereumjs/common@10.1.3 @ethereumjs/util@10.1.3)
import { createEVM, EVMMockBlockchain } from '@ethereumjs/evm';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import { Common, Mainnet, Hardfork } from '@ethereumjs/common';
import { Account, Address, bytesToHex, hexToBytes, createAddressFromString } from '@ethereumjs/util';

const [seed, count] = [BigInt(process.argv[2] ?? 1), Number(process.argv[3] ?? 10)];
let state = (seed * 0xd1342543de82ef95n) ^ 0x2545f4914f6cdd1dn;  // far apart for neighbouring seeds: the generator below only adds
const next = () => {  // splitmix64
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return z ^ (z >> 31n);
};
const below = (n) => Number(next() % BigInt(n));
const chance = (percent) => below(100) < percent;
const pick = (list) => list[below(list.length)];
const bits = (n) => { let x = 0n; for (let i = 0; i < 4; i++) x = (x << 64n) | next(); return x & ((1n << BigInt(n)) - 1n); };

let fork = 'osaka';  // of the case being made
const since = (f) => FORKS.indexOf(fork) >= FORKS.indexOf(f) || chance(1);
const FORKS = ['paris', 'shanghai', 'cancun', 'prague', 'osaka'];
const CONTRACTS = [1, 2, 3, 4].map((i) => '0x' + 'c0de'.repeat(9) + '000' + i);
const CALLER = '0x' + 'aa'.repeat(20), PLAIN = '0x' + 'bb'.repeat(20), NOBODY = '0x' + 'dd'.repeat(20);
const COINBASE = '0x' + 'cb'.repeat(20);
const precompile = () => '0x' + (chance(90) ? pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 12]) : pick([14, 15, 16, 17, 256])).toString(16).padStart(40, '0');
const address = () => chance(60) ? pick(CONTRACTS) : chance(40) ? precompile() : pick([PLAIN, NOBODY, CALLER, COINBASE, '0x' + bits(160).toString(16).padStart(40, '0')]);

const value = () => {
    const k = below(10);
    if (k < 3) return BigInt(below(40));
    if (k < 4) return pick([0n, 1n, (1n << 256n) - 1n, 1n << 255n, (1n << 255n) - 1n, 1n << 128n, (1n << 128n) - 1n, 1n << 64n, (1n << 64n) - 1n, 1n << 32n, 31n, 32n, 255n, 256n]);
    if (k < 5) return BigInt(address());
    const v = bits(1 + below(256));
    return chance(30) ? (1n << 256n) - 1n - v : v;
};
const push = (v) => {
    let h = v.toString(16);
    if (h.length % 2) h = '0' + h;
    if (v === 0n && chance(50) && since('shanghai')) return '5f';
    return (0x5f + h.length / 2).toString(16) + h;
};
const small = () => push(BigInt(chance(95) ? below(200) : below(5000)));
const size = () => push(BigInt(chance(99) ? below(100) : below(chance(20) ? 100000 : 2000)));
const op = (n) => n.toString(16).padStart(2, '0');
const BINARY = [1, 2, 3, 4, 5, 6, 7, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d];
const ENVIRONMENT = () => [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, since('cancun') ? 0x4a : 0x48, 0x58, 0x59, 0x5a];

const call = () => {
    const code = pick([0xf1, 0xf1, 0xf2, 0xf4, 0xfa]);
    const gas = chance(50) ? '5a' : push(BigInt(chance(50) ? below(100000) : below(3000)));
    const amount = code === 0xf1 || code === 0xf2 ? push(BigInt(chance(70) ? 0 : below(1000))) : '';
    return size() + small() + size() + small() + amount + push(BigInt(address())) + gas + op(code);
};
// Init code in memory by 32-byte words, then CREATE or CREATE2.
const create = (depth) => {
    let init = chance(60) ? program(depth + 1, 1 + below(8)) : '';
    if (chance(60)) init += push(BigInt(below(80))) + small() + 'f3';
    init = init.slice(0, 2 * 300);
    let out = '';
    for (let i = 0; i < init.length; i += 64) out += push(BigInt('0x' + init.slice(i, i + 64).padEnd(64, '0'))) + push(BigInt(i / 2)) + '52';
    const salted = chance(50);
    if (salted) out += small();
    return out + push(BigInt(init.length / 2)) + push(0n) + push(BigInt(chance(80) ? 0 : below(100))) + (salted ? 'f5' : 'f0');
};
// modexp on operands that can be paid for.
const modexp = () => {
    const sizes = [below(chance(80) ? 40 : 130), below(40), below(chance(80) ? 40 : 130)];
    let out = '';
    for (let i = 0; i < 3; i++) out += push(BigInt(sizes[i])) + push(BigInt(32 * i)) + '52';
    for (let i = 0; i < 5; i++) out += push(value()) + push(BigInt(96 + 32 * i)) + '52';
    const total = 96 + sizes[0] + sizes[1] + sizes[2];
    return out + push(BigInt(below(100))) + push(0n) + push(BigInt(chance(80) ? total : below(total))) + push(0n) + push(5n) + '5a' + 'fa';
};
const piece = (depth, at) => {
    const k = below(100);
    if (k < 22) return push(value()) + push(value()) + op(pick(BINARY));
    if (k < 26) return push(value()) + push(value()) + push(value()) + op(pick([8, 9]));
    if (k < 28) return push(BigInt(chance(80) ? below(300) : bits(256))) + push(value()) + op(0x0a);
    if (k < 32) return push(value()) + op(pick([0x15, 0x19, since('osaka') ? 0x1e : 0x15, 0x35, 0x31, 0x3b, 0x3f, 0x40, since('cancun') ? 0x49 : 0x40]));
    if (k < 35) return push(BigInt(address())) + op(pick([0x31, 0x3b, 0x3f]));
    if (k < 40) return op(pick(ENVIRONMENT()));
    if (k < 46) return push(value()) + small() + op(pick([0x52, 0x53]));
    if (k < 49) return small() + '51';
    if (k < 52) return size() + small() + '20';
    if (k < 57) return size() + small() + small() + (chance(80) ? op(pick([0x37, 0x39, since('cancun') ? 0x5e : 0x37])) : op(0x3e));
    if (k < 58) return size() + small() + small() + push(BigInt(address())) + '3c';
    if (k < 65) return push(chance(40) ? 0n : value()) + push(BigInt(below(4))) + '55';
    if (k < 68) return push(BigInt(below(5))) + '54';
    if (k < 71) return !since('cancun') ? push(value()) : chance(50) ? push(value()) + push(BigInt(below(4))) + '5d' : push(BigInt(below(4))) + '5c';
    if (k < 74) return op(0x80 + below(16));
    if (k < 77) return op(0x90 + below(16));
    if (k < 78) return '50';
    if (k < 80) { const n = below(5); let t = ''; for (let i = 0; i < n; i++) t += push(value()); return t + size() + small() + op(0xa0 + n); }
    if (k < 84) {  // a jump over a few bytes, sometimes into push data
        const inner = piece(depth, at + 7);
        const target = at + (chance(50) ? 7 : 6) + inner.length / 2;
        if (chance(10)) return push(value()) + push(BigInt(below(300))) + op(pick([0x56, 0x57]));
        return '60' + (chance(60) ? '01' : '00') + '61' + target.toString(16).padStart(4, '0') + (chance(50) ? '57' : '90' + '56').slice(0, 2) + inner + '5b';
    }
    if (k < 91) return call();
    if (k < 92) return modexp();
    if (k < 93) return call();
    if (k < 96) return depth < 2 ? create(depth) : '';
    if (k < 97) return op(below(256));
    if (k < 98) return push(BigInt(address())) + 'ff';
    if (k < 99) return size() + small() + pick(['f3', 'fd']);
    return '00';
};
function program(depth, pieces) {
    let code = '';
    if (chance(90)) for (let i = below(17); i > 0; i--) code += push(value());
    for (let i = 0; i < pieces; i++) code += piece(depth, code.length / 2);
    return code;
}
const finish = (code) => code + push(value()) + '60' + op(below(4)) + '55' + '3d600060003e' + '59' + '6000' + (chance(85) ? 'f3' : 'fd');

const hex = (n) => '0x' + n.toString(16);
const evms = {};
for (const f of FORKS) evms[f] = new Common({ chain: Mainnet, hardfork: Hardfork[f[0].toUpperCase() + f.slice(1)] });
for (let i = 0; i < count; i++) {
    fork = pick(FORKS);
    const common = evms[fork];
    const stateManager = new SimpleStateManager({ common });
    const evm = await createEVM({ common, stateManager, blockchain: new EVMMockBlockchain() });
    const pre = {};
    for (const a of CONTRACTS) {
        let code = finish(program(0, 4 + below(30)));
        if ((fork === 'prague' || fork === 'osaka') && chance(12)) code = 'ef0100' + address().slice(2);
        const storage = {};
        for (let k = 0; k < 4; k++) if (chance(50)) storage[hex(k)] = hex(value() || 1n);
        pre[a] = { balance: hex(below(2000)), nonce: hex(1 + below(3)), code: '0x' + code, storage };
    }
    pre[CALLER] = { balance: hex(10n ** 18n), nonce: '0x5', code: '0x', storage: {} };
    pre[PLAIN] = { balance: '0x7', nonce: '0x0', code: '0x', storage: {} };
    for (const [a, acc] of Object.entries(pre)) {
        const addr = createAddressFromString(a);
        await stateManager.putAccount(addr, new Account(BigInt(acc.nonce), BigInt(acc.balance)));
        if (acc.code !== '0x') await stateManager.putCode(addr, hexToBytes(acc.code));
        for (const [k, v] of Object.entries(acc.storage))
            await stateManager.putStorage(addr, hexToBytes('0x' + BigInt(k).toString(16).padStart(64, '0')), hexToBytes('0x' + BigInt(v).toString(16).padStart(v.length % 2 ? v.length - 1 : v.length - 2, '0')));
    }
    stateManager.originalStorageCache.clear();
    const c = { fork, pre, caller: CALLER, to: pick(CONTRACTS), value: hex(chance(70) ? 0 : below(1000)), gas: hex(chance(85) ? 20000 + below(1000000) : below(20000)),
                data: '0x' + bits(256).toString(16).padStart(64, '0').repeat(below(5)) };
    for (let n = 1; n <= (fork === 'osaka' || fork === 'prague' ? 17 : fork === 'cancun' ? 10 : 9); n++) evm.journal.addAlwaysWarmAddress('0x' + n.toString(16).padStart(40, '0'));
    if (fork === 'osaka') evm.journal.addAlwaysWarmAddress('0x' + '100'.padStart(40, '0'));
    evm.journal.addAlwaysWarmAddress(CALLER);
    evm.journal.addAlwaysWarmAddress(c.to);
    const header = { number: 1000n, timestamp: 1700000000n, coinbase: createAddressFromString(COINBASE), difficulty: 0n, prevRandao: hexToBytes('0x' + '5a'.repeat(32)),
                     gasLimit: 30000000n, baseFeePerGas: 7n, getBlobGasPrice: () => 9n };
    const createdAddresses = new Set();
    let r;
    try {
        r = await evm.runCall({ block: { header }, caller: createAddressFromString(CALLER), origin: createAddressFromString(CALLER), to: createAddressFromString(c.to), value: BigInt(c.value),
                                data: hexToBytes(c.data), gasLimit: BigInt(c.gas), gasPrice: 11n, createdAddresses,
                                blobVersionedHashes: ['0x' + '01'.repeat(32), '0x' + '02'.repeat(32)] });
    } catch (e) {
        console.error('skipped', seed, i, String(e).slice(0, 200));
        continue;
    }
    const e = r.execResult;
    const since6780 = FORKS.indexOf(fork) >= 2;
    const error = e.exceptionError ? (e.exceptionError.error ?? String(e.exceptionError)) : '';
    const post = {};
    for (const [a, acc] of stateManager.accountStack.at(-1)) {
        if (!acc || acc.isEmpty()) continue;
        post[a] = { balance: hex(acc.balance), nonce: hex(acc.nonce), code: bytesToHex(await stateManager.getCode(createAddressFromString(a))), storage: {} };
    }
    for (const [k, v] of stateManager.storageStack.at(-1)) {
        const [a, key] = k.split('_');
        const n = v && v.length ? BigInt(bytesToHex(v)) : 0n;
        if (n !== 0n && post[a]) post[a].storage[hex(BigInt(key))] = hex(n);
    }
    for (const a of Object.keys(post)) if (post[a].code === pre[a]?.code) delete post[a].code;  // only what changed
    c.expect = {
        error, gas_used: hex(e.executionGasUsed), refund: error ? '0x0' : hex(e.gasRefund ?? 0n), output: bytesToHex(e.returnValue), post: error ? {} : post,
        logs: error ? [] : (e.logs ?? []).map(([a, t, d]) => [bytesToHex(a), t.map((x) => bytesToHex(x)), bytesToHex(d)]),
        destroyed: error ? [] : [...(e.selfdestruct ?? new Map()).keys()].map(String).filter((a) => !since6780 || createdAddresses.has(a)).sort(),
    };
    console.log(JSON.stringify(c));
}
