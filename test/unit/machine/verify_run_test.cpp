// SPDX-License-Identifier: Apache-2.0
// The verdict on a run's proof: what is refused, by which name, and in which order.
#include <sys/mman.h>

#include <bit>
#include <mutex>
#include <set>

#include "libs/machine/block_proof.hpp"
#include "libs/machine/codec.hpp"
#include "libs/machine/verify_on_threads.hpp"
#include "test/unit/machine/run_sample.hpp"

using namespace ashlar;
using namespace ashlar::machine;
using namespace ashlar::machine::test_run;

TEST_CASE("chunks checked on threads give the same verdict", "[machine_prove]") {
    exec::ThreadPool pool(3);
    VerifyOptions options = verify_on_threads(pool);
    options.allow_test_profiles = true;
    const auto claims = verify_run(sample().key.vk, sample().proof, options);
    REQUIRE(claims);
    CHECK(claims->chunks == decode_run_proof(sample().proof)->chunks.size());
    RunProof broken = *decode_run_proof(sample().proof);
    for (size_t i : {2, 1, 3}) broken.chunks[i].proof[100] ^= 1;
    for (const VerifyOptions& o : {options, IN_TESTS}) {
        const auto r = verify_run(sample().key.vk, *encode(broken), o);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == VerifyCode::chunk);
        CHECK(r.error().index == 1);
    }
}

TEST_CASE("checks stop at the first that fails, and never before one that comes earlier", "[machine_prove]") {
    const auto count = [](const auto& for_each, std::set<size_t> bad) {
        std::mutex mutex;
        std::set<size_t> seen;
        for_each(100, [&](size_t i) {
            const std::lock_guard lock(mutex);
            REQUIRE(seen.insert(i).second);
            return !bad.contains(i);
        });
        for (size_t i = 0; i <= (bad.empty() ? 99 : *bad.begin()); i++) CHECK(seen.contains(i));
        return seen.size();
    };
    exec::ThreadPool one(1), three(3);
    CHECK(count(check_in_order, {}) == 100);
    CHECK(count(check_in_order, {0, 5}) == 1);
    CHECK(count(check_in_order, {7}) == 8);
    for (exec::ThreadPool* pool : {&one, &three}) {
        const auto on_threads = verify_on_threads(*pool).for_each;
        CHECK(count(on_threads, {}) == 100);
        CHECK(count(on_threads, {99}) == 100);
        for (const std::set<size_t>& bad : {std::set<size_t>{0}, {1, 40}, {98, 3, 2}}) count(on_threads, bad);
    }
    CHECK(count(verify_on_threads(one).for_each, {0}) == 1);
}

TEST_CASE("the profile says how many chunks are verified at once", "[machine_prove]") {
    const Sample& s = sample();
    const size_t chunks = decode_run_proof(s.proof)->chunks.size();
    CHECK(decode_run_proof(s.proof, chunks));
    CHECK(decode_run_proof(s.proof, chunks - 1).error().code == VerifyCode::too_many_chunks);
    // A million chunks announced in 44 bytes: nothing is made for them.
    constexpr size_t COUNT = 40;
    Bytes header(s.proof.begin(), s.proof.begin() + COUNT + 4);
    store_le32(&header[COUNT], 1 << 20);
    CHECK(code_of(s.key.vk, header) == VerifyCode::too_many_chunks);
    store_le32(&header[COUNT], 1 << s.key.vk.proof.profile.max_log_chunks);
    CHECK(code_of(s.key.vk, header) == VerifyCode::truncated);
    // By the profile: the limit is not part of what a proof means, so the same proof can be asked under two limits.
    VerifyingKey vk = s.key.vk;
    vk.proof.profile.max_log_chunks = static_cast<uint32_t>(std::bit_width(chunks - 1));
    CHECK(verify_run(vk, s.proof, IN_TESTS));
    const RunToCheck twice[2] = {{&vk, s.proof}, {&vk, s.proof}};
    const auto both = verify_runs(twice, IN_TESTS);
    REQUIRE_FALSE(both);  // together they have more
    CHECK(both.error().run == 1);
    CHECK(both.error().why.code == VerifyCode::too_many_chunks);
    vk.proof.profile.max_log_chunks--;
    CHECK(code_of(vk, s.proof) == VerifyCode::too_many_chunks);
    // The prover does not make what no verifier takes.
    ProvingKey key = make_key(test::every_opcode_program(2));
    key.vk.proof.profile.max_log_chunks = 1;
    const auto run = prove_run(key, {}, {.chunk_cycles = 100, .threads = 2, .check_committed = false});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == "too_many_chunks");
}

