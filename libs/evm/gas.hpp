// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/evm/opcodes.hpp"
#include "libs/evm/revision.hpp"

/// Gas and existence of instructions, fork by fork: the previous fork plus its changes. YP appendix G and H where no
/// EIP is named.
namespace ashlar::evm {

/// What an instruction costs before anything that depends on its operands.
struct Instruction {
    bool defined = false;
    uint16_t gas = 0;
};
using InstructionSet = std::array<Instruction, 256>;

namespace detail {

constexpr InstructionSet paris_instructions() {
    InstructionSet t{};
    auto set = [&t](unsigned first, unsigned last, uint16_t gas) {
        for (unsigned op = first; op <= last; op++) t[op] = {true, gas};
    };
    set(STOP, STOP, 0);
    set(ADD, ADD, 3);
    set(MUL, MUL, 5);
    set(SUB, SUB, 3);
    set(DIV, SMOD, 5);
    set(ADDMOD, MULMOD, 8);
    set(EXP, EXP, 10);
    set(SIGNEXTEND, SIGNEXTEND, 5);
    set(LT, SAR, 3);
    set(KECCAK256, KECCAK256, 30);
    set(ADDRESS, ADDRESS, 2);
    set(BALANCE, BALANCE, 0);  // all of it is access cost (EIP-2929)
    set(ORIGIN, CALLVALUE, 2);
    set(CALLDATALOAD, CALLDATALOAD, 3);
    set(CALLDATASIZE, CALLDATASIZE, 2);
    set(CALLDATACOPY, CALLDATACOPY, 3);
    set(CODESIZE, CODESIZE, 2);
    set(CODECOPY, CODECOPY, 3);
    set(GASPRICE, GASPRICE, 2);
    set(EXTCODESIZE, EXTCODECOPY, 0);  // access cost
    set(RETURNDATASIZE, RETURNDATASIZE, 2);
    set(RETURNDATACOPY, RETURNDATACOPY, 3);
    set(EXTCODEHASH, EXTCODEHASH, 0);  // access cost
    set(BLOCKHASH, BLOCKHASH, 20);
    set(COINBASE, CHAINID, 2);
    set(SELFBALANCE, SELFBALANCE, 5);
    set(BASEFEE, BASEFEE, 2);
    set(POP, POP, 2);
    set(MLOAD, MSTORE8, 3);
    set(SLOAD, SSTORE, 0);  // EIP-2200, EIP-2929
    set(JUMP, JUMP, 8);
    set(JUMPI, JUMPI, 10);
    set(PC, GAS, 2);
    set(JUMPDEST, JUMPDEST, 1);
    set(PUSH1, PUSH32, 3);
    set(DUP1, DUP16, 3);
    set(SWAP1, SWAP16, 3);
    for (unsigned n = 0; n <= 4; n++) set(LOG0 + n, LOG0 + n, static_cast<uint16_t>(375 + 375 * n));
    set(CREATE, CREATE, 32000);
    set(CALL, CALLCODE, 0);  // access, value and new account costs
    set(RETURN, RETURN, 0);
    set(DELEGATECALL, DELEGATECALL, 0);
    set(CREATE2, CREATE2, 32000);
    set(STATICCALL, STATICCALL, 0);
    set(REVERT, REVERT, 0);
    set(SELFDESTRUCT, SELFDESTRUCT, 5000);
    return t;
}

constexpr InstructionSet with(InstructionSet previous, std::initializer_list<std::pair<Opcode, uint16_t>> changes) {
    for (const auto& [op, gas] : changes) previous[op] = {true, gas};
    return previous;
}

}  // namespace detail

inline constexpr std::array<InstructionSet, REVISION_COUNT> INSTRUCTIONS = [] {
    std::array<InstructionSet, REVISION_COUNT> t{};
    t[0] = detail::paris_instructions();
    t[1] = detail::with(t[0], {{PUSH0, 2}});  // EIP-3855
    t[2] = detail::with(t[1], {{TLOAD, 100},
                               {TSTORE, 100},
                               {MCOPY, 3},  // EIP-1153, EIP-5656
                               {BLOBHASH, 3},
                               {BLOBBASEFEE, 2}});  // EIP-4844, EIP-7516
    t[3] = t[2];
    t[4] = detail::with(t[3], {{CLZ, 5}});    // EIP-7939
    t[5] = detail::with(t[4], {{SLOTNUM, 2},  // EIP-7843
                               {DUPN, 3},
                               {SWAPN, 3},
                               {EXCHANGE, 3},  // EIP-8024
                               {CREATE, 12000},
                               {CREATE2, 12000}});  // EIP-8038
    return t;
}();

/// Costs and limits that depend on operands or state.
struct GasParameters {
    uint32_t cold_account = 2600, warm_access = 100, cold_slot = 2100;  // EIP-2929
    /// What SSTORE pays to reach a slot that is cold (warm_access otherwise), and for the first change of its value:
    /// from zero, and from another value. EIP-2200, EIP-2929, EIP-3529.
    uint32_t sstore_cold = 2200, sstore_set = 19900, sstore_reset = 2800, sstore_clear_refund = 4800;
    uint32_t sstore_stipend = 2300;  // EIP-2200
    uint32_t call_value = 9000, call_stipend = 2300, new_account = 25000;
    uint32_t selfdestruct_new_account = 25000;
    uint32_t code_read = 0;  // EIP-8038: EXTCODESIZE and EXTCODECOPY read twice
    uint32_t exp_byte = 50, keccak_word = 6, copy_word = 3, log_byte = 8, memory_word = 3, memory_square_divisor = 512;
    uint32_t code_deposit_byte = 200, code_deposit_word = 0;
    /// State gas (EIP-8037): of a new account, a slot that was zero, a byte of code.
    uint32_t state_account = 0, state_slot = 0, state_code_byte = 0;
    uint32_t max_code_size = 24576;             // EIP-170
    uint32_t initcode_word = 0;                 // EIP-3860
    uint32_t max_initcode_size = UINT32_MAX;    // EIP-3860
    bool selfdestruct_only_if_created = false;  // EIP-6780
    bool delegation = false;                    // EIP-7702
    bool transfer_log = false;                  // EIP-7708
    bool burns = true;                          // a destroyed account loses its balance: until EIP-8246
    bool storage_collides = true;               // EIP-7610, of no consequence on any chain and left out since Amsterdam
};

inline constexpr std::array<GasParameters, REVISION_COUNT> GAS_PARAMETERS = [] {
    std::array<GasParameters, REVISION_COUNT> t{};
    t[1] = t[0];
    t[1].initcode_word = 2;
    t[1].max_initcode_size = 2 * t[1].max_code_size;
    t[2] = t[1];
    t[2].selfdestruct_only_if_created = true;
    t[3] = t[2];
    t[3].delegation = true;
    t[4] = t[3];
    t[5] = t[4];
    constexpr uint32_t STATE_BYTE = 1530;  // EIP-8037
    GasParameters& amsterdam = t[5];
    amsterdam.cold_account = 3000;  // EIP-8038, down to code_read
    amsterdam.sstore_cold = amsterdam.cold_slot;
    amsterdam.sstore_set = amsterdam.sstore_reset = 10000;
    amsterdam.sstore_clear_refund = 11616;
    amsterdam.call_value = 11300;
    amsterdam.new_account = 0;
    amsterdam.selfdestruct_new_account = 9000;
    amsterdam.code_read = 100;
    amsterdam.code_deposit_byte = 0;  // EIP-8037, down to state_code_byte
    amsterdam.code_deposit_word = 6;
    amsterdam.state_account = 120 * STATE_BYTE;
    amsterdam.state_slot = 64 * STATE_BYTE;
    amsterdam.state_code_byte = STATE_BYTE;
    amsterdam.max_code_size = 65536;  // EIP-7954
    amsterdam.max_initcode_size = 131072;
    amsterdam.transfer_log = true;
    amsterdam.burns = false;
    amsterdam.storage_collides = false;
    return t;
}();

constexpr const GasParameters& gas_parameters(Revision r) { return GAS_PARAMETERS[static_cast<unsigned>(r)]; }

/// Deepest call: the outermost frame has depth 0.
inline constexpr unsigned MAX_CALL_DEPTH = 1024;
inline constexpr unsigned STACK_LIMIT = 1024;

}  // namespace ashlar::evm
