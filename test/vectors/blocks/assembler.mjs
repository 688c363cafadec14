// SPDX-License-Identifier: Apache-2.0
// EVM code from a list: a string is an instruction, a number or bigint is pushed, an array or Uint8Array is taken as it is.
const OPS = { STOP: 0x00, ADD: 0x01, MUL: 0x02, SUB: 0x03, ISZERO: 0x15, SHR: 0x1c, CLZ: 0x1e, KECCAK256: 0x20, ADDRESS: 0x30, BALANCE: 0x31,
    ORIGIN: 0x32, CALLER: 0x33, CALLVALUE: 0x34, CALLDATALOAD: 0x35, CALLDATASIZE: 0x36, CALLDATACOPY: 0x37, CODESIZE: 0x38, CODECOPY: 0x39,
    EXTCODESIZE: 0x3b, EXTCODECOPY: 0x3c, RETURNDATASIZE: 0x3d, RETURNDATACOPY: 0x3e, EXTCODEHASH: 0x3f, BLOCKHASH: 0x40, NUMBER: 0x43,
    BLOBBASEFEE: 0x4a, POP: 0x50, MLOAD: 0x51, MSTORE: 0x52, SLOAD: 0x54, SSTORE: 0x55, JUMP: 0x56, JUMPI: 0x57, GAS: 0x5a, JUMPDEST: 0x5b,
    TLOAD: 0x5c, TSTORE: 0x5d, DUP1: 0x80, DUP2: 0x81, SWAP1: 0x90, LOG0: 0xa0, LOG1: 0xa1, CREATE: 0xf0, CALL: 0xf1, CALLCODE: 0xf2, RETURN: 0xf3,
    DELEGATECALL: 0xf4, CREATE2: 0xf5, STATICCALL: 0xfa, REVERT: 0xfd, INVALID: 0xfe, SELFDESTRUCT: 0xff };

export function code(...items) {
    const out = [];
    for (const item of items.flat(Infinity)) {
        if (typeof item === "string" && item.startsWith("0x")) {
            const bytes = Buffer.from(item.slice(2), "hex");
            out.push(0x5f + bytes.length, ...bytes);
        } else if (typeof item === "string") {
            if (!(item in OPS)) throw new Error(`no instruction ${item}`);
            out.push(OPS[item]);
        } else if (item instanceof Uint8Array) out.push(...item);
        else {
            let hex = BigInt(item).toString(16);
            if (hex.length % 2) hex = "0" + hex;
            const bytes = BigInt(item) === 0n ? [] : [...Buffer.from(hex, "hex")];
            out.push(0x5f + bytes.length, ...bytes);
        }
    }
    return Uint8Array.from(out);
}

/// Init code that deploys `runtime`.
export function deploys(runtime) {
    const make = at => code(runtime.length, "DUP1", at, 0, "CODECOPY", 0, "RETURN");
    return Uint8Array.from([...make(make(1).length), ...runtime]);
}

/// Stack: value -> nothing; storage[slot] = value.
export const store = slot => [slot, "SSTORE"];
/// CALL, CALLCODE, DELEGATECALL or STATICCALL of `to` without data, all gas; leaves the verdict.
export const call = (kind, to, { value = 0, gas = "GAS", size = 0, out = 0 } = {}) =>
    [out, 0, size, 0, ...(kind === "CALL" || kind === "CALLCODE" ? [value] : []), to, gas, kind];
/// The gas that `items`, which leave one value on the stack, take, plus a constant; leaves nothing, storage[slot] = gas.
export const metered = (slot, ...items) => ["GAS", ...items, "POP", "GAS", "SWAP1", "SUB", ...store(slot)];
