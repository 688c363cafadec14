// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/base/bytes.hpp"
#include "libs/iop/keys.hpp"
#include "libs/machine/error.hpp"
#include "libs/machine/statement.hpp"
#include "libs/rv32/program.hpp"

namespace ashlar::machine {

/// Version of the machine: changes with anything that a proof means.
inline constexpr uint32_t MACHINE_VERSION = 3;

/// What a verifier holds of a program under a profile.
struct VerifyingKey {
    rv32::GuestField field = rv32::GuestField::koala_bear;
    uint32_t entry = 0;
    Digest image_root{};
    iop::VerifyingKey proof;

    ChunkEnd start() const { return {entry, image_root}; }
};

/// The key from its parts; the rest of `proof` (system, structure, bounds, digest) is this machine's.
/// VerifyCode::key if no program has such a key: entry outside [MEMORY_BEGIN, MEMORY_END) or not a multiple of 4,
/// another height of a fixed table than the machine's, the image of no words, parts out of the profile's range.
Result<VerifyingKey, VerifyFailure> make_verifying_key(rv32::GuestField field, uint32_t entry, const Digest& image_root,
                                                       const iop::Profile& profile, std::vector<uint32_t> fixed_heights,
                                                       const Digest& prep_root);

/// Digest of chips, constraints, interactions and public messages; computed once a process.
const Digest& structure_digest();

/// Canonical encoding (MACHINE.md 5): magic, machine version, guest field, profile integers, structure
/// digest, fixed heights, preprocessed root, entry pc, image root; 32-bit little-endian words.
Bytes encode(const VerifyingKey& vk);
/// Total on any bytes. Profiles for tests are refused unless `allow_test_profiles`, and keys that no program has. What
/// only the program can tell is **not** checked: that `prep_root` commits to the machine's tables and the program's
/// instructions, and that the image has zeros for registers and reserved words. Whoever makes up a key can prove
/// anything under it: a verifier makes the key from the ELF himself, or compares its digest with one he trusts.
Result<VerifyingKey, VerifyFailure> decode_verifying_key(BytesView bytes, bool allow_test_profiles = false);

/// The digest that guests see and that deferred proofs name: SHA-256 of the encoding as 8 words, the four bytes of each
/// least significant first.
std::array<uint32_t, 8> vk_digest(const VerifyingKey& vk);

}  // namespace ashlar::machine
