// SPDX-License-Identifier: Apache-2.0
#include "test/support/block_regions.hpp"

#include "libs/iop/proof_codec.hpp"

namespace ashlar::test {

namespace {

using field::F;
using machine::VerifyingKey;

/// Reads words and notes which region each belongs to.
class Cursor {
  public:
    Cursor(BytesView bytes, BlockRegions& out) : bytes_(bytes), out_(out) {}

    // As iop::detail::walk asks.
    void word(F& x) {
        uint32_t w = 0;
        count(w);
        x = F::reduce(w);
    }
    void count(uint32_t& x) {
        x = 0;
        if (at_ + 4 > bytes_.size()) {
            ok_ = false;
            return;
        }
        x = load_le32(bytes_.data() + at_);
        at_ += 4;
        if (!out_.regions.empty()) out_.regions.back().end = at_;
    }
    template <class T>
    void resize(std::vector<T>& list, size_t n) {
        list.resize(n);
    }
    bool ok() const { return ok_; }
    void region(const char* kind, size_t number) {
        start(kind, std::string(kind) + " " + std::to_string(number), true);
    }

    /// `n` words of a container.
    uint32_t words(const std::string& kind, size_t n, bool elements) {
        start(kind, kind, elements);
        uint32_t w = 0;
        for (size_t i = 0; i < n; i++) count(w);
        return w;
    }
    uint32_t word_at(size_t at) const { return load_le32(bytes_.data() + at); }
    size_t at() const { return at_; }
    bool at_end() const { return at_ == bytes_.size(); }

    std::string place;  // of what is being read
    size_t chunk = NO_CHUNK;

  private:
    /// Regions without words leave no trace.
    void start(const std::string& kind, const std::string& name, bool elements) {
        if (!out_.regions.empty() && out_.regions.back().begin == out_.regions.back().end) out_.regions.pop_back();
        out_.regions.push_back({place + name, kind, at_, at_, elements, chunk});
    }
    BytesView bytes_;
    BlockRegions& out_;
    size_t at_ = 0;
    bool ok_ = true;
};

bool read_run(Cursor& c, const VerifyingKey& key, const std::string& run, BlockRegions& out) {
    c.place = run;
    const uint32_t size = c.words("run length", 1, false);
    const size_t begin = c.at();
    c.words("run magic", 1, false);
    c.words("run version", 1, false);
    c.words("run suite", 8, false);
    const uint32_t chunks = c.words("chunk count", 1, false);
    machine::Statement s{key.start(), key.start()};
    for (uint32_t i = 0; i < chunks && c.ok(); i++) {
        c.place = run + "chunk " + std::to_string(i) + "/";
        s.start = s.end;
        s.end.pc = c.words("end pc", 1, true);
        const size_t root = c.at();
        c.words("end root", s.end.root.size(), true);
        if (!c.ok()) return false;
        for (size_t k = 0; k < s.end.root.size(); k++) s.end.root[k] = F::reduce(c.word_at(root + 4 * k));
        s.t_out = c.words("end time", 1, true);
        const uint32_t length = c.words("chunk proof length", 1, false);
        const size_t from = c.at();
        c.chunk = out.chunks.size();
        out.chunks.push_back({&key, s, from, from + length});
        iop::Proof proof;
        iop::Shape shape;
        if (!iop::detail::walk(c, key.proof, proof, shape) || c.at() != from + length) return false;
        c.chunk = NO_CHUNK;
    }
    c.place = run;
    c.words("reserved words", machine::ReservedOpening{}.words.size(), false);
    c.words("reserved siblings", machine::ReservedOpening::PATH * hash::DIGEST_SIZE, true);
    return c.ok() && c.at() == begin + size;
}

}  // namespace

std::optional<BlockRegions> block_regions(const VerifyingKey& aggregator, const VerifyingKey& subblock,
                                          BytesView proof) {
    BlockRegions out;
    Cursor c(proof, out);
    c.words("block magic", 1, false);
    c.words("block version", 1, false);
    if (!read_run(c, aggregator, "aggregator/", out)) return std::nullopt;
    c.place.clear();
    const uint32_t subblocks = c.words("subblock count", 1, false);
    for (uint32_t i = 0; i < subblocks; i++)
        if (!read_run(c, subblock, "subblock " + std::to_string(i) + "/", out)) return std::nullopt;
    if (!c.ok() || !c.at_end()) return std::nullopt;
    return out;
}

std::vector<uint32_t> changed_words(const Region& region, uint32_t word) {
    std::vector<uint32_t> out{word ^ 1, word ^ 0x8000'0000};
    if (region.elements) {
        out.push_back((word + 1) % F::P);
        out.push_back(word + F::P);
    }
    return out;
}

}  // namespace ashlar::test
