// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <random>
#include <string>

#include "libs/pcs/prove.hpp"
#include "libs/pcs/verify.hpp"

/// Harness for soundness tests of any machine: wrong witnesses proven as well as an adversary could, messages changed
/// as they are sent, proofs of work left out, and proofs altered afterwards. All must be rejected, with the right
/// reason.
namespace ashlar::test {

using field::Ext;
using field::F;

/// How often each reason was given; "accepted" must not be among them.
using Reasons = std::map<std::string, int>;

/// Verifies; the reason's text, or "accepted".
std::string verdict(const iop::VerifyingKey& vk, std::span<const F> public_values, BytesView proof);

/// Proves and verifies; "accepted", or why not. A prover that cannot even form a proof gives its error's code.
std::string prove_and_verify(const iop::ProvingKey& key, std::span<const F> public_values, const iop::Traces& traces,
                             exec::ThreadPool& pool, const pcs::Lies& lies = {});

/// A copy that may be changed.
iop::Traces copy(const iop::Profile& profile, const iop::Traces& traces);
/// The same with a table's rows given anew: `rows[x][column]`.
void set_rows(const iop::Profile& profile, iop::Trace& trace, const std::vector<std::vector<F>>& rows);
std::vector<std::vector<F>> rows_of(const iop::Trace& trace);

/// Adds a random non-zero number to one element of message number `at` as it is sent; the prover goes on honestly with
/// the challenges that follow, so only the check on that message can notice.
class Tampering : public iop::ProverHooks {
  public:
    Tampering(size_t at, uint64_t seed) : at_(at), rng_(seed) {}
    void message(size_t number, std::span<Ext> message) override {
        sent_ = number + 1;
        if (number != at_) return;
        message[rng_() % message.size()] += Ext::from_base(F::reduce(1 + rng_() % (F::P - 1)));
    }
    bool skip_work(size_t number) override {
        works_ = number + 1;
        return false;
    }
    size_t sent() const { return sent_; }
    size_t works() const { return works_; }

  private:
    size_t at_, sent_ = 0, works_ = 0;
    std::mt19937_64 rng_;
};

/// Takes the first nonce that does not do proof of work number `at`.
class Lazy : public iop::ProverHooks {
  public:
    explicit Lazy(size_t at) : at_(at) {}
    bool skip_work(size_t number) override { return number == at_; }

  private:
    size_t at_;
};

/// One false message or one missing proof of work at a time, otherwise honest. `max_cases` of each kind, spread evenly.
Reasons adaptive(const iop::ProvingKey& key, std::span<const F> public_values, const iop::Traces& traces,
                 exec::ThreadPool& pool, size_t max_cases = ~size_t{0});

/// Each region of a valid proof altered (`per_region` words of each), made non-canonical, cut, extended; other heights;
/// roots exchanged. Reasons by region.
std::map<std::string, Reasons> altered(const iop::VerifyingKey& vk, std::span<const F> public_values,
                                       const Bytes& proof, size_t per_region, uint64_t seed);

/// Region name of each word of a proof.
std::vector<std::string> regions(const iop::VerifyingKey& vk, const Bytes& proof);

}  // namespace ashlar::test
