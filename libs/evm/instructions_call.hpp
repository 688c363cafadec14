// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/instructions_state.hpp"

/// Calls and creations. Each prepares f.request and leaves the instruction loop; the machine runs the child and comes
/// back to the instruction behind. Internal to libs/evm.
namespace ashlar::evm::op {

/// All but one 64th of the gas (EIP-150).
constexpr uint64_t most_of(uint64_t gas) { return gas - gas / 64; }

/// Charges the access of the delegate that the account's code names, if any (EIP-7702). No key of a precompiled
/// contract's address is known, so nothing was ever delegated there: its account need not be looked at.
inline bool charge_delegate(Frame& f, GasRegister& gas, Account& a) {
    if (!f.parameters->delegation) return true;
    if (a.precompile) {
        f.host->touch(a);
        return true;
    }
    load(f, a);
    if (!a.has_code()) return true;
    const auto& delegate = f.host->code(a).delegate();
    if (!delegate) return true;
    Account& target = f.host->locate(*delegate);
    if (!charge_account(f, gas, target)) return false;
    f.host->touch(target);
    return true;
}

/// What a call that cannot start leaves behind: no return data, zero on the stack.
inline void fail_softly(Frame& f, uint256& result) {
    f.return_data.clear();
    result = uint256{};
}

template <Request::Kind KIND>
Exit call(ASHLAR_HANDLER_PARAMETERS) {
    using Kind = Request::Kind;
    constexpr bool HAS_VALUE = KIND == Kind::call || KIND == Kind::callcode;
    constexpr int IN = HAS_VALUE ? 7 : 6;
    ASHLAR_REQUIRE(IN);
    const GasParameters& p = *f.parameters;
    const uint256* args = sp - 1;
    const uint256& gas_asked = args[0];
    const uint256 value = HAS_VALUE ? args[-2] : uint256{};
    const uint256* range = args - (HAS_VALUE ? 3 : 2);
    const uint256 &in_offset = range[0], &in_size = range[-1], &out_offset = range[-2], &out_size = range[-3];

    GasRegister g = gas;
    Account& target = f.host->locate(args[-1].to_address());
    if constexpr (KIND == Kind::call) {
        if (f.is_static && !value.is_zero()) return exit_with(Status::static_violation);
    }
    // First what can be charged without a look at the target; whoever cannot pay that never sees it.
    if (!charge_account(f, g, target) || !f.touch_memory(g, in_offset, in_size) ||
        !f.touch_memory(g, out_offset, out_size))
        return exit_with(Status::out_of_gas);
    uint64_t stipend = 0;
    uint32_t state_cost = 0;
    if (HAS_VALUE && !value.is_zero()) {
        if (!f.charge(g, p.call_value)) return exit_with(Status::out_of_gas);
        if constexpr (KIND == Kind::call) {
            load(f, target);
            if (target.empty()) {  // and delegates to nobody
                state_cost = p.state_account;
                if (!f.charge(g, p.new_account) || !f.charge_state(g, state_cost)) return exit_with(Status::out_of_gas);
            }
        }
        stipend = p.call_stipend;
    }
    if (!charge_delegate(f, g, target)) return exit_with(Status::out_of_gas);
    const uint64_t most = most_of(f.total_gas(g));
    const uint64_t child_gas = gas_asked.fits_u64() ? std::min(gas_asked.low64(), most) : most;
    f.charge(g, child_gas);

    sp -= IN - 1;
    pc++;
    if (f.depth >= MAX_CALL_DEPTH || (HAS_VALUE && f.self->balance < value)) {
        gas = f.split_gas(f.total_gas(g) + child_gas + stipend + f.state_gas.put_back(state_cost));
        fail_softly(f, sp[-1]);
        ASHLAR_DISPATCH;
    }
    Request& r = f.request;
    r.kind = KIND;
    r.code_account = &target;
    r.recipient = KIND == Kind::call || KIND == Kind::staticcall ? &target : f.self;
    r.sender = KIND == Kind::delegatecall ? f.caller : f.self->address;
    r.value = KIND == Kind::delegatecall ? f.value : value;
    r.input = in_size.low32() ? BytesView{f.memory + in_offset.low32(), in_size.low32()} : BytesView{};
    r.gas = child_gas + stipend;
    r.state_gas = state_cost;
    r.is_static = f.is_static || KIND == Kind::staticcall;
    r.output_size = out_size.low32();
    r.output_offset = r.output_size ? out_offset.low32() : 0;
    f.pc = pc;
    f.sp = sp;
    f.base = base;
    f.gas = g;
    return Exit::call;
}

template <Request::Kind KIND, uint16_t GAS>
Exit create(ASHLAR_HANDLER_PARAMETERS) {
    constexpr bool SALTED = KIND == Request::Kind::create2;
    constexpr int IN = SALTED ? 4 : 3;
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(IN);
    const GasParameters& p = *f.parameters;
    if (f.is_static) return exit_with(Status::static_violation);
    const uint256 value = sp[-1];
    const uint256 &offset = sp[-2], &size = sp[-3];
    GasRegister g = gas;
    if (!f.touch_memory(g, offset, size)) return exit_with(Status::out_of_gas);
    if (size.low32() > p.max_initcode_size) return exit_with(Status::initcode_too_large);
    const uint64_t word_cost = uint64_t{p.initcode_word} + (SALTED ? p.keccak_word : 0);
    if (!f.charge(g, word_cost * words_of(size.low32()))) return exit_with(Status::out_of_gas);

    Request& r = f.request;
    r.kind = KIND;
    if constexpr (SALTED) r.salt = sp[-4];
    r.value = value;
    r.input = size.low32() ? BytesView{f.memory + offset.low32(), size.low32()} : BytesView{};
    sp -= IN - 1;
    pc++;
    if (f.depth >= MAX_CALL_DEPTH || f.self->balance < value || f.self->nonce == UINT64_MAX) {
        gas = g;
        fail_softly(f, sp[-1]);
        ASHLAR_DISPATCH;
    }
    // What the new account costs is known when it has been looked at, and what gas it gets after that.
    f.pc = pc;
    f.sp = sp;
    f.base = base;
    f.gas = g;
    return Exit::create;
}

}  // namespace ashlar::evm::op
