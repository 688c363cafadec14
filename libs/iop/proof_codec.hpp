// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/proof.hpp"

namespace ashlar::iop::detail {

/// The one description of the proof's format, for writing and for reading. An Io has
///   void word(F&)            writes the element, or reads it
///   void count(uint32_t&)    the same for a plain number < p
///   void resize(vector&, n)  sets the length when reading, requires it when writing
///   bool ok()                false once reading ran past the end; from then on it reads zeros
///   void region(const char* name, size_t number)   names what follows (tests)
template <class Io>
Result<void, VerifyError> walk(Io& io, const VerifyingKey& vk, Proof& pf, Shape& shape) {
    const Profile& pr = vk.profile;
    auto ext = [&](Ext& x) {
        for (F& c : x.c) io.word(c);
    };
    auto exts = [&](auto& list) {
        for (Ext& x : list) ext(x);
    };
    auto digest = [&](Digest& d) {
        for (F& x : d) io.word(x);
    };

    io.region("heights", 0);
    io.resize(pf.heights, vk.system.tables.size());
    for (uint32_t& h : pf.heights) io.count(h);
    if (!io.ok()) return Fail{VerifyError::too_short};
    {
        auto made = Shape::make(vk, pf.heights);
        if (!made) return Fail{made.error()};
        shape = std::move(*made);
    }
    io.region("root", 0);
    digest(pf.root);
    io.region("commit ood", 0);
    io.resize(pf.ood, pr.ood[0]);
    exts(pf.ood);
    io.region("logup nonce", 0);
    if (pr.logup_pow) io.word(pf.logup_nonce);
    io.region("top fractions", 0);
    io.resize(pf.top, size_t{1} << pr.log_top);
    for (auto& f : pf.top) exts(f);
    io.resize(pf.fraction_layers, shape.log_fractions - pr.log_top);
    for (size_t i = 0; i < pf.fraction_layers.size(); i++) {
        FractionLayer& layer = pf.fraction_layers[i];
        io.region("layer poly", i);
        io.resize(layer.polys, pr.log_top + i);
        for (auto& g : layer.polys) exts(g);
        io.region("layer ends", i);
        exts(layer.ends);
    }
    io.resize(pf.layered, shape.layered.size());
    for (size_t i = 0; i < pf.layered.size(); i++) {
        const air::layers::Circuit& circuit = vk.system.tables[shape.layered[i]].layered->circuit;
        const uint32_t k = shape.n[shape.layered[i]];
        io.resize(pf.layered[i], air::layers::proof_length(circuit, k));
        size_t at = 0;
        air::layers::for_each_message(circuit, k, [&](const char* name, size_t length) {
            io.region(name, i);
            for (; length > 0; length--) ext(pf.layered[i][at++]);
        });
    }
    io.region("zerocheck", 0);
    io.resize(pf.zerocheck, shape.rounds);
    for (auto& g : pf.zerocheck) exts(g);
    io.region("claims", 0);
    io.resize(pf.claims, shape.num_claims);
    exts(pf.claims);

    const size_t n = pr.num_oracles();
    io.resize(pf.whir, n);
    for (size_t i = 0; i < n; i++) {
        WhirRound& a = pf.whir[i];
        const bool last = i == n - 1;
        const uint32_t k = i ? pr.k[i - 1] : shape.k0;
        io.resize(a.polys, k);
        io.resize(a.nonces, pr.fold_pow[i] ? k : 0);
        for (size_t j = 0; j < k; j++) {
            io.region("whir poly", i);
            exts(a.polys[j]);
            io.region("whir fold nonce", i);
            if (pr.fold_pow[i]) io.word(a.nonces[j]);
        }
        io.region("whir root", i);
        if (!last) digest(a.root);
        io.region("final polynomial", i);
        io.resize(a.final, last ? size_t{1} << pr.final_vars() : 0);
        exts(a.final);
        io.region("whir ood", i);
        io.resize(a.ood, last ? 0 : pr.ood[i + 1]);
        exts(a.ood);
        io.region("whir query nonce", i);
        if (pr.query_pow[i]) io.word(a.nonce);
        io.resize(a.openings, i == 0 && vk.has_prep() ? 2 : 1);
        for (size_t j = 0; j < a.openings.size(); j++) {
            TreeOpening& o = a.openings[j];
            const size_t width = i ? size_t{5} << k : j ? vk.prep_layout.slices : shape.main_slices;
            uint32_t siblings = static_cast<uint32_t>(o.siblings.size());
            io.region("whir tree count", 2 * i + j);
            io.count(o.num_rows);
            io.count(siblings);
            if (o.num_rows > pr.queries[i] || siblings > uint64_t{pr.queries[i]} * pr.log_domain(i))
                return Fail{VerifyError::opening_too_long};
            io.region("whir tree leaf", 2 * i + j);
            io.resize(o.rows, o.num_rows * width);
            for (F& x : o.rows) io.word(x);
            io.region("whir tree sibling", 2 * i + j);
            io.resize(o.siblings, siblings);
            for (Digest& d : o.siblings) digest(d);
        }
    }
    io.region("last poly", 0);
    io.resize(pf.last, pr.final_vars());
    for (auto& g : pf.last) exts(g);
    if (!io.ok()) return Fail{VerifyError::too_short};
    return {};
}

}  // namespace ashlar::iop::detail
