// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/prove.hpp"

#include "libs/iop/statement.hpp"
#include "libs/pcs/cpu_backend.hpp"
#include "libs/pcs/opening.hpp"

namespace ashlar::pcs {

using namespace iop;

namespace {

std::vector<const F*> columns_of(const Trace& t) {
    std::vector<const F*> out;
    for (uint32_t c = 0; c < t.columns(); c++) out.push_back(t.column(c));
    return out;
}

/// A copy of the traces as the claimed heights store them: rows cut off, or zero rows added. Only for lying.
Traces resized(const Profile& profile, const Traces& traces, const std::vector<uint32_t>& heights) {
    Traces out;
    for (size_t t = 0; t < traces.size(); t++) {
        const Trace& from = traces[t];
        Trace to(profile, from.columns(), heights[t]);
        const uint64_t keep = std::min<uint64_t>(from.height(), stored_height(profile, heights[t]));
        for (uint32_t c = 0; c < from.columns(); c++)
            for (uint64_t x = 0; x < to.stride(); x++) to.at(c, x) = x < keep ? from.at(c, x) : F::ZERO;
        out.push_back(std::move(to));
    }
    return out;
}

HostResult<std::unique_ptr<Stack>> make_stack(ProverSteps& steps, const Layout& layout, uint64_t slices,
                                              const Traces& traces) {
    StackColumns from{layout, slices, {}, {}};
    for (const Trace& t : traces) {
        from.columns.push_back(columns_of(t));
        from.rows.push_back(t.stride());
    }
    return steps.stack(from);
}

}  // namespace

HostResult<ProvingKey> make_proving_key(KeyParts parts, exec::ThreadPool& pool) {
    ProvingKey key;
    if (const std::string why = check(parts.profile); !why.empty())
        return fail("key_invalid", "profile " + parts.profile.name + ": " + why);
    const size_t count = parts.system.tables.size();
    if (parts.prep.size() != count || parts.kernels.size() != count)
        return fail("key_invalid", "preprocessed columns or kernels do not fit the system");
    VerifyingKey vk;
    vk.system = std::move(parts.system);
    vk.profile = parts.profile;
    vk.structure = parts.structure;
    vk.extra = std::move(parts.extra);
    vk.height_bounds = std::move(parts.height_bounds);
    for (size_t t = 0; t < count; t++) {
        const Trace& p = parts.prep[t];
        if (p.height() != 0 && p.columns() != vk.system.tables[t].num_prep)
            return fail("key_invalid", "preprocessed columns of " + std::string(vk.system.tables[t].name));
        vk.fixed_heights.push_back(static_cast<uint32_t>(p.height()));
    }
    key.backend = parts.backend ? std::move(parts.backend) : make_cpu_backend(vk.profile, parts.isa, pool);
    auto first = make_verifying_key(vk);
    if (!first) return fail("key_invalid", std::string(to_string(first.error())));
    const Layout& layout = first->prep_layout;
    if (layout.slices) {
        const auto steps = key.backend->start(pool);
        ASHLAR_ASSIGN(key.prep_stack, make_stack(*steps, layout, layout.slices, parts.prep));
        ASHLAR_ASSIGN(key.prep_oracle, steps->commit(*key.prep_stack));
        vk.prep_root = key.prep_oracle->root();
    }
    auto made = make_verifying_key(std::move(vk));
    if (!made) return fail("key_invalid", std::string(to_string(made.error())));
    key.vk = std::move(*made);
    key.isa = parts.isa;
    key.kernels = std::move(parts.kernels);
    key.prep = std::move(parts.prep);
    return key;
}

HostResult<Bytes> prove(const ProvingKey& key, std::span<const F> public_values, const Traces& traces,
                        exec::ThreadPool& pool, StageTimes* stage_times, const Lies& lies) {
    const VerifyingKey& vk = key.vk;
    const Profile& pr = vk.profile;
    const auto& tables = vk.system.tables;
    if (traces.size() != tables.size()) return fail("trace_shape", "number of traces");
    std::vector<uint32_t> heights;
    for (size_t t = 0; t < tables.size(); t++) {
        if (traces[t].height() != 0 && traces[t].columns() != tables[t].num_main)
            return fail("trace_shape", "columns of " + std::string(tables[t].name));
        heights.push_back(static_cast<uint32_t>(traces[t].height()));
    }
    if (lies.heights) heights = *lies.heights;
    auto made = Shape::make(vk, heights);
    if (!made) return fail(std::string(to_string(made.error())), "the traces do not fit the profile");
    const Shape& shape = *made;

    Traces copies, committed_copies;
    const Traces* used = &traces;
    const Traces* committed = lies.committed ? lies.committed : &traces;
    if (lies.heights || lies.committed) {
        copies = resized(pr, traces, heights);
        committed_copies = resized(pr, *committed, heights);
        used = &copies;
        committed = &committed_copies;
    }
    StageTimes unused;
    StageTimes& times = stage_times ? *stage_times : unused;
    Laps laps(times);
    const ProverFunctions& iop = prover_functions(key.isa);
    Proof proof;
    proof.heights = shape.heights;

    const auto steps = key.backend->start(pool);
    ASHLAR_ASSIGN(const auto stack, make_stack(*steps, shape.main, shape.main_slices, *committed));
    laps.add("commit: stack");
    ASHLAR_ASSIGN(const auto oracle, steps->commit(*stack));
    laps.add("commit: encode, hash");
    proof.root = oracle->root();
    const JointStack joint{stack.get(), key.prep_stack.get(), shape.k0};
    const OpeningContext opening{vk, shape, joint, *oracle, key.prep_oracle.get(), *steps, times};

    const Grind grind = [&](const Transcript& t, uint32_t bits) { return steps->grind(t, bits); };
    ProverTranscript tr(grind, lies.hooks);  // 1
    absorb_statement(tr.state(), vk, public_values, shape.heights, proof.root);
    tr.tag(Tag::ood);
    std::vector<Ext> points;
    for (uint32_t i = 0; i < pr.ood[0]; i++) points.push_back(tr.challenge());
    for (const Ext& z : points) {
        ASHLAR_ASSIGN(const Ext v, steps->evaluate_powers(joint, z));
        proof.ood.push_back(v);
    }
    tr.send(proof.ood);
    laps.add("commit: out-of-domain");
    tr.tag(Tag::logup);  // 2
    ASHLAR_ASSIGN(proof.logup_nonce, tr.grind(pr.logup_pow));
    Fingerprint fingerprint;
    fingerprint.alpha = tr.challenge();
    Point b;
    for (uint32_t i = 0; i < vk.system.fingerprint_vars(); i++) b.push_back(tr.challenge());
    fingerprint.w = poly::eq_table(b);

    std::vector<TableColumns> columns(tables.size());
    for (uint32_t t : shape.live) {
        columns[t].columns = columns_of((*used)[t]);
        const auto prep = columns_of(key.prep[t]);
        columns[t].columns.insert(columns[t].columns.end(), prep.begin(), prep.end());
    }
    const ProverContext context{vk, shape, key.kernels, columns, pool};
    laps.skip();
    FractionResult leaves = iop.prove_fractional_sum(context, fingerprint, tr, proof, times);  // 3
    const std::vector<LinearClaim> linear = prove_layered(context, key.isa, tr, proof, times);
    tr.tag(Tag::zerocheck);  // 4
    Point& xi = leaves.xi;
    while (xi.size() < shape.rounds) xi.push_back(tr.challenge());
    const Ext mu = tr.challenge(), lambda = tr.challenge();
    const Combined combined(vk, shape, fingerprint, xi, mu, lambda);
    const Ext claim = leaves.p + mu * (leaves.q - combined.tail);
    Point r = iop.prove_zerocheck(context, combined, xi, claim, linear, tr, proof, times);
    laps.skip();
    // 5. Every cell is read once for the opening; the column claims follow from what that gives. They are the claims of
    // the columns that the sumcheck used: the same unless the prover lies about what it committed to.
    tr.tag(Tag::claims);
    Point low(r.begin(), r.end());
    low.resize(std::max<size_t>(low.size(), pr.min_block), Ext::zero());
    const std::vector<Ext> low_eq = poly::eq_table(PointView(low).first(pr.min_block));
    ASHLAR_ASSIGN(auto reduced, steps->reduce(joint, low_eq));
    if (lies.committed) {
        ASHLAR_ASSIGN(const auto spoken, make_stack(*steps, shape.main, shape.main_slices, *used));
        ASHLAR_ASSIGN(const auto other, steps->reduce({spoken.get(), joint.prep, joint.k0}, low_eq));
        ASHLAR_ASSIGN(proof.claims, column_claims(opening, *other, r));
    } else {
        ASHLAR_ASSIGN(proof.claims, column_claims(opening, *reduced, r));
    }
    tr.send(proof.claims);
    laps.add("opening: column claims");
    tr.tag(Tag::opening);  // 6
    const Ext eta = tr.challenge();
    ASHLAR_TRY(prove_opening(opening, std::move(reduced), r, eta, points, tr, proof));
    laps.skip();
    Bytes bytes = encode(vk, proof);
    laps.add("encode proof");
    return bytes;
}

}  // namespace ashlar::pcs
