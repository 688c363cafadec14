// SPDX-License-Identifier: Apache-2.0
// Every region of a block proof altered, cut, extended, exchanged: refused with a reason, whatever it is.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "libs/machine/prover.hpp"
#include "test/support/block_regions.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::machine;
using test::BlockRegions;
using test::NO_CHUNK;
using test::Region;

namespace {

const VerifyOptions IN_TESTS{.allow_test_profiles = true};

/// Calls Keccak, then commits the one word of its input as word 0 and halts.
void keccak_and_commit(rv32::Assembler& a) {
    a.call(rv32::Syscall::KECCAK_PERMUTE, 0x0200'0000);
    test::commit_hinted_word(a);
}

/// Two small blocks of the same two programs: a subblock calls Keccak and commits a hinted word, the aggregator demands
/// two subblocks that its input names.
struct Blocks {
    exec::ThreadPool pool{2};
    ProvingKey subblock = key(keccak_and_commit);
    ProvingKey aggregator = key([](rv32::Assembler& a) {
        using enum rv32::Syscall;
        using namespace rv32::registers;
        a.call(HINT_READ, 0x0100'0000, 128);
        for (uint32_t i = 0; i < 2; i++) a.call(VERIFY_PICO_PROOF, 0x0100'0000 + 64 * i, 0x0100'0020 + 64 * i);
        a.li(T1, 0x0100'0020);
        a.load(rv32::Opcode::lw, A1, T1, 0);
        a.li(A0, 0);
        a.call(COMMIT);
        a.halt();
    });
    Bytes first = block(11, 22, 9), other = block(33, 44, 1 << 20);
    BlockRegions regions = *test::block_regions(aggregator.vk, subblock.vk, first);

    template <class Build>
    ProvingKey key(const Build& build) {
        rv32::Assembler a;
        build(a);
        auto k = setup(a.program(), *iop::named_profile("test"), exec::best_isa(), pool);
        if (!k) throw std::runtime_error(k.error().message);
        return std::move(*k);
    }
    static Bytes run(const ProvingKey& key, const Bytes& hint, uint64_t chunk_cycles) {
        rv32::Stdin in;
        in.buffers = {hint};
        auto proven = prove_run(key, in, {.chunk_cycles = chunk_cycles, .threads = 2, .check_committed = false});
        if (!proven) throw std::runtime_error(proven.error().message);
        return std::move(proven->proof);
    }
    Bytes block(uint32_t a, uint32_t b, uint64_t chunk_cycles) const {
        Bytes demands(128);
        const auto digest = vk_digest(subblock.vk);
        BlockProof proof;
        for (uint32_t i = 0; i < 2; i++) {
            Bytes word(4);
            store_le32(word.data(), i ? b : a);
            for (uint32_t k = 0; k < 8; k++) store_le32(&demands[64 * i + 4 * k], digest[k]);
            store_le32(&demands[64 * i + 32], i ? b : a);
            proof.subblocks.push_back(run(subblock, word, i == 0 ? chunk_cycles : 1 << 20));
        }
        proof.aggregator = run(aggregator, demands, 2 * chunk_cycles);
        return *encode(proof);
    }
    Result<BlockClaims, VerifyFailure> verify(BytesView proof) const {
        return verify_block(aggregator.vk, subblock.vk, proof, IN_TESTS);
    }
    /// A chunk of `first` by itself, with other bytes for its proof.
    Result<void, VerifyFailure> verify(size_t chunk, BytesView proof) const {
        return verify_chunk(*regions.chunks[chunk].key, regions.chunks[chunk].statement, proof);
    }
    BytesView chunk(size_t i) const {
        return BytesView(first).subspan(regions.chunks[i].begin, regions.chunks[i].end - regions.chunks[i].begin);
    }
};
const Blocks& blocks() {
    static const Blocks b;
    return b;
}

Bytes with_word(BytesView bytes, size_t at, uint32_t word) {
    Bytes out(bytes.begin(), bytes.end());
    store_le32(&out[at], word);
    return out;
}

/// Refuses a change of one word of a region: in the chunk's own proof, or in the whole file.
void check_change(const Region& r, size_t at, uint32_t word, bool whole) {
    const Blocks& b = blocks();
    INFO(r.name << ", byte " << at - r.begin << " of " << r.end - r.begin);
    const bool alias = r.elements && word >= field::F::P;
    if (r.chunk != NO_CHUNK && !whole) {
        const size_t begin = b.regions.chunks[r.chunk].begin;
        const auto result = b.verify(r.chunk, with_word(b.chunk(r.chunk), at - begin, word));
        REQUIRE_FALSE(result);
        CHECK(result.error().code == VerifyCode::chunk);
        if (alias) CHECK(result.error().proof == iop::VerifyError::non_canonical);
    } else {
        CHECK_FALSE(b.verify(with_word(b.first, at, word)));
    }
}

}  // namespace

TEST_CASE("the regions tile a block proof, and none is unknown", "[soundness]") {
    const Blocks& b = blocks();
    REQUIRE(b.verify(b.first));
    REQUIRE(b.regions.chunks.size() >= 5);
    size_t at = 0;
    std::set<std::string> kinds, names;
    for (const Region& r : b.regions.regions) {
        REQUIRE(r.begin == at);
        REQUIRE(r.end > r.begin);
        REQUIRE(r.end % 4 == 0);
        at = r.end;
        kinds.insert(r.kind);
    }
    REQUIRE(at == b.first.size());
    for (size_t i = 0; i < b.regions.chunks.size(); i++) CHECK(b.verify(i, b.chunk(i)));
    // What `test` has none of: proof of work and out-of-domain answers.
    CHECK(kinds == std::set<std::string>{
                       "block magic",        "block version",     "run length",     "run magic",         "run version",
                       "run suite",          "chunk count",       "end pc",         "end root",          "end time",
                       "chunk proof length", "heights",           "root",           "top fractions",     "layer poly",
                       "layer ends",         "layers output",     "layers wiring",  "layers first",      "layers round",
                       "layers claims",      "zerocheck",         "claims",         "whir poly",         "whir root",
                       "final polynomial",   "whir tree count",   "whir tree leaf", "whir tree sibling", "last poly",
                       "reserved words",     "reserved siblings", "subblock count"});
}

TEST_CASE("a word changed in any region of a block proof is refused", "[soundness]") {
    const Blocks& b = blocks();
    std::mt19937 random(2);
    std::set<std::string> whole;  // kinds of each run that were also tried in the whole file
    size_t changes = 0;
    for (const Region& r : b.regions.regions) {
        // A call of Keccak has more than a thousand messages of a few kinds.
        if (r.kind.starts_with("layers") && random() % 16 != 0) continue;
        std::set<size_t> places{r.begin, r.begin + (r.end - r.begin) / 8 * 4, r.end - 4};
        for (size_t at : places) {
            auto words = test::changed_words(r, load_le32(&b.first[at]));
            // In the chunks after the first all regions, but one change of each place.
            if (r.chunk != NO_CHUNK && r.chunk > 0) words = {words[random() % words.size()]};
            if (r.chunk != NO_CHUNK && r.chunk > 0 && at != r.begin) continue;
            for (uint32_t word : words) check_change(r, at, word, false), changes++;
        }
        if (r.chunk != NO_CHUNK && whole.insert(r.name.substr(0, r.name.find('/')) + r.kind).second)
            check_change(r, r.begin, load_le32(&b.first[r.begin]) ^ 1, true), changes++;
    }
    CHECK(changes > 1000);
}

namespace {

/// Refuses `changes` alterations of a chunk proof of a run that calls Keccak: each of a kind of region, region, word
/// and value drawn at random, so that no kind is left to chance.
void check_altered_keccak(size_t changes, uint32_t seed) {
    const Blocks& b = blocks();
    const auto layers = std::find_if(b.regions.regions.begin(), b.regions.regions.end(),
                                     [](const Region& r) { return r.kind == "layers output"; });
    REQUIRE(layers != b.regions.regions.end());
    std::map<std::string, std::vector<const Region*>> kinds;
    for (const Region& r : b.regions.regions)
        if (r.chunk == layers->chunk) kinds[r.kind].push_back(&r);
    REQUIRE(kinds.size() == 19);
    std::mt19937 random(seed);
    std::set<std::string> altered;
    for (size_t i = 0; i < changes; i++) {
        const auto& [kind, list] = *std::next(kinds.begin(), static_cast<ptrdiff_t>(i % kinds.size()));
        const Region& r = *list[random() % list.size()];
        const size_t at = r.begin + 4 * (random() % ((r.end - r.begin) / 4));
        const uint32_t word = load_le32(&b.first[at]);
        auto words = test::changed_words(r, word);
        words.push_back(static_cast<uint32_t>((word + 1 + random() % (field::F::P - 1)) % field::F::P));
        check_change(r, at, words[random() % words.size()], false);
        altered.insert(kind);
    }
    CHECK(altered.size() == kinds.size());
}

}  // namespace

TEST_CASE("proofs of a run that calls Keccak, altered at random, are refused", "[soundness]") {
    check_altered_keccak(200, 1);
}

TEST_CASE("two thousand altered proofs of a run that calls Keccak are refused", "[.][soundness][exhaustive]") {
    check_altered_keccak(2000, 2);
}

// Every word of a chunk proof; minutes, so only on demand.
TEST_CASE("any single word of a chunk proof changed is refused", "[.][soundness][exhaustive]") {
    const Blocks& b = blocks();
    for (const Region& r : b.regions.regions)
        if (r.chunk == 0 || r.chunk == NO_CHUNK)
            for (size_t at = r.begin; at < r.end; at += 4)
                for (uint32_t word : test::changed_words(r, load_le32(&b.first[at]))) check_change(r, at, word, false);
}

TEST_CASE("a block proof cut, extended or with words moved at any boundary is refused", "[soundness]") {
    const Blocks& b = blocks();
    for (const Region& r : b.regions.regions) {
        INFO(r.name);
        CHECK_FALSE(b.verify(BytesView(b.first).first(r.begin)));
        for (size_t cut : {1u, 2u, 3u}) CHECK_FALSE(b.verify(BytesView(b.first).first(r.end - cut)));
        // The same inside the chunk's own proof, its length in the container being right.
        if (r.chunk != 0) continue;
        const BytesView chunk = b.chunk(0);
        const size_t begin = r.begin - b.regions.chunks[0].begin, end = r.end - b.regions.chunks[0].begin;
        CHECK_FALSE(b.verify(0, chunk.first(begin)));
        Bytes changed(chunk.begin(), chunk.end());
        changed.insert(changed.begin() + static_cast<ptrdiff_t>(begin), 4, 0);
        CHECK_FALSE(b.verify(0, changed));
        changed.assign(chunk.begin(), chunk.end());
        changed.erase(changed.begin() + static_cast<ptrdiff_t>(begin),
                      changed.begin() + static_cast<ptrdiff_t>(begin) + 4);
        CHECK_FALSE(b.verify(0, changed));
        changed.assign(chunk.begin(), chunk.end());  // the region left out, and twice
        changed.erase(changed.begin() + static_cast<ptrdiff_t>(begin), changed.begin() + static_cast<ptrdiff_t>(end));
        CHECK_FALSE(b.verify(0, changed));
        changed.assign(chunk.begin(), chunk.end());
        changed.insert(changed.begin() + static_cast<ptrdiff_t>(end), chunk.begin() + static_cast<ptrdiff_t>(begin),
                       chunk.begin() + static_cast<ptrdiff_t>(end));
        CHECK_FALSE(b.verify(0, changed));
    }
    for (size_t n : {1u, 4u, 64u}) {
        Bytes longer = b.first;
        longer.resize(longer.size() + n);
        const auto result = b.verify(longer);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == VerifyCode::trailing_bytes);
    }
    for (const Region& r : b.regions.regions) {
        if (r.kind != "run length" && r.kind != "chunk proof length" && r.kind != "chunk count" &&
            r.kind != "subblock count")
            continue;
        for (uint32_t word : {0u, 1u, load_le32(&b.first[r.begin]) - 4, load_le32(&b.first[r.begin]) + 4, 0x7fff'ffffu,
                              0xffff'ffffu, 0xffff'fffcu}) {
            if (word == load_le32(&b.first[r.begin])) continue;
            INFO(r.name << " = " << word);
            CHECK_FALSE(b.verify(with_word(b.first, r.begin, word)));
        }
    }
}

TEST_CASE("parts of a block proof exchanged, or taken from another block, are refused", "[soundness]") {
    const Blocks& b = blocks();
    const BlockProof first = *decode_block_proof(b.first), other = *decode_block_proof(b.other);
    const auto refused = [&](const auto& change) {
        BlockProof p = first;
        change(p);
        return !b.verify(*encode(p));
    };
    CHECK(refused([](BlockProof& p) { std::swap(p.subblocks[0], p.subblocks[1]); }));
    CHECK(refused([](BlockProof& p) { p.subblocks[0] = p.subblocks[1]; }));
    CHECK(refused([](BlockProof& p) { p.subblocks.pop_back(); }));
    CHECK(refused([](BlockProof& p) { p.subblocks.push_back(p.subblocks[0]); }));
    CHECK(refused([](BlockProof& p) { p.subblocks.clear(); }));
    CHECK(refused([](BlockProof& p) { std::swap(p.aggregator, p.subblocks[0]); }));
    CHECK(refused([](BlockProof& p) { p.aggregator = p.subblocks[1]; }));
    CHECK(refused([](BlockProof& p) { p.subblocks[1] = p.aggregator; }));
    // Another block's.
    CHECK(refused([&](BlockProof& p) { p.aggregator = other.aggregator; }));
    for (size_t i : {0u, 1u}) CHECK(refused([&](BlockProof& p) { p.subblocks[i] = other.subblocks[i]; }));
    CHECK(refused([&](BlockProof& p) { p.subblocks = other.subblocks; }));
    // All of it is a proof, but of that other block.
    const auto mine = b.verify(b.first), theirs = b.verify(b.other);
    REQUIRE(mine);
    REQUIRE(theirs);
    CHECK(mine->aggregator.committed_digest != theirs->aggregator.committed_digest);
    CHECK(mine->aggregator.deferred_chain != theirs->aggregator.deferred_chain);
    // Chunks of a run exchanged, left out, doubled, from other runs.
    for (size_t which : {0u, 1u}) {
        const Bytes& run = which ? first.subblocks[0] : first.aggregator;
        const auto refused_run = [&](const auto& change) {
            RunProof p = *decode_run_proof(run);
            change(p);
            BlockProof block = first;
            (which ? block.subblocks[0] : block.aggregator) = *encode(p);
            return !b.verify(*encode(block));
        };
        const RunProof honest = *decode_run_proof(run);
        const RunProof foreign = *decode_run_proof(which ? other.subblocks[0] : other.aggregator);
        REQUIRE(honest.chunks.size() >= 2);
        CHECK(refused_run([](RunProof& p) { std::swap(p.chunks[0], p.chunks[1]); }));
        CHECK(refused_run([](RunProof& p) { std::swap(p.chunks[0].proof, p.chunks[1].proof); }));
        CHECK(refused_run([](RunProof& p) { p.chunks[1] = p.chunks[0]; }));
        CHECK(refused_run([](RunProof& p) { p.chunks.erase(p.chunks.begin()); }));
        CHECK(refused_run([](RunProof& p) { p.chunks.pop_back(); }));
        CHECK(refused_run([](RunProof& p) { p.chunks.push_back(p.chunks.back()); }));
        CHECK(refused_run([&](RunProof& p) { p.chunks[0] = foreign.chunks[0]; }));
        CHECK(refused_run([&](RunProof& p) { p.chunks.back() = foreign.chunks.back(); }));
        CHECK(refused_run([&](RunProof& p) { p.reserved = foreign.reserved; }));
        CHECK(refused_run([&](RunProof& p) { p.chunks[0].proof.clear(); }));
    }
    // Keys of the two programs exchanged.
    CHECK_FALSE(verify_block(b.subblock.vk, b.aggregator.vk, b.first, IN_TESTS));
    CHECK_FALSE(verify_block(b.aggregator.vk, b.aggregator.vk, b.first, IN_TESTS));
}
