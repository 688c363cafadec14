// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/instructions_memory.hpp"

/// Instructions on the block, the transaction, accounts, storage and logs; internal to libs/evm.
namespace ashlar::evm::op {

#define ASHLAR_VALUE(NAME, EXPRESSION)                                             \
    struct NAME {                                                                  \
        static uint256 get([[maybe_unused]] const Frame& f) { return EXPRESSION; } \
    };
ASHLAR_VALUE(AddressOp, uint256::from(f.self->address))
ASHLAR_VALUE(Origin, uint256::from(f.host->tx.origin))
ASHLAR_VALUE(Caller, uint256::from(f.caller))
ASHLAR_VALUE(CallValue, f.value)
ASHLAR_VALUE(GasPrice, f.host->tx.gas_price)
ASHLAR_VALUE(Coinbase, uint256::from(f.host->block.coinbase))
ASHLAR_VALUE(Timestamp, uint256{f.host->block.timestamp})
ASHLAR_VALUE(Number, uint256{f.host->block.number})
ASHLAR_VALUE(PrevRandao, uint256::from(f.host->block.prev_randao))
ASHLAR_VALUE(GasLimit, uint256{f.host->block.gas_limit})
ASHLAR_VALUE(ChainId, uint256{f.host->block.chain_id})
ASHLAR_VALUE(SelfBalance, f.self->balance)
ASHLAR_VALUE(BaseFee, f.host->block.base_fee)
ASHLAR_VALUE(BlobBaseFee, f.host->block.blob_base_fee)
ASHLAR_VALUE(SlotNumber, uint256{f.host->block.slot_number})
ASHLAR_VALUE(Zero, uint256{})
#undef ASHLAR_VALUE

/// Charges the access of an account, and `more` with it, and warms it (EIP-2929). Needs no more than its mark.
inline bool charge_account(Frame& f, GasRegister& gas, Account& a, uint32_t more = 0) {
    if (a.warm) return f.charge(gas, f.parameters->warm_access + more);
    if (!f.charge(gas, f.parameters->cold_account + more)) return false;
    f.host->warm_account(a);
    return true;
}
inline void load(Frame& f, Account& a) {
    if (!a.loaded) f.host->load(a);
}

struct Balance {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        Account& a = f.host->locate(top[-1].to_address());
        if (!charge_account(f, gas, a)) return Status::out_of_gas;
        load(f, a);
        top[-1] = a.balance;
        return Status::success;
    }
};
struct ExtCodeSize {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        Account& a = f.host->locate(top[-1].to_address());
        if (!charge_account(f, gas, a, f.parameters->code_read)) return Status::out_of_gas;
        load(f, a);
        top[-1] = uint256{a.has_code() ? f.host->code(a).size() : 0};
        return Status::success;
    }
};
struct ExtCodeCopy {
    static constexpr int IN = 4, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        Account& a = f.host->locate(top[-1].to_address());
        const uint256 &to = top[-2], &from = top[-3], &size = top[-4];
        if (!f.touch_memory(gas, to, size) || !f.charge(gas, f.parameters->copy_word * words_of(size.low32())) ||
            !charge_account(f, gas, a, f.parameters->code_read))
            return Status::out_of_gas;
        f.host->touch(a);
        if (size.low32()) {
            load(f, a);
            copy_padded(f.memory + to.low32(), a.has_code() ? f.host->code(a).bytes() : BytesView{}, from,
                        size.low32());
        }
        return Status::success;
    }
};
/// EIP-1052.
struct ExtCodeHash {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        Account& a = f.host->locate(top[-1].to_address());
        if (!charge_account(f, gas, a)) return Status::out_of_gas;
        load(f, a);
        top[-1] = a.empty() ? uint256{} : uint256::from(a.code_hash);
        return Status::success;
    }
};
struct BlockHash {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister&, uint256* top) {
        const uint64_t current = f.host->block.number;
        const uint256 asked = top[-1];
        const bool known = asked.fits_u64() && asked.low64() < current && current - asked.low64() <= 256;
        top[-1] = known ? uint256::from(f.host->block_hash(asked.low64())) : uint256{};
        return Status::success;
    }
};
/// EIP-4844.
struct BlobHash {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister&, uint256* top) {
        const auto hashes = f.host->tx.blob_hashes;
        const uint256& index = top[-1];
        top[-1] = index.fits_u32() && index.low32() < hashes.size() ? uint256::from(hashes[index.low32()]) : uint256{};
        return Status::success;
    }
};

