// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "libs/air/counting.hpp"
#include "libs/chips/core.hpp"
#include "libs/machine/program_layout.hpp"

namespace ashlar::machine {

using field::F;

/// How often each entry of each lookup table is asked for, and the permutations that are asked for: collected from the
/// interactions of concrete rows.
class LookupCounts {
  public:
    explicit LookupCounts(const ProgramLayout& program);

    /// Whether messages on this bus ask for something that is counted here.
    static constexpr bool is_asked_on(uint32_t bus) {
        for (const uint32_t b : {chips::BUS_RANGE, chips::BUS_BYTE, chips::BUS_ADDRESS, chips::BUS_CALL_TABLE,
                                 chips::BUS_PROGRAM, chips::BUS_HASH, chips::BUS_PERMUTATION})
            if (bus == b) return true;
        return false;
    }
    /// Visitor for air::visit_interactions.
    ASHLAR_INLINE void operator()(uint32_t bus, F multiplicity, std::span<const F> v) {
        switch (bus) {
            case chips::BUS_RANGE:
                count(range_, chips::RangeTable::index(v[0].canonical(), v[1].canonical()));
                break;
            case chips::BUS_BYTE:
                count(v[0] == F::from_canonical(chips::BYTE_AND) ? ands_ : pairs_,
                      chips::ByteTable::index(v[1].canonical(), v[2].canonical()));
                break;
            case chips::BUS_ADDRESS:
                count(address_, chips::AddressTable::index(v[0].canonical(), v[1].canonical()));
                break;
            case chips::BUS_CALL_TABLE:
                count(calls_, chips::CallTable::index(v[0].canonical(), v[1].canonical()));
                break;
            case chips::BUS_PROGRAM:
                count(program_, program_layout_->row_of(v[0].canonical()));
                break;
            case chips::BUS_HASH:
                hashes_.push_back(first<19>(v));
                break;
            case chips::BUS_PERMUTATION:
                permutations_.push_back(first<24>(v));
                break;
            default:
                break;
        }
        (void)multiplicity;
    }
    void add(const LookupCounts& o);
    /// False once a lookup had no entry: its row is wrong.
    bool ok() const { return ok_; }

    const std::vector<uint32_t>& range() const { return range_; }
    const std::vector<uint32_t>& pairs() const { return pairs_; }
    const std::vector<uint32_t>& ands() const { return ands_; }
    const std::vector<uint32_t>& address() const { return address_; }
    const std::vector<uint32_t>& calls() const { return calls_; }
    const std::vector<uint32_t>& program() const { return program_; }
    /// Different requests with how often each was made, in an order that depends only on the set.
    std::vector<chips::HashChip::Request> hash_requests() const;
    std::vector<chips::PermutationChip::Request> permutation_requests() const;

  private:
    ASHLAR_INLINE void count(std::vector<uint32_t>& table, size_t index) {
        if (index < table.size()) [[likely]]
            table[index]++;
        else
            ok_ = false;
    }
    template <size_t N>
    static std::array<F, N> first(std::span<const F> v) {
        std::array<F, N> r;
        for (size_t i = 0; i < N; i++) r[i] = v[i];
        return r;
    }

    const ProgramLayout* program_layout_;
    bool ok_ = true;
    std::vector<uint32_t> range_, pairs_, ands_, address_, calls_, program_;
    std::vector<std::array<F, 19>> hashes_;
    std::vector<std::array<F, 24>> permutations_;
};

/// Whether rows of chip C ask for any lookup; if not, nothing of them needs to be counted.
template <air::Chip C>
bool asks_lookups() {
    class Finder : public air::BuilderBase<Finder, air::Nothing> {
      public:
        void zero(const air::Nothing&) {}
        void interaction(uint32_t bus, const air::Nothing&, std::span<const air::Nothing>) {
            found |= LookupCounts::is_asked_on(bus);
        }
        bool found = false;
    };
    Finder finder;
    air::eval_chip<C>(finder, air::RowOf<C, air::Nothing>{});
    return finder.found;
}

/// One LookupCounts for each thread that wants one at the same time.
class LookupCountsPool {
  public:
    explicit LookupCountsPool(const ProgramLayout& program) : program_(&program) {}

    class Lease {
      public:
        Lease(LookupCountsPool& pool, std::unique_ptr<LookupCounts> counts) : pool_(pool), counts_(std::move(counts)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.give_back(std::move(counts_)); }
        LookupCounts& operator*() { return *counts_; }

      private:
        LookupCountsPool& pool_;
        std::unique_ptr<LookupCounts> counts_;
    };
    Lease lease() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return {*this, std::make_unique<LookupCounts>(*program_)};
        auto counts = std::move(free_.back());
        free_.pop_back();
        return {*this, std::move(counts)};
    }
    /// Sum over all threads; no lease may be out.
    LookupCounts total() const {
        LookupCounts sum(*program_);
        for (const auto& c : free_) sum.add(*c);
        return sum;
    }

  private:
    void give_back(std::unique_ptr<LookupCounts> counts) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(counts));
    }
    const ProgramLayout* program_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<LookupCounts>> free_;
};

}  // namespace ashlar::machine
