// SPDX-License-Identifier: Apache-2.0
// Runs the packed test sets of data/ethereum-tests: conformance_ethereum [--guest EVERY-NTH] [--only TEXT] [--set
// NAME].
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "test/conformance/ethereum/archive.hpp"
#include "test/conformance/ethereum/cases.hpp"
#include "test/conformance/ethereum/guests.hpp"
#include "test/support/archive_files.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::conformance;

namespace {

namespace json = boost::json;

}  // namespace

int main(int argc, char** argv) {
    size_t every = 0;
    std::string only, set;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--guest")
            every = std::stoul(argv[i + 1]);
        else if (option == "--only")
            only = argv[i + 1];
        else if (option == "--set")
            set = argv[i + 1];
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto folder = test::data_folder() / "ethereum-tests";
    if (!std::filesystem::exists(folder)) {
        std::printf("%s is absent: ALL CASES SKIPPED\n", folder.c_str());
        return 0;
    }
    BlockCheck guest;
    if (every) {
        auto guests = Guests::load();
        if (!guests) {
            std::printf("the guest programs are not built: ALL CASES SKIPPED\n");
            return 0;
        }
        guest = [g = std::move(*guests)](const ethereum::ChainConfig& config, BytesView rlp,
                                         const ethereum::Witness& witness) {
            uint64_t cycles = 0;
            return g.run(config, rlp, witness, cycles);
        };
    }
    std::vector<std::filesystem::path> archives;
    if (!set.empty() && std::filesystem::exists(set)) {
        archives.push_back(set);
    } else {
        archives = test_archives();
        std::erase_if(archives, [&](const auto& p) { return !p.filename().string().starts_with(set); });
    }
    bool ok = !archives.empty();
    size_t total = 0;
    for (const auto& path : archives) {
        const std::string name = path.filename().string();
        Tally tally;
        size_t number = 0;
        ok &= test::each_json_file(path, [&](const std::string& file, const std::string& text) {
            if (file.find(only) == std::string::npos) return;
            if (every && number++ % every) return;
            json::error_code ec;
            const json::value document = json::parse(text, ec);
            if (ec || !document.is_object()) {
                tally.failures.push_back(file + ": not JSON");
                return;
            }
            for (const auto& [id, test] : document.get_object()) {
                if (!test.is_object() || id.starts_with("_")) continue;
                const json::object& o = test.get_object();
                const std::string full = file + " " + std::string(id);
                if (o.contains("blocks"))
                    run_blockchain_case(full, o, tally, every ? &guest : nullptr);
                else if (!o.contains("post"))
                    tally.skipped["neither blocks nor post"]++;
                else if (every)
                    tally.skipped["a state test has no header to prove"]++;
                else
                    run_state_case(full, o, tally);
            }
        });
        size_t skipped = 0;
        for (const auto& [why, count] : tally.skipped) skipped += count;
        for (size_t i = 0; i < tally.failures.size() && i < 200; i++)
            std::printf("FAILED %s\n", tally.failures[i].c_str());
        std::printf(
            "%s: ran %zu, passed %zu, failed %zu, skipped %zu; blocks %zu, refused %zu, under another name %zu, in the "
            "guests %zu\n",
            name.c_str(), tally.ran, tally.passed, tally.failures.size(), skipped, tally.blocks, tally.refused,
            tally.other_names, tally.guest_blocks);
        for (const auto& [why, count] : tally.skipped) std::printf("  skipped %zu: %s\n", count, why.c_str());
        ok &= tally.failures.empty() && tally.other_names == 0 && tally.ran == tally.passed;
        total += tally.ran;
    }
    // A run that ran nothing has shown nothing.
    return ok && total > 0 ? 0 : 1;
}
