// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "libs/field/extension.hpp"
#include "libs/recursion/program.hpp"

namespace ashlar::recursion {

using field::Ext;

class Emitter;

/// A cell of the program under construction. `next` is the frame of a loop's next iteration.
struct Cell {
    enum class Base : uint8_t { local, global, next } base = Base::global;
    uint32_t offset = 0;
    uint32_t scope = 0;  ///< the frame it belongs to
    friend bool operator==(const Cell&, const Cell&) = default;
};

/// An element of E in a cell.
struct Element {
    Emitter* emitter = nullptr;
    Cell cell;
};

/// +-a b + s c, not yet computed: one instruction makes it an Element. Sums and differences of such forms stay one as
/// long as they fit. Computed anew wherever it is used, so keep values that are used twice as Element.
class Expression {
  public:
    Expression(const Element& x) : emitter_(x.emitter), term_(Term{F::ONE, x.cell}) {}
    /// Makes it a cell: no instruction if it is one already.
    operator Element() const;

    static Expression constant(Emitter* e, F x);
    static Expression sum(const Expression& x, const Expression& y);
    static Expression times(const Expression& x, const Expression& y);
    Expression negated() const;
    Expression scaled(F by) const;
    bool is_cell(const Cell& cell) const { return !product_ && term_ && term_->scale == F::ONE && term_->cell == cell; }
    bool is_constant() const;
    bool is_zero() const { return is_constant() && term_->scale.is_zero(); }
    /// A cell, or a constant: no instruction is missing.
    bool is_simple() const { return !product_ && (is_constant() || (term_ && term_->scale == F::ONE)); }
    Expression plus(F x) const { return sum(*this, constant(emitter_, x)); }

  private:
    friend class Emitter;
    struct Product {
        Cell a, b;
        bool negative = false;
    };
    struct Term {
        F scale;
        Cell cell;
    };
    explicit Expression(Emitter* e) : emitter_(e) {}

    Emitter* emitter_;
    std::optional<Product> product_;
    std::optional<Term> term_;
};

template <class T>
concept Arithmetic = std::is_same_v<T, Element> || std::is_same_v<T, Expression>;
template <Arithmetic X, Arithmetic Y>
Expression operator+(const X& x, const Y& y) {
    return Expression::sum(x, y);
}
template <Arithmetic X, Arithmetic Y>
Expression operator-(const X& x, const Y& y) {
    return Expression::sum(x, Expression(y).negated());
}
template <Arithmetic X, Arithmetic Y>
Expression operator*(const X& x, const Y& y) {
    return Expression::times(x, y);
}
template <Arithmetic X>
Expression operator-(const X& x) {
    return Expression(x).negated();
}
template <Arithmetic X>
Expression operator+(const X& x, F y) {
    return Expression(x).plus(y);
}
template <Arithmetic X>
Expression operator+(F x, const X& y) {
    return y + x;
}
template <Arithmetic X>
Expression operator-(const X& x, F y) {
    return x + -y;
}
template <Arithmetic X>
Expression operator-(F x, const X& y) {
    return -y + x;
}
template <Arithmetic X>
Expression operator*(const X& x, F y) {
    return Expression(x).scaled(y);
}
template <Arithmetic X>
Expression operator*(F x, const X& y) {
    return y * x;
}

/// Writes programs of the field machine: arithmetic by operators of Element, control by functions that take their parts
/// as functions. Mistakes of the caller (a cell of another frame) throw std::logic_error.
///
/// The first frame is the global one, and a subroutine has another: cells made outside of loops can be used in loops.
/// Cells made in a loop's body belong to its iteration.
class Emitter {
  public:
    explicit Emitter(uint32_t num_output);
    /// Ends the program. The emitter is of no further use.
    Program finish();

    /// 0, not in subroutines; 1.
    Element zero() { return {this, {Cell::Base::global, CELL_ZERO}}; }
    Element one() { return {this, {Cell::Base::global, CELL_ONE}}; }
    /// Output i, not in subroutines.
    Element output(uint32_t i) { return {this, {Cell::Base::global, FIRST_PUBLIC + i}}; }
    Expression constant(F x) { return Expression::constant(this, x); }
    Element constant(const Ext& x);
    /// The statement that a cell holds a constant.
    void assert_constant(const Element& cell, const Ext& x);
    /// Fresh cells: to be determined by what is stated of them.
    Element fresh() { return array(1); }
    /// The first of `n` cells in a row; `at` gives the others.
    Element array(uint32_t n);
    Element at(const Element& first, uint32_t i) const;
    /// Fresh cells that take the next `n` elements of the advice.
    Element advice(uint32_t n = 1);

    /// The statement x = y; also how a cell gets its value.
    void assert_equal(const Expression& x, const Element& y);
    /// x y = 1 determines y: x is not 0.
    Element inverse(const Element& x);

