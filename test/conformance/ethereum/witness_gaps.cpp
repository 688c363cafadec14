// SPDX-License-Identifier: Apache-2.0
// Whatever a witness lacks, a block's results are those of the whole witness, or the run ends by a MISSING_* error:
//   conformance_witness_gaps [--all] [--only TEXT]
// For each folder of data/blocks, and for the blocks of a sample of data/ethereum-tests: every node, code and header is
// taken out in turn, and random subsets are; then the block is executed natively and cut into subblocks, and every
// committed value of every subblock and of the aggregator must be what the whole witness gives. The same for what the
// guests get: nodes of the trie stream, codes and ancestors, withheld from the source that the guest program runs.
// Without --all large blocks and test files are sampled.
#include <boost/json.hpp>
#include <cstdio>
#include <random>
#include <string>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "test/conformance/ethereum/archive.hpp"
#include "test/conformance/ethereum/cases.hpp"
#include "test/support/archive_files.hpp"
#include "test/support/trie_stream.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

constexpr uint64_t WHOLE_BLOCK = ~uint64_t{0}, SMALL_SUBBLOCK = 3'000'000;
/// Blocks up to this size are tried without sampling; of others this many parts of each kind are taken out.
constexpr size_t SMALL_BLOCK_BYTES = 3'000, SAMPLES = 12, SUBSETS = 6, FIXTURE_EVERY = 97;

struct Tally {
    size_t runs = 0, equal = 0, missing = 0, failures = 0;
};

bool is_missing(ErrorCode c) {
    return c == ErrorCode::missing_node || c == ErrorCode::missing_code || c == ErrorCode::missing_header;
}

/// Which parts of a witness are there.
struct Parts {
    std::vector<bool> nodes, codes, headers;
};

Witness witness_of(const Witness& from, const std::vector<BytesView>& headers, const Parts& there) {
    const auto bytes = [](BytesView v) { return Bytes(v.begin(), v.end()); };
    Witness w;
    for (size_t i = 0; i < there.nodes.size(); i++)
        if (there.nodes[i]) w.add_node(bytes(from.node(i)));
    for (size_t i = 0; i < there.codes.size(); i++)
        if (there.codes[i]) w.add_code(bytes(from.code(i)));
    for (size_t i = 0; i < there.headers.size(); i++)
        if (there.headers[i]) w.add_header(bytes(headers[i]));
    return w;
}

class GapTrial {
  public:
    GapTrial(std::string name, const ChainConfig& config, BytesView rlp, const Witness& witness, bool all, Tally& tally)
        : name_(std::move(name)), config_(config), rlp_(rlp), witness_(witness), all_(all), tally_(tally) {}

    void run() {
        for (const uint64_t gas : {WHOLE_BLOCK, SMALL_SUBBLOCK}) {
            auto inputs = make_inputs(config_, rlp_, witness_, gas);
            if (!inputs) return fail("the whole witness", describe(inputs.error()));
            if (gas == SMALL_SUBBLOCK && inputs->subblocks.size() == 1) continue;  // the same again
            whole_.emplace_back(gas, std::move(*inputs));
        }
        const auto block = decode_block(rlp_);
        headers_ = witness_.ancestors(block->header.parent_hash);
        native();
        for (const auto& [gas, inputs] : whole_)
            for (const SubblockInput& s : inputs.subblocks) guest(s);
    }

  private:
    void fail(const std::string& without, const std::string& why) {
        std::printf("FAILED %s without %s: %s\n", name_.c_str(), without.c_str(), why.c_str());
        tally_.failures++;
    }
    /// All indices below `count`, or a sample.
    std::vector<size_t> chosen(size_t count) {
        std::vector<size_t> out;
        if (all_ || count <= SAMPLES)
            for (size_t i = 0; i < count; i++) out.push_back(i);
        else
            for (size_t i = 0; i < SAMPLES; i++) out.push_back(random_() % count);
        return out;
    }
    Parts everything() const {
        return {std::vector<bool>(witness_.node_count(), true), std::vector<bool>(witness_.code_count(), true),
                std::vector<bool>(headers_.size(), true)};
    }

    void native() {
        const Parts full = everything();
        for (size_t i : chosen(full.nodes.size())) {
            Parts p = full;
            p.nodes[i] = false;
            native_without("node " + std::to_string(i), p);
        }
        for (size_t i : chosen(full.codes.size())) {
            Parts p = full;
            p.codes[i] = false;
            native_without("code " + std::to_string(i), p);
        }
        for (size_t i : chosen(full.headers.size())) {
            Parts p = full;
            p.headers[i] = false;
            native_without("header " + std::to_string(i), p);
        }
        for (size_t i = 0; i < SUBSETS; i++) {
            Parts p = full;
            const size_t one_in = size_t{2} << random_() % 8;
            const auto thin = [&](std::vector<bool>& v) {
                for (size_t k = 0; k < v.size(); k++) v[k] = random_() % one_in != 0;
            };
            thin(p.nodes);
            if (i % 2) thin(p.codes);
            native_without("subset " + std::to_string(i), p);
        }
    }

