// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "libs/iop/system.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/kernels/kernels.hpp"
#include "libs/machine/prover.hpp"
#include "libs/machine/trace.hpp"

namespace ashlar::machine {

namespace {

/// The image as the statement wants it: registers and reserved words 0, each word once.
HostResult<bool> check_image(const rv32::Program& program) {
    uint64_t next = rv32::MEMORY_BEGIN / 4;
    for (const rv32::ImageWord& w : program.image) {
        if (w.word < next || w.word >= rv32::RESERVED_WORD)
            return fail("program_image",
                        fmt::format("image word {:#x} is outside guest memory, or out of order", w.word));
        next = uint64_t{w.word} + 1;
    }
    return true;
}

}  // namespace

HostResult<ProvingKey> setup(rv32::Program program, const iop::Profile& profile, exec::Isa isa,
                             exec::ThreadPool& pool) {
    if (auto ok = check_image(program); !ok) return Fail{ok.error()};
    if (!program.contains(program.entry)) return fail("program_image", "the entry is not in the text");
    ProvingKey key;
    key.program = std::move(program);
    key.layout = ProgramLayout(key.program, profile);
    if (key.layout.entries.empty()) return fail("program_empty", "the text has no instruction that can be proven");
    if (key.layout.entries.size() > size_t{1} << profile.max_log_height)
        return fail("program_too_large", fmt::format("{} instructions; the profile allows 2^{}", key.layout.row.size(),
                                                     profile.max_log_height));
    key.image = MemoryTree(key.program, pool);
    // The verifying key first without the root of the fixed tables: it gives the parts that the prover's key needs.
    std::vector<uint32_t> heights;
    iop::Traces prep = preprocessed_tables(profile, key.layout);
    for (const Table& t : prep) heights.push_back(static_cast<uint32_t>(t.height()));
    const auto draft =
        make_verifying_key(key.program.field, key.program.entry, key.image.root(), profile, heights, Digest{});
    if (!draft) return fail("key_invalid", std::string(to_string(draft.error().code)));
    pcs::KeyParts parts;
    parts.system = draft->proof.system;
    parts.profile = profile;
    parts.structure = draft->proof.structure;
    parts.extra = draft->proof.extra;
    parts.height_bounds = draft->proof.height_bounds;
    parts.prep = std::move(prep);
    parts.kernels = machine_kernels(isa);
    parts.isa = isa;
    ASHLAR_ASSIGN(key.proof, pcs::make_proving_key(std::move(parts), pool));
    auto vk = make_verifying_key(key.program.field, key.program.entry, key.image.root(), profile, std::move(heights),
                                 key.proof.vk.prep_root);
    if (!vk) return fail("key_invalid", std::string(to_string(vk.error().code)));
    key.vk = std::move(*vk);
    return key;
}

}  // namespace ashlar::machine
