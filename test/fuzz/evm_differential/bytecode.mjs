// SPDX-License-Identifier: Apache-2.0
// Random EVM code that mostly runs: snippets that push what they need, some loops and forward jumps, a share of garbage.

/// Deterministic generator (xorshift128+ style on 32-bit words); equal seeds give equal files anywhere.
export class Random {
    constructor(seed) {
        this.s = [seed >>> 0 || 1, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
        for (let i = 0; i < 20; i++) this.u32();
    }
    u32() {
        const [a, b, c, d] = this.s, t = (a ^ (a << 11)) >>> 0;
        this.s = [b, c, d, (d ^ (d >>> 19) ^ t ^ (t >>> 8)) >>> 0];
        return this.s[3];
    }
    below(n) { return this.u32() % n; }
    pick(list) { return list[this.below(list.length)]; }
    chance(percent) { return this.below(100) < percent; }
    bytes(n) { return Uint8Array.from({ length: n }, () => this.u32() & 255); }
    word() {
        let x = 0n;
        for (let i = 0; i < 8; i++) x = (x << 32n) | BigInt(this.u32());
        return x;
    }
}

const OP = { STOP: 0x00, KECCAK256: 0x20, CALLDATALOAD: 0x35, CALLDATACOPY: 0x37, CODECOPY: 0x39, EXTCODESIZE: 0x3b, EXTCODECOPY: 0x3c,
    RETURNDATACOPY: 0x3e, EXTCODEHASH: 0x3f, BLOCKHASH: 0x40, BALANCE: 0x31, POP: 0x50, MLOAD: 0x51, MSTORE: 0x52, MSTORE8: 0x53, SLOAD: 0x54,
    SSTORE: 0x55, JUMP: 0x56, JUMPI: 0x57, JUMPDEST: 0x5b, TLOAD: 0x5c, TSTORE: 0x5d, MCOPY: 0x5e, PUSH0: 0x5f, PUSH1: 0x60, PUSH2: 0x61,
    DUP1: 0x80, SWAP1: 0x90, LOG0: 0xa0, CREATE: 0xf0, CALL: 0xf1, CALLCODE: 0xf2, RETURN: 0xf3, DELEGATECALL: 0xf4, CREATE2: 0xf5,
    STATICCALL: 0xfa, REVERT: 0xfd, INVALID: 0xfe, SELFDESTRUCT: 0xff, SUB: 0x03, BLOBHASH: 0x49 };
const BINARY = [1, 2, 3, 4, 5, 6, 7, 10, 11, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d];
const TERNARY = [8, 9];
const UNARY = [0x15, 0x19, 0x1e];                                     // ISZERO, NOT, CLZ
const NULLARY = [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, 0x5a];

export class CodeMaker {
    /// pool: addresses (20 bytes) that calls and account queries aim at. level: 0 Paris to 4 Osaka; what a fork does not
    /// know yet is rare, as it ends the code.
    constructor(random, pool, level = 4) { this.r = random; this.pool = pool; this.level = level; }
    knows(level) { return this.level >= level || this.r.chance(2); }

    interesting() {
        const r = this.r;
        switch (r.below(9)) {
            case 0: return BigInt(r.below(4));
            case 1: return BigInt(r.below(300));
            case 2: return 1n << BigInt(r.below(256));
            case 3: return (1n << BigInt(r.below(257))) - 1n;
            case 4: return (1n << 256n) - 1n - BigInt(r.below(3));
            case 5: return (1n << 255n) + BigInt(r.below(3)) - 1n;
            case 6: return r.word() >> BigInt(r.below(256));
            case 7: return BigInt("0x" + Buffer.from(r.pick(this.pool)).toString("hex"));
            default: return r.word();
        }
    }
    push(value) {
        let hex = value.toString(16);
        if (hex.length % 2) hex = "0" + hex;
        const bytes = value === 0n && this.r.chance(30) && this.knows(1) ? [] : [...Buffer.from(hex, "hex")];
        if (bytes.length && this.r.chance(3)) while (bytes.length < 32) bytes.unshift(0);
        this.code.push(OP.PUSH0 + bytes.length, ...bytes);
        this.depth++;
    }
    small(limit) { this.push(BigInt(this.r.below(limit))); }
    /// An operand: a fresh value or a copy of one on the stack.
    operand() {
        if (this.depth > 0 && this.r.chance(40)) {
            this.code.push(OP.DUP1 + this.r.below(Math.min(this.depth, 16)));
            this.depth++;
        } else this.push(this.interesting());
    }
    op(code, takes, gives) { this.code.push(code); this.depth += gives - takes; }
    address() { this.push(BigInt("0x" + Buffer.from(this.r.pick(this.pool)).toString("hex"))); }
    slot() { this.r.chance(85) ? this.small(6) : this.operand(); }
    offset() { this.r.chance(97) ? this.small(400) : this.operand(); }
    size() { this.r.chance(97) ? this.small(200) : this.operand(); }

