// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/transcript.hpp"

#include <stdexcept>

#include "libs/iop/transcript.hpp"

namespace ashlar::recursion {

Transcript::Transcript(Emitter& e) : emitter_(&e) {
    powers_[0] = e.one();
    for (size_t k = 1; k < 5; k++) {
        Ext x = Ext::zero();
        x.c[k] = F::ONE;
        powers_[k] = e.constant(x);
    }
    const PermutationState first = iop::Transcript().state();
    const Element cells = e.array(STATE_CELLS);
    std::vector<Element> state;
    for (uint32_t k = 0; k < STATE_CELLS; k++) {
        state.push_back(e.at(cells, k));
        e.assert_constant(state.back(), state_cell(first, k));
    }
    resume(state, hash::RATE);
}

void Transcript::resume(std::span<const Element> state, size_t read) {
    for (uint32_t i = 0; i < hash::RATE; i++) rate_[i] = {state[i / 5], i % 5};
    capacity_ = state[RATE_CELLS];
    position_ = 0;
    out_ = read;
}

std::vector<Element> Transcript::state() const {
    if (position_ != 0) throw std::logic_error("a transcript's state with something to absorb");
    std::vector<Element> out;
    for (size_t k = 0; k < RATE_CELLS; k++) out.push_back(rate_[5 * k].cell);
    for (uint32_t k = 0; k < STATE_CELLS - RATE_CELLS; k++) out.push_back(emitter_->at(capacity_, k));
    return out;
}

void Transcript::absorb_base(const Element& x) { absorb(Piece{x, 0, true}); }
void Transcript::absorb(const Element& x) {
    for (uint32_t k = 0; k < 5; k++) absorb(Piece{x, k});
}
void Transcript::absorb_digest(const Element& first) {
    for (uint32_t i = 0; i < hash::DIGEST_SIZE; i++) absorb(Piece{emitter_->at(first, i / 5), i % 5});
}

void Transcript::absorb(const Piece& piece) {
    if (position_ == hash::RATE) permute({});
    rate_[position_++] = piece;
    out_ = hash::RATE;
}

Element Transcript::squeeze(std::optional<Element> result) {
    if (position_ != 0 || out_ == hash::RATE) permute(result);
    return base_of(rate_[out_++]);
}

Element Transcript::challenge(std::optional<Element> result) {
    std::array<Piece, 5> pieces;
    for (Piece& p : pieces) {
        if (position_ != 0 || out_ == hash::RATE) permute(result);
        p = rate_[out_++];
    }
    return assemble(pieces);
}

void Transcript::check_pow(uint32_t bits) {
    if (bits == 0) return;
    const Element nonce = emitter_->advice();
    emitter_->assert_base(nonce);
    absorb_base(nonce);
    emitter_->assert_constant(emitter_->low_bits(squeeze(), bits).index, Ext::zero());
    out_ = hash::RATE;
}

void Transcript::permute(std::optional<Element> result) {
    std::array<Element, RATE_CELLS> rate;
    for (size_t k = 0; k < RATE_CELLS; k++) rate[k] = assemble(std::span(rate_).subspan(5 * k).first<5>());
    const Element out = result ? *result : emitter_->array(STATE_CELLS);
    emitter_->permute(rate, capacity_, out);
    std::vector<Element> state;
    for (uint32_t k = 0; k < STATE_CELLS; k++) state.push_back(emitter_->at(out, k));
    resume(state, 0);
}

Element Transcript::base_of(const Piece& piece) {
    return piece.is_base ? piece.cell : emitter_->extract(piece.cell, piece.coefficient);
}

Element Transcript::assemble(std::span<const Piece, 5> pieces) {
    // As few cells as there are: one, or two of which the pieces are a window.
    uint32_t from = 0;
    while (from < 5 && !pieces[from].is_base && pieces[from].cell.cell == pieces[0].cell.cell &&
           pieces[from].coefficient == pieces[0].coefficient + from)
        from++;
    if (from == 5) return pieces[0].cell;
    bool window = from > 0 && pieces[from - 1].coefficient == 4;
    for (uint32_t k = from; k < 5; k++)
        window = window && !pieces[k].is_base && pieces[k].cell.cell == pieces[from].cell.cell &&
                 pieces[k].coefficient == k - from;
    if (window) return emitter_->window(pieces[0].cell, pieces[from].cell, 5 - from);
    Element sum = base_of(pieces[0]);
    for (uint32_t k = 1; k < 5; k++) sum = base_of(pieces[k]) * powers_[k] + sum;
    return sum;
}

}  // namespace ashlar::recursion
