// SPDX-License-Identifier: Apache-2.0
#include "test/support/lying_prover.hpp"

#include "libs/iop/proof_codec.hpp"

namespace ashlar::test {

using namespace iop;

namespace {

/// An Io that names each word.
struct RegionWriter {
    std::vector<std::string> names;
    std::string current;
    void word(F&) { names.push_back(current); }
    void count(uint32_t&) { names.push_back(current); }
    template <class T>
    void resize(std::vector<T>&, size_t) {}
    bool ok() const { return true; }
    void region(const char* name, size_t number) { current = std::string(name) + " " + std::to_string(number); }
};

Bytes with_word(Bytes bytes, size_t word, uint32_t value) {
    store_le32(bytes.data() + 4 * word, value);
    return bytes;
}

}  // namespace

std::string verdict(const VerifyingKey& vk, std::span<const F> public_values, BytesView proof) {
    const auto result = iop::verify(vk, public_values, proof);
    return result ? "accepted" : std::string(to_string(result.error()));
}

std::string prove_and_verify(const ProvingKey& key, std::span<const F> public_values, const Traces& traces,
                             exec::ThreadPool& pool, const pcs::Lies& lies) {
    const auto proof = iop::prove(key, public_values, traces, pool, nullptr, lies);
    if (!proof) return proof.error().code;
    return verdict(key.vk, public_values, *proof);
}

void set_rows(const Profile& profile, Trace& trace, const std::vector<std::vector<F>>& rows) {
    const uint32_t columns = rows.empty() ? trace.columns() : static_cast<uint32_t>(rows[0].size());
    Trace out(profile, columns, rows.size());
    for (size_t x = 0; x < rows.size(); x++)
        for (uint32_t c = 0; c < columns; c++) out.at(c, x) = rows[x][c];
    trace = std::move(out);
}

std::vector<std::vector<F>> rows_of(const Trace& trace) {
    std::vector<std::vector<F>> rows(trace.height());
    for (size_t x = 0; x < rows.size(); x++)
        for (uint32_t c = 0; c < trace.columns(); c++) rows[x].push_back(trace.at(c, x));
    return rows;
}

Traces copy(const Profile& profile, const Traces& traces) {
    Traces out;
    for (const Trace& t : traces) {
        Trace c(profile, t.columns(), t.height());
        for (uint32_t k = 0; k < t.columns(); k++)
            for (uint64_t x = 0; x < t.height(); x++) c.at(k, x) = t.at(k, x);
        out.push_back(std::move(c));
    }
    return out;
}

Reasons adaptive(const ProvingKey& key, std::span<const F> public_values, const Traces& traces, exec::ThreadPool& pool,
                 size_t max_cases) {
    Tampering count(~size_t{0}, 0);
    pcs::Lies lies;
    lies.hooks = &count;
    Reasons reasons;
    if (prove_and_verify(key, public_values, traces, pool, lies) != "accepted") reasons["honest proof rejected"]++;
    const size_t messages = count.sent(), works = count.works();
    const size_t step = std::max<size_t>(1, messages / std::max<size_t>(1, max_cases));
    for (size_t at = 0; at < messages; at += step) {
        Tampering hook(at, at);
        lies.hooks = &hook;
        reasons[prove_and_verify(key, public_values, traces, pool, lies)]++;
    }
    for (size_t at = 0; at < std::min(works, max_cases); at++) {
        Lazy hook(at);
        lies.hooks = &hook;
        const std::string why = prove_and_verify(key, public_values, traces, pool, lies);
        reasons[why == "proof of work" ? why : "missing proof of work: " + why]++;
    }
    return reasons;
}

std::vector<std::string> regions(const VerifyingKey& vk, const Bytes& bytes) {
    auto decoded = decode(vk, bytes);
    if (!decoded) return {};
    RegionWriter io;
    Shape shape;
    (void)iop::detail::walk(io, vk, decoded->proof, shape);
    return io.names;
}

std::map<std::string, Reasons> altered(const VerifyingKey& vk, std::span<const F> public_values, const Bytes& proof,
                                       size_t per_region, uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::map<std::string, Reasons> out;
    const std::vector<std::string> names = regions(vk, proof);
    std::map<std::string, std::vector<size_t>> where;
    for (size_t i = 0; i < names.size(); i++) where[names[i]].push_back(i);
    auto note = [&](const std::string& region, const Bytes& bytes) {
        out[region][verdict(vk, public_values, bytes)]++;
    };
    for (const auto& [region, words] : where)
        for (size_t k = 0; k < std::min(per_region, words.size()); k++) {
            const size_t at = words[rng() % words.size()];
            const uint32_t old = load_le32(proof.data() + 4 * at);
            const uint64_t changes[3] = {1, F::P - 1, 1 + rng() % (F::P - 1)};
            note(region, with_word(proof, at, static_cast<uint32_t>((old + changes[rng() % 3]) % F::P)));
            const std::string why = verdict(vk, public_values, with_word(proof, at, old + F::P));
            if (why != "non-canonical element") out[region]["non-canonical word: " + why]++;
        }
    note("cut", {});
    note("cut", Bytes(proof.begin(), proof.end() - 4));
    note("cut", Bytes(proof.begin(), proof.end() - 1));
    note("cut", Bytes(proof.begin() + 4, proof.end()));
    Bytes longer = proof;
    longer.resize(longer.size() + 4);
    note("extended", longer);
    longer = proof;
    longer.insert(longer.end(), proof.begin(), proof.end());
    note("extended", longer);
    note("all ones", Bytes(proof.size(), 0xff));
    note("all zeros", Bytes(proof.size(), 0));
    // The same h' under another height is another statement.
    for (size_t t = 0; t < vk.system.tables.size(); t++)
        note("heights + 1", with_word(proof, t, load_le32(proof.data() + 4 * t) + 1));
    const auto root = where.find("root 0"), next = where.find("whir root 0");
    if (next != where.end() && !next->second.empty()) {
        Bytes swapped = proof;
        for (size_t i = 0; i < 9; i++) {
            const uint32_t a = load_le32(proof.data() + 4 * root->second[i]),
                           b = load_le32(proof.data() + 4 * next->second[i]);
            store_le32(swapped.data() + 4 * root->second[i], b);
            store_le32(swapped.data() + 4 * next->second[i], a);
        }
        note("roots exchanged", swapped);
    }
    return out;
}

}  // namespace ashlar::test
