// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

using namespace chips;

void fill_calls(TraceBuilder& builder, const rv32::ChunkRecord& c) {
    builder.fill_records<EcallChip>(c.calls);
    const auto accesses = [&](const rv32::CallRecord& r) {
        return std::span<const rv32::WordAccess>(c.accesses.data() + r.first_access, r.num_accesses);
    };
    std::vector<CallView> commits, halts, hints;
    std::vector<HintWord> hint_words;
    for (const rv32::CallRecord& r : c.calls) {
        const CallView view{r, accesses(r)};
        switch (r.word) {
            case CALL_COMMIT:
            case CALL_COMMIT_DEFERRED_PROOFS:
                commits.push_back(view);
                break;
            case CALL_HALT:
                halts.push_back(view);
                break;
            case CALL_HINT_READ:
                hints.push_back(view);
                for (uint32_t i = 0; i < r.num_accesses; i++)
                    hint_words.push_back({r.t, r.num_accesses - i, &view.accesses[i]});
                break;
            default:
                break;
        }
    }
    builder.fill_records<CommitChip>(commits);
    builder.fill_records<HaltChip>(halts);
    builder.fill_records<HintReadChip>(hints);
    builder.fill_records<HintWordChip>(hint_words);
}

void fill_boundary(TraceBuilder& builder, const BoundaryUpdate& boundary) {
    builder.fill_records<MemoryLeafChip>(boundary.leaves);
    builder.fill_records<MerkleNodeChip>(boundary.nodes);
}

}  // namespace ashlar::machine
