// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "libs/air/layered_circuit.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/iop/profile.hpp"

/// What each stage of a proof cannot do without, against what the machine was seen to do in the same run.
namespace ashlar::bench {

/// What one core does in a second of processor time.
struct StageBounds {
    double permutations = 0;  ///< Poseidon2 of width 24
    double copy_bytes = 0;    ///< read plus written by memcpy
    double products = 0;      ///< in E
};
StageBounds measure_stage_bounds(exec::ThreadPool& pool, exec::Isa isa);

/// Sizes of one or several proofs together.
struct StageWork {
    double cells = 0, interactions = 0;
    // Of the main commitment:
    double hash_permutations = 0;
    double encode_products = 0;  ///< in F
    /// Of a layered argument's stages: bytes read and written, products in E.
    struct Layers {
        std::string_view stage;
        double bytes = 0, products = 0;
    };
    std::vector<Layers> layers;
    void add(const StageWork& o);
    void add_layers(const Layers& o);
};
StageWork stage_work(const iop::Profile& profile, uint64_t cells, uint64_t interactions);
/// The layered argument for so many instances of a circuit.
StageWork layers_work(const air::layers::Circuit& circuit, uint64_t instances);

/// Seconds of processor time below which a stage (a name of iop::StageTimes) cannot go with these bounds; 0: none is
/// known. What chips compute in their constraints is not counted.
double stage_floor(std::string_view stage, const StageWork& work, const StageBounds& bounds);

}  // namespace ashlar::bench
