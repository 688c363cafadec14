// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/security.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "libs/iop/linear_claim.hpp"

namespace ashlar::iop {

namespace {

/// |E|.
const double FIELD = std::pow(static_cast<double>(field::F::P), 5);

double bits_of(double error) { return -std::log2(error); }

/// A code of rate 2^-lir in a regime: unique decoding (johnson = 0), or list decoding with this multiplicity.
struct Code {
    uint32_t johnson;
    double lir;

    double rate() const { return std::exp2(-lir); }
    /// The largest agreement a cheating word may keep: 1 - delta.
    double agreement() const { return johnson == 0 ? (1 + rate()) / 2 : std::sqrt(rate()) * (1 + 1 / (2.0 * johnson)); }
    double list_size() const { return johnson == 0 ? 1.0 : (johnson + 0.5) / std::sqrt(rate()); }
    /// Mutual correlated agreement of one line over a code of dimension 2^log_dim (BCHKS25, Theorems 1.3 and 4.2).
    double proximity_error(double log_dim) const {
        const double rho = rate(), n = std::exp2(log_dim + lir);
        if (johnson == 0) return ((1 - rho) / 2 * n + 1) / FIELD;
        const double m = johnson + 0.5, delta = 1 - agreement();
        return ((2 * std::pow(m, 5) + 3 * m * delta * rho) * n / (3 * std::pow(rho, 1.5)) + m / std::sqrt(rho)) / FIELD;
    }
};

/// Degree of the WHIR theorem for round polynomials of degree 2.
constexpr double WHIR_DEGREE = 3;
constexpr double CONSTRAINT_DEGREE = 3;

/// Errors of the messages of one kind: the largest, and all together.
struct Degrees {
    double worst = 0, sum = 0;
    void add(double degree, double times = 1) {
        worst = std::max(worst, degree);
        sum += times * degree;
    }
};

/// By kind, for 2^k instances of a circuit (libs/iop/layers/README.md).
std::map<std::string, Degrees> layered_degrees(const air::layers::Circuit& circuit, double k) {
    using namespace air::layers;
    std::map<std::string, Degrees> out;
    out["layers point"].add(k);
    out["layers gamma"].add(LIMBS * circuit.outputs - 1.0);
    for (const Step& step : circuit.steps) {
        const Layer& layer = step.layer;
        if (!step.wires.empty()) out["layers wiring"].add(2, LOG_WORD);
        out["layers first"].add(layer.first_length() - 1.0);
        out["layers round"].add(layer.degree(), LOG_WORD - layer.log_first + k);
        out["layers claims"].add(layer.num_claims() - 1.0);
    }
    return out;
}

}  // namespace

MachineSize size_of(const System& system) {
    MachineSize size;
    size.constraints = system.num_constraints();
    size.message_length = system.message_length;
    for (const TableInfo& t : system.tables) {
        size.columns += t.num_columns();
        if (t.layered) size.layered.push_back(&t.layered->circuit);
    }
    return size;
}

std::vector<SecurityComponent> security_components(const Profile& profile, uint32_t k0, const MachineSize& machine) {
    // Every field of the profile is named here, so that a new one cannot be forgotten.
    const auto& [name, s, k, lir, queries, query_pow, fold_pow, ood, johnson, logup_pow, log_top, tall, min_block,
                 max_log_slices, max_log_fracs, max_log_height, max_log_chunks, for_tests] = profile;
    (void)name;
    (void)tall;       // shape the layout only
    (void)min_block;  //
    (void)max_log_slices;
    (void)max_log_chunks;  // every hash an adversary computes belongs to one chunk: more chunks give him no more tries
    (void)for_tests;

    std::vector<SecurityComponent> out;
    auto add = [&](std::string what, double error, double work = 0, double rounds = 1) {
        out.push_back({std::move(what), bits_of(error) + work, work, rounds});
    };
    const size_t n = profile.num_oracles();
    auto code = [&](size_t i) { return Code{johnson[i], static_cast<double>(lir[i])}; };
    auto log_message = [&](size_t i) { return static_cast<double>(i == 0 ? s + k0 : profile.dim(i - 1)); };

    // Opening. Binding of oracle 0 in the list-decoding regime is by samples, so later terms need no factor for it.
    const double first_list = code(0).list_size();
    if (johnson[0])
        add("commit OOD", first_list * first_list / 2 * std::pow(std::exp2(log_message(0)) / FIELD, ood[0]));
    add("claim batching", first_list * std::max(1.0, static_cast<double>(machine.columns) + ood[0]) / FIELD);
    for (size_t i = 0; i < n; i++) {
        const Code c = code(i);
        const std::string at = "[" + std::to_string(i) + "]";
        // Every fold is a line over the leaf code, of dimension 2^dim(i).
        add("fold" + at, WHIR_DEGREE * c.list_size() / FIELD + c.proximity_error(profile.dim(i)), fold_pow[i],
            i == 0 ? k0 : k[i - 1]);
        if (i > 0 && johnson[i])
            add("OOD" + at, c.list_size() * c.list_size() / 2 * std::pow(std::exp2(log_message(i)) / FIELD, ood[i]));
        const double t = queries[i], next = i + 1 < n ? code(i + 1).list_size() : 0;
        add(i + 1 < n ? "shift" + at : "final", std::pow(c.agreement(), t) + next * (t + 1) / FIELD, query_pow[i]);
    }
    add("last gamma", (queries[n - 1] + 1.0) / FIELD);
    if (profile.final_vars()) add("final sumcheck", 2 / FIELD, 0, profile.final_vars());

    // Fractional sum, for the most fractions the profile allows.
    const double fractions = std::exp2(max_log_fracs), nm = max_log_fracs;
    const double coordinates = std::max<double>(1, std::bit_width(std::max(machine.message_length, 1u)));
    add("logup a/b", (fractions * coordinates + fractions) / FIELD, logup_pow);
    add("gkr sumcheck round", 3 / FIELD, 0, 0);
    add("gkr whole (soundcalc)", 0.5 * nm * (3 * nm + 1) / FIELD);
    if (log_top) add("top point", log_top / FIELD);
    // Zerocheck.
    const double height = max_log_height, constraints = machine.constraints;
    add("xi + constraint batching", (std::max(3.0, height) + constraints - 1) / FIELD);
    add("mu", (2.0 + CLAIMS_OF_LAYERS * static_cast<double>(machine.layered.size())) / FIELD);
    for (const air::layers::Circuit* circuit : machine.layered)
        for (const auto& [kind, degrees] : layered_degrees(*circuit, height))
            add(kind, degrees.worst / FIELD, 0, degrees.sum / degrees.worst);
    add("zerocheck round", (CONSTRAINT_DEGREE + 1) / FIELD, 0, 0);
    add("zerocheck whole (soundcalc)", (constraints + (CONSTRAINT_DEGREE + 2) * height) / FIELD);
    add("column batching", std::max(1.0, static_cast<double>(machine.columns)) / FIELD);
    add("stacking round", 2 / FIELD, 0, 0);  // the rounds of fold[0]
    return out;
}

SecurityBits security_summary(const Profile& profile, const MachineSize& machine) {
    SecurityBits out{1000, 1000, 1000};
    for (uint32_t k0 = 1; k0 <= profile.max_log_slices; k0++) {
        double sum = 0;
        for (const SecurityComponent& c : security_components(profile, k0, machine)) {
            out.minimum = std::min(out.minimum, c.bits);
            out.without_work = std::min(out.without_work, c.bits - c.work);
            sum += c.rounds * std::exp2(-c.bits);
        }
        out.sum = std::min(out.sum, bits_of(sum));
    }
    return out;
}

double security_bits(const Profile& profile, const MachineSize& machine) {
    return security_summary(profile, machine).minimum;
}

bool uses_johnson_bound(const Profile& profile) {
    return std::any_of(profile.johnson.begin(), profile.johnson.end(), [](uint32_t m) { return m > 0; });
}

double collision_bits() {
    return static_cast<double>(hash::DIGEST_SIZE) * std::log2(static_cast<double>(field::F::P)) / 2;
}

}  // namespace ashlar::iop