    call() {
        const r = this.r, kind = r.pick([OP.CALL, OP.CALL, OP.STATICCALL, OP.DELEGATECALL, OP.CALLCODE]);
        this.size(); this.offset(); this.size(); this.offset();
        if (kind === OP.CALL || kind === OP.CALLCODE) r.chance(70) ? this.push(0n) : this.small(1000);
        this.address();
        r.chance(60) ? this.op(0x5a, 0, 1) : this.small(60000);
        this.op(kind, kind === OP.CALL || kind === OP.CALLCODE ? 7 : 6, 1);
        if (r.chance(30)) { this.op(0x3d, 0, 1); this.small(3); this.offset(); this.op(OP.RETURNDATACOPY, 3, 0); }
    }
    create() {
        const r = this.r;
        const init = [
            // a short code that begins with any byte (0xef among them), or a revert
            () => r.chance(85) ? [0x60, r.chance(10) ? 0xef : r.below(256), 0x60, 0, 0x53, 0x60, r.below(40), 0x60, 0, 0xf3]
                : [0x60, r.below(0xef), 0x60, 0, 0x53, 0x60, r.below(40), 0x60, 0, 0xfd],
            () => [0x60, 0, 0x60, 0, 0x53, 0x61, r.chance(50) ? 0x60 : 0x5f, r.below(4), 0x60, 0, 0xf3],       // about 24576 bytes
            () => [0x73, ...r.pick(this.pool), 0xff],                        // destroys itself while being made
            // a code that destroys itself when called: PUSH1 0 CALLDATALOAD SELFDESTRUCT
            () => [0x63, 0x60, 0x00, 0x35, 0xff, 0x60, 0, 0x52, 0x60, 4, 0x60, 28, 0xf3],
            () => [0x60, r.below(9), 0x60, r.below(3), 0x55, 0x60, 0, 0x60, 0, 0xf3],                          // storage, no code
            () => [...r.bytes(1 + r.below(31))],
        ][Math.max(0, r.below(8) - 2)]();
        let word = 0n;
        for (let i = 0; i < 32; i++) word = (word << 8n) | BigInt(init[i] ?? 0);
        this.push(word); this.push(0n); this.op(OP.MSTORE, 2, 0);
        const two = r.chance(50);
        if (two) this.small(4);
        this.push(BigInt(init.length)); this.push(0n); r.chance(70) ? this.push(0n) : this.small(100);
        this.op(two ? OP.CREATE2 : OP.CREATE, two ? 4 : 3, 1);
        if (r.chance(40)) {                                              // call what was made
            const kind = r.pick([OP.CALL, OP.DELEGATECALL, OP.STATICCALL]);
            this.code.push(OP.DUP1); this.depth++;
            const at = OP.DUP1 + (kind === OP.CALL ? 5 : 4);
            for (let i = 0; i < (kind === OP.CALL ? 5 : 4); i++) this.push(0n);
            this.code.push(at); this.depth++;
            this.op(0x5a, 0, 1);
            this.op(kind, kind === OP.CALL ? 7 : 6, 1);
        }
    }
    snippet(level) {
        const r = this.r;
        if (this.depth > 200) { this.op(OP.POP, 1, 0); return; }
        switch (r.below(24)) {
            case 0: case 1: case 2: case 3: this.operand(); this.operand(); this.op(r.pick(BINARY), 2, 1); break;
            case 4: this.operand(); this.operand(); this.operand(); this.op(r.pick(TERNARY), 3, 1); break;
            case 5: this.operand(); this.op(r.pick(this.knows(4) ? UNARY : UNARY.slice(0, 2)), 1, 1); break;
            case 6: case 7: this.op(r.pick(this.knows(2) ? NULLARY : NULLARY.filter(o => o !== 0x4a)), 0, 1); break;
            case 8: this.operand(); this.offset(); this.op(r.chance(80) ? OP.MSTORE : OP.MSTORE8, 2, 0); break;
            case 9: this.offset(); this.op(OP.MLOAD, 1, 1); break;
            case 10: case 11: this.operand(); this.slot(); this.op(OP.SSTORE, 2, 0); break;
            case 12: this.slot(); this.op(OP.SLOAD, 1, 1); break;
            case 13: if (!this.knows(2)) break;
                r.chance(50) ? (this.operand(), this.slot(), this.op(OP.TSTORE, 2, 0)) : (this.slot(), this.op(OP.TLOAD, 1, 1)); break;
            case 14: this.size(); this.offset(); this.op(OP.KECCAK256, 2, 1); break;
            case 15: this.address(); this.op(r.pick([OP.BALANCE, OP.EXTCODESIZE, OP.EXTCODEHASH]), 1, 1); break;
            case 16: this.call(); break;
            case 17: r.chance(40) ? this.create() : this.call(); break;
            case 18: { const n = r.below(5); for (let i = 0; i < n; i++) this.operand(); this.size(); this.offset(); this.op(OP.LOG0 + n, 2 + n, 0); break; }
            case 19: this.size(); this.offset(); this.offset();
                this.op(r.pick([OP.CALLDATACOPY, OP.CODECOPY, this.knows(2) ? OP.MCOPY : OP.CODECOPY]), 3, 0); break;
            case 20: r.chance(50) ? (this.offset(), this.op(OP.CALLDATALOAD, 1, 1)) : (this.small(r.chance(50) ? 3 : 300), this.op(r.pick([OP.BLOCKHASH, this.knows(2) ? OP.BLOBHASH : OP.BLOCKHASH]), 1, 1)); break;
            case 21: this.size(); this.offset(); this.offset(); this.address(); this.op(OP.EXTCODECOPY, 4, 0); break;
            case 22: if (this.depth > 1) this.code.push(OP.SWAP1 + r.below(Math.min(this.depth - 1, 16))); break;
            default: if (level < 2) r.chance(50) ? this.loop(level + 1) : this.skip(level + 1);
        }
    }
    /// PUSH n; JUMPDEST; body; decrement; JUMPI back.
    loop(level) {
        this.push(BigInt(1 + this.r.below(6)));
        const at = this.code.length, depth = this.depth;
        this.code.push(OP.JUMPDEST);
        for (let i = this.r.below(5); i >= 0; i--) this.snippet(level);
        while (this.depth > depth) this.op(OP.POP, 1, 0);
        if (this.depth < depth) return;                               // the body ate the counter: leave it as it fell
        this.push(1n); this.code.push(OP.SWAP1, OP.SUB); this.depth--;
        this.code.push(OP.DUP1, OP.PUSH2, at >> 8, at & 255, OP.JUMPI, OP.POP);
        this.depth--;
    }
    skip(level) {
        this.operand();
        this.code.push(OP.PUSH2, 0, 0, OP.JUMPI);
        this.depth--;
        const patch = this.code.length - 3, depth = this.depth;
        for (let i = this.r.below(4); i >= 0; i--) this.snippet(level);
        while (this.depth > depth) this.op(OP.POP, 1, 0);
        this.code[patch] = this.code.length >> 8; this.code[patch + 1] = this.code.length & 255;
        this.code.push(OP.JUMPDEST);
    }
    make() {
        const r = this.r;
        if (r.chance(6)) return r.bytes(1 + r.below(80));
        this.code = []; this.depth = 0;
        for (let i = 1 + r.below(40); i > 0; i--) this.snippet(0);
        const end = r.below(20);
        if (end < 8) { this.size(); this.offset(); this.op(end < 6 ? OP.RETURN : OP.REVERT, 2, 0); }
        else if (end === 8) { this.address(); this.op(OP.SELFDESTRUCT, 1, 0); }
        else if (end === 9) this.code.push(OP.INVALID);
        else if (end === 10) this.code.push(r.below(256));
        if (r.chance(4)) this.code[r.below(this.code.length)] = r.below(256);
        return Uint8Array.from(this.code);
    }
}
