// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/emitter.hpp"

#include <algorithm>
#include <stdexcept>

namespace ashlar::recursion {

namespace {

constexpr Cell ONE = {Cell::Base::global, CELL_ONE, 0};
// Frames of loops: the state to return to (unused where the loop is left by a jump), what is left to do, the loop's
// values. Frames of subroutines: the state to return to, 1, the frame's own address, arguments.
constexpr uint32_t FRAME_RETURN = 0, FRAME_REMAINING = 1, FRAME_VALUES = 2, FRAME_ADDRESS = 2, FRAME_ARGUMENTS = 3;

}  // namespace

Expression Expression::constant(Emitter* e, F x) {
    Expression out(e);
    out.term_ = Term{x, ONE};
    return out;
}

bool Expression::is_constant() const { return !product_ && term_ && term_->cell == ONE; }

Expression Expression::negated() const {
    Expression out = *this;
    if (out.product_) out.product_->negative = !out.product_->negative;
    if (out.term_) out.term_->scale = -out.term_->scale;
    return out;
}

Expression Expression::scaled(F by) const {
    if (by == F::ONE) return *this;
    if (by == -F::ONE) return negated();
    if (by.is_zero()) return constant(emitter_, F::ZERO);
    Expression out = product_ ? Expression(emitter_->own(emitter_->settle(*this))) : *this;
    if (out.term_) out.term_->scale *= by;
    return out;
}

Expression Expression::sum(const Expression& x, const Expression& y) {
    if (x.is_zero()) return y;
    if (y.is_zero()) return x;
    Expression out(x.emitter_ ? x.emitter_ : y.emitter_);
    if (x.term_ && y.term_ && x.term_->cell == y.term_->cell && !(x.product_ && y.product_)) {
        out.product_ = x.product_ ? x.product_ : y.product_;
        out.term_ = Term{x.term_->scale + y.term_->scale, x.term_->cell};
        if (out.product_ && out.term_->scale.is_zero()) out.term_.reset();
        return out;
    }
    if (!(x.product_ && y.product_) && !(x.term_ && y.term_)) {
        out.product_ = x.product_ ? x.product_ : y.product_;
        out.term_ = x.term_ ? x.term_ : y.term_;
        return out;
    }
    // Two terms and no product: one of them is a product with 1.
    const auto with_one = [&](const Expression& product, const Expression& term) {
        out.product_ = Product{product.term_->cell, ONE, product.term_->scale != F::ONE};
        out.term_ = term.term_;
        return out;
    };
    if (!x.product_ && !y.product_) {
        if (x.term_->scale == F::ONE) return with_one(x, y);
        if (y.term_->scale == F::ONE) return with_one(y, x);
        return with_one(Expression(out.emitter_->own(out.emitter_->settle(x))), y);
    }
    // Too much for one instruction: the longer side becomes a cell.
    const auto parts = [](const Expression& e) { return int{e.product_.has_value()} + int{e.term_.has_value()}; };
    const Expression &longer = parts(x) >= parts(y) ? x : y, &shorter = &longer == &x ? y : x;
    return sum(Expression(out.emitter_->own(out.emitter_->settle(longer))), shorter);
}

Expression Expression::times(const Expression& x, const Expression& y) {
    if (x.is_constant()) return y.scaled(x.term_->scale);
    if (y.is_constant()) return x.scaled(y.term_->scale);
    Expression out(x.emitter_);  // neither is a constant, so both have one
    const Cell a = x.emitter_->settle(x);
    out.product_ = Product{a, x.emitter_->settle(y), false};
    return out;
}

Expression::operator Element() const { return emitter_->own(emitter_->settle(*this)); }

Emitter::Emitter(uint32_t num_output) {
    program_.num_output = num_output;
    scopes_.push_back({num_scopes_++, true, FIRST_PUBLIC + num_output});
}

Program Emitter::finish() {
    if (scopes_.size() != 1) throw std::logic_error("a program ends inside a loop");
    // The state that cell 0 holds is (HALT_PC, 0, 0).
    emit(OP_RETURN + 1, {F::from_canonical(CELL_ZERO)});
    for (const auto& [place, label] : targets_)
        program_.code[place.instruction].field[place.field] = F::from_canonical(labels_[label]);
    program_.main_cells = scopes_[0].next;
    return std::move(program_);
}

Cell Emitter::allocate(uint32_t n) {
    Scope& s = scopes_.back();
    const Cell cell = {s.is_global ? Cell::Base::global : Cell::Base::local, s.next, s.id};
    s.next += n;
    return cell;
}

Element Emitter::array(uint32_t n) { return own(allocate(n)); }

Element Emitter::at(const Element& first, uint32_t i) const {
    Element e = first;
    e.cell.offset += i;
    return e;
}

Element Emitter::constant(const Ext& x) {
    const Element e = fresh();
    assert_constant(e, x);
    return e;
}

void Emitter::assert_constant(const Element& e, const Ext& x) {
    emit(OP_CONSTANT + is_global(e.cell), {offset(e.cell, 0), x.c[0], x.c[1], x.c[2], x.c[3], x.c[4]});
}

Element Emitter::advice(uint32_t n) {
    const Element e = array(n);
    hint(Hint::Kind::input, e.cell, n);
    return e;
}

void Emitter::assert_equal(const Expression& x, const Element& y) { compute(x, y.cell); }

Element Emitter::inverse(const Element& x) {
    const Element y = fresh();
    assert_equal(x * y, one());
    return y;
}

Element Emitter::window(const Element& x, const Element& y, uint32_t r) {
    if (r == 0) return x;
    const Element d = fresh();
    emit(OP_WINDOW + 8 * (r - 1) + is_global(x.cell) + 2u * is_global(y.cell) + 4u * is_global(d.cell),
         {offset(x.cell, 0), offset(y.cell, 1), offset(d.cell, 2)});
    return d;
}

void Emitter::extract_to(const Element& x, uint32_t k, const Element& d) {
    emit(OP_EXTRACT + 8 * k + is_global(x.cell) + 4u * is_global(d.cell),
         {offset(x.cell, 0), F::ZERO, offset(d.cell, 2)});
}

Element Emitter::extract(const Element& x, uint32_t k) {
    const Element d = fresh();
    extract_to(x, k, d);
    return d;
}

void Emitter::assert_base(const Element& x) { extract_to(x, 0, x); }

void Emitter::permute(std::span<const Element, 3> rate, const Element& capacity, const Element& result) {
    const Cell cells[5] = {rate[0].cell, rate[1].cell, rate[2].cell, capacity.cell, result.cell};
    uint32_t op = OP_PERMUTE;
    std::array<F, 6> field{};
    for (uint32_t k = 0; k < 5; k++) op += is_global(cells[k]) << k, field[k] = offset(cells[k], k);
    emit(op, field);
}

Emitter::Index Emitter::low_bits(const Element& x, uint32_t bits) {
    const Index out{fresh(), fresh()};
    index(x, bits, out);
    return out;
}

void Emitter::assert_bits(const Element& x, uint32_t bits) { index(x, bits, {x, fresh()}); }

void Emitter::index(const Element& x, uint32_t bits, const Index& out) {
    emit(OP_INDEX + is_global(x.cell) + 2u * is_global(out.index.cell) + 4u * is_global(out.power.cell),
         {offset(x.cell, 0), offset(out.index.cell, 1), offset(out.power.cell, 2), F::from_canonical(bits),
          F::two_adic_generator(bits) - F::ONE});
}

Element Emitter::open(const Element& root, uint32_t depth, const Element& index, const Element& length,
                      const Element& pointer) {
    const Element value = fresh();
    const Cell cells[5] = {index.cell, pointer.cell, length.cell, root.cell, value.cell};
    uint32_t op = OP_OPEN;
    std::array<F, 6> field{};
    for (uint32_t k = 0; k < 5; k++) op += is_global(cells[k]) << k, field[k] = offset(cells[k], k);
    field[5] = F::from_canonical(depth);
    emit(op, field);
    return value;
}

Element Emitter::weight(const Element& pointer, const Element& z, uint32_t count) {
    if (count == 0) return one();
    const Element value = fresh();
    emit(OP_WEIGHT + is_global(pointer.cell) + 2u * is_global(z.cell) + 4u * is_global(value.cell),
         {offset(pointer.cell, 0), offset(z.cell, 1), offset(value.cell, 2), F::from_canonical(count)});
    return value;
}

Expression Emitter::address_of(const Element& x) {
    if (!is_global(x.cell)) throw std::logic_error("the address of a loop's cell");
    const Scope& s = global_scope();
    const F at = offset(x.cell, 0);
    return s.id == 0 ? constant(at) : own({Cell::Base::global, FRAME_ADDRESS, s.id}) + at;
}

const Emitter::Scope& Emitter::global_scope() const {
    return *std::find_if(scopes_.rbegin(), scopes_.rend(), [](const Scope& s) { return s.is_global; });
}

Element Emitter::frame(uint32_t size) {
    const Element p = fresh();
    hint(Hint::Kind::frame, p.cell, size);
    return p;
}

void Emitter::assert_pointee(const Element& pointer, uint32_t at, const Element& x) { deref(pointer.cell, at, x.cell); }

Element Emitter::load(const Element& pointer, uint32_t at) {
    const Element x = fresh();
    deref(pointer.cell, at, x.cell);
    return x;
}

void Emitter::if_nonzero(const Element& x, const Body& then, const Body& otherwise) {
    const Label yes = label(), end = label();
    branch(x.cell, yes);
    if (otherwise) otherwise();
    jump(end);
    place(yes);
    then();
    place(end);
}

std::vector<Element> Emitter::repeat(const Element& count, std::span<const Element> first, const Iteration& body) {
    const bool outermost = scopes_.back().is_global;
    const auto n = static_cast<uint32_t>(first.size());
    // Where the last values go: cells of this frame; in a loop within a loop by way of a block that a pointer finds.
    const Element results = array(n);
    const Label enter = label(), start = label(), end = label();
    branch(count.cell, enter);
    for (uint32_t k = 0; k < n; k++) assert_equal(first[k], at(results, k));
    jump(end);
    place(enter);
    std::optional<Element> block;
    if (!outermost) block = frame(n);
    const Element frames = fresh();
    const size_t loop_hint = program_.hints.size();
    hint(Hint::Kind::loop, frames.cell, 0, count.cell);
    deref(frames.cell, FRAME_REMAINING, count.cell);
    for (uint32_t k = 0; k < n; k++) deref(frames.cell, FRAME_VALUES + k, first[k].cell);
    if (block) deref(frames.cell, FRAME_VALUES + n, block->cell);
    call(frames.cell, start);
    if (block)
        for (uint32_t k = 0; k < n; k++) deref(block->cell, k, at(results, k).cell);
    jump(end);

    place(start);
    const uint32_t carried = n + (block ? 1 : 0);
    scopes_.push_back({num_scopes_++, false, FRAME_VALUES + carried});
    const uint32_t id = scopes_.back().id;
    const auto old = [&](uint32_t at) { return own({Cell::Base::local, at, id}); };
    const auto next = [&](uint32_t at) { return own({Cell::Base::next, at, id}); };
    std::vector<Place> outer = std::move(next_frame_);
    next_frame_.clear();
    std::vector<Element> values;
    for (uint32_t k = 0; k < n; k++) values.push_back(old(FRAME_VALUES + k));
    const std::vector<Expression> after = body(values);
    if (after.size() != n) throw std::logic_error("a loop's body must give as many values as it takes");
    for (uint32_t k = 0; k < n; k++)
        if (!after[k].is_cell(next(FRAME_VALUES + k).cell)) assert_equal(after[k], next(FRAME_VALUES + k));
    if (block) {
        assert_equal(old(FRAME_VALUES + n), next(FRAME_VALUES + n));
        assert_equal(old(FRAME_RETURN), next(FRAME_RETURN));
    }
    assert_equal(old(FRAME_REMAINING) - F::ONE, next(FRAME_REMAINING));
    branch(next(FRAME_REMAINING).cell, start, true);
    // The values after the last iteration.
    for (uint32_t k = 0; k < n; k++) {
        const Cell last = next(FRAME_VALUES + k).cell;
        if (block)
            deref(next(FRAME_VALUES + n).cell, k, last);
        else
            assert_equal(own(last), at(results, k));
    }
    if (block)
        emit(OP_RETURN, {offset(next(FRAME_RETURN).cell, 0)});
    else
        jump(end);
    const uint32_t size = scopes_.back().next;
    for (const Place& p : next_frame_) program_.code[p.instruction].field[p.field] += F::from_canonical(size);
    next_frame_ = std::move(outer);
    program_.hints[loop_hint].size = size;
    scopes_.pop_back();
    place(end);
    std::vector<Element> out;
    for (uint32_t k = 0; k < n; k++) out.push_back(at(results, k));
    return out;
}

Element Emitter::next_value(uint32_t k) { return own({Cell::Base::next, FRAME_VALUES + k, scopes_.back().id}); }

Emitter::Subroutine Emitter::define(uint32_t arguments,
                                    const std::function<std::vector<Element>(std::span<const Element>)>& body) {
    Subroutine s{label(), arguments, {}, 0};
    const Label over = label();
    jump(over);
    place(s.label);
    scopes_.push_back({num_scopes_++, true, FRAME_ARGUMENTS + arguments});
    const auto cell = [&](uint32_t at) { return own({Cell::Base::global, at, scopes_.back().id}); };
    std::vector<Element> given;
    for (uint32_t k = 0; k < arguments; k++) given.push_back(cell(FRAME_ARGUMENTS + k));
    for (const Element& x : body(given)) {
        offset(x.cell, 0);  // a cell of this frame
        s.results.push_back(x.cell.offset);
    }
    const Cell back = cell(FRAME_RETURN).cell;
    emit(OP_RETURN + 1, {offset(back, 0)});
    s.size = scopes_.back().next;
    scopes_.pop_back();
    place(over);
    return s;
}

std::vector<Element> Emitter::call(const Subroutine& s, std::span<const Element> arguments) {
    if (arguments.size() != s.arguments) throw std::logic_error("number of arguments");
    const Element p = frame(s.size);
    assert_pointee(p, CELL_ONE, one());
    assert_pointee(p, FRAME_ADDRESS, p);
    for (uint32_t k = 0; k < s.arguments; k++) assert_pointee(p, FRAME_ARGUMENTS + k, arguments[k]);
    call(p.cell, s.label, OP_CALL_ENTER);
    std::vector<Element> out;
    for (uint32_t at : s.results) out.push_back(load(p, at));
    return out;
}

F Emitter::offset(const Cell& cell, size_t field) {
    const uint32_t owner = is_global(cell) ? global_scope().id : scopes_.back().id;
    if (cell.scope != owner && !(cell == ONE)) throw std::logic_error("a cell of another frame");
    if (cell.base == Cell::Base::next) next_frame_.push_back({program_.code.size(), field});
    return F::from_canonical(cell.offset);
}

CellRef Emitter::reference(const Cell& cell) const {
    if (cell.base == Cell::Base::next) throw std::logic_error("a hint for a frame to come");
    return {cell.offset, is_global(cell)};
}

void Emitter::arithmetic(const Cell& a, const Cell& b, F scale, const Cell& c, const Cell& d) {
    const uint32_t flags = is_global(a) + 2u * is_global(b) + 4u * is_global(c) + 8u * is_global(d);
    emit(OP_ARITHMETIC + flags, {offset(a, 0), offset(b, 1), offset(c, 2), offset(d, 3), scale});
}

void Emitter::compute(const Expression& x, const Cell& d) {
    const auto& [p, t] = std::pair(x.product_, x.term_);
    if (!p) {
        // s c = c + (s - 1) c; no term is 0.
        const Cell c = t ? t->cell : ONE;
        const F s = t ? t->scale : F::ZERO;
        return arithmetic(c, ONE, s - F::ONE, c, d);
    }
    if (!p->negative) return arithmetic(p->a, p->b, t ? t->scale : F::ZERO, t ? t->cell : ONE, d);
    if (t && t->scale == F::ONE) return arithmetic(p->a, p->b, F::ONE, d, t->cell);  // c = a b + d
    // s c - a b: the product first.
    const Cell ab = allocate(1);
    arithmetic(p->a, p->b, F::ZERO, ONE, ab);
    if (!t) return arithmetic(ab, ONE, -F::TWO, ab, d);
    const Cell c = allocate(1);
    arithmetic(t->cell, ONE, t->scale - F::ONE, t->cell, c);
    arithmetic(c, ONE, -F::ONE, ab, d);
}

Cell Emitter::settle(const Expression& x) {
    if (!x.product_ && x.term_ && x.term_->scale == F::ONE) return x.term_->cell;
    const Cell d = allocate(1);
    compute(x, d);
    return d;
}

void Emitter::branch(const Cell& x, Label target, bool next_frame) {
    const F at = offset(x, 0);
    if (next_frame) next_frame_.push_back({program_.code.size(), 2});
    targets_.push_back({{program_.code.size(), 1}, target});
    emit(OP_BRANCH + is_global(x), {at});
}

void Emitter::call(const Cell& pointer, Label target, uint32_t flags) {
    targets_.push_back({{program_.code.size(), 1}, target});
    emit(OP_CALL + flags + is_global(pointer), {offset(pointer, 0)});
}

void Emitter::deref(const Cell& pointer, uint32_t at, const Cell& x) {
    emit(OP_DEREF + is_global(x) + 2u * is_global(pointer), {offset(x, 0), offset(pointer, 1), F::from_canonical(at)});
}

void Emitter::hint(Hint::Kind kind, const Cell& cell, uint32_t size, const Cell& count) {
    program_.hints.push_back({here(), kind, reference(cell), size, reference(count)});
}

}  // namespace ashlar::recursion