TEST_CASE("a file of empty chunks is refused before its chunks are read, or at the first of them", "[machine_prove]") {
    const Sample& s = sample();
    RunProof bomb = *decode_run_proof(s.proof);
    const ChunkProof empty{
        bomb.chunks.back().end, bomb.chunks.back().t_out, {}};  // a good end, so that all else passes
    size_t checks = 0;
    VerifyOptions counting = IN_TESTS;
    counting.for_each = [&](size_t count, const std::function<bool(size_t)>& check) {
        check_in_order(count, [&](size_t i) { return checks++, check(i); });
    };
    const auto refused_by = [&](size_t count) {
        bomb.chunks.assign(count, empty);
        checks = 0;
        return code_of(s.key.vk, *encode(bomb), counting);
    };
    CHECK(refused_by(size_t{1} << 20) == VerifyCode::too_many_chunks);  // 46 MB
    CHECK(checks == 0);
    CHECK(refused_by((size_t{1} << s.key.vk.proof.profile.max_log_chunks) + 1) == VerifyCode::too_many_chunks);
    CHECK(checks == 0);
    CHECK(refused_by(size_t{1} << s.key.vk.proof.profile.max_log_chunks) == VerifyCode::chunk);
    CHECK(checks == 1);
}

TEST_CASE("the first bad run is named", "[machine_prove]") {
    const Sample& s = sample();
    RunProof broken = *decode_run_proof(s.proof);
    broken.chunks[2].proof[100] ^= 1;
    const Bytes bad = *encode(broken), cut(s.proof.begin(), s.proof.end() - 4);
    const auto first_bad = [&](std::vector<const Bytes*> proofs) {
        std::vector<RunToCheck> runs;
        for (const Bytes* p : proofs) runs.push_back({&s.key.vk, *p});
        const auto r = verify_runs(runs, IN_TESTS);
        REQUIRE_FALSE(r);
        return r.error();
    };
    CHECK(first_bad({&s.proof, &bad, &bad}).run == 1);
    CHECK(first_bad({&s.proof, &bad}).why.code == VerifyCode::chunk);
    CHECK(first_bad({&s.proof, &bad}).why.index == 2);
    CHECK(first_bad({&bad, &cut}).run == 1);  // containers come before chunks
    CHECK(first_bad({&bad, &cut}).why.code == VerifyCode::truncated);
}

TEST_CASE("a part of 4 GiB cannot be written with a short length", "[machine_prove]") {
    // Nobody reads the bytes; that the address space is there is enough.
    const size_t size = (size_t{1} << 32) + 8;
    void* room = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(room != MAP_FAILED);
    const auto* bytes = static_cast<const uint8_t*>(room);
    WordWriter w;
    w.blob(BytesView(bytes, size_t{1} << 32));
    w.blob(BytesView(bytes, 4));
    const auto written = w.take();
    REQUIRE_FALSE(written);
    CHECK(written.error().code == VerifyCode::too_long);
    WordWriter small;
    small.blob(BytesView(bytes, 4));
    CHECK(small.take()->size() == 8);
    ::munmap(room, size);
}

