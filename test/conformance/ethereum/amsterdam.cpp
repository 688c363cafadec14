// SPDX-License-Identifier: Apache-2.0
// Runs the sets of data/amsterdam: conformance_amsterdam [--set TEXT] [--only TEXT] [--every N] [--guest N] [--print
// N]. Every block on the whole state and on its own witness: verdict, state root, receipts, both sums of gas, access
// list and requests of a valid one; the rule's name of another; MISSING_* where the witness lacks something. --every N
// takes each N-th case, --guest N runs each N-th of those in the guest executor too.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>

#include "libs/base/hex.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/witness_json.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "test/conformance/ethereum/cases.hpp"
#include "test/conformance/ethereum/guests.hpp"
#include "test/conformance/ethereum/world.hpp"
#include "test/support/archive_files.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::conformance;
using namespace ashlar::ethereum;

namespace {

namespace json = boost::json;

struct Counts {
    size_t cases = 0, passed = 0, blocks = 0, refused = 0, witnesses = 0, lacking = 0, guest_blocks = 0;
    /// Blocks run in subblocks from their list, and in how many ways in all; blocks with a wrong list that the programs
    /// refused.
    size_t cut = 0, cuts = 0, wrong_lists = 0;
    uint64_t gas = 0, cycles = 0;
};

std::string text(const json::value* v) { return v && v->is_string() ? std::string(v->get_string()) : std::string(); }

/// Names that the data takes for the same rule as another name here, by what is found in its own words for it.
struct Rule {
    std::string_view words;
    ErrorCode code;
};
constexpr Rule RULES[] = {
    {"invalid gas used", ErrorCode::gas_used},
    {"invalid bloom", ErrorCode::logs_bloom},
    {"invalid gasLimit: have", ErrorCode::gas_limit_too_big},
    {"access list hash mismatch", ErrorCode::access_list_hash},
    {"access list exceeds size constraint", ErrorCode::access_list_size},
    {"gas limit reached", ErrorCode::gas_allowance},
    {"intrinsic gas too low", ErrorCode::intrinsic_gas},
    {"insufficient gas for floor data gas cost", ErrorCode::floor_gas},
    {"insufficient funds for gas", ErrorCode::funds},
    {"nonce too low", ErrorCode::nonce_too_low},
    {"nonce too high", ErrorCode::nonce_too_high},
    {"sender not an eoa", ErrorCode::sender_not_eoa},
    {"blob gas used", ErrorCode::blob_gas_allowance},
};

/// Whether a refusal has the rule's name: the case's, or that of the words with which the data's maker refused it.
bool names_the_rule(const json::object& block, const ethereum::Error& e) {
    if (allows(text(block.if_contains("expectException")), to_string(e.code))) return true;
    const std::string words = text(block.if_contains("gethError"));
    for (const Rule& r : RULES)
        if (words.find(r.words) != std::string::npos) return r.code == e.code;
    return false;
}

bool is_missing(ErrorCode code) {
    return code == ErrorCode::missing_node || code == ErrorCode::missing_code || code == ErrorCode::missing_header;
}

/// The first receipt, sum or request that is not the file's; empty if none.
std::string differences(const json::object& block, const BlockResult& result) {
    if (const json::value* v = block.if_contains("gasDimensions")) {
        const json::object& sums = v->get_object();
        if (hex_number(sums.if_contains("execution")) != result.progress.gas) return "execution gas";
        if (hex_number(sums.if_contains("state")) != result.progress.state_gas) return "state gas";
    }
    if (const json::value* v = block.if_contains("receipts")) {
        const auto receipts = decode_receipts(result.receipts);
        if (!receipts || receipts->size() != v->get_array().size()) return "number of receipts";
        for (size_t i = 0; i < receipts->size(); i++) {
            const auto expected = hex_bytes(v->get_array()[i].get_object().if_contains("rlp"));
            const BytesView got = (*receipts)[i].envelope;
            if (!expected || !std::equal(got.begin(), got.end(), expected->begin(), expected->end()))
                return "receipt " + std::to_string(i);
        }
    }
    if (const json::value* v = block.if_contains("requests")) {
        rlp::Reader got(result.requests);
        for (const json::value& item : v->get_array()) {
            const auto expected = hex_bytes(&item);
            if (!expected || expected->empty()) return "the file's requests";
            if ((*expected)[0] == 0) continue;  // deposits are read from the receipts
            auto request = got.bytes();
            if (!request || !std::equal(request->begin(), request->end(), expected->begin(), expected->end()))
                return "requests";
        }
        if (!got.empty()) return "more requests";
    }
    return "";
}

rlp::Writer& operator<<(rlp::Writer& w, const json::value& number) {
    w.integer(hex_word(&number)->view());
    return w;
}

/// The file's list, account by account.
std::vector<Bytes> file_list(const json::object& block) {
    std::vector<Bytes> accounts;
    const auto changes = [](rlp::Writer& w, const json::value& all, const char* value, bool bytes) {
        const size_t at = w.begin_list();
        for (const json::value& c : all.get_array()) {
            const size_t change = w.begin_list();
            w << c.at("blockAccessIndex");
            if (bytes)
                w.string(*hex_bytes(&c.at(value)));
            else
                w << c.at(value);
            w.end_list(change);
        }
        w.end_list(at);
    };
    for (const json::value& a : block.at("blockAccessList").get_array()) {
        rlp::Writer w;
        const size_t account = w.begin_list();
        w.string(*hex_bytes(&a.at("address")));
        size_t part = w.begin_list();
        for (const json::value& s : a.at("storageChanges").get_array()) {
            const size_t slot = w.begin_list();
            w << s.at("slot");
            changes(w, s.at("slotChanges"), "postValue", false);
            w.end_list(slot);
        }
        w.end_list(part);
        part = w.begin_list();
        for (const json::value& s : a.at("storageReads").get_array()) w << s;
        w.end_list(part);
        changes(w, a.at("balanceChanges"), "postBalance", false);
        changes(w, a.at("nonceChanges"), "postNonce", false);
        changes(w, a.at("codeChanges"), "newCode", true);
        w.end_list(account);
        accounts.push_back(std::move(w.out));
    }
    return accounts;
}

/// The first account of the file's list that is not in the computed one as it stands.
std::string list_difference(const json::object& block, const Bytes& items) {
    if (!block.contains("blockAccessList")) return "";
    rlp::Reader got(items);
    for (const Bytes& expected : file_list(block)) {
        auto item = got.next();
        if (!item) return "the list ends before " + to_hex(expected);
        if (!std::equal(item->raw.begin(), item->raw.end(), expected.begin(), expected.end()))
            return "should be " + to_hex(expected) + ", is " + to_hex(item->raw);
    }
    return got.empty() ? "" : "the list goes on: " + to_hex(got.rest());
}

/// A block cut at every transaction, and at two of them, others for each block.
std::vector<std::vector<size_t>> some_cuts(size_t transactions, size_t choice) {
    std::vector<size_t> each{0};
    for (size_t t = 1; t < transactions; t++) each.push_back(t);
    each.push_back(transactions);
    std::vector<std::vector<size_t>> all{each};
    if (transactions < 3) return all;  // there is no other cut
    std::vector<size_t> two{1 + choice * 7919 % (transactions - 1), 1 + choice * 104'729 % (transactions - 1)};
    std::sort(two.begin(), two.end());
    two.erase(std::unique(two.begin(), two.end()), two.end());
    two.insert(two.begin(), 0);
    two.push_back(transactions);
    all.push_back(two);
    return all;
}

/// Runs subblocks and aggregator from a list alone, as the guests do, with `cuts`; the claim, or why not.
Outcome<BlockClaim> run_from_list(const ChainConfig& config, const Bytes& rlp, const Witness& witness,
                                  const Bytes& list, const std::vector<size_t>& cuts) {
    ASHLAR_ASSIGN(const BlockInputs in, make_inputs_from_list(config, rlp, witness, list, cuts));
    for (const SubblockInput& s : in.subblocks) {
        Bytes state = s.state;
        ASHLAR_ASSIGN(const SubblockClaim claim, run_subblock(s.environment, state, s.codes));
        if (claim != s.claim) return Fail{ErrorCode::subblock_range};
    }
    return run_aggregator(
        in.aggregator_claims(Bytes32{}), in.aggregator_block, [](void*, const Bytes32&, const Bytes32&) {}, nullptr);
}

class Runner {
  public:
    Runner(size_t print, size_t guest_every) : print_(print), guest_every_(guest_every) {
        if (guest_every) guests_ = Guests::load();
    }
    bool lacks_guests() const { return guest_every_ && !guests_; }

    void run(const std::string& group, const std::string& name, const json::object& test) {
        Counts& c = counts[group];
        c.cases++;
        const std::string why = run_case(test, c);
        if (why.empty())
            c.passed++;
        else if (failures++ < print_)
            std::printf("FAILED %s: %s\n", name.c_str(), why.c_str());
    }

    std::map<std::string, Counts> counts;
    size_t failures = 0;

  private:
    std::string run_case(const json::object& test, Counts& c) {
        const auto config = config_of(text(test.if_contains("network")), test.if_contains("config"));
        const json::value* pre = test.if_contains("pre");
        auto world = pre && pre->is_object() ? make_world(pre->get_object()) : std::nullopt;
        const auto genesis = hex_bytes(test.if_contains("genesisRLP"));
        if (!config || !world || !genesis) return "the file is not of the format";
        auto first = decode_block(*genesis);
        if (!first) return "genesis: " + describe(first.error());
        world->witness.add_header(Bytes(first->header_rlp.begin(), first->header_rlp.end()));
        Bytes32 head = first->header.hash;
        for (const json::value& entry : test.at("blocks").get_array()) {
            const json::object& block = entry.get_object();
            const auto rlp = hex_bytes(block.if_contains("rlp"));
            if (!rlp) return "a block is not hex";
            c.blocks++;
            const std::string why = run_block(*config, block, *rlp, *world, c, head);
            if (!why.empty()) return why;
        }
        return to_hex0x(head.view()) == text(test.if_contains("lastblockhash")) ? "" : "the head is another block";
    }

    std::string run_block(const ChainConfig& config, const json::object& block, const Bytes& rlp, World& world,
                          Counts& c, Bytes32& head) {
        std::optional<Witness> own;
        if (const json::value* w = block.if_contains("executionWitness")) {
            auto read = read_witness(*w);
            if (!read) return read.error().message;
            own = std::move(*read);
        }
        Witness next;
        auto result = execute_block(config, rlp, world.witness, &next);
        if (block.contains("expectException")) {
            if (result) return "accepted a block that breaks " + text(block.if_contains("expectException"));
            c.refused++;
            ErrorCode code = result.error().code;
            if (code == ErrorCode::missing_header && world.witness.ancestors(result.error().detail).empty())
                code = ErrorCode::unknown_parent;
            ethereum::Error named = result.error();
            named.code = code;
            if (!names_the_rule(block, named))
                return "refused by " + describe(result.error()) + ", not " +
                       text(block.if_contains("expectException")) + " (" + text(block.if_contains("gethError")) + ")";
            if (code == ErrorCode::access_list_hash && block.contains("blockAccessList")) {
                // The list that the header names, or, where the header alone is wrong, the right one.
                Bytes list;
                for (const Bytes& account : file_list(block)) list.insert(list.end(), account.begin(), account.end());
                const auto decoded = decode_block(rlp);
                if (!decoded) return "the block cannot be decoded";
                for (const auto& cuts : some_cuts(decoded->items.size(), c.blocks))
                    if (run_from_list(config, rlp, world.witness, list, cuts)) return "accepted a wrong list";
                c.wrong_lists++;
            }
            return "";
        }
        if (!result) {
            std::string why = "refused a valid block by " + describe(result.error());
            // What the sums and the list would have been is what one wants to know then.
            return why;
        }
        std::string why = differences(block, *result);
        if (why.empty()) why = list_difference(block, result->access_list.items);
        if (!why.empty()) return why;
        if (own) {
            const auto stateless = execute_block(config, rlp, *own);
            if (block.contains("statelessMustFail")) {
                if (stateless) return "a witness that lacks something is enough";
                if (!is_missing(stateless.error().code)) return "not missing: " + describe(stateless.error());
                c.lacking++;
            } else {
                if (!stateless) return "on its own witness: " + describe(stateless.error());
                c.witnesses++;
            }
        }
        for (const auto& cuts : some_cuts(result->transaction_gas.size(), c.blocks)) {
            const auto claim = run_from_list(config, rlp, world.witness, result->access_list.items, cuts);
            if (!claim) return "from its list: " + describe(claim.error());
            if (claim->block_hash != result->header.hash || claim->root_after != result->state_root ||
                claim->gas_used != result->gas_used)
                return "another claim from its list";
            c.cuts++;
        }
        c.cut++;
        if (guest_every_ && blocks_++ % guest_every_ == 0) {
            why = guests_->run(config, rlp, world.witness, c.cycles);
            if (!why.empty()) return "guest: " + why;
            c.guest_blocks++;
            c.gas += result->gas_used;
        }
        world.witness.add(std::move(next));
        head = result->header.hash;
        return "";
    }

    size_t print_, guest_every_, blocks_ = 0;
    std::optional<Guests> guests_;
};

/// What a case is counted under: its EIP's file, or the folders above it.
std::string group_of(const std::string& set, const std::string& file) {
    const size_t begin = file.find('/') + 1, first = file.find('/', begin);
    const size_t second = first == std::string::npos ? first : file.find('/', first + 1);
    std::string group = file.substr(begin, std::min(second, file.find(".json")) - begin);
    if (group.starts_with("random_")) group = "random";
    return set + " " + group;
}

}  // namespace

int main(int argc, char** argv) {
    size_t every = 1, guest = 0, print = 100;
    std::string only, set;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--guest")
            guest = std::stoul(argv[i + 1]);
        else if (option == "--every")
            every = std::stoul(argv[i + 1]);
        else if (option == "--print")
            print = std::stoul(argv[i + 1]);
        else if (option == "--only")
            only = argv[i + 1];
        else if (option == "--set")
            set = argv[i + 1];
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto folder = test::data_folder() / "amsterdam" / "data";
    if (!std::filesystem::exists(folder)) {
        std::printf("%s is absent: ALL CASES SKIPPED\n", folder.c_str());
        return 0;
    }
    Runner runner(print, guest);
    if (runner.lacks_guests()) {
        std::printf("the guest programs are not built: ALL CASES SKIPPED\n");
        return 0;
    }
    bool readable = true;
    size_t number = 0;
    for (const char* name : {"scenarios", "scenarios-mutants", "refilled", "refilled-mutants", "random",
                             "random-mutants", "random-bad-witness", "big"}) {
        if (!set.empty() && set != name) continue;
        readable &= test::each_json_file(
            folder / (std::string(name) + ".tar.zst"), [&](const std::string& file, const std::string& content) {
                if (file.find(only) == std::string::npos) return;
                json::error_code ec;
                const json::value document = json::parse(content, ec);
                if (ec || !document.is_object()) return void(readable = false);
                for (const auto& [id, test] : document.get_object()) {
                    if (number++ % every) continue;
                    runner.run(group_of(name, file), file + " " + std::string(id), test.get_object());
                }
            });
    }
    Counts all;
    for (const auto& [group, c] : runner.counts) {
        std::printf(
            "%-60s cases %5zu, passed %5zu, failed %4zu; blocks %5zu, refused %5zu, on their witness %5zu, "
            "lacking %4zu, cut %5zu (%zu ways), wrong lists %4zu, in the guests %4zu, %.2f cycles a gas\n",
            group.c_str(), c.cases, c.passed, c.cases - c.passed, c.blocks, c.refused, c.witnesses, c.lacking, c.cut,
            c.cuts, c.wrong_lists, c.guest_blocks,
            c.gas ? static_cast<double>(c.cycles) / static_cast<double>(c.gas) : 0);
        all.cases += c.cases, all.passed += c.passed, all.blocks += c.blocks, all.refused += c.refused;
        all.witnesses += c.witnesses, all.lacking += c.lacking, all.guest_blocks += c.guest_blocks;
        all.cut += c.cut, all.cuts += c.cuts, all.wrong_lists += c.wrong_lists;
    }
    std::printf(
        "all: cases %zu, passed %zu, failed %zu; blocks %zu, refused %zu, on their witness %zu, lacking %zu, cut %zu "
        "(%zu "
        "ways), wrong lists %zu, in the guests %zu\n",
        all.cases, all.passed, all.cases - all.passed, all.blocks, all.refused, all.witnesses, all.lacking, all.cut,
        all.cuts, all.wrong_lists, all.guest_blocks);
    // A run that ran nothing has shown nothing.
    return readable && all.cases > 0 && all.cases == all.passed ? 0 : 1;
}
