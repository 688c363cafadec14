// SPDX-License-Identifier: Apache-2.0
// Any bytes as a proof: decoding and verifying must return, what decodes must encode to the same bytes, and nothing is
// accepted but the specification's own proofs.
#include <algorithm>
#include <cstdlib>

#include "libs/pcs/verify.hpp"
#include "test/support/fuzz_replay.hpp"
#include "test/support/spec_vectors.hpp"

using namespace ashlar;

namespace {

struct Target {
    test::SpecCase spec;
    iop::VerifyingKey vk;
};

const std::vector<Target>& targets() {
    static const std::vector<Target> all = [] {
        std::vector<Target> out;
        for (const test::SpecCase& c : test::read_spec_cases("test/vectors/protocol_vectors.txt"))
            if (c.system == "machine") out.push_back({c, test::spec_key(c)});
        if (out.empty()) std::abort();  // run from the source root
        return out;
    }();
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const BytesView bytes{data, size};
    for (const Target& t : targets()) {
        const auto decoded = iop::decode(t.vk, bytes);
        if (decoded) {
            const Bytes again = iop::encode(t.vk, decoded->proof);
            if (!std::equal(again.begin(), again.end(), data, data + size)) std::abort();
        }
        const bool own = std::equal(t.spec.proof.begin(), t.spec.proof.end(), data, data + size);
        if (bool(iop::verify(t.vk, t.spec.public_elements(), bytes)) != own) std::abort();
    }
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    std::vector<Bytes> out;
    for (const Target& t : targets()) out.push_back(t.spec.proof);
    return out;
}
