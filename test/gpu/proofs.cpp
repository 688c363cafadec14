// SPDX-License-Identifier: Apache-2.0
// Whole proofs whose commitments and openings are made by the CUDA backend, byte for byte those of the CPU:
//
//   cuda_proofs [--device N] [--large]      from the repository's root
//
// The executable specification's vectors under its own profiles; --large: also witnesses under the profile `test`.
// Exit status: 0 all equal, 1 a difference or a failure, 77 no device.
#include <fmt/core.h>

#include <cstdlib>

#include "kernels/exec/device.hpp"
#include "kernels/pcs/cuda_backend.hpp"
#include "libs/pcs/verify.hpp"
#include "test/support/spec_prover.hpp"

namespace {

using namespace ashlar;

[[noreturn]] void die(const std::string& why) {
    fmt::print("FAILED {}\n", why);
    std::exit(1);
}
template <class T>
T need(HostResult<T> r) {
    if (!r) die(r.error().message);
    return std::move(*r);
}

iop::ProvingKey device_key(const std::string& system, const iop::Profile& profile, int device, exec::ThreadPool& pool) {
    return test::spec_proving_key(system, profile, exec::best_isa(), pool, need(cuda::make_backend(profile, device)));
}

void check_vectors(int device, exec::ThreadPool& pool) {
    size_t count = 0;
    for (const test::SpecCase& c : test::read_spec_cases("test/vectors/protocol_vectors.txt")) {
        iop::ProvingKey key = device_key(c.system, *iop::named_profile(c.profile), device, pool);
        if (key.vk.prep_root != c.prep_root) die(c.system + " under " + c.profile + ": preprocessed root");
        key.vk.digest = c.digest;
        const Bytes proof = need(iop::prove(key, c.public_elements(), test::spec_traces(key.vk, c.tables), pool));
        if (proof != c.proof) die(c.system + " under " + c.profile + ": another proof");
        count++;
    }
    if (count == 0) die("no vectors");
    fmt::print("ok {} proofs of the specification's vectors\n", count);
}

void check_large(int device, exec::ThreadPool& pool) {
    const iop::Profile& profile = *iop::named_profile("test");
    const iop::ProvingKey key = device_key("machine", profile, device, pool);
    const iop::ProvingKey cpu = test::spec_proving_key("machine", profile, exec::best_isa(), pool);
    if (key.vk.prep_root != cpu.vk.prep_root) die("preprocessed root");
    for (const uint32_t scale : {1u, 700u, 9000u}) {
        const test::SpecRun run = test::spec_run(scale, profile, 3 * scale, 5 * scale, scale, 1, 9 * scale);
        const iop::Traces traces = test::spec_traces(key.vk, run.tables);
        const Bytes proof = need(iop::prove(key, run.public_values, traces, pool));
        if (proof != need(iop::prove(cpu, run.public_values, traces, pool)))
            die(fmt::format("profile test, scale {}: another proof", scale));
        if (!iop::verify(key.vk, run.public_values, proof)) die("the proof is rejected");
        fmt::print("ok a proof of {} bytes under the profile test\n", proof.size());
    }
}

}  // namespace

int main(int argc, char** argv) {
    int device = 0;
    bool large = false;
    for (int i = 1; i < argc; i++) {
        const std::string key = argv[i];
        if (key == "--large")
            large = true;
        else if (key == "--device" && i + 1 < argc)
            device = std::atoi(argv[++i]);
        else
            die("unknown option " + key);
    }
    if (need(cuda::device_count()) == 0) {
        fmt::print("no CUDA device: nothing checked\n");
        return 77;
    }
    exec::ThreadPool pool;
    check_vectors(device, pool);
    if (large) check_large(device, pool);
    fmt::print("all equal\n");
    return 0;
}
