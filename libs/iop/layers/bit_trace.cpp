// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layers/bit_trace.hpp"

#include <array>
#include <cstring>

namespace ashlar::iop::layers {

namespace {

/// Instances handled together: one machine word of each plane.
constexpr size_t TOGETHER = 8;

uint64_t load(const uint8_t* p) {
    uint64_t x;
    std::memcpy(&x, p, TOGETHER);
    return x;
}
void store(uint8_t* p, uint64_t x) { std::memcpy(p, &x, TOGETHER); }
constexpr uint64_t repeat(uint8_t byte) { return 0x0101'0101'0101'0101 * byte; }

/// A word of 8 instances: 8 bytes of each plane.
using Word = std::array<uint64_t, BitTrace::PLANES>;

}  // namespace

BitTrace::BitTrace(const Circuit& circuit, uint32_t k, size_t real) : k_(k), real_(real), steps_(circuit.steps.size()) {
    // Whole vectors; one instance more than the real ones, unless there is none.
    stored_ = std::min(size_t{1} << k, (real + 64) / 64 * 64);
    pitch_ = (stored_ + 63) / 64 * 64 + 64;  // an odd number of cache lines for powers of two
    size_t lanes = circuit.outputs;
    for (const Step& step : circuit.steps) {
        first_lane_.push_back(lanes);
        lanes += step.layer.lanes;
    }
    bits_ = exec::Buffer<uint8_t>(lanes * PLANES * pitch_);
    std::memset(lane(steps_ - 1, 0), 0, circuit.inputs * PLANES * pitch_);
}

void BitTrace::evaluate_above(const Circuit& circuit, size_t from, exec::ThreadPool& pool) {
    pool.parallel_for(pitch_ / TOGETHER, 8, [&](size_t begin, size_t end) {
        std::vector<Word> lanes, outputs;
        for (size_t block = begin; block < end; block++) {
            const size_t i = block * TOGETHER;
            for (size_t s = from + 1; s-- > 0;) {
                const Step& step = circuit.steps[s];
                const Layer& layer = step.layer;
                lanes.resize(layer.lanes);
                for (size_t l = 0; l < layer.lanes; l++)
                    for (size_t b = 0; b < PLANES; b++) lanes[l][b] = load(lane(s, l) + b * pitch_ + i);
                outputs.resize(layer.outputs);
                for (const Group& g : layer.groups) {
                    Word form = lanes[g.factors[0]];
                    for (size_t b = 0; b < PLANES; b++) {
                        if (layer.form == Form::chi)
                            form[b] = ~form[b] & lanes[g.factors[1]][b];
                        else
                            for (size_t f = 1; f < g.factors.size(); f++) form[b] ^= lanes[g.factors[f]][b];
                    }
                    for (const Term& t : g.linear)
                        for (size_t b = 0; b < PLANES; b++) outputs[t.output][b] = lanes[t.lane][b] ^ form[b];
                }
                for (const Term& t : layer.copies) outputs[t.output] = lanes[t.lane];

                auto put = [&](size_t upper, const Word& w) {
                    uint8_t* to = s == 0 ? output(upper) : lane(s - 1, upper);
                    for (size_t b = 0; b < PLANES; b++) store(to + b * pitch_ + i, w[b]);
                };
                if (step.wires.empty())
                    for (size_t o = 0; o < outputs.size(); o++) put(o, outputs[o]);
                for (const Wire& x : step.wires) {
                    Word w = outputs[x.lower], rotated;
                    for (size_t b = 0; b < PLANES; b++) w[b] ^= repeat(static_cast<uint8_t>(x.negated >> (8 * b)));
                    const size_t bytes = x.rotation / 8, bits = x.rotation % 8;
                    const uint64_t high = repeat(static_cast<uint8_t>(0xff << bits));
                    for (size_t b = 0; b < PLANES; b++) {
                        const uint64_t here = w[(b + PLANES - bytes) % PLANES];
                        const uint64_t below = w[(b + PLANES - bytes - 1) % PLANES];
                        rotated[b] = bits == 0 ? here : (here << bits & high) | (below >> (8 - bits) & ~high);
                    }
                    put(x.upper, rotated);
                }
            }
        }
    });
}

}  // namespace ashlar::iop::layers
