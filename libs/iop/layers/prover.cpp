// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/iop/layers/prover.hpp"

#include "libs/iop/layers/layer_prover.hpp"

namespace ashlar::iop::layers::ASHLAR_ISA {

namespace {

using L = field::ASHLAR_ISA::Lane;
constexpr size_t W = L::WIDTH;
using EL = Extension<L>;

/// Weights of a step's outputs at each position: sum over the wires into it of the weights of what is above.
template <class Above>
SmallColumns<L> weight_columns(const Step& step, Above&& above) {
    SmallColumns<L> out(step.layer.outputs, WORD_BITS);
    for (const Wire& x : step.wires)
        for (uint32_t z = 0; z < WORD_BITS; z++) {
            const Ext w = above(x.upper, (z + x.rotation) % WORD_BITS);
            out.set(x.lower, z, out.get(x.lower, z) + (x.negated >> z & 1 ? -w : w));
        }
    return out;
}

/// Values of a step's outputs from those of the lanes above, through one wire each (every output has one).
SmallColumns<L> output_values(const Step& step, const SmallColumns<L>& above, const std::vector<uint32_t>& column_of) {
    SmallColumns<L> out(step.layer.outputs, WORD_BITS);
    for (const Wire& x : step.wires) {
        if (column_of[x.upper] == ~0u) continue;
        for (uint32_t z = 0; z < WORD_BITS; z++) {
            const Ext v = above.get(column_of[x.upper], (z + x.rotation) % WORD_BITS);
            out.set(x.lower, z, x.negated >> z & 1 ? -v : v);
        }
    }
    return out;
}

/// Lanes above that output_values needs: the first wire into each output.
std::vector<uint32_t> lanes_needed(const Step& step) {
    if (step.wires.empty()) {
        std::vector<uint32_t> all;
        for (uint32_t o = 0; o < step.layer.outputs; o++) all.push_back(o);
        return all;
    }
    std::vector<uint32_t> first(step.layer.outputs, ~0u);
    for (const Wire& x : step.wires)
        if (first[x.lower] == ~0u) first[x.lower] = x.upper;
    return first;
}

/// Binds the highest variable of all columns to r; `half` entries stay.
void fold(SmallColumns<L>& columns, size_t count, size_t half, const Ext& r) {
    const Factor<L> f(EL::broadcast(r));
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < half; i += W) {
            const EL low = EL::load(columns.column(c), i), high = EL::load(columns.column(c), i + half);
            (low + multiply(high - low, f)).store(columns.column(c), i);
        }
}

/// sum_z sum_o weights_o(z) values_o(z) to one point.
Point prove_wiring(ProverState<L>& s, SmallColumns<L> values, SmallColumns<L> weights, size_t outputs, Ext& claim) {
    Point point(LOG_WORD);
    for (uint32_t j = LOG_WORD; j-- > 0;) {
        const size_t half = size_t{1} << j;
        ExtSum<L> at_zero, leading;
        for (size_t o = 0; o < outputs; o++)
            for (size_t z = 0; z < half; z += W) {
                const EL x = EL::load(values.column(o), z), w = EL::load(weights.column(o), z);
                at_zero.add(x, w);
                leading.add(EL::load(values.column(o), z + half) - x, EL::load(weights.column(o), z + half) - w);
            }
        const Ext c0 = sum_first(at_zero.reduce(), half), c2 = sum_first(leading.reduce(), half);
        Ext message[2] = {claim - c0.doubled() - c2, c2};
        s.send(message);
        const Ext r = point[j] = s.tr.challenge();
        claim = (message[1] * r + message[0]) * r + halved(claim - message[0] - message[1]);
        fold(values, outputs, half, r);
        fold(weights, outputs, half, r);
    }
    return point;
}

Claims prove(const Circuit& circuit, const BitTrace& trace, exec::ThreadPool& pool, ProverTranscript& tr,
             std::vector<Ext>& messages, StageTimes& times) {
    Laps laps(times);
    ProverState<L> s{circuit, trace, pool, tr, messages, {}, {}};
    Claims out;
    tr.tag(Tag::layers);
    for (uint32_t j = 0; j < trace.k(); j++) out.outputs_at.push_back(tr.challenge());
    out.gamma = powers(tr.challenge(), size_t{LIMBS} * circuit.outputs);
    auto instances = std::make_unique<InstancePoint>(out.outputs_at, trace);

    std::vector<const uint8_t*> planes;
    std::vector<uint32_t> column_of;
    for (uint32_t o = 0; o < circuit.outputs; o++) {
        planes.push_back(trace.output(o));
        column_of.push_back(o);
    }
    SmallColumns<L> above = fold_instances<L>(planes, trace, *instances, pool);
    auto limb_weight = [&](uint32_t word, uint32_t z) {
        return out.gamma[LIMBS * word + z / LIMB_BITS] * F::reduce(1u << z % LIMB_BITS);
    };
    // A liar about outputs says what its trace gives; the claim on the columns then fails.
    out.output = Ext::zero();
    for (uint32_t o = 0; o < circuit.outputs; o++)
        for (uint32_t z = 0; z < WORD_BITS; z++) out.output += limb_weight(o, z) * halved(F::ONE - above.get(o, z));
    s.send({&out.output, 1});
    laps.add("layers: folds over instances");

    Ext claim = out.output - output_constant(out.gamma);
    WordPoint word;
    std::vector<Ext> weights;
    for (size_t step = 0; step < circuit.steps.size(); step++) {
        const Step& st = circuit.steps[step];
        const Layer& layer = st.layer;
        SmallColumns<L> values = [&] {
            if (st.wires.empty()) return std::move(above);
            std::vector<Ext> table;
            if (step > 0) table = word.table();
            SmallColumns<L> w =
                step == 0 ? weight_columns(st, [&](uint32_t u, uint32_t z) { return -halved(limb_weight(u, z)); })
                          : weight_columns(st, [&](uint32_t u, uint32_t z) { return weights[u] * table[z]; });
            SmallColumns<L> v = output_values(st, above, column_of);
            SmallColumns<L> keep(layer.outputs, WORD_BITS);
            for (uint32_t o = 0; o < layer.outputs; o++)
                for (uint32_t z = 0; z < WORD_BITS; z++) keep.set(o, z, v.get(o, z));
            Point point = prove_wiring(s, std::move(v), std::move(w), layer.outputs, claim);
            weights = step == 0 ? output_weights(st, out.gamma, point) : wire_weights(st, weights, word, point);
            word = WordPoint::multilinear(std::move(point));
            return keep;
        }();
        word = word.widened(layer.log_first);
        laps.add("layers: wiring");
        LayerProver<L> done(s, step, weights, word, *instances, values, claim);
        laps.add(stage_name(layer));
        if (ProverHooks* hooks = tr.hooks()) hooks->fit_claims(done.claim(), layer, weights, done.claims);
        s.send(done.claims);
        const std::vector<Ext> beta = powers(tr.challenge(), done.claims.size());
        claim = Ext::zero();
        for (size_t q = 0; q < done.claims.size(); q++) claim += beta[q] * done.claims[q];
        weights = lane_weights(layer, weights, beta);
        word = std::move(done.bound);
        instances = std::make_unique<InstancePoint>(std::move(done.instances), trace);
        if (step + 1 < circuit.steps.size()) {
            planes.clear();
            column_of.assign(layer.lanes, ~0u);
            for (uint32_t l : lanes_needed(circuit.steps[step + 1])) {
                column_of[l] = static_cast<uint32_t>(planes.size());
                planes.push_back(trace.lane(step, l));
            }
            above = fold_instances<L>(planes, trace, *instances, pool);
        }
        laps.add("layers: folds over instances");
    }
    out.set_inputs(instances->point, word.table(), std::move(weights), claim);
    return out;
}

}  // namespace

const ProverFunctions PROVER{&prove};

}  // namespace ashlar::iop::layers::ASHLAR_ISA
