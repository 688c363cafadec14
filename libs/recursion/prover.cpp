// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/prover.hpp"

#include <fmt/format.h>

#include "libs/iop/structure.hpp"
#include "libs/iop/system.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/kernels/kernels.hpp"
#include "libs/recursion/statement.hpp"
#include "libs/recursion/trace.hpp"

namespace ashlar::recursion {

HostResult<ProvingKey> setup(Program program, const iop::Profile& profile, exec::Isa isa, exec::ThreadPool& pool) {
    if (program.code.empty()) return fail("program_empty", "the program has no instruction");
    if (program.code.size() > size_t{1} << profile.max_log_height)
        return fail("program_too_large", fmt::format("{} instructions; the profile allows 2^{}", program.code.size(),
                                                     profile.max_log_height));
    pcs::KeyParts parts;
    parts.system = iop::make_system<PublicStatement, FieldMachineChips>();
    parts.system.num_public = static_cast<uint32_t>(PublicStatement::NUM_PUBLIC) + program.num_output;
    parts.profile = profile;
    parts.structure = iop::structure_digest<PublicStatement, FieldMachineChips>();
    parts.prep.resize(FieldMachineChips::SIZE);
    parts.prep[FieldMachineChips::index_of<ProgramTable>()] = program_columns(profile, program);
    parts.kernels = field_machine_kernels(isa);
    parts.isa = isa;
    ProvingKey key;
    ASHLAR_ASSIGN(key.proof, pcs::make_proving_key(std::move(parts), pool));
    key.program = std::move(program);
    return key;
}

HostResult<Proven> prove(const ProvingKey& key, const Advice& advice, exec::ThreadPool& pool, iop::StageTimes* times) {
    ASHLAR_ASSIGN(const Run run, execute(key.program, advice));
    const iop::Traces traces = build_trace(key.vk().profile, key.program, run);
    Proven proven{PublicStatement::values(memory_rows(run), run.output), {}};
    std::vector<uint32_t> heights;
    for (const iop::Trace& t : traces) heights.push_back(static_cast<uint32_t>(t.height()));
    if (const auto shape = iop::Shape::make(key.vk(), std::move(heights)); !shape)
        return fail("run_too_large", fmt::format("a run of {} steps does not fit the profile {}: {}", run.steps(),
                                                 key.vk().profile.name, to_string(shape.error())));
    ASHLAR_ASSIGN(proven.proof, pcs::prove(key.proof, proven.public_values, traces, pool, times));
    return proven;
}

}  // namespace ashlar::recursion
