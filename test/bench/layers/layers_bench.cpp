// SPDX-License-Identifier: Apache-2.0
// The layered argument for Keccak-f: core cycles a call by stage, on one thread.
//
//   layers_bench [k = 10] [real instances = 2^k] [runs = 3] [isa = auto]
//
// Core cycles are processor time times the clock, which a chain of dependent additions gives in the same run. The least
// of the runs counts. The proof is verified and its claims are checked against the words.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>

#include "libs/chips/precompiles/keccak_layers.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/iop/layers/prover.hpp"
#include "libs/iop/layers/verify.hpp"

namespace {

using namespace ashlar;
using namespace ashlar::iop::layers;

double seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Core cycles in a second of processor time.
double clock_rate() {
    double best = 1;
    for (int run = 0; run < 20; run++) {
        const double start = seconds();
        uint64_t x = 1;
        for (int i = 0; i < 1'000'000; i++) asm volatile("add $1, %0" : "+r"(x));
        best = std::min(best, (seconds() - start) / 1e6);
    }
    return 1 / best;
}

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "layers_bench: %s\n", why.c_str());
    std::exit(1);
}

/// Both claims, on the words themselves.
bool holds(const Claims& c, const std::vector<uint64_t>& in, const std::vector<uint64_t>& out, const uint64_t* idle) {
    const std::vector<Ext> at_in = poly::eq_table(c.inputs_at), at_out = poly::eq_table(c.outputs_at);
    Ext sum_in = Ext::zero(), sum_out = Ext::zero();
    for (size_t i = 0; i < at_out.size(); i++)
        for (size_t j = 0; j < 25; j++) {
            const bool real = 25 * i < in.size();
            const uint64_t o = real ? out[25 * i + j] : idle[j], x = real ? in[25 * i + j] : 0;
            for (size_t q = 0; q < 4; q++)
                sum_out += at_out[i] * c.gamma[4 * j + q] * F::reduce(uint32_t{static_cast<uint16_t>(o >> 16 * q)});
            Ext bits = Ext::zero();
            for (size_t z = 0; z < 64; z++)
                if (x >> z & 1) bits += c.bits[z];
            sum_in += at_in[i] * c.words[j] * bits;
        }
    return sum_in == c.input && sum_out == c.output;
}

}  // namespace

int main(int argc, char** argv) {
    const auto k = static_cast<uint32_t>(argc > 1 ? std::atoi(argv[1]) : 10);
    const size_t real = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : size_t{1} << k;
    const int runs = argc > 3 ? std::atoi(argv[3]) : 3;
    const auto isa = exec::select_isa(argc > 4 ? argv[4] : "auto");
    if (!isa) die(isa.error().message);
    if (k > 16 || real == 0 || real > size_t{1} << k || runs < 1)
        die("k is at most 16, instances 1 to 2^k, runs at least 1");
    exec::ThreadPool pool(1);
    const Circuit circuit = chips::keccak_circuit(24);
    std::mt19937_64 rng(k);
    std::vector<uint64_t> inputs(25 * real);
    for (uint64_t& w : inputs) w = rng();
    std::vector<uint64_t> outputs = inputs, idle(25);
    for (size_t i = 0; i < real; i++) hash::keccak_permute(&outputs[25 * i]);
    hash::keccak_permute(idle.data());

    const double rate = clock_rate();
    std::map<std::string, double> stages;
    double trace_time = 1e9, prove_time = 1e9, verify_time = 1e9;
    size_t length = 0;
    for (int run = 0; run < runs; run++) {
        double start = seconds();
        const BitTrace trace(circuit, k, real, pool, [&](uint32_t word, uint8_t* planes, size_t pitch) {
            for (size_t i = 0; i < real; i++)
                for (size_t b = 0; b < 8; b++)
                    planes[b * pitch + i] = static_cast<uint8_t>(inputs[25 * i + word] >> (8 * b));
        });
        trace_time = std::min(trace_time, seconds() - start);
        start = seconds();
        iop::ProverTranscript tr(nullptr, nullptr);
        std::vector<Ext> messages;
        iop::StageTimes times;
        (void)prover(*isa).prove(circuit, trace, pool, tr, messages, times);
        prove_time = std::min(prove_time, seconds() - start);
        for (const auto& s : times.stages) {
            const auto [it, fresh] = stages.try_emplace(s.name, s.cpu);
            if (!fresh) it->second = std::min(it->second, s.cpu);
        }
        start = seconds();
        iop::Transcript vtr;
        const auto claims = verify(circuit, k, vtr, messages);
        verify_time = std::min(verify_time, seconds() - start);
        if (!claims || !holds(*claims, inputs, outputs, idle.data())) die("the proof is refused");
        length = messages.size();
    }
    const double n = static_cast<double>(real);
    std::printf("%zu of 2^%u instances, %s, clock %.2f GHz: proof %.1f kB, verified in %.2f ms\n", real, k,
                std::string(exec::isa_name(*isa)).c_str(), rate * 1e-9, static_cast<double>(length) * 0.02,
                verify_time * 1e3);
    std::printf("core cycles per Keccak-f: bits %.0f, prover %.0f (%.0f calls a second and core)\n",
                trace_time * rate / n, prove_time * rate / n, n / (trace_time + prove_time));
    for (const auto& [name, time] : stages) std::printf("  %-30s %10.0f\n", name.c_str(), time * rate / n);
}
