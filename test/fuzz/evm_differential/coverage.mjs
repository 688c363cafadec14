// SPDX-License-Identifier: Apache-2.0
// Counts what the blocks of a run made the machine do.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/// Counters by kind: opcodes that ran, precompiled contracts by verdict, exceptions, kinds of transactions.
export class Coverage {
    constructor() { this.counts = {}; }
    add(kind, what) {
        const of = this.counts[kind] ??= {};
        of[what] = (of[what] ?? 0) + 1;
    }
    /// Hooks into one virtual machine.
    watch(vm, fork) {
        const evm = vm.evm;
        for (const entry of evm._opcodeMap) {
            if (!entry || entry.opcodeInfo.name === "INVALID") continue;
            const { opHandler, opcodeInfo } = entry, name = opcodeInfo.fullName ?? opcodeInfo.name;
            entry.opHandler = (state, common) => { this.add("opcodes", name); return opHandler(state, common); };
        }
        for (const [address, run] of [...evm._precompiles]) {
            evm._precompiles.set(address, async options => {
                const result = await run(options);
                this.add("precompiles", `${address.replace(/^0+/, "0x")} ${result.exceptionError ? result.exceptionError.error : "done"}`);
                return result;
            });
        }
        evm.events.on("afterMessage", (result, next) => {
            this.add("messages", result.execResult.exceptionError?.error ?? "done");
            next?.();
        });
        this.add("blocks", fork);
        // @ethereumjs/evm 10.1.3 applies EIP-3541 to init code that reverts: data that begins with 0xef takes all gas then.
        // The rule is about code to deploy only; such a block is of no use.
        const run = evm.runInterpreter.bind(evm);
        vm.unusable = false;
        evm.runInterpreter = async (message, options) => {
            const result = await run(message, options);
            if (message.isCreate && result.exceptionError && result.returnValue[0] === 0xef) vm.unusable = true;
            return result;
        };
    }
}

// node coverage.mjs FILE...: the sum of several runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const sum = {};
    const add = (to, from) => { for (const [k, v] of Object.entries(from)) typeof v === "number" ? to[k] = (to[k] ?? 0) + v : add(to[k] ??= {}, v); };
    for (const file of process.argv.slice(2)) add(sum, JSON.parse(readFileSync(file)));
    console.log(JSON.stringify(sum, null, 1));
}