struct Sload {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        StorageSlot& s = f.host->locate_slot(*f.self, top[-1]);
        if (s.warm) {
            if (!f.charge(gas, f.parameters->warm_access)) return Status::out_of_gas;
        } else {
            if (!f.charge(gas, f.parameters->cold_slot)) return Status::out_of_gas;
            f.host->warm_slot(*f.self, s, top[-1]);
        }
        if (!s.loaded) f.host->load_slot(*f.self, s);
        top[-1] = s.current;
        return Status::success;
    }
};
/// EIP-2200 with the numbers of EIP-2929 and EIP-3529, or of EIP-8038, and the state gas of EIP-8037.
struct Sstore {
    static constexpr int IN = 2, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        const GasParameters& p = *f.parameters;
        if (f.is_static) return Status::static_violation;
        if (f.total_gas(gas) <= p.sstore_stipend) return Status::out_of_gas;
        const uint256 &key = top[-1], &value = top[-2];
        // More than the stipend is left, which covers every access: nothing is read that could not be paid for.
        StorageSlot& s = f.host->slot(*f.self, key);
        const bool was_zero = s.original.is_zero();
        uint32_t cost = s.warm ? p.warm_access : p.sstore_cold, state = 0;
        int32_t refund = 0;
        if (value == s.current) {
            // Only the access.
        } else if (s.original == s.current) {
            cost += was_zero ? p.sstore_set : p.sstore_reset;
            if (!was_zero && value.is_zero()) refund += static_cast<int32_t>(p.sstore_clear_refund);
            if (was_zero) state = p.state_slot;
        } else {
            if (!was_zero) {
                if (s.current.is_zero())
                    refund -= static_cast<int32_t>(p.sstore_clear_refund);
                else if (value.is_zero())
                    refund += static_cast<int32_t>(p.sstore_clear_refund);
            }
            if (value == s.original) {
                refund += static_cast<int32_t>(was_zero ? p.sstore_set : p.sstore_reset);
                if (was_zero) f.refill_state(gas, p.state_slot);
            }
        }
        if (!f.charge(gas, cost) || (state && !f.charge_state(gas, state))) return Status::out_of_gas;
        if (!s.warm) f.host->warm_slot(*f.self, s, key);
        if (value != s.current) f.host->set_slot(*f.self, s, key, value);
        f.refund += refund;
        return Status::success;
    }
};
/// EIP-1153.
struct Tload {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister&, uint256* top) {
        top[-1] = f.host->transient(*f.self, top[-1]);
        return Status::success;
    }
};
struct Tstore {
    static constexpr int IN = 2, OUT = 0;
    static Status run(Frame& f, GasRegister&, uint256* top) {
        if (f.is_static) return Status::static_violation;
        f.host->set_transient(*f.self, top[-1], top[-2]);
        return Status::success;
    }
};

template <int TOPICS>
struct LogOp {
    static constexpr int IN = TOPICS + 2, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        if (f.is_static) return Status::static_violation;
        const uint256 &offset = top[-1], &size = top[-2];
        if (!f.touch_memory(gas, offset, size) || !f.charge(gas, uint64_t{f.parameters->log_byte} * size.low32()))
            return Status::out_of_gas;
        Log log{.address = f.self->address, .topics = {}, .data = {}};
        log.topics.reserve(TOPICS);
        for (int i = 0; i < TOPICS; i++) log.topics.push_back(top[-3 - i].to_bytes32());
        if (size.low32()) log.data.assign(f.memory + offset.low32(), f.memory + offset.low32() + size.low32());
        f.host->log(std::move(log));
        return Status::success;
    }
};

template <uint16_t GAS>
Exit self_destruct(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(1);
    (void)pc, (void)table;
    const GasParameters& p = *f.parameters;
    Host& host = *f.host;
    if (f.is_static) return exit_with(Status::static_violation);
    Account& heir = host.locate(sp[-1].to_address());
    GasRegister g = gas;
    if (!heir.warm) {
        if (!f.charge(g, p.cold_account)) return exit_with(Status::out_of_gas);
        host.warm_account(heir);
    }
    host.touch(heir);
    const uint256 amount = f.self->balance;
    if (!amount.is_zero()) {
        load(f, heir);
        if (heir.empty() && !(f.charge(g, p.selfdestruct_new_account) && f.charge_state(g, p.state_account)))
            return exit_with(Status::out_of_gas);
    }
    const bool destroys = !p.selfdestruct_only_if_created || f.self->created;
    if (amount.is_zero()) {
        // Nobody gets anything, and who gets nothing need not be known.
    } else if (&heir != f.self) {
        host.set_balance(heir, heir.balance + amount);
        host.set_balance(*f.self, uint256{});
        if (p.transfer_log) log_transfer(host, *f.self, heir, amount);
    } else if (destroys && p.burns) {
        host.set_balance(*f.self, uint256{});  // what an account leaves to itself is burnt with it
    }
    if (destroys) host.self_destruct(*f.self);
    f.gas = g;
    f.output_offset = f.output_size = 0;
    return exit_with(Status::success);
}

}  // namespace ashlar::evm::op
