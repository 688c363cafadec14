// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "libs/evm/host.hpp"
#include "libs/evm/state_gas.hpp"

namespace ashlar::evm {

/// How an execution ended. All but success and revert consume the frame's gas and undo its effects; revert undoes only.
enum class Status : uint8_t {
    success,
    revert,
    out_of_gas,
    invalid_opcode,
    stack_underflow,
    stack_overflow,
    bad_jump,
    static_violation,
    return_data_out_of_bounds,
    initcode_too_large,
    code_too_large,
    code_starts_with_ef,
    address_collision,
    precompile_failure,
};
const char* status_name(Status s);

/// The outermost call or creation of a transaction, or a system call. The caller has charged intrinsic gas, raised the
/// sender's nonce, warmed what EIP-2929 and EIP-3651 warm, and knows that the balance covers `value`.
struct Message {
    bool create = false;
    Address sender;
    /// The called account; for a creation the new contract's address (create_address).
    Address recipient;
    uint256 value;
    /// Call data, or init code.
    BytesView input;
    uint64_t gas = 0;
    /// State gas besides (EIP-8037).
    uint64_t reservoir = 0;
};

struct ExecutionResult {
    Status status = Status::success;
    uint64_t gas_left = 0;
    /// The reservoir as it was left, and what of `gas` went for state and stays spent: none of it unless successful.
    StateGas state_gas;
    /// Refund counter (EIP-3529 cap not applied); zero unless successful.
    int64_t refund = 0;
    /// Return or revert data; for a creation the deposited code.
    Bytes output;
};

/// Address of a contract made by CREATE, or by a transaction, from the creator's nonce before it is raised (YP 86).
Address create_address(const Address& sender, uint64_t nonce);
/// Address of a contract made by CREATE2 (EIP-1014).
Address create2_address(const Address& sender, const Bytes32& salt, BytesView init_code);

/// Runs message calls on a host. Frames, stacks and memory are kept from one call to the next; a call tree uses no
/// native stack for its depth. One thread at a time.
class Evm {
  public:
    explicit Evm(Host& host);
    ~Evm();
    Evm(const Evm&) = delete;
    Evm& operator=(const Evm&) = delete;

    /// Executes the message with all its inner calls on host.revision's rules. All changes but those of a failed or
    /// reverted execution stay in the host; of a failed one only the warmth given before the call stays.
    ExecutionResult execute(const Message& message);

  private:
    struct Machine;
    std::unique_ptr<Machine> machine_;
};

}  // namespace ashlar::evm
