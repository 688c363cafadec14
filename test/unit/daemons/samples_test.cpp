// SPDX-License-Identifier: Apache-2.0
// The samples under etc/ are what the declarations say, and load once their placeholders are filled.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemons/coordinator/config.hpp"
#include "daemons/worker/config.hpp"
#include "libs/base/json.hpp"

#include <boost/json.hpp>

using namespace ashlar;

namespace {

std::string slurp(const std::string& path) {
    std::ifstream in(path);
    std::stringstream s;
    s << in.rdbuf();
    return s.str();
}

void check_sample(const std::string& role, ConfigSchema schema) {
    INFO(role);
    const std::string text = slurp("etc/" + role + ".yaml");
    // Made by `ashlarctl config init ROLE`.
    CHECK(text == "# SPDX-License-Identifier: Apache-2.0\n" +
                      sample_config(schema, "Configuration of ashlar-" + role + ", made by `ashlarctl config init " +
                                                role + "`."));
    const auto loaded =
        load_config(schema, {"etc/" + role + ".yaml", {}, [](const char*) -> const char* { return nullptr; }});
    if (text.find("CHANGE_ME") != std::string::npos) {
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == "config_placeholder");
    } else {
        CHECK(loaded);
    }
}

}  // namespace

TEST_CASE("samples are what the declarations give") {
    check_sample("coordinator", coordinator::KEYS);
    check_sample("worker", worker::KEYS);
    check_sample("aggregator", worker::KEYS);
}

TEST_CASE("every key is declared once, with a description and a default inside its bounds") {
    for (const ConfigSchema schema : {ConfigSchema(coordinator::KEYS), ConfigSchema(worker::KEYS)})
        for (const ConfigKey& k : schema) {
            INFO(k.name);
            int times = 0;
            for (const ConfigKey& other : schema) times += other.name == k.name;
            CHECK(times == 1);
            CHECK(k.description.ends_with("."));
        }
}

TEST_CASE("the API description names every path the dashboard and the command line use") {
    const auto doc = parse_object(slurp("daemons/coordinator/openapi.json"));
    REQUIRE(doc);
    const auto& paths = doc->at("paths").as_object();
    for (const char* p :
         {"/status", "/v1/jobs", "/v1/jobs/{id}", "/v1/events", "/v1/blocks/{block}/proof",
          "/v1/blocks/{block}/proof/verify", "/v1/nodes", "/metrics", "/healthz", "/readyz", "/report.csv",
          "/prove_block_by_number", "/prove_latest_block", "/reproduce_block_by_number"}) {
        INFO(p);
        CHECK(paths.contains(p));
    }
}
