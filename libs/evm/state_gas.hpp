// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>

namespace ashlar::evm {

/// The second dimension of a gas meter (EIP-8037): gas for what makes the state grow. A charge takes the reservoir
/// first, then the gas that execution is paid from; what it took there is `spilled`, and comes back there first.
/// Before Amsterdam nothing charges state gas, and both are zero.
///
/// A call gets the whole reservoir. When it fails, its state gas comes back; what of it had spilled comes back to its
/// execution gas, and burns with that when it halts.
struct StateGas {
    uint64_t reservoir = 0;
    uint64_t spilled = 0;

    /// What of `cost` the reservoir does not cover.
    uint64_t beyond(uint64_t cost) const { return cost > reservoir ? cost - reservoir : 0; }
    /// Takes `cost`; the caller has taken `beyond(cost)` from execution gas.
    void take(uint64_t cost) {
        const uint64_t spill = beyond(cost);
        reservoir -= cost - spill;
        spilled += spill;
    }
    /// Gives `amount` back; returns the part of it that belongs to execution gas.
    [[nodiscard]] uint64_t put_back(uint64_t amount) {
        const uint64_t back = std::min(amount, spilled);
        spilled -= back;
        reservoir += amount - back;
        return back;
    }
    /// Takes over what a call left that ended well; returns what a reservoir that is there again pays back to
    /// execution gas. After a failed one the reservoir is what it was, and nothing is to be done.
    [[nodiscard]] uint64_t absorb(const StateGas& child) {
        reservoir = child.reservoir;
        spilled += child.spilled;
        const uint64_t back = std::min(reservoir, spilled);
        reservoir -= back;
        spilled -= back;
        return back;
    }
};

/// Both dimensions outside of a frame, where a transaction pays for its start.
struct GasMeter {
    uint64_t left = 0;
    StateGas state;

    /// Takes both costs; false, with everything unchanged, if there is less.
    bool charge(uint64_t execution, uint64_t state_cost) {
        const uint64_t spill = state.beyond(state_cost);
        if (execution > left || spill > left - execution) return false;
        left -= execution + spill;
        state.take(state_cost);
        return true;
    }
    void put_back(uint64_t state_cost) { left += state.put_back(state_cost); }
};

}  // namespace ashlar::evm
