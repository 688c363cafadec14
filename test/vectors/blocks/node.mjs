// SPDX-License-Identifier: Apache-2.0
// One anvil, with the accounts it is always born with.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

export const CHAIN_ID = 31337;
/// Private keys of the first five accounts ("test test ... junk", as the program prints them).
export const KEYS = ["ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a", "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"].map(k => Uint8Array.from(Buffer.from(k, "hex")));

const binary = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");

const running = new Set();
process.on("exit", () => running.forEach(p => p.kill()));

export class Node {
    constructor(fork, port) {
        this.url = `http://127.0.0.1:${port}`;
        this.id = 0;
        this.process = spawn(binary, ["--host", "127.0.0.1", "--port", port, "--no-mining", "--hardfork", fork, "--chain-id", CHAIN_ID,
            "--timestamp", "1760000000", "--gas-limit", "60000000", "--order", "fifo", "--accounts", "5", "--disable-default-create2-deployer",
            "--silent"], { stdio: "ignore" });
        running.add(this.process);
    }
    async rpc(method, ...params) {
        const answer = await fetch(this.url, { method: "POST", headers: { "content-type": "application/json" },
            body: JSON.stringify({ jsonrpc: "2.0", id: ++this.id, method, params }) });
        const { result, error } = await answer.json();
        if (error) throw new Error(`${method}: ${error.message}`);
        return result;
    }
    async ready() {
        for (let tries = 0; ; tries++) {
            try { await this.rpc("eth_chainId"); return this; } catch (e) { if (tries > 200) throw e; await new Promise(r => setTimeout(r, 50)); }
        }
    }
    /// Accounts of the newest state: address -> { nonce, balance, code, storage }.
    async state() {
        const dump = await this.rpc("anvil_dumpState");
        return JSON.parse(gunzipSync(Buffer.from(dump.slice(2), "hex"))).accounts;
    }
    stop() { this.process.kill(); running.delete(this.process); }
}
