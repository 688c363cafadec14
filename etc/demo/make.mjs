// SPDX-License-Identifier: Apache-2.0
// Makes block.rlp, witness.json.gz and chain.json with a real node (anvil, Osaka rules):
//   npm install && node make.mjs
// anvil has no debug_executionWitness: the witness is the proofs (eth_getProof at the parent) of everything the block touches.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import solc from "solc";
import { createBlockFromRPC } from "@ethereumjs/block";
import { createCustomCommon, Mainnet } from "@ethereumjs/common";

const CHAIN_ID = 31337;
const PORT = 18599;
// Runtime code of the system contracts as EIP-7002 and EIP-7251 give it; anvil lacks it and a Prague block needs it.
const SYSTEM = JSON.parse(readFileSync(new URL("system_contracts.json", import.meta.url)));

const anvilBinary = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");
const anvil = spawn(anvilBinary, ["--host", "127.0.0.1", "--port", PORT, "--no-mining", "--hardfork", "osaka", "--chain-id", CHAIN_ID,
    "--timestamp", "1760000000", "--gas-limit", "60000000", "--order", "fifo", "--silent"], { stdio: "ignore" });
process.on("exit", () => anvil.kill());

let id = 0;
async function rpc(method, ...params) {
    const answer = await fetch(`http://127.0.0.1:${PORT}`, { method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }) });
    const { result, error } = await answer.json();
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
}
for (let tries = 0; ; tries++) {
    try { await rpc("eth_chainId"); break; } catch (e) { if (tries > 100) throw e; await new Promise(r => setTimeout(r, 50)); }
}

