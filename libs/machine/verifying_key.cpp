// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/verifying_key.hpp"

#include <algorithm>

#include "libs/hash/sha256.hpp"
#include "libs/iop/structure.hpp"
#include "libs/iop/system.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/codec.hpp"
#include "libs/machine/reserved.hpp"

namespace ashlar::machine {

namespace {

constexpr uint32_t KEY_MAGIC = 0x4b565341;  // "ASVK"

const iop::System& machine_system() {
    static const iop::System system = iop::make_system<PublicStatement, MachineChips>();
    return system;
}

iop::HeightBound clock_bound() {
    iop::HeightBound bound;
    bound.limit = MAX_TOTAL_ADVANCE;
    MachineChips::for_each([&]<class C>() { bound.weights.push_back(max_advance<C>()); });
    return bound;
}

/// Whether some program may have this entry, image and heights: what a verifier can tell without the program. All fixed
/// tables but the program's own have one height; an image without any word is no program's, which has its text in it.
bool may_be_a_program(uint32_t entry, const Digest& image_root, const std::vector<uint32_t>& fixed_heights) {
    if (entry % 4 != 0 || entry < rv32::MEMORY_BEGIN || entry >= rv32::MEMORY_END) return false;
    if (image_root == absent_digests()[TREE_DEPTH]) return false;
    bool ok = fixed_heights.size() == MachineChips::SIZE;
    MachineChips::for_each([&]<class C>() {
        if constexpr (requires { C::HEIGHT; }) ok = ok && fixed_heights[MachineChips::index_of<C>()] == C::HEIGHT;
    });
    return ok;
}

}  // namespace

const Digest& structure_digest() {
    static const Digest digest = iop::structure_digest<PublicStatement, MachineChips>();
    return digest;
}

Result<VerifyingKey, VerifyFailure> make_verifying_key(rv32::GuestField field, uint32_t entry, const Digest& image_root,
                                                       const iop::Profile& profile, std::vector<uint32_t> fixed_heights,
                                                       const Digest& prep_root) {
    if (!may_be_a_program(entry, image_root, fixed_heights)) return Fail{VerifyFailure{VerifyCode::key}};
    VerifyingKey vk;
    vk.field = field;
    vk.entry = entry;
    vk.image_root = image_root;
    iop::VerifyingKey parts;
    parts.system = machine_system();
    parts.profile = profile;
    parts.structure = structure_digest();
    parts.fixed_heights = std::move(fixed_heights);
    parts.prep_root = prep_root;
    parts.extra = {F::from_canonical(MACHINE_VERSION), F::from_canonical(static_cast<uint32_t>(field)),
                   F::from_canonical(entry)};
    parts.extra.insert(parts.extra.end(), image_root.begin(), image_root.end());
    parts.height_bounds.push_back(clock_bound());
    auto made = iop::make_verifying_key(std::move(parts));
    if (!made) return Fail{VerifyFailure{VerifyCode::key, 0, made.error()}};
    vk.proof = std::move(*made);
    return vk;
}

Bytes encode(const VerifyingKey& vk) {
    WordWriter w;
    w.word(KEY_MAGIC);
    w.word(MACHINE_VERSION);
    w.word(static_cast<uint32_t>(vk.field));
    const std::vector<uint32_t> profile = vk.proof.profile.words();
    w.word(static_cast<uint32_t>(profile.size()));
    for (uint32_t x : profile) w.word(x);
    w.digest(vk.proof.structure);
    w.word(static_cast<uint32_t>(vk.proof.fixed_heights.size()));
    for (uint32_t h : vk.proof.fixed_heights) w.word(h);
    w.digest(vk.proof.prep_root);
    w.word(vk.entry);
    w.digest(vk.image_root);
    return w.take().value();  // no part of it has a length of its own
}

Result<VerifyingKey, VerifyFailure> decode_verifying_key(BytesView bytes, bool allow_test_profiles) {
    constexpr uint32_t MAX_PROFILE_WORDS = 256;
    WordReader r(bytes);
    r.expect(KEY_MAGIC, VerifyCode::magic);
    r.expect(MACHINE_VERSION, VerifyCode::version);
    const uint32_t field = r.word();
    if (field > static_cast<uint32_t>(rv32::GuestField::mersenne31)) r.fail(VerifyCode::key);
    const uint32_t profile_words = r.word();
    if (profile_words > MAX_PROFILE_WORDS) r.fail(VerifyCode::profile_unknown);
    std::vector<uint32_t> words(r.ok() ? profile_words : 0);
    for (uint32_t& w : words) w = r.word();
    const Digest structure = r.digest();
    if (r.ok() && structure != structure_digest()) r.fail(VerifyCode::structure);
    r.expect(static_cast<uint32_t>(MachineChips::SIZE), VerifyCode::structure);
    std::vector<uint32_t> heights(MachineChips::SIZE);
    for (uint32_t& h : heights) h = r.word();
    const Digest prep_root = r.digest();
    const uint32_t entry = r.word();
    const Digest image_root = r.digest();
    r.expect_end();
    if (prep_root == Digest{}) r.fail(VerifyCode::key);  // no commitment
    if (!r.ok()) return Fail{VerifyFailure{r.code()}};
    const auto profiles = iop::all_profiles();
    const auto profile =
        std::find_if(profiles.begin(), profiles.end(), [&](const iop::Profile& p) { return p.words() == words; });
    if (profile == profiles.end()) return Fail{VerifyFailure{VerifyCode::profile_unknown}};
    if (profile->for_tests && !allow_test_profiles) return Fail{VerifyFailure{VerifyCode::profile_for_tests}};
    return make_verifying_key(static_cast<rv32::GuestField>(field), entry, image_root, *profile, std::move(heights),
                              prep_root);
}

std::array<uint32_t, 8> vk_digest(const VerifyingKey& vk) {
    const Bytes32 hash = hash::sha256(encode(vk));
    std::array<uint32_t, 8> words;
    for (size_t i = 0; i < 8; i++) words[i] = load_le32(hash.data() + 4 * i);
    return words;
}

}  // namespace ashlar::machine
