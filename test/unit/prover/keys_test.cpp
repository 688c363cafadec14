// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/keys.hpp"

#include <catch2/catch.hpp>

#include "libs/prover/verdict.hpp"
#include "libs/rv32/assembler.hpp"

using namespace ashlar;
using namespace ashlar::prover;

namespace {

Bytes program(int32_t value) {
    rv32::Assembler a;
    a.li(rv32::registers::S0, static_cast<uint32_t>(value));
    a.halt();
    return rv32::make_elf(a);
}

}  // namespace

TEST_CASE("a key is of the program and the profile that are asked for, also when it is known already") {
    // A verifier that is handed another program's key calls that program's proofs valid.
    Keys keys;
    const auto digest = [&](const Bytes& elf, const std::string& profile) {
        const auto key = keys.of(elf, profile, 2);
        if (!key) FAIL(key.error().code);
        return digest_hex((*key)->vk);
    };
    const Bytes one = program(1), two = program(2);
    const std::string small = digest(one, "chunk-small"), other = digest(two, "chunk-small"),
                      chunk = digest(one, "chunk");
    CHECK(small != other);
    CHECK(small != chunk);
    CHECK(digest(two, "chunk-small") == other);
    CHECK(digest(one, "chunk") == chunk);
    CHECK(digest(one, "chunk-small") == small);
}

TEST_CASE("no key is made under a profile for tests, or of what is no program") {
    Keys keys;
    const auto refused = [&](const Bytes& elf, const std::string& profile) {
        const auto key = keys.of(elf, profile, 2);
        return key ? "" : key.error().code;
    };
    for (const char* profile : {"test", "", "none"}) CHECK(refused(program(1), profile) == "profile_unknown");
    CHECK_FALSE(refused({}, "chunk-small").empty());
}
