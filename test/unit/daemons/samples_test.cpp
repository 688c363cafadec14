// SPDX-License-Identifier: Apache-2.0
// The samples under etc/ are what the declarations say, and load once their placeholders are filled.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemons/coordinator/config.hpp"
#include "daemons/worker/config.hpp"

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