TEST_CASE("the test profile is refused outside tests", "[machine_prove]") {
    CHECK(code_of(sample().key.vk, sample().proof, {}) == VerifyCode::profile_for_tests);
    const Bytes vk = encode(sample().key.vk);
    CHECK(decode_verifying_key(vk).error().code == VerifyCode::profile_for_tests);
}

TEST_CASE("a key survives its encoding, and a changed one is refused or another key", "[machine_prove]") {
    const Bytes bytes = encode(sample().key.vk);
    const auto vk = decode_verifying_key(bytes, true);
    REQUIRE(vk);
    CHECK(vk->proof.digest == sample().key.vk.proof.digest);
    CHECK(vk_digest(*vk) == vk_digest(sample().key.vk));
    CHECK(verify_run(*vk, sample().proof, IN_TESTS));
    for (size_t i = 0; i < bytes.size(); i += 4) {
        Bytes changed = bytes;
        changed[i] ^= 1;
        const auto other = decode_verifying_key(changed, true);
        if (!other) continue;
        CHECK_FALSE(other->proof.digest == vk->proof.digest);
        CHECK_FALSE(verify_run(*other, sample().proof, IN_TESTS));
    }
    for (size_t n : {size_t{0}, size_t{3}, bytes.size() - 4}) {
        CHECK(decode_verifying_key(BytesView(bytes).first(n), true).error().code == VerifyCode::truncated);
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(decode_verifying_key(longer, true).error().code == VerifyCode::trailing_bytes);
}

TEST_CASE("a proof of a run has one meaning", "[machine_prove]") {
    const Sample& s = sample();
    const RunProof honest = *decode_run_proof(s.proof);
    const auto changed = [&](const auto& change) {
        RunProof p = honest;
        change(p);
        return code_of(s.key.vk, *encode(p));
    };
    CHECK(changed([](RunProof& p) { p.chunks.pop_back(); }) == VerifyCode::not_finished);
    CHECK(changed([](RunProof& p) { p.chunks.erase(p.chunks.begin()); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.erase(p.chunks.begin() + 1); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { std::swap(p.chunks[1], p.chunks[2]); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.insert(p.chunks.begin() + 1, p.chunks[0]); }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].end.pc += 4; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].end.root[2] += F::ONE; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks[1].t_out += 1; }) == VerifyCode::chunk);
    CHECK(changed([](RunProof& p) { p.chunks.clear(); }) == VerifyCode::no_chunks);
    CHECK(changed([](RunProof& p) { p.reserved.words[3] ^= 1; }) == VerifyCode::reserved_opening);
    CHECK(changed([](RunProof& p) { p.reserved.words[16] = 1; }) == VerifyCode::reserved_opening);
    CHECK(changed([](RunProof& p) { p.reserved.siblings[5][0] += F::ONE; }) == VerifyCode::reserved_opening);
    CHECK(code_of(s.key.vk, {}) == VerifyCode::truncated);
    Bytes b = s.proof;
    b[0] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::magic);
    b = s.proof;
    b[4] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::version);
    b = s.proof;
    b.push_back(0);
    CHECK(code_of(s.key.vk, b) == VerifyCode::trailing_bytes);
    b = s.proof;
    b[8] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::suite);
    b = s.proof;
    b[39] ^= 1;
    CHECK(code_of(s.key.vk, b) == VerifyCode::suite);
    b = s.proof;
    b[47] = 0xff;  // high byte of the first chunk's pc
    CHECK(code_of(s.key.vk, b) == VerifyCode::non_canonical);
    for (size_t n = 0; n < s.proof.size(); n += 1 + s.proof.size() / 40)
        CHECK_FALSE(verify_run(s.key.vk, BytesView(s.proof).first(n), IN_TESTS));
}

TEST_CASE("a proof does not verify under the key of another program", "[machine_prove]") {
    const ProvingKey other = make_key(test::every_opcode_program(13));
    CHECK(code_of(other.vk, sample().proof) == VerifyCode::chunk);
}
