// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_circuit.hpp"
#include "libs/exec/buffer.hpp"
#include "libs/exec/thread_pool.hpp"

namespace ashlar::iop::layers {

using namespace air::layers;

/// All bits of a circuit's run, for the prover: each lane in 8 planes of a byte per instance, plane b holding bits 8b
/// .. of the word.
///
/// Of 2^k instances the first `real` are given; the others have input words 0. One of them stands for all that are not
/// stored.
class BitTrace {
  public:
    static constexpr uint32_t PLANES = 8;

    /// `fill(word, planes, pitch)` writes the bytes of instances below `real` of an input word: planes[b * pitch + i].
    template <class Fill>
    BitTrace(const Circuit& circuit, uint32_t k, size_t real, exec::ThreadPool& pool, Fill&& fill)
        : BitTrace(circuit, k, real) {
        for (uint32_t j = 0; j < circuit.inputs; j++) fill(j, lane(steps_ - 1, j), pitch_);
        evaluate(circuit, pool);
    }

    uint32_t k() const { return k_; }
    size_t real() const { return real_; }
    /// Instances that are stored; those from real() on are alike, and so are those not stored.
    size_t stored() const { return stored_; }
    /// Distance between planes.
    size_t pitch() const { return pitch_; }
    /// Plane 0 of a lane of a step's layer.
    uint8_t* lane(size_t step, size_t lane) { return bits_.data() + (first_lane_[step] + lane) * PLANES * pitch_; }
    const uint8_t* lane(size_t step, size_t lane) const { return const_cast<BitTrace*>(this)->lane(step, lane); }
    /// Plane 0 of an output word of the circuit.
    uint8_t* output(size_t word) { return bits_.data() + word * PLANES * pitch_; }
    const uint8_t* output(size_t word) const { return const_cast<BitTrace*>(this)->output(word); }
    /// A word of an instance.
    uint64_t word(const uint8_t* plane_0, size_t instance) const {
        uint64_t w = 0;
        for (size_t b = 0; b < PLANES; b++) w |= uint64_t{plane_0[b * pitch_ + instance]} << (8 * b);
        return w;
    }
    /// Computes everything above the lanes of step `from` again, for stored instances (lying provers change a lane
    /// first).
    void evaluate_above(const Circuit& circuit, size_t from, exec::ThreadPool& pool);

  private:
    BitTrace(const Circuit& circuit, uint32_t k, size_t real);
    void evaluate(const Circuit& circuit, exec::ThreadPool& pool) { evaluate_above(circuit, steps_ - 1, pool); }

    uint32_t k_;
    size_t real_, stored_, pitch_, steps_;
    std::vector<size_t> first_lane_;  // of each step, in lanes; the outputs come first
    exec::Buffer<uint8_t> bits_;
};

}  // namespace ashlar::iop::layers
