// SPDX-License-Identifier: Apache-2.0
#include "test/integration/support/test_prover.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/cluster/store/input_folder.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::test {

using namespace cluster;
using namespace prover;

namespace {

using Plan = std::map<std::string, uint64_t>;

Plan parse_plan(const std::string& text) {
    std::istringstream in(text);
    Plan plan;
    std::string key;
    for (uint64_t value; in >> key >> value;) plan[key] = value;
    return plan;
}
std::string text_of(BytesView b) { return {b.begin(), b.end()}; }
Bytes bytes_of(const std::string& s) { return {s.begin(), s.end()}; }
std::string hash_hex(const std::string& s) { return "0x" + sha256_hex(as_bytes(s)); }

std::string proof_text(BytesView elf, BytesView input) {
    return fmt::format("test-proof {} {}", sha256_hex(elf), sha256_hex(input));
}

/// A header with Paris' fields, all empty but two.
Bytes test_header(const Bytes32& parent, uint64_t number) {
    rlp::Writer w;
    const size_t at = w.begin_list();
    w.string(parent.view());
    for (const size_t size : {32, 20, 32, 32, 32, 256}) w.string(Bytes(size));
    for (const uint64_t field : {uint64_t{0}, number, uint64_t{0}, uint64_t{0}, uint64_t{0}, uint64_t{0}}) w.u64(field);
    for (const size_t size : {32, 8}) w.string(Bytes(size));
    w.u64(0);  // base fee
    w.end_list(at);
    return std::move(w.out);
}

class TestProver final : public Prover {
  public:
    HostResult<ProveOutcome> prove_program(BytesView elf, Bytes input, const ProveOptions& options,
                                           const ProgressFn& progress, std::stop_token) override {
        Plan plan = parse_plan(text_of(input));
        const std::string fault = std::getenv("ASHLAR_TEST_FAULT") ? std::getenv("ASHLAR_TEST_FAULT") : "";
        for (uint64_t i = 0; i <= plan["steps"]; i++) {
            progress({"proving", i, plan["steps"], i * options.chunk_cycles});
            if (i == 1 && fault == "crash") std::abort();
            std::this_thread::sleep_for(std::chrono::milliseconds(plan["step_ms"]));
        }
        if (fault == "fail") return fail("test_failure", "failed as told");
        ProveOutcome out;
        out.proof = bytes_of(fault == "garbage" ? "garbage" : proof_text(elf, input));
        out.chunks = plan["steps"];
        out.cycles = plan["steps"] * 1000;
        out.seconds = 0.001;
        return out;
    }

    HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) override {
        if (text_of(proof).find("test-proof " + sha256_hex(elf)) != 0)
            return fail("proof_malformed", "no proof of this program");
        ProgramClaims c;
        c.vk_digest = sha256_hex(elf);
        c.profile = profile;
        return c;
    }

    HostResult<void> emulate_block(const BlockPrograms&, const PreparedBlock&) override {
        if (differs_) return fail("emulation_differs", "subblock 0 commits other values in the executor than natively");
        return {};
    }

    HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string&, uint64_t,
                                            const BlockPrograms&, const std::string&) override {
        std::string plan_text;
        if (const auto witness = read_file(dir / "witness.json")) {
            ASHLAR_ASSIGN(const boost::json::object o, parse_object(text_of(*witness)));
            plan_text = text_field(o, "plan");
        } else {
            ASHLAR_ASSIGN(const Bytes text, read_file(dir / "plan"));
            plan_text = text_of(text);
        }
        ASHLAR_ASSIGN(const Bytes block, read_file(dir / "block.rlp"));
        Plan plan = parse_plan(plan_text);
        if (plan["invalid"]) return fail("block_invalid", "InvalidGasUsed");
        differs_ = plan["differs"] != 0;
        PreparedBlock out;
        out.facts.number = block_number_of(block).value_or(0);
        out.facts.chain_id = 1;
        out.facts.gas_used = 100;
        out.facts.hash = hash_hex(text_of(block));
        out.facts.parent_hash = hash_hex("parent of " + text_of(block));
        out.facts.state_root = hash_hex("state of " + text_of(block));
        for (uint64_t i = 0; i < plan["subblocks"]; i++) {
            out.subblock_stdins.push_back(bytes_of(fmt::format("steps {} step_ms {} number {} index {}", plan["steps"],
                                                               plan["step_ms"], out.facts.number, i)));
            out.facts.subblocks.push_back({i, i + 1, 10});
        }
        out.aggregator_stdin = bytes_of(fmt::format("steps 1 step_ms {} number {}", plan["step_ms"], out.facts.number));
        return out;
    }

    HostResult<Bytes> assemble_block(const BlockPrograms& p, const ProveOutcome& aggregator, BytesView,
                                     const std::vector<Bytes>& subblocks, const std::string&) override {
        std::string out = text_of(aggregator.proof) + "\n";
        for (size_t i = 0; i < subblocks.size(); i++) {
            const std::string proof = text_of(subblocks[i]);
            if (proof.find("test-proof " + sha256_hex(p.subblock_elf)) != 0)
                return fail("bad_subblock_proof", fmt::format("subblock {} has no valid proof", i), std::to_string(i));
            out += proof + "\n";
        }
        // What the aggregator's input says becomes the claims; the number is all a test block has.
        return bytes_of(out);
    }

    HostResult<BlockClaims> verify_block(const BlockPrograms& p, BytesView proof, const std::string&,
                                         const std::string&) override {
        const std::string text = text_of(proof);
        if (text.find("test-proof " + sha256_hex(p.aggregator_elf)) != 0)
            return fail("proof_malformed", "no proof of a block");
        // The aggregator's input is known by its hash: find the number that gives it.
        for (uint64_t number = 0; number < 300; number++)
            for (const uint64_t ms : {0, 1, 10, 50, 100, 200, 300, 500, 1000})
                if (text.find(sha256_hex(as_bytes(fmt::format("steps 1 step_ms {} number {}", ms, number)))) !=
                    std::string::npos) {
                    const std::string block = text_of(test_block_rlp(number));
                    BlockClaims c;
                    c.chain_id = 1, c.number = number, c.block_hash = hash_hex(block),
                    c.parent_hash = hash_hex("parent of " + block);
                    c.state_root = hash_hex("state of " + block);
                    return c;
                }
        return fail("proof_malformed", "a proof of an unknown block");
    }

  private:
    bool differs_ = false;  ///< as the plan of the last block says
};

}  // namespace

std::unique_ptr<Prover> make_test_prover() { return std::make_unique<TestProver>(); }

Bytes test_parent_rlp() { return test_header({}, 0); }

Bytes test_block_rlp(uint64_t number) {
    rlp::Writer w;
    const size_t at = w.begin_list();
    w.raw(test_header(hash::keccak256(test_parent_rlp()), number));
    for (int i = 0; i < 2; i++) w.end_list(w.begin_list());  // no transactions, no ommers
    w.end_list(at);
    return std::move(w.out);
}

void write_test_block(const std::filesystem::path& dir, uint64_t number, const std::string& plan) {
    std::filesystem::create_directories(dir);
    std::ofstream(dir / "block.rlp", std::ios::binary) << text_of(test_block_rlp(number));
    std::ofstream(dir / "plan") << plan;
}

}  // namespace ashlar::test
