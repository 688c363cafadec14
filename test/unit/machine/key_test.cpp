// SPDX-License-Identifier: Apache-2.0
// What a verifying key must be, whoever wrote the file: every limit, and the bound on the clock that each key carries.
#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/chips/buses.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/prover.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::machine;

namespace {

const VerifyingKey& sample() {
    static const VerifyingKey vk = [] {
        exec::ThreadPool pool(2);
        rv32::Assembler a;
        a.halt();
        auto key = setup(a.program(), *iop::named_profile("test"), exec::best_isa(), pool);
        if (!key) throw std::runtime_error(key.error().message);
        return std::move(key->vk);
    }();
    return vk;
}

/// Where the parts of an encoded key lie, in words.
const size_t FIELD = 2, PROFILE_LENGTH = 3, PROFILE = 4;
size_t structure_at() { return PROFILE + sample().proof.profile.words().size(); }
size_t heights_at() { return structure_at() + 9 + 1; }
size_t prep_root_at() { return heights_at() + MachineChips::SIZE; }
size_t entry_at() { return prep_root_at() + 9; }
size_t image_at() { return entry_at() + 1; }

using Words = std::vector<uint32_t>;

/// What decoding says of the sample's key with other words; nullopt: it is a key.
template <class Change>
std::optional<VerifyCode> changed(Change&& change) {
    const Bytes honest = encode(sample());
    Words words(honest.size() / 4);
    for (size_t i = 0; i < words.size(); i++) words[i] = load_le32(&honest[4 * i]);
    change(words);
    Bytes bytes(4 * words.size());
    for (size_t i = 0; i < words.size(); i++) store_le32(&bytes[4 * i], words[i]);
    const auto vk = decode_verifying_key(bytes, true);
    if (vk) return std::nullopt;
    return vk.error().code;
}
std::optional<VerifyCode> with_word(size_t at, uint32_t value) {
    return changed([&](Words& w) { w[at] = value; });
}

}  // namespace

TEST_CASE("the parts of an encoded key lie where these tests think", "[machine_key]") {
    const Bytes b = encode(sample());
    CHECK(load_le32(&b[4 * entry_at()]) == sample().entry);
    CHECK(b.size() == 4 * (image_at() + 9));
    CHECK_FALSE(changed([](Words&) {}));
}

