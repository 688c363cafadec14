// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <random>

#include "libs/chips/precompiles/keccak_layers.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/iop/layers/prover.hpp"
#include "libs/iop/layers/verify.hpp"

namespace ashlar::test {

using namespace iop::layers;
using iop::Transcript;
using iop::VerifyError;

/// Inputs and outputs of the real instances of a circuit, words of one instance after another.
struct Run {
    std::vector<uint64_t> inputs, outputs;
};

inline std::vector<uint64_t> random_words(size_t n, uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<uint64_t> out(n);
    for (uint64_t& w : out) w = rng();
    return out;
}

inline BitTrace trace_of(const Circuit& circuit, uint32_t k, const std::vector<uint64_t>& inputs,
                         exec::ThreadPool& pool) {
    const size_t real = inputs.size() / circuit.inputs;
    return BitTrace(circuit, k, real, pool, [&](uint32_t word, uint8_t* planes, size_t pitch) {
        for (size_t i = 0; i < real; i++)
            for (size_t b = 0; b < 8; b++)
                planes[b * pitch + i] = static_cast<uint8_t>(inputs[i * circuit.inputs + word] >> (8 * b));
    });
}

inline std::vector<uint64_t> outputs_of(const Circuit& circuit, const BitTrace& trace) {
    std::vector<uint64_t> out;
    for (size_t i = 0; i < trace.real(); i++)
        for (size_t j = 0; j < circuit.outputs; j++) out.push_back(trace.word(trace.output(j), i));
    return out;
}

/// What the caller of the argument checks: both claims, on words given in clear. Instances beyond the given ones have
/// input 0 and the outputs `idle`.
inline bool claims_hold(const Claims& claims, size_t words_in, size_t words_out, const std::vector<uint64_t>& inputs,
                        const std::vector<uint64_t>& outputs, const std::vector<uint64_t>& idle) {
    const size_t real = inputs.size() / words_in;
    const std::vector<Ext> at_in = poly::eq_table(claims.inputs_at), at_out = poly::eq_table(claims.outputs_at);
    Ext in = Ext::zero(), out = Ext::zero();
    for (size_t i = 0; i < at_out.size(); i++)
        for (size_t l = 0; l < LIMBS * words_out; l++) {
            const uint64_t word = i < real ? outputs[i * words_out + l / LIMBS] : idle[l / LIMBS];
            out += at_out[i] * claims.gamma[l] * F::reduce(uint32_t{static_cast<uint16_t>(word >> (16 * (l % LIMBS)))});
        }
    for (size_t i = 0; i < real; i++)
        for (size_t j = 0; j < words_in; j++)
            for (size_t z = 0; z < WORD_BITS; z++)
                if (inputs[i * words_in + j] >> z & 1) in += at_in[i] * claims.words[j] * claims.bits[z];
    return in == claims.input && out == claims.output;
}

/// "accepted", "claims" or "layers".
inline std::string verdict(const Circuit& circuit, uint32_t k, std::span<const Ext> messages, const Run& run,
                           const std::vector<uint64_t>& idle) {
    Transcript tr;
    const auto claims = verify(circuit, k, tr, messages);
    if (!claims) return std::string(to_string(claims.error()));
    return claims_hold(*claims, circuit.inputs, circuit.outputs, run.inputs, run.outputs, idle) ? "accepted" : "claims";
}

inline std::vector<Ext> prove_with(exec::Isa isa, const Circuit& circuit, const BitTrace& trace, exec::ThreadPool& pool,
                                   iop::ProverHooks* hooks = nullptr) {
    iop::ProverTranscript tr(nullptr, hooks);
    std::vector<Ext> messages;
    iop::StageTimes times;
    (void)prover(isa).prove(circuit, trace, pool, tr, messages, times);
    return messages;
}

/// Keccak-f of an idle instance.
inline std::vector<uint64_t> idle_outputs(const Circuit& circuit, exec::ThreadPool& pool) {
    const BitTrace t = trace_of(circuit, 0, std::vector<uint64_t>(circuit.inputs, 0), pool);
    return outputs_of(circuit, t);
}

}  // namespace ashlar::test
