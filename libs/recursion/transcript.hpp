// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "libs/recursion/emitter.hpp"
#include "libs/recursion/permute.hpp"

namespace ashlar::recursion {

/// The sponge of iop::Transcript, written as a program: what is absorbed and squeezed are cells. Its state is five
/// cells, so a loop carries it as values.
class Transcript {
  public:
    /// The first state. Constants are made here: outside of loops.
    explicit Transcript(Emitter& e);

    void absorb(F constant) { absorb_base(emitter_->constant(constant)); }
    /// An element of F, whoever says so.
    void absorb_base(const Element& x);
    /// An element of E: five elements of F.
    void absorb(const Element& x);
    /// A digest: nine elements in two cells, the last coefficient 0.
    void absorb_digest(const Element& first);

    /// An element of F; one of E. The permutation before it, if there is one, writes its five cells from `result` on.
    Element squeeze(std::optional<Element> result = {});
    Element challenge(std::optional<Element> result = {});

    /// Proof of work of iop::Transcript::check_pow: the nonce is advice. Nothing if bits = 0.
    void check_pow(uint32_t bits);

    /// The state as five cells; nothing may be waiting to be absorbed.
    std::vector<Element> state() const;
    /// Goes on from there, `read` elements of the rate having been squeezed.
    void resume(std::span<const Element> state, size_t read);

  private:
    /// A coefficient of a cell; `is_base`: the cell is an element of F.
    struct Piece {
        Element cell;
        uint32_t coefficient;
        bool is_base = false;
    };
    void absorb(const Piece& piece);
    void permute(std::optional<Element> result);
    Element base_of(const Piece& piece);
    /// The cell with these coefficients.
    Element assemble(std::span<const Piece, 5> pieces);

    Emitter* emitter_;
    std::array<Element, 5> powers_;  ///< x^k of E = F[x]/(..)
    std::array<Piece, hash::RATE> rate_;
    Element capacity_;
    size_t position_ = 0, out_ = hash::RATE;
};

}  // namespace ashlar::recursion
