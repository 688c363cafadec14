// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/air/builder.hpp"
#include "libs/air/columns.hpp"
#include "libs/air/layered_part.hpp"

namespace ashlar::air {

enum class Op : uint8_t { constant, column, add, sub, mul };

/// One node of a chip's expressions. `a` is a canonical constant, a column index (main first, then preprocessed) or a
/// node; `b` a node. Equal expressions are one node.
struct Node {
    Op op;
    uint32_t a, b;
    uint32_t degree;
};

/// The expressions of one chip.
class Expressions {
  public:
    uint32_t constant(F x);
    uint32_t column(uint32_t index);
    /// Folds constants; 0 + x, 0 * x and 1 * x are x, 0 and x.
    uint32_t binary(Op op, uint32_t a, uint32_t b);
    const Node& operator[](uint32_t id) const { return nodes_[id]; }
    size_t size() const { return nodes_.size(); }
    /// Value of every node when all columns are 0.
    std::vector<F> at_zero() const;

  private:
    uint32_t intern(Node n);
    struct KeyHash {
        size_t operator()(const std::pair<uint64_t, uint32_t>& k) const {
            return static_cast<size_t>((k.first * 0x9e3779b97f4a7c15u) ^ (k.second * 0xff51afd7ed558ccdu));
        }
    };
    std::vector<Node> nodes_;
    std::unordered_map<std::pair<uint64_t, uint32_t>, uint32_t, KeyHash> index_;
};

/// A value of the symbolic builder: a node of the expressions under construction on this thread.
class Symbolic {
  public:
    Symbolic() : Symbolic(F::ZERO) {}
    Symbolic(F constant);
    static Symbolic node(uint32_t id) { return Symbolic(id, 0); }
    uint32_t id() const { return id_; }

    friend Symbolic operator+(const Symbolic& a, const Symbolic& b) { return binary(Op::add, a, b); }
    friend Symbolic operator-(const Symbolic& a, const Symbolic& b) { return binary(Op::sub, a, b); }
    friend Symbolic operator*(const Symbolic& a, const Symbolic& b) { return binary(Op::mul, a, b); }
    Symbolic operator-() const { return Symbolic(F::ZERO) - *this; }
    Symbolic& operator+=(const Symbolic& o) { return *this = *this + o; }
    Symbolic& operator-=(const Symbolic& o) { return *this = *this - o; }
    Symbolic& operator*=(const Symbolic& o) { return *this = *this * o; }

  private:
    Symbolic(uint32_t id, int) : id_(id) {}
    static Symbolic binary(Op op, const Symbolic& a, const Symbolic& b);
    uint32_t id_;
};

struct Interaction {
    uint32_t bus;
    uint32_t multiplicity;         // node
    std::vector<uint32_t> values;  // nodes
};

/// Everything eval says, as expressions.
struct ChipStructure {
    std::string name;
    uint32_t num_main = 0, num_prep = 0;
    bool free_multiplicities = false;
    Expressions expressions;
    std::vector<uint32_t> constraints;
    std::vector<Interaction> interactions;
    std::vector<uint32_t> booleans;  // nodes stated to be 0 or 1
    struct Bound {
        uint32_t value;
        int64_t lo, hi;
    };
    std::vector<Bound> bounds;
    static constexpr uint32_t NONE = ~uint32_t{0};
    struct IntegerEquation {
        uint32_t lhs, rhs;
        size_t constraint = NONE;  ///< NONE: the sides are one element by construction
        uint32_t when = NONE;      ///< node; NONE: every row that says anything
    };
    std::vector<IntegerEquation> integer_equations;
    const LayeredPart* layered = nullptr;  ///< what the layered argument proves of the row; null: nothing

    uint32_t degree(uint32_t node) const { return expressions[node].degree; }
    uint32_t max_constraint_degree() const;
    uint32_t max_interaction_degree() const;
    /// Canonical words, each < p, for the structure digest: column counts, then constraints and interactions over nodes
    /// numbered in the order a depth-first walk from them finishes, then the layered part. The same for every compiler.
    std::vector<uint32_t> words() const;
};

class SymbolicBuilder : public BuilderBase<SymbolicBuilder, Symbolic> {
  public:
    static constexpr bool READS_INTEGERS = true;
    explicit SymbolicBuilder(ChipStructure& out) : out_(out) {}
    void zero(const Symbolic& x) { out_.constraints.push_back(x.id()); }
    void interaction(uint32_t bus, const Symbolic& multiplicity, std::span<const Symbolic> values);
    void boolean(const Symbolic& x) {
        out_.booleans.push_back(x.id());
        zero(x * (x - F::ONE));
    }
    void bound(const Symbolic& x, int64_t lo, int64_t hi) { out_.bounds.push_back({x.id(), lo, hi}); }
    void equal_integers(const Symbolic& lhs, const Symbolic& rhs) {
        out_.integer_equations.push_back({lhs.id(), rhs.id(), out_.constraints.size()});
        zero(lhs - rhs);
    }
    void equal_integers(const Symbolic& when, const Symbolic& lhs, const Symbolic& rhs) {
        out_.integer_equations.push_back({lhs.id(), rhs.id(), out_.constraints.size(), when.id()});
        zero(lhs - rhs);
    }
    void not_zero(const Symbolic& flag, const Symbolic& value, const Symbolic& inverse) {
        out_.integer_equations.push_back({value.id(), Symbolic(F::ZERO).id(), out_.constraints.size(), flag.id()});
        zero(value * inverse - flag);
    }
    void same_integers(const Symbolic& when, const Symbolic& lhs, const Symbolic& rhs) {
        out_.integer_equations.push_back({lhs.id(), rhs.id(), ChipStructure::NONE, when.id()});
    }

  private:
    ChipStructure& out_;
};

namespace detail {
/// Makes `e` the expressions that Symbolic values of this thread belong to, until destroyed.
class Scope {
  public:
    explicit Scope(Expressions& e);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

  private:
    Expressions* before_;
};
}  // namespace detail

template <Chip C>
ChipStructure describe() {
    ChipStructure s;
    s.name = C::NAME;
    s.num_main = static_cast<uint32_t>(NUM_MAIN<C>);
    s.num_prep = static_cast<uint32_t>(NUM_PREP<C>);
    s.free_multiplicities = detail::free_multiplicities<C>();
    s.layered = layered_part<C>();
    detail::Scope scope(s.expressions);
    RowOf<C, Symbolic> row;
    for (uint32_t i = 0; i < s.num_main + s.num_prep; i++) row[i] = Symbolic::node(s.expressions.column(i));
    SymbolicBuilder b(s);
    eval_chip<C>(b, row);
    return s;
}

}  // namespace ashlar::air
