// SPDX-License-Identifier: Apache-2.0
// Any bytes as a block proof, a proof of a run or a key: decoding and verifying must return, what decodes must encode
// to the same bytes, and nothing is accepted: the seeds are containers of made-up chunk proofs.
#include <algorithm>
#include <cstdlib>

#include "libs/machine/block_proof.hpp"
#include "libs/machine/chip_set.hpp"
#include "test/support/fuzz_replay.hpp"

using namespace ashlar;
using namespace ashlar::machine;

namespace {

/// A key of the right shape over fixed tables that nobody committed to.
const VerifyingKey& key() {
    static const VerifyingKey vk = [] {
        hash::Digest image{}, prep{};
        image[0] = field::F::from_canonical(5);
        prep[0] = field::F::from_canonical(7);
        std::vector<uint32_t> heights;
        MachineChips::for_each([&]<class C>() {
            if constexpr (requires { C::HEIGHT; })
                heights.push_back(static_cast<uint32_t>(C::HEIGHT));
            else
                heights.push_back(air::FixedChip<C> ? 32 : 0);
        });
        auto made = make_verifying_key(rv32::GuestField::koala_bear, 0x0020'0800, image, *iop::named_profile("test"),
                                       heights, prep);
        if (!made) std::abort();
        return std::move(*made);
    }();
    return vk;
}

/// A chunk proof that decodes as far as its heights let it: `heights` of every table, then zeros.
Bytes made_up_chunk(uint32_t height, size_t words) {
    Bytes b(4 * words);
    const auto& fixed = key().proof.fixed_heights;
    const size_t tables = key().proof.system.tables.size();
    for (size_t i = 0; i < tables && i < words; i++) store_le32(&b[4 * i], fixed[i] ? fixed[i] : height);
    return b;
}

Bytes made_up_run(size_t chunks) {
    RunProof run;
    for (size_t i = 0; i < chunks; i++) {
        ChunkProof c;
        c.end.pc = i + 1 == chunks ? 0 : 0x0020'0804;
        c.end.root[1] = field::F::from_canonical(static_cast<uint32_t>(i));
        c.t_out = 8;
        c.proof = made_up_chunk(static_cast<uint32_t>(i), 40 + 3000 * i);
        run.chunks.push_back(std::move(c));
    }
    // An opening that is good, so that the chunks are looked at.
    run.reserved.words[rv32::WORD_HALTED - rv32::RESERVED_WORD] = 1;
    run.chunks.back().end.root = run.reserved.root();
    return *encode(run);
}

bool same(const Bytes& a, BytesView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const BytesView bytes{data, size};
    if (const auto block = decode_block_proof(bytes); block && !same(*encode(*block), bytes)) std::abort();
    if (const auto run = decode_run_proof(bytes); run && !same(*encode(*run), bytes)) std::abort();
    if (const auto vk = decode_verifying_key(bytes, true); vk && !same(encode(*vk), bytes)) std::abort();
    const VerifyOptions in_tests{.allow_test_profiles = true};
    if (verify_block(key(), key(), bytes, in_tests) || verify_run(key(), bytes, in_tests)) std::abort();
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    BlockProof block;
    block.aggregator = made_up_run(2);
    block.subblocks = {made_up_run(1), made_up_run(3)};
    return {*encode(block), made_up_run(1), made_up_run(3), encode(key())};
}