TEST_CASE("a key that no program has is refused", "[machine_key]") {
    const uint32_t entry = sample().entry;
    for (uint32_t bad :
         {entry + 1, entry + 2, 0u, rv32::MEMORY_BEGIN - 4, rv32::MEMORY_END, 0x8000'0000u, 0xffff'fffcu})
        CHECK(with_word(entry_at(), bad) == VerifyCode::key);
    CHECK_FALSE(with_word(entry_at(), rv32::MEMORY_BEGIN));
    CHECK_FALSE(with_word(entry_at(), rv32::MEMORY_END - 4));
    // Heights: the machine's own tables have one each; the program's is a stored height within the profile.
    size_t constant = 0;
    MachineChips::for_each([&]<class C>() {
        constexpr size_t t = MachineChips::index_of<C>();
        INFO(C::NAME);
        const size_t at = heights_at() + t;
        const uint32_t h = sample().proof.fixed_heights[t];
        if constexpr (requires { C::HEIGHT; }) {
            constant++;
            for (uint32_t bad : {0u, h / 2, h - 1, h + 1, 2 * h}) CHECK(with_word(at, bad) == VerifyCode::key);
        } else if constexpr (air::FixedChip<C>) {
            for (uint32_t bad : {0u, h + 1, 1u << 25, 0x8000'0000u}) CHECK(with_word(at, bad) == VerifyCode::key);
            CHECK_FALSE(with_word(at, 2 * h));
        } else {
            CHECK(with_word(at, 32) == VerifyCode::key);
        }
    });
    CHECK(constant == 4);
    CHECK(changed([](Words& w) { std::fill_n(w.begin() + static_cast<ptrdiff_t>(prep_root_at()), 9, 0); }) ==
          VerifyCode::key);
    CHECK(changed([](Words& w) {
              for (size_t i = 0; i < 9; i++) w[image_at() + i] = absent_digests()[TREE_DEPTH][i].canonical();
          }) == VerifyCode::key);
    for (uint32_t field : {3u, 4u, 0x100u, 0xffff'ffffu}) CHECK(with_word(FIELD, field) == VerifyCode::key);
    for (uint32_t field : {1u, 2u}) CHECK_FALSE(with_word(FIELD, field));
}

TEST_CASE("numbers in a key that are none of the machine's are refused by name", "[machine_key]") {
    CHECK(with_word(0, 0) == VerifyCode::magic);
    CHECK(with_word(1, MACHINE_VERSION + 1) == VerifyCode::version);
    CHECK(with_word(structure_at(), load_le32(&encode(sample())[4 * structure_at()]) ^ 1) == VerifyCode::structure);
    CHECK(with_word(structure_at() + 9, MachineChips::SIZE + 1) == VerifyCode::structure);
    for (size_t at : {structure_at(), prep_root_at(), image_at() + 8})
        CHECK(with_word(at, field::F::P) == VerifyCode::non_canonical);
    for (size_t i = 0; i < sample().proof.profile.words().size(); i++)
        CHECK(changed([&](Words& w) { w[PROFILE + i]++; }) == VerifyCode::profile_unknown);
}

TEST_CASE("a key's profile is refused by its length before there is room for it", "[machine_key]") {
    // `length` words follow, and then a structure that is wrong: which of the two is complained of?
    const auto with_length = [](uint32_t length) {
        return changed([&](Words& w) {
            w[PROFILE_LENGTH] = length;
            w[structure_at()] ^= 1;
            w.insert(w.begin() + PROFILE, length - sample().proof.profile.words().size(), 1);
        });
    };
    CHECK(with_length(256) == VerifyCode::structure);
    CHECK(with_length(257) == VerifyCode::profile_unknown);
    CHECK(with_word(PROFILE_LENGTH, 0xffff'ffff) == VerifyCode::profile_unknown);
}

TEST_CASE("the clock cannot come around: bound of every key", "[machine_key]") {
    const iop::VerifyingKey& vk = sample().proof;
    REQUIRE(vk.height_bounds.size() == 1);
    const iop::HeightBound& bound = vk.height_bounds[0];
    CHECK(rv32::FIRST_TIMESTAMP + bound.limit == uint64_t{1} << 29);
    // Whoever moves the clock has a weight.
    const auto chips = air::describe_all<MachineChips>();
    std::vector<size_t> four;
    for (size_t t = 0; t < chips.size(); t++) {
        const bool on_bus = std::any_of(chips[t].interactions.begin(), chips[t].interactions.end(),
                                        [](const auto& i) { return i.bus == chips::BUS_STATE; });
        INFO(chips[t].name);
        CHECK(on_bus == (bound.weights[t] > 0));
        CHECK((bound.weights[t] == 0 || bound.weights[t] >= 4));
        if (bound.weights[t] == 4 && four.size() < 8) four.push_back(t);
    }
    CHECK(bound.weights[MachineChips::index_of<chips::EcallChip>()] > 4);
    REQUIRE(four.size() == 8);
    // Eight tables of 2^24 rows move it by 2^29. With one row fewer in the last its stored height is the same; with an
    // eighth fewer the bound holds, and only the stack is too large.
    const auto refused = [&](uint32_t last) {
        std::vector<uint32_t> heights = vk.fixed_heights;
        for (size_t t : four) heights[t] = 1 << 24;
        heights[four.back()] = last;
        return iop::Shape::make(vk, heights).error();
    };
    CHECK(refused(1 << 24) == iop::VerifyError::height_bound);
    CHECK(refused((1 << 24) - 1) == iop::VerifyError::height_bound);
    CHECK(refused((1 << 24) - (1 << 21)) == iop::VerifyError::stack_too_large);
}
