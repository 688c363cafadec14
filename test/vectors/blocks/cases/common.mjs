// SPDX-License-Identifier: Apache-2.0
// Contracts and addresses the cases share.
import { call, code, metered, store } from "../assembler.mjs";

export const at = n => "0x" + n.toString(16).padStart(40, "0");
export const STORER = at(0xc0de01), PROBE = at(0xc0de02), OTHER = at(0xc0de03), THIRD = at(0xc0de04), NOBODY = at(0xdead01);
export const bytes = hex => Uint8Array.from(Buffer.from(hex.replace(/^0x/, ""), "hex"));
export const word = n => BigInt(n).toString(16).padStart(64, "0");

/// Who calls, as what, with what: slots 0 to 4 (the last counts).
export const storer = code("CALLER", store(0), "ADDRESS", store(1), "CALLVALUE", store(2), "CODESIZE", store(3), 4, "SLOAD", 1, "ADD", store(4));
/// What others see of `target`: slots 0 to 3 size, hash, first word of the code, balance.
export const looksAt = target => code(target, "EXTCODESIZE", store(0), target, "EXTCODEHASH", store(1), 32, 0, 0, target, "EXTCODECOPY", 0, "MLOAD", store(2),
    target, "BALANCE", store(3));
/// Calls `target` in all four ways: slots 16 to 19 the verdicts.
export const callsAll = target => code(["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"].map((kind, i) => [call(kind, target), store(16 + i)]));
/// The gas of a first and a second call of `target`: slots 0 and 1; of looking at it after: slot 2.
export const metersCalls = target => code(metered(0, call("CALL", target, { gas: 50_000 })), metered(1, call("CALL", target, { gas: 50_000 })), metered(2, target, "BALANCE"));

/// A header twin: another state root, receipts root, or amount of gas.
export const flipped = root => { const r = Uint8Array.from(root); r[31] ^= 1; return r; };
export const wrongState = (w, block) => ["wrong state root", "BlockException.INVALID_STATE_ROOT", w.changed(block, { stateRoot: flipped(block.header.stateRoot) })];
export const wrongReceipts = (w, block) => ["wrong receipts root", "BlockException.INVALID_RECEIPTS_ROOT", w.changed(block, { receiptTrie: flipped(block.header.receiptTrie) })];
export const wrongGas = (w, block, by = 1n) => [`${by} more gas`, "BlockException.INVALID_GAS_USED", w.changed(block, { gasUsed: block.header.gasUsed + by })];
export const wrongRequests = (w, block, requestsHash = flipped(block.header.requestsHash), name = "wrong requests hash") =>
    [name, "BlockException.INVALID_REQUESTS", w.changed(block, { requestsHash })];

/// For `check`: throws unless every transaction's verdict is as told.
export const verdicts = (...wanted) => results => {
    const got = results.receipts.map(r => Number(r.status));
    if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`verdicts ${got}, expected ${wanted}`);
};
