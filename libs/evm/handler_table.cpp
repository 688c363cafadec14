// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "libs/evm/instruction_counts.hpp"
#include "libs/evm/instructions_call.hpp"
#include "libs/evm/instructions_stack.hpp"

namespace ashlar::evm {
namespace {

/// The handler of one instruction at a given base cost. Revisions that agree on both share it.
template <unsigned OP, uint16_t GAS>
constexpr Handler handler() {
    using namespace op;
    if constexpr (OP == STOP)
        return stop;
    else if constexpr (OP == ADD)
        return pure<Add, GAS>;
    else if constexpr (OP == MUL)
        return pure<Mul, GAS>;
    else if constexpr (OP == SUB)
        return pure<Sub, GAS>;
    else if constexpr (OP == DIV)
        return pure<Div, GAS>;
    else if constexpr (OP == SDIV)
        return pure<Sdiv, GAS>;
    else if constexpr (OP == MOD)
        return pure<Mod, GAS>;
    else if constexpr (OP == SMOD)
        return pure<Smod, GAS>;
    else if constexpr (OP == ADDMOD)
        return pure<AddMod, GAS>;
    else if constexpr (OP == MULMOD)
        return pure<MulMod, GAS>;
    else if constexpr (OP == EXP)
        return checked<Exp, GAS>;
    else if constexpr (OP == SIGNEXTEND)
        return pure<SignExtend, GAS>;
    else if constexpr (OP == LT)
        return pure<Lt, GAS>;
    else if constexpr (OP == GT)
        return pure<Gt, GAS>;
    else if constexpr (OP == SLT)
        return pure<Slt, GAS>;
    else if constexpr (OP == SGT)
        return pure<Sgt, GAS>;
    else if constexpr (OP == EQ)
        return pure<Eq, GAS>;
    else if constexpr (OP == ISZERO)
        return pure<IsZero, GAS>;
    else if constexpr (OP == AND)
        return pure<And, GAS>;
    else if constexpr (OP == OR)
        return pure<Or, GAS>;
    else if constexpr (OP == XOR)
        return pure<Xor, GAS>;
    else if constexpr (OP == NOT)
        return pure<Not, GAS>;
    else if constexpr (OP == BYTE)
        return pure<Byte, GAS>;
    else if constexpr (OP == SHL)
        return pure<Shl, GAS>;
    else if constexpr (OP == SHR)
        return pure<Shr, GAS>;
    else if constexpr (OP == SAR)
        return pure<Sar, GAS>;
    else if constexpr (OP == CLZ)
        return pure<CountLeadingZeros, GAS>;
    else if constexpr (OP == KECCAK256)
        return checked<Keccak, GAS>;
    else if constexpr (OP == ADDRESS)
        return push_value<AddressOp, GAS>;
    else if constexpr (OP == BALANCE)
        return checked<Balance, GAS>;
    else if constexpr (OP == ORIGIN)
        return push_value<Origin, GAS>;
    else if constexpr (OP == CALLER)
        return push_value<Caller, GAS>;
    else if constexpr (OP == CALLVALUE)
        return push_value<CallValue, GAS>;
    else if constexpr (OP == CALLDATALOAD)
        return checked<CallDataLoad, GAS>;
    else if constexpr (OP == CALLDATASIZE)
        return push_value<CallDataSize, GAS>;
    else if constexpr (OP == CALLDATACOPY)
        return checked<CallDataCopy, GAS>;
    else if constexpr (OP == CODESIZE)
        return push_value<CodeSize, GAS>;
    else if constexpr (OP == CODECOPY)
        return checked<CodeCopy, GAS>;
    else if constexpr (OP == GASPRICE)
        return push_value<GasPrice, GAS>;
    else if constexpr (OP == EXTCODESIZE)
        return checked<ExtCodeSize, GAS>;
    else if constexpr (OP == EXTCODECOPY)
        return checked<ExtCodeCopy, GAS>;
    else if constexpr (OP == RETURNDATASIZE)
        return push_value<ReturnDataSize, GAS>;
    else if constexpr (OP == RETURNDATACOPY)
        return checked<ReturnDataCopy, GAS>;
    else if constexpr (OP == EXTCODEHASH)
        return checked<ExtCodeHash, GAS>;
    else if constexpr (OP == BLOCKHASH)
        return checked<BlockHash, GAS>;
    else if constexpr (OP == COINBASE)
        return push_value<Coinbase, GAS>;
    else if constexpr (OP == TIMESTAMP)
        return push_value<Timestamp, GAS>;
    else if constexpr (OP == NUMBER)
        return push_value<Number, GAS>;
    else if constexpr (OP == PREVRANDAO)
        return push_value<PrevRandao, GAS>;
    else if constexpr (OP == GASLIMIT)
        return push_value<GasLimit, GAS>;
    else if constexpr (OP == CHAINID)
        return push_value<ChainId, GAS>;
    else if constexpr (OP == SELFBALANCE)
        return push_value<SelfBalance, GAS>;
    else if constexpr (OP == BASEFEE)
        return push_value<BaseFee, GAS>;
    else if constexpr (OP == BLOBHASH)
        return checked<BlobHash, GAS>;
    else if constexpr (OP == BLOBBASEFEE)
        return push_value<BlobBaseFee, GAS>;
    else if constexpr (OP == SLOTNUM)
        return push_value<SlotNumber, GAS>;
    else if constexpr (OP == POP)
        return pure<Pop, GAS>;
    else if constexpr (OP == MLOAD)
        return mload<GAS>;
    else if constexpr (OP == MSTORE)
        return mstore<GAS>;
    else if constexpr (OP == MSTORE8)
        return mstore8<GAS>;
    else if constexpr (OP == SLOAD)
        return checked<Sload, GAS>;
    else if constexpr (OP == SSTORE)
        return checked<Sstore, GAS>;
    else if constexpr (OP == JUMP)
        return jump<GAS>;
    else if constexpr (OP == JUMPI)
        return jump_if<GAS>;
    else if constexpr (OP == PC)
        return program_counter<GAS>;
    else if constexpr (OP == MSIZE)
        return push_value<MemorySize, GAS>;
    else if constexpr (OP == Opcode::GAS)
        return gas_left<GAS>;
    else if constexpr (OP == JUMPDEST)
        return jumpdest<GAS>;
    else if constexpr (OP == TLOAD)
        return checked<Tload, GAS>;
    else if constexpr (OP == TSTORE)
        return checked<Tstore, GAS>;
    else if constexpr (OP == MCOPY)
        return checked<MemoryCopy, GAS>;
    else if constexpr (OP == PUSH0)
        return push_value<Zero, GAS>;
    else if constexpr (OP >= PUSH1 && OP <= PUSH32)
        return push<OP - PUSH1 + 1, GAS>;
    else if constexpr (OP >= DUP1 && OP <= DUP16)
        return pure<Dup<OP - DUP1 + 1>, GAS>;
    else if constexpr (OP >= SWAP1 && OP <= SWAP16)
        return pure<Swap<OP - SWAP1 + 1>, GAS>;
    else if constexpr (OP >= LOG0 && OP <= LOG4)
        return checked<LogOp<OP - LOG0>, GAS>;
    else if constexpr (OP == DUPN)
        return reach<false, GAS>;
    else if constexpr (OP == SWAPN)
        return reach<true, GAS>;
    else if constexpr (OP == EXCHANGE)
        return exchange<GAS>;
    else if constexpr (OP == CREATE)
        return create<Request::Kind::create, GAS>;
    else if constexpr (OP == CREATE2)
        return create<Request::Kind::create2, GAS>;
    else if constexpr (OP == CALL)
        return call<Request::Kind::call>;
    else if constexpr (OP == CALLCODE)
        return call<Request::Kind::callcode>;
    else if constexpr (OP == DELEGATECALL)
        return call<Request::Kind::delegatecall>;
    else if constexpr (OP == STATICCALL)
        return call<Request::Kind::staticcall>;
    else if constexpr (OP == RETURN)
        return finish<Status::success>;
    else if constexpr (OP == REVERT)
        return finish<Status::revert>;
    else if constexpr (OP == SELFDESTRUCT)
        return self_destruct<GAS>;
    else
        return undefined;
}

template <unsigned REVISION, unsigned OP>
constexpr Handler handler_of() {
    constexpr Instruction instruction = INSTRUCTIONS[REVISION][OP];
    if constexpr (instruction.defined)
        return handler<OP, instruction.gas>();
    else
        return op::undefined;
}

template <unsigned REVISION, size_t... OPS>
constexpr HandlerTable make_table(std::index_sequence<OPS...>) {
    return {{handler_of<REVISION, OPS>()...}};
}
template <unsigned REVISION>
constexpr HandlerTable TABLE = make_table<REVISION>(std::make_index_sequence<256>());

constexpr const HandlerTable* TABLES[REVISION_COUNT] = {&TABLE<0>, &TABLE<1>, &TABLE<2>,
                                                        &TABLE<3>, &TABLE<4>, &TABLE<5>};

// The costs that handlers without a template argument take to be zero.
static_assert([] {
    for (const auto& set : INSTRUCTIONS)
        for (unsigned op : {STOP, CALL, CALLCODE, DELEGATECALL, STATICCALL, RETURN, REVERT})
            if (set[op].gas != 0) return false;
    return true;
}());

#ifndef __riscv

InstructionCounts* counts = nullptr;
const HandlerTable* counted = nullptr;

/// Goes on with the same table, so that the next instruction comes by here too.
Exit count_one(ASHLAR_HANDLER_PARAMETERS) {
    counts->by_opcode[*pc]++;
    [[clang::musttail]] return counted->at[*pc](ASHLAR_HANDLER_ARGUMENTS);
}
template <size_t... OPS>
constexpr HandlerTable counting_table(std::index_sequence<OPS...>) {
    return {{(static_cast<void>(OPS), &count_one)...}};
}
constexpr HandlerTable COUNTING = counting_table(std::make_index_sequence<256>());

#endif

}  // namespace

const HandlerTable& handler_table(Revision revision) {
#ifndef __riscv
    if (counts) [[unlikely]] {
        counted = TABLES[static_cast<unsigned>(revision)];
        return COUNTING;
    }
#endif
    return *TABLES[static_cast<unsigned>(revision)];
}

#ifndef __riscv
void count_instructions(InstructionCounts* to) { counts = to; }
InstructionCounts* instruction_counts() { return counts; }
#endif

}  // namespace ashlar::evm
