// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "libs/ethereum/error.hpp"
#include "libs/evm/uint256.hpp"
#include "libs/rlp/decode.hpp"

namespace ashlar::ethereum {

/// A block access list (EIP-7928) as a state before each index: what an account's field or a slot is then is the last
/// entry with a smaller index, or, where there is none, what the parent's state says.
///
/// The list is a claim like any other: whoever uses it compares its hash with the header's, and the block is valid only
/// if what all its indices do gives the same list again.
class AccessListView {
  public:
    /// The last value of a field before an index; none: the parent's.
    using Number = std::optional<evm::uint256>;

    class Account {
      public:
        const BytesView& address() const { return address_; }
        Number balance(uint64_t before) const { return last_number(balances_, before); }
        Number nonce(uint64_t before) const { return last_number(nonces_, before); }
        /// The code itself; empty for one that was taken away.
        std::optional<BytesView> code(uint64_t before) const { return last(codes_, before); }
        Number slot(const evm::uint256& key, uint64_t before) const;
        /// Calls `visit(key, value)` with each slot that is written and the value that stays.
        template <class Visit>
        void each_last_slot(Visit visit) const {
            for (const Slot& s : slots_)
                if (const auto value = last_number(s.changes, NEVER)) visit(s.key, *value);
        }

      private:
        friend class AccessListView;
        struct Slot {
            evm::uint256 key;
            BytesView changes;
        };
        static std::optional<BytesView> last(BytesView changes, uint64_t before);
        static Number last_number(BytesView changes, uint64_t before);

        BytesView address_, balances_, nonces_, codes_;
        std::vector<Slot> slots_;
    };
    /// An index behind all others.
    static constexpr uint64_t NEVER = ~uint64_t{0};

    /// @param items  of the list; views into them stay. Error: access_list, unless addresses, slots and indices rise
    /// and everything has the form that EIP-7928 gives it.
    static Outcome<AccessListView> decode(BytesView items);

    const std::vector<Account>& accounts() const { return accounts_; }
    /// nullptr if the block does not access the account.
    const Account* find(const Address& address) const;

  private:
    static rlp::Decoded<Account> read(rlp::Reader& list);
    std::vector<Account> accounts_;  ///< addresses rise
};

}  // namespace ashlar::ethereum
