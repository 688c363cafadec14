// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layers/argument.hpp"

#include <array>

namespace ashlar::iop::layers {

namespace {

/// 1 / k!: enough for first messages of degree 5 over 16 positions.
constexpr auto INVERSE_FACTORIALS = [] {
    std::array<F, 80> r{};
    F factorial = F::one();
    for (uint32_t k = 0; k < r.size(); k++) {
        if (k > 0) factorial *= F::reduce(k);
        r[k] = factorial.inverse();
    }
    return r;
}();

}  // namespace

WordPoint WordPoint::widened(uint32_t log_low) const {
    WordPoint p = *this;
    size_t used = 0;
    while (p.low.size() < size_t{1} << log_low) {
        const Ext x = p.high[used++];
        const size_t n = p.low.size();
        for (size_t i = 0; i < n; i++) {
            const Ext high_half = p.low[i] * x;
            p.low.push_back(high_half);
            p.low[i] -= high_half;
        }
    }
    p.high.erase(p.high.begin(), p.high.begin() + static_cast<std::ptrdiff_t>(used));
    return p;
}

std::vector<Ext> WordPoint::table() const {
    const std::vector<Ext> h = poly::eq_table(high);
    std::vector<Ext> out;
    for (const Ext& y : h)
        for (const Ext& x : low) out.push_back(x * y);
    return out;
}

std::vector<Ext> lagrange_basis(size_t n, const Ext& r) {
    std::vector<Ext> out(n);
    Ext below = Ext::one(), above = Ext::one();
    for (size_t k = 0; k < n; k++) {
        out[k] = below;
        below *= r - F::reduce(static_cast<uint32_t>(k));
    }
    for (size_t k = n; k-- > 0;) {
        const F scale = INVERSE_FACTORIALS[k] * INVERSE_FACTORIALS[n - 1 - k];
        out[k] = out[k] * above * ((n - 1 - k) % 2 == 0 ? scale : -scale);
        above *= r - F::reduce(static_cast<uint32_t>(k));
    }
    return out;
}

std::vector<Ext> powers(const Ext& x, size_t n) {
    std::vector<Ext> out;
    Ext power = Ext::one();
    for (size_t i = 0; i < n; i++) {
        out.push_back(power);
        power *= x;
    }
    return out;
}

Correlations::Correlations(const WordPoint& w, PointView v)
    : size_(w.low.size()), blocks_(WORD_BITS / size_), w_low_(w.low), w_high_(poly::eq_table(w.high)) {
    size_t log = 0;
    while (size_t{1} << log < size_) log++;
    v_low_ = poly::eq_table(v.first(log));
    v_high_ = poly::eq_table(v.subspan(log));
    for (size_t s = 0; s < size_; s++) {
        Ext stay = Ext::zero(), carry = Ext::zero();
        for (size_t z = 0; z < size_; z++) {
            const Ext x = w_low_[(z + s) % size_] * v_low_[z];
            (z + s < size_ ? stay : carry) += x;
        }
        stay_.push_back(stay);
        carry_.push_back(carry);
    }
    for (size_t s = 0; s < blocks_; s++) {
        Ext sum = Ext::zero();
        for (size_t z = 0; z < blocks_; z++) sum += w_high_[(z + s) % blocks_] * v_high_[z];
        high_.push_back(sum);
    }
}

Ext Correlations::at(uint32_t s, uint64_t negated) const {
    const size_t low = s % size_, high = s / size_;
    Ext sum = stay_[low] * high_[high] + carry_[low] * high_[(high + 1) % blocks_];
    for (size_t z = 0; z < WORD_BITS; z++) {
        if (!(negated >> z & 1)) continue;
        const size_t to = (z + s) % WORD_BITS;
        const Ext w = w_low_[to % size_] * w_high_[to / size_], v = v_low_[z % size_] * v_high_[z / size_];
        sum -= (w * v).doubled();
    }
    return sum;
}

std::vector<Ext> wire_weights(const Step& step, std::span<const Ext> above, const WordPoint& at, PointView point) {
    const Correlations correlations(at, point);
    std::vector<Ext> out(step.layer.outputs, Ext::zero());
    for (const Wire& x : step.wires) out[x.lower] += above[x.upper] * correlations.at(x.rotation, x.negated);
    return out;
}

std::vector<Ext> output_weights(const Step& step, std::span<const Ext> gamma, PointView point) {
    const std::vector<Ext> v = poly::eq_table(point);
    std::vector<Ext> out(step.layer.outputs, Ext::zero());
    for (const Wire& x : step.wires)
        for (uint32_t part = 0; part < LIMBS; part++) {
            Ext sum = Ext::zero();  // the limb's u-values, as far as they are weights
            for (uint32_t bit = 0; bit < LIMB_BITS; bit++) {
                const uint32_t z = (part * LIMB_BITS + bit + WORD_BITS - x.rotation) % WORD_BITS;
                const F two = F::reduce(1u << bit);
                sum += v[z] * (x.negated >> z & 1 ? two : -two);
            }
            out[x.lower] += halved(gamma[LIMBS * x.upper + part] * sum);
        }
    return out;
}

Ext output_constant(std::span<const Ext> gamma) {
    Ext sum = Ext::zero();
    for (const Ext& g : gamma) sum += g;
    return halved(sum * F::reduce((1u << LIMB_BITS) - 1));
}

namespace {

Ext form_value(Form form, std::span<const uint32_t> factors, std::span<const Ext> lanes) {
    if (form == Form::chi) return F::ONE - halved((F::ONE + lanes[factors[0]]) * (F::ONE - lanes[factors[1]]));
    Ext product = lanes[factors[0]];
    for (size_t i = 1; i < factors.size(); i++) product *= lanes[factors[i]];
    return product;
}

}  // namespace

Ext layer_value(const Layer& layer, std::span<const Ext> weights, std::span<const Ext> claims) {
    std::vector<Ext> lanes(layer.lanes, Ext::zero());
    if (layer.claims_sums) {
        size_t next = layer.groups.size();
        for (uint32_t lane : layer.factor_lanes()) lanes[lane] = claims[next++];
    } else {
        lanes.assign(claims.begin(), claims.end());
    }
    Ext sum = Ext::zero();
    for (size_t g = 0; g < layer.groups.size(); g++) {
        const Group& group = layer.groups[g];
        Ext linear = Ext::zero();
        if (layer.claims_sums)
            linear = claims[g];
        else
            for (const Term& t : group.linear) linear += weights[t.output] * lanes[t.lane];
        sum += linear * form_value(layer.form, group.factors, lanes);
    }
    for (const Term& t : layer.copies) sum += weights[t.output] * lanes[t.lane];
    return sum;
}

std::vector<Ext> lane_weights(const Layer& layer, std::span<const Ext> weights, std::span<const Ext> beta) {
    if (!layer.claims_sums) return {beta.begin(), beta.end()};
    std::vector<Ext> out(layer.lanes, Ext::zero());
    for (size_t g = 0; g < layer.groups.size(); g++)
        for (const Term& t : layer.groups[g].linear) out[t.lane] += beta[g] * weights[t.output];
    size_t next = layer.groups.size();
    for (uint32_t lane : layer.factor_lanes()) out[lane] += beta[next++];
    return out;
}

void Claims::set_inputs(Point at, std::vector<Ext> bits_, std::vector<Ext> words_, const Ext& claim) {
    inputs_at = std::move(at);
    bits = std::move(bits_);
    words = std::move(words_);
    Ext ones = Ext::zero();
    for (const Ext& w : words) ones += w;
    input = halved(ones - claim);
}

}  // namespace ashlar::iop::layers
