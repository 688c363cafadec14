// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/iop/profile.hpp"
#include "libs/rv32/program.hpp"

namespace ashlar::prover {

HostResult<const machine::ProvingKey*> Keys::of(BytesView elf, const std::string& profile_name, unsigned threads) {
    const Bytes32 hash = hash::sha256(elf);
    const auto known = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& e) { return e.elf == hash && e.profile == profile_name; });
    if (known != entries_.end()) {
        entries_.splice(entries_.begin(), entries_, known);
        return &entries_.front().key;
    }
    const iop::Profile* profile = iop::named_profile(profile_name);
    if (!profile || profile->for_tests)
        return fail("profile_unknown", fmt::format("there is no security profile '{}' for real proofs", profile_name),
                    "use chunk-small or chunk");
    ASHLAR_ASSIGN(rv32::Program program, rv32::load_elf(elf));
    exec::ThreadPool pool(threads);
    ASHLAR_ASSIGN(machine::ProvingKey key, machine::setup(std::move(program), *profile, exec::best_isa(), pool));
    entries_.push_front({hash, profile_name, std::move(key)});
    if (entries_.size() > KEPT) entries_.pop_back();
    return &entries_.front().key;
}

}  // namespace ashlar::prover