    void native_without(const std::string& what, const Parts& parts) {
        const Witness w = witness_of(witness_, headers_, parts);
        for (const auto& [gas, expected] : whole_) {
            tally_.runs++;
            const auto inputs = make_inputs(config_, rlp_, w, gas);
            if (!inputs) {
                if (!is_missing(inputs.error().code)) fail(what, describe(inputs.error()));
                tally_.missing++;
                continue;
            }
            if (inputs->claim != expected.claim) fail(what, "the block's claim differs");
            // Cuts may have moved; roots and gas at a boundary that both have are the same.
            size_t k = 0;
            for (const SubblockInput& s : inputs->subblocks) {
                while (k + 1 < expected.subblocks.size() && expected.subblocks[k].claim.end < s.claim.end) k++;
                const SubblockClaim& e = expected.subblocks[k].claim;
                if (e.begin == s.claim.begin && e.end == s.claim.end && e != s.claim)
                    fail(what, "a subblock's claim differs");
            }
            if (inputs->subblocks.size() == expected.subblocks.size() &&
                inputs->aggregator_claims({}) != expected.aggregator_claims({}))
                fail(what, "the aggregator's claims differ");
            tally_.equal++;
        }
    }

    void guest(const SubblockInput& s) {
        const std::vector<Bytes32> digests = test::stream_digests(s.state);
        for (size_t i : chosen(digests.size())) {
            const auto state = test::without_node(s.state, digests[i]);
            guest_without("node " + std::to_string(i) + " of its stream", s, s.environment, *state, s.codes);
        }
        CodeStore store;
        if (!read_codes(s.codes, store)) return fail("nothing", "the codes cannot be read");
        const auto codes = store.since(0);
        for (size_t i : chosen(codes.size())) {
            auto fewer = codes;
            fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
            guest_without("code " + std::to_string(i), s, s.environment, s.state, encode_codes(fewer));
        }
        const auto env = SubblockEnvironment::decode(s.environment);
        for (size_t keep = 0; keep < env->ancestors.size(); keep++) {
            SubblockEnvironment fewer = *env;
            fewer.ancestors.resize(keep);
            guest_without("ancestor " + std::to_string(keep), s, fewer.encode(), s.state, s.codes);
        }
    }

    void guest_without(const std::string& what, const SubblockInput& s, const Bytes& environment, Bytes state,
                       const Bytes& codes) {
        tally_.runs++;
        const auto claim = run_subblock(environment, state, codes);
        if (!claim) {
            if (!is_missing(claim.error().code)) fail("the guest's " + what, describe(claim.error()));
            tally_.missing++;
            return;
        }
        if (*claim != s.claim) fail("the guest's " + what, "its claim differs");
        tally_.equal++;
    }

    const std::string name_;
    const ChainConfig& config_;
    const BytesView rlp_;
    const Witness& witness_;
    const bool all_;
    Tally& tally_;
    std::vector<std::pair<uint64_t, BlockInputs>> whole_;
    std::vector<BytesView> headers_;
    std::mt19937 random_{31};
};

/// A sample of the packed tests' blocks, each on the whole state it starts from.
void run_fixtures(bool all, const std::string& only, Tally& tally, size_t& blocks) {
    size_t number = 0;
    for (const auto& path : conformance::test_archives()) {
        const bool read = test::each_json_file(path, [&](const std::string& file, const std::string& text) {
            if (file.find(only) == std::string::npos || (!all && only.empty() && number++ % FIXTURE_EVERY)) return;
            boost::json::error_code ec;
            const auto document = boost::json::parse(text, ec);
            if (ec || !document.is_object()) return;
            size_t in_file = 0;
            for (const auto& [id, test] : document.get_object()) {
                if (!test.is_object() || !test.get_object().contains("blocks")) continue;
                if (!all && in_file++ % 8) continue;
                conformance::Tally cases;
                const conformance::BlockCheck check = [&](const ChainConfig& config, BytesView rlp, const Witness& w) {
                    blocks++;
                    GapTrial(file + " " + std::string(id), config, rlp, w, all, tally).run();
                    return std::string();
                };
                conformance::run_blockchain_case(std::string(id), test.get_object(), cases, &check);
            }
        });
        if (!read) {
            std::printf("FAILED to read %s\n", path.c_str());
            tally.failures++;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    bool all = false;
    std::string only;
    for (int i = 1; i < argc; i++) {
        const std::string option = argv[i];
        if (option == "--all")
            all = true;
        else if (option == "--only" && i + 1 < argc)
            only = argv[++i];
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto folders = test::block_folders();
    if (folders.empty() && conformance::test_archives().empty())
        return std::printf("data/blocks and data/ethereum-tests are absent: ALL CASES SKIPPED\n"), 0;
    Tally real, made;
    size_t blocks = 0, made_blocks = 0;
    for (const auto& folder : folders) {
        if (folder.string().find(only) == std::string::npos) continue;
        auto data = read_block_folder(folder);
        if (!data) return std::printf("FAILED %s: %s\n", folder.c_str(), data.error().message.c_str()), 1;
        const ChainConfig config = test::chain_of(folder);
        const bool whole = all || data->block_rlp.size() <= SMALL_BLOCK_BYTES;
        GapTrial(folder.filename().string(), config, data->block_rlp, data->witness, whole, real).run();
        blocks++;
    }
    run_fixtures(all, only, made, made_blocks);
    for (const auto& [what, count, t] :
         {std::tuple{"real blocks", blocks, &real}, {"blocks of tests", made_blocks, &made}})
        std::printf("%zu %s: %zu runs with something left out, %zu with the same results, %zu MISSING, failures %zu\n",
                    count, what, t->runs, t->equal, t->missing, t->failures);
    return real.failures + made.failures == 0 && real.runs + made.runs > 0 ? 0 : 1;
}
