// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/prover/results.hpp"

using namespace ashlar;
using namespace ashlar::prover;
namespace json = boost::json;

TEST_CASE("the cost of a block is the sum of its parts' in every field that is printed") {
    ProveCost part;
    part.chunks = 2, part.cycles = 3, part.cells = 5, part.interactions = 7;
    part.seconds = 11, part.cpu_seconds = 13, part.uncommitted_bytes = 17;
    part.stages = {{"execute", 19}, {"trace", 23}};
    const json::object one = wire::write(part);
    ProveCost total;
    total.add(part);
    total.stages.emplace_back("assemble", 1);
    total.add(part);
    const json::object both = wire::write(total);
    size_t numbers = 0;
    for (const auto& [key, value] : one) {
        if (!value.is_number() || key == "proof_bytes") continue;  // the assembled proof has its own size
        INFO(std::string_view(key));
        CHECK(value.to_number<double>() > 0);  // a field that nobody set here would be summed unseen
        CHECK(both.at(key).to_number<double>() == 2 * value.to_number<double>());
        numbers++;
    }
    CHECK(numbers == 7);
    CHECK(both.at("stages") == json::value{{"execute", 38.0}, {"trace", 46.0}, {"assemble", 1.0}});
}