    /// Five coefficients in a row of those of x and y, from the r-th on, r < 5.
    Element window(const Element& x, const Element& y, uint32_t r);
    /// Coefficient k of x, an element of F; the statement that x is one.
    Element extract(const Element& x, uint32_t k);
    void assert_base(const Element& x);
    /// A permutation (permute.hpp): three cells of the rate, the first of the capacity's two; to the first of five
    /// cells.
    void permute(std::span<const Element, 3> rate, const Element& capacity, const Element& result);
    /// The low bits of an element of F as a number, and the power of the root of unity of order 2^bits that they stand
    /// for.
    struct Index {
        Element index, power;
    };
    Index low_bits(const Element& x, uint32_t bits);
    /// The statement that x is an element of F below 2^bits, bits <= 24.
    void assert_bits(const Element& x, uint32_t bits);
    /// The row of `length` elements at `index` of a tree of `depth` levels above its leaves, as a sum with the weights
    /// that `pointer` finds. The tree's root: nine elements in two cells.
    Element open(const Element& root, uint32_t depth, const Element& index, const Element& length,
                 const Element& pointer);
    /// prod_l (1 - rho_l) + z^(2^l) rho_l over `count` cells rho that `pointer` finds; z in F.
    Element weight(const Element& pointer, const Element& z, uint32_t count);

    /// A pointer to a cell that was made outside of loops.
    Expression address_of(const Element& x);
    /// A pointer to `size` fresh cells; the statement memory[pointer + offset] = x.
    Element frame(uint32_t size);
    void assert_pointee(const Element& pointer, uint32_t offset, const Element& x);
    Element load(const Element& pointer, uint32_t offset);

    using Body = std::function<void()>;
    /// Runs `then` if x is not 0, else `otherwise`.
    void if_nonzero(const Element& x, const Body& then, const Body& otherwise = {});

    /// Runs `body` `count` times (a number in F), each on a frame of its own: it takes the values of one iteration and
    /// gives those of the next. Returns the last ones.
    using Iteration = std::function<std::vector<Expression>(std::span<const Element>)>;
    /// Inside of a body: the cell of value k of the next iteration, for a body that wants to write it itself (and gives
    /// it back as value k).
    Element next_value(uint32_t k);
    std::vector<Element> repeat(const Element& count, std::span<const Element> first, const Iteration& body);

    /// Code with a global frame of its own, whose only ways in and out are its arguments and results. It can be called
    /// from everywhere but from itself.
    struct Subroutine {
        uint32_t label, arguments;
        std::vector<uint32_t> results;  ///< offsets
        uint32_t size;                  ///< of the frame
    };
    Subroutine define(uint32_t arguments, const std::function<std::vector<Element>(std::span<const Element>)>& body);
    std::vector<Element> call(const Subroutine& subroutine, std::span<const Element> arguments);

    size_t size() const { return program_.code.size(); }

  private:
    friend class Expression;
    using Label = uint32_t;
    struct Scope {
        uint32_t id;
        bool is_global;
        uint32_t next;  ///< first free offset
    };
    Cell allocate(uint32_t n);
    Element own(const Cell& cell) { return {this, cell}; }
    /// Offset and flag of an operand; notes the field of a `next` cell, whose frame size is not known yet.
    F offset(const Cell& cell, size_t field);
    CellRef reference(const Cell& cell) const;
    static bool is_global(const Cell& cell) { return cell.base == Cell::Base::global; }
    void emit(uint32_t op, std::array<F, 6> field) { program_.code.push_back({op, field}); }
    void arithmetic(const Cell& a, const Cell& b, F scale, const Cell& c, const Cell& d);
    /// d = x, by one instruction or more.
    void compute(const Expression& x, const Cell& d);
    Cell settle(const Expression& x);
    uint32_t here() const { return ENTRY_PC + static_cast<uint32_t>(program_.code.size()); }
    Label label() { return labels_.emplace_back(0), static_cast<Label>(labels_.size() - 1); }
    void place(Label l) { labels_[l] = here(); }
    void branch(const Cell& x, Label target, bool next_frame = false);
    void jump(Label target) { branch(one().cell, target); }
    void call(const Cell& pointer, Label target, uint32_t flags = 0);
    void extract_to(const Element& x, uint32_t k, const Element& d);
    void index(const Element& x, uint32_t bits, const Index& out);
    void deref(const Cell& pointer, uint32_t offset, const Cell& x);
    const Scope& global_scope() const;
    void hint(Hint::Kind kind, const Cell& cell, uint32_t size, const Cell& count = {});

    Program program_;
    std::vector<Scope> scopes_;
    uint32_t num_scopes_ = 0;
    std::vector<uint32_t> labels_;
    struct Place {
        size_t instruction, field;
    };
    std::vector<std::pair<Place, Label>> targets_;
    std::vector<Place> next_frame_;  ///< fields to which the size of the loop's frame is added
};

}  // namespace ashlar::recursion
