// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "libs/base/error.hpp"
#include "libs/iop/transcript.hpp"

namespace ashlar::air::layers {
struct Layer;
}

namespace ashlar::iop {

/// What a lying prover changes; the honest one has none. For tests of the verifier (test/support/lying_prover.hpp).
class ProverHooks {
  public:
    virtual ~ProverHooks() = default;
    /// Called with each non-empty prover message of E elements, numbered from 0, before it is absorbed and stored.
    virtual void message(size_t, std::span<Ext>) {}
    /// Called with each first message of a layer of the layered argument before it is sent: the verifier requires that
    /// the sum of weights and values is the claim.
    virtual void fit_first(const Ext& claim, std::span<const Ext> weights, std::span<Ext> values) {
        (void)claim, (void)weights, (void)values;
    }
    /// Called with the claims that end a layer before they are sent: the verifier requires layer_value(layer, weights,
    /// claims) = claim.
    virtual void fit_claims(const Ext& claim, const air::layers::Layer& layer, std::span<const Ext> weights,
                            std::span<Ext> claims) {
        (void)claim, (void)layer, (void)weights, (void)claims;
    }
    /// Called for each proof of work, numbered from 0: true to take the first nonce that does not do it.
    virtual bool skip_work(size_t) { return false; }
};

/// Finds the least nonce whose proof of work of `bits` > 0 succeeds. Errors are those of the backend that does it.
using Grind = std::function<HostResult<F>(const Transcript&, uint32_t bits)>;

class ProverTranscript {
  public:
    /// Without `grind` no proof of work may be asked for.
    ProverTranscript(Grind grind, ProverHooks* hooks) : grind_(std::move(grind)), hooks_(hooks) {}

    Transcript& state() { return transcript_; }
    ProverHooks* hooks() const { return hooks_; }
    void tag(Tag t) { transcript_.tag(t); }
    void absorb(std::span<const F> xs) { transcript_.absorb(xs); }
    Ext challenge() { return transcript_.challenge(); }
    uint32_t index(uint32_t bits) { return transcript_.index(bits); }

    /// Sends a message: hooks may change it in place; then it is absorbed.
    void send(std::span<Ext> message) {
        if (hooks_ && !message.empty()) hooks_->message(messages_, message);
        messages_ += !message.empty();
        transcript_.absorb(std::span<const Ext>(message));
    }
    /// Finds and absorbs a nonce; 0 without effect if bits = 0.
    HostResult<F> grind(uint32_t bits) {
        if (bits == 0) return F::ZERO;
        F nonce;
        if (hooks_ && hooks_->skip_work(works_)) {
            nonce = first_failing(bits);
        } else {
            ASHLAR_ASSIGN(nonce, grind_(transcript_, bits));
        }
        works_++;
        (void)transcript_.check_pow(bits, nonce);
        return nonce;
    }
    size_t messages() const { return messages_; }
    size_t works() const { return works_; }

  private:
    F first_failing(uint32_t bits) const {
        for (uint32_t n = 0;; n++) {
            Transcript t = transcript_;
            if (!t.check_pow(bits, F::reduce(n))) return F::reduce(n);
        }
    }
    Transcript transcript_;
    Grind grind_;
    ProverHooks* hooks_;
    size_t messages_ = 0, works_ = 0;
};

}  // namespace ashlar::iop