const source = readFileSync(new URL("contracts.sol", import.meta.url), "utf8");
const compiled = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources: { "contracts.sol": { content: source } },
    settings: { evmVersion: "cancun", optimizer: { enabled: true }, outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.methodIdentifiers"] } } } })));
const contract = name => compiled.contracts["contracts.sol"][name].evm;
const word = x => BigInt(x).toString(16).padStart(64, "0");

for (const [address, code] of Object.entries(SYSTEM)) await rpc("anvil_setCode", address, code);
const accounts = await rpc("eth_accounts");
const send = (from, tx) => rpc("eth_sendTransaction", { from, maxFeePerGas: "0x77359400", maxPriorityFeePerGas: "0x3b9aca00", gas: "0x100000", ...tx });
const deployed = async hash => (await rpc("eth_getTransactionReceipt", hash)).contractAddress;

// Block 1: what block 2 calls. A precompile without balance would stay in this node's trie as an empty account once called, against
// EIP-161; on mainnet they all hold dust.
for (const n of [1, 2]) await send(accounts[6], { to: "0x" + n.toString(16).padStart(40, "0"), value: "0x1" });
const tokenTx = await send(accounts[0], { data: "0x" + contract("Token").bytecode.object });
const notaryTx = await send(accounts[0], { data: "0x" + contract("Notary").bytecode.object });
await rpc("evm_mine");
await rpc("evm_increaseTime", 12);   // a block must be later than its parent
const token = await deployed(tokenTx), notary = await deployed(notaryTx);

// Block 2. The Notary's signature: any (r, s, v) that recovers an address will do, so take one of anvil's own.
const message = Buffer.from("squared and dressed to fit");

// r is the abscissa of the generator, s = 1: recovery of a key for this digest always succeeds.
const r = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", s = word(1);
const signData = "0x" + contract("Notary").methodIdentifiers["sign(bytes,uint8,bytes32,bytes32)"] + word(128) + word(27) + r + s +
    word(message.length) + message.toString("hex").padEnd(64, "0");
const hashes = [
    await send(accounts[1], { to: accounts[2], value: "0xde0b6b3a7640000", gas: "0x5208" }),
    await send(accounts[2], { to: "0x00000000000000000000000000000000a5417a12", value: "0x1", gas: "0x5208" }),
    await send(accounts[0], { to: token, data: "0x" + contract("Token").methodIdentifiers["transfer(address,uint256)"] + word(accounts[3]) + word(10n ** 18n) }),
    await send(accounts[4], { data: "0x" + contract("Token").bytecode.object }),
    await send(accounts[5], { to: notary, data: signData }),
    await send(accounts[3], { to: accounts[0], value: "0x2386f26fc10000", gas: "0x5208" }),
];
await rpc("evm_mine");
for (const hash of hashes) {
    const receipt = await rpc("eth_getTransactionReceipt", hash);
    if (receipt.status !== "0x1" || receipt.blockNumber !== "0x2") throw new Error(`transaction ${hash}: ${JSON.stringify(receipt)}`);
}

const common = createCustomCommon({ chainId: CHAIN_ID }, Mainnet, { hardfork: "osaka" });
const block = async n => {
    const json = await rpc("eth_getBlockByNumber", "0x" + n.toString(16), true);
    const made = createBlockFromRPC(json, [], { common, setHardfork: false });
    if ("0x" + Buffer.from(made.hash()).toString("hex") !== json.hash) throw new Error(`block ${n}: encoding differs from the node's hash`);
    return made;
};
const parent = await block(1), made = await block(2);

// Everything touched: what the tracer saw before and after, the coinbase, and what the system calls read (EIP-2935, 7002, 7251).
const touched = new Map();
const touch = (address, keys = []) => {
    address = address.toLowerCase();
    if (!touched.has(address)) touched.set(address, new Set());
    for (const key of keys) touched.get(address).add("0x" + word(key));
};
for (const config of [{}, { diffMode: true }]) {
    for (const { result } of await rpc("debug_traceBlockByNumber", "0x2", { tracer: "prestateTracer", tracerConfig: config })) {
        for (const state of config.diffMode ? [result.pre, result.post] : [result])
            for (const [address, account] of Object.entries(state)) touch(address, Object.keys(account.storage ?? {}));
    }
}
const header = await rpc("eth_getBlockByNumber", "0x2", false);
touch(header.miner);
touch("0x0000f90827f1c53a10cb7a02335b175320002935", [1]);
touch("0x000f3df6d732807ef1319fb7b8bb8522d0beac02", [BigInt(header.timestamp) % 8191n, BigInt(header.timestamp) % 8191n + 8191n]);
for (const address of Object.keys(SYSTEM)) touch(address, [0, 1, 2, 3]);
touch("0xfffffffffffffffffffffffffffffffffffffffe");

const nodes = new Set(), codes = new Set();
for (const [address, keys] of touched) {
    const proof = await rpc("eth_getProof", address, [...keys], "0x1");
    for (const node of proof.accountProof) nodes.add(node);
    for (const slot of proof.storageProof) for (const node of slot.proof) nodes.add(node);
    const code = await rpc("eth_getCode", address, "0x1");
    if (code !== "0x") codes.add(code);
}
const hex = bytes => "0x" + Buffer.from(bytes).toString("hex");
writeFileSync(new URL("block.rlp", import.meta.url), made.serialize());
const witness = { state: [...nodes].filter(n => n !== "0x80").sort(), codes: [...codes].sort(), headers: [hex(parent.header.serialize())] };
writeFileSync(new URL("witness.json.gz", import.meta.url), gzipSync(JSON.stringify(witness), { level: 9 }));
writeFileSync(new URL("chain.json", import.meta.url), JSON.stringify({
    chainId: CHAIN_ID, homesteadBlock: 0, eip150Block: 0, eip155Block: 0, eip158Block: 0, byzantiumBlock: 0, constantinopleBlock: 0,
    petersburgBlock: 0, istanbulBlock: 0, berlinBlock: 0, londonBlock: 0, mergeNetsplitBlock: 0, terminalTotalDifficulty: 0,
    shanghaiTime: 0, cancunTime: 0, pragueTime: 0, osakaTime: 0,
    blobSchedule: { cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 }, prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
        osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 } },
    depositContractAddress: "0x00000000219ab540356cbb839cbe05303d7705fa",
}, null, 2) + "\n");
console.log(`block 2, hash ${hex(made.hash())}, ${hashes.length} transactions, gas ${BigInt(header.gasUsed)}, ${nodes.size} nodes, ${codes.size} codes`);
process.exit(0);
