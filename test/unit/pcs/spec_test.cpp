// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/pcs/verify.hpp"
#include "test/support/spec_vectors.hpp"

// The executable specification's proofs, made by test/vectors/protocol_vectors.py, under the same chips in C++.
namespace {
using namespace ashlar;
using namespace ashlar::test;
const std::string VECTORS = "test/vectors/protocol_vectors.txt";
}  // namespace

TEST_CASE("profiles agree with the specification") {
    const auto cases = read_spec_cases(VECTORS);
    REQUIRE(cases.size() == 28);
    for (const SpecCase& c : cases) {
        const iop::Profile* p = iop::named_profile(c.profile);
        REQUIRE(p != nullptr);
        REQUIRE(p->words() == c.profile_words);
        REQUIRE(check(*p).empty());
    }
}

TEST_CASE("accepts the specification's proofs") {
    for (const SpecCase& c : read_spec_cases(VECTORS)) {
        const iop::VerifyingKey vk = spec_key(c);
        const auto result = iop::verify(vk, c.public_elements(), c.proof);
        INFO(c.system << " under " << c.profile << ": "
                      << (result ? std::string_view("accepted") : to_string(result.error())));
        REQUIRE(result);
        auto decoded = iop::decode(vk, c.proof);
        REQUIRE(decoded);
        REQUIRE(iop::encode(vk, decoded->proof) == c.proof);
    }
}
