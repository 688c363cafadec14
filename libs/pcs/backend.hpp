// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "libs/base/error.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/iop/proof.hpp"
#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"

/// What a prover's backend does: commitments and the opening (sections 5.1, 5.5, 5.6), in steps coarse enough for a
/// device. Data stays with the backend from step to step; messages, roots and opened rows come back. The order of the
/// steps is written once, in prove.cpp and opening.cpp; every backend gives the same bytes.
namespace ashlar::pcs {

using field::Ext;
using field::F;
using poly::PointView;

/// The cells of a stack: slices of 2^s cells, one after another.
class Stack {
  public:
    virtual ~Stack() = default;
    virtual uint64_t slices() const = 0;
};
/// Where the cells come from: blocks as the layout says, zeros elsewhere. `columns[t][c]` is column c of table t, of
/// which `rows[t]` may be read; rows beyond are stored zeros.
struct StackColumns {
    const iop::Layout& layout;
    uint64_t slices;
    std::vector<std::vector<const F*>> columns;
    std::vector<uint64_t> rows;
};
/// Main slices, then those of the preprocessed columns (if there are any), then zeros up to 2^k0 slices.
struct JointStack {
    const Stack* main = nullptr;
    const Stack* prep = nullptr;
    uint32_t k0 = 0;
};

/// An encoded oracle with its tree: leaf i is the row of all slices at w^i. It may read the stack it was made from,
/// which must live longer.
class Oracle {
  public:
    virtual ~Oracle() = default;
    virtual hash::Digest root() const = 0;
    /// `indices` strictly ascending.
    virtual HostResult<iop::TreeOpening> open(std::span<const uint32_t> indices) const = 0;
};

/// A vector of E.
class Vector {
  public:
    virtual ~Vector() = default;
};
using VectorPtr = std::unique_ptr<Vector>;

/// A run of 2^log segments of a reduced stack: one block of a column.
struct SegmentRun {
    uint64_t first;
    uint32_t log;
    Ext factor;
};

/// The steps of one proof. Errors are the backend's own (memory, a device); the proof then fails, nothing else.
class ProverSteps {
  public:
    virtual ~ProverSteps() = default;

    virtual HostResult<std::unique_ptr<Stack>> stack(const StackColumns& columns) = 0;
    /// Encodes as oracle 0 and hashes.
    virtual HostResult<std::unique_ptr<Oracle>> commit(const Stack& stack) = 0;
    /// Encodes f, 2^dim(i - 1) elements, as oracle i >= 1 and hashes.
    virtual HostResult<std::unique_ptr<Oracle>> commit(const Vector& f, size_t i) = 0;

    /// sum_i stack(i) z^i.
    virtual HostResult<Ext> evaluate_powers(const JointStack& stack, const Ext& z) = 0;
    /// sum_i f(i) z^i over i < size.
    virtual HostResult<Ext> evaluate_powers(const Vector& f, size_t size, const Ext& z) = 0;

    /// out[segment] = sum over b < 2^g of stack(segment 2^g + b) low[b]: [2^k0 slices][2^(s-g) segments], g =
    /// min_block.
    virtual HostResult<VectorPtr> reduce(const JointStack& stack, std::span<const Ext> low) = 0;
    /// For each run: factor * sum over x < 2^log of reduced[first + x] eq(high[0..log), x).
    virtual HostResult<std::vector<Ext>> run_sums(const Vector& reduced, PointView high,
                                                  std::span<const SegmentRun> runs) = 0;
    /// A vector of `size` elements: factor eq(high[0..log), x) at first + x for each run, zeros elsewhere.
    virtual HostResult<VectorPtr> run_weights(size_t size, PointView high, std::span<const SegmentRun> runs) = 0;
    /// out[i] = first z^i, i < size (a power of two).
    virtual HostResult<VectorPtr> powers(size_t size, const Ext& first, const Ext& z) = 0;

    /// f and w as [2 pairs][length]: sums over pairs of rows of f w at X = 0 and X = 2.
    virtual HostResult<std::array<Ext, 2>> pair_sums(const Vector& f, const Vector& w, size_t length, size_t pairs) = 0;
    /// Row p becomes row 2p + (row 2p + 1 - row 2p) r; [pairs][length] is left.
    virtual Result<void, Error> fold_pairs(Vector& f, size_t length, size_t pairs, const Ext& r) = 0;
    /// out[b] = sum over slices a of eq[a] slice_a(b), b < 2^s.
    virtual HostResult<VectorPtr> fold_stack(const JointStack& stack, std::span<const Ext> eq) = 0;
    /// out[b] = sum over t of w[t](b / 2^g) low[t][b mod 2^g], b < 2^s.
    virtual HostResult<VectorPtr> expand(std::span<const VectorPtr> w, std::span<const std::vector<Ext>> low) = 0;

    /// w[b] += first z^b, b < size.
    virtual Result<void, Error> add_powers(Vector& w, size_t size, const Ext& first, const Ext& z) = 0;
    /// w[b] += sum_j first gamma^j z_j^b with z_j = (generator of order 2^log_domain)^index_j, b < 2^log.
    virtual Result<void, Error> add_query_powers(Vector& w, uint32_t log, std::span<const uint32_t> indices,
                                                 uint32_t log_domain, Ext first, const Ext& gamma) = 0;
    /// The first `size` elements.
    virtual HostResult<std::vector<Ext>> read(const Vector& f, size_t size) = 0;
    /// The least nonce whose proof of work of `bits` > 0 succeeds.
    virtual HostResult<F> grind(const iop::Transcript& transcript, uint32_t bits) = 0;
};

/// A backend for one profile: what all proofs share (tables for encoding). Immutable.
class Backend {
  public:
    virtual ~Backend() = default;
    /// `pool` runs what runs on the host; it must live as long as the steps.
    virtual std::unique_ptr<ProverSteps> start(exec::ThreadPool& pool) const = 0;
};

}  // namespace ashlar::pcs
