// SPDX-License-Identifier: Apache-2.0
#include "libs/base/config.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

using namespace ashlar;
namespace fs = std::filesystem;

namespace {

constexpr ConfigKey KEYS[] = {
    {"listen", ConfigType::text, "127.0.0.1:8080", "Address and port to listen on."},
    {"slots", ConfigType::number, "1", "How many engines run.", "engines", 1, 64},
    {"mode", ConfigType::text, "text", "Form of the log.", "", 0, 0, false, "text,json"},
    {"coordinator_url", ConfigType::url, "", "Where the coordinator answers.", "", 0, 0, true},
    {"peers", ConfigType::list, "", "Other hosts."},
    {"check", ConfigType::boolean, "false", "Whether to check."},
};
const auto NO_ENV = [](const char*) -> const char* { return nullptr; };

struct TempDir {
    fs::path path = fs::temp_directory_path() / ("ashlar-config-" + std::to_string(getpid()));
    TempDir() { fs::create_directories(path / "conf.d"); }
    ~TempDir() { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
};

}  // namespace

// Each file of config_bad/ begins with `# code | message | hint`; message is matched as a part.
TEST_CASE("every mistake in a file is refused with its code, place and remedy") {
    int files = 0;
    for (const auto& entry : fs::directory_iterator("test/unit/base/config_bad")) {
        INFO(entry.path());
        std::ifstream in(entry.path());
        std::string head;
        std::getline(in, head);
        const auto a = head.find(" | "), b = head.find(" | ", a + 3);
        REQUIRE(b != std::string::npos);
        ConfigSources sources{entry.path(), {}, NO_ENV};
        const bool needs_url =
            head.find("config_missing") == std::string::npos && head.find("coordinator_url") == std::string::npos;
        if (needs_url) sources.flags["coordinator_url"] = "http://localhost:1";
        const auto r = load_config(KEYS, sources);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == head.substr(2, a - 2));
        CHECK_THAT(r.error().message, Catch::Contains(head.substr(a + 3, b - a - 3)));
        CHECK(r.error().hint == head.substr(b + 3));
        files++;
    }
    CHECK(files >= 13);
}

TEST_CASE("precedence: flag, environment, drop-in, file, default") {
    const TempDir dir;
    dir.write("c.yaml", "coordinator_url: http://file:1\nslots: 2\nlisten: file:1\npeers: [a, b]\n");
    dir.write("conf.d/10.yaml", "slots: 3\nlisten: ten:1\n");
    dir.write("conf.d/20.yaml", "slots: 4\n");
    const auto env = [](const char* name) -> const char* {
        return std::string_view(name) == "ASHLAR_CHECK"  ? "true"
               : std::string_view(name) == "ASHLAR_MODE" ? "json"
                                                         : nullptr;
    };
    const auto c = load_config(KEYS, {dir.path / "c.yaml", {{"mode", "text"}}, env});
    REQUIRE(c);
    CHECK(c->text("coordinator_url") == "http://file:1");
    CHECK(c->number("slots") == 4);
    CHECK(c->text("listen") == "ten:1");
    CHECK(c->boolean("check"));
    CHECK(c->text("mode") == "text");
    CHECK(c->origin("mode") == "flag --mode");
    CHECK(c->origin("check") == "environment ASHLAR_CHECK");
    CHECK_THAT(c->origin("slots"), Catch::EndsWith("20.yaml:1"));
    CHECK(c->list("peers") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a bad environment value or flag names its source") {
    const auto env = [](const char* name) -> const char* {
        return std::string_view(name) == "ASHLAR_SLOTS" ? "x" : nullptr;
    };
    const auto r = load_config(KEYS, {std::nullopt, {{"coordinator_url", "http://a"}}, env});
    REQUIRE_FALSE(r);
    CHECK_THAT(r.error().message, Catch::StartsWith("environment ASHLAR_SLOTS:"));
    const auto u = load_config(KEYS, {std::nullopt, {{"bogus", "1"}}, NO_ENV});
    REQUIRE_FALSE(u);
    CHECK(u.error().code == "config_unknown_key");
    CHECK(load_config(KEYS, {"/nonexistent/file.yaml", {}, NO_ENV}).error().code == "config_unreadable");
}

TEST_CASE("values that cannot work are refused before anything starts, with the nearest that can") {
    const TempDir dir;
    dir.write("there.json", "{}");
    constexpr ConfigKey typed[] = {
        {"listen", ConfigType::address, "127.0.0.1:8080", "Where to listen."},
        {"sizes", ConfigType::numbers, "8,4", "Sizes, largest first.", "cycles", 2, 64},
        {"profile", ConfigType::text, "small", "Profile.", "", 0, 0, false, "small,large"},
        {"chain", ConfigType::choice_or_file, "mainnet", "Chain.", "", 0, 0, false, "mainnet,sepolia"},
        {"inputs", ConfigType::directories, "", "Folders of inputs."},
        {"programs", ConfigType::directory, "", "Folder of programs."},
        {"token", ConfigType::file, "", "Token file."},
    };
    struct Verdict {
        const char* code = nullptr;  ///< nullptr: accepted
        std::string hint = {};
    };
    const std::string here = dir.path.string();
    const std::vector<std::pair<std::string, Verdict>> cases = {
        {"listen: 127.0.0.1:99999", {"config_type", "Where to listen."}},
        {"listen: 127.0.0.1", {"config_type", "Where to listen."}},
        {"listen: '127.0.0.1:'", {"config_type", "Where to listen."}},
        {"listen: a.host:80", {"config_type", "Where to listen."}},
        {"listen: '[::1]:8080'", {}},
        {"listen: 0.0.0.0:65535", {}},
        {"sizes: [foo, 12]", {"config_type", "Sizes, largest first."}},
        {"sizes: [12, 65]", {"config_bounds", "from 2 to 64 cycles"}},
        {"sizes: [64, 2]", {}},
        {"profile: smal", {"config_bounds", "did you mean 'small'?"}},
        {"profile: something", {"config_bounds", "one of small,large"}},
        {"chain: mainet", {"config_bounds", "did you mean 'mainnet'?"}},
        {"chain: /nonexistent/chain.json", {"config_bounds", "one of mainnet,sepolia, or a file"}},
        {"chain: " + here + "/there.json", {}},
        {"inputs: [" + here + ", /nonexistent]", {"config_file_missing", "Folders of inputs."}},
        {"inputs: [" + here + "]", {}},
        {"programs: " + here + "/there.json", {"config_file_missing", "Folder of programs."}},
        {"programs: " + here, {}},
        {"token: " + here, {"config_file_missing", "Token file."}},
        {"token: " + here + "/there.json", {}},
    };
    for (const auto& [line, want] : cases) {
        INFO(line);
        dir.write("c.yaml", line + "\n");
        ConfigSources sources{dir.path / "c.yaml", {}, NO_ENV};
        sources.look_at_files = true;
        const auto r = load_config(typed, sources);
        REQUIRE(r.has_value() == !want.code);
        if (!want.code) continue;
        CHECK(r.error().code == want.code);
        CHECK(r.error().hint == want.hint);
        CHECK_THAT(r.error().message, Catch::Contains("c.yaml:1: key '"));
    }
    // To print a configuration its files need not be there.
    dir.write("c.yaml", "programs: /nonexistent\n");
    CHECK(load_config(typed, {dir.path / "c.yaml", {}, NO_ENV}));
}

TEST_CASE("drop-ins that roles share may hold keys of other roles; those of one role may not") {
    const TempDir dir;
    fs::create_directories(dir.path / "c.d");
    dir.write("c.yaml", "coordinator_url: http://a:1\n");
    dir.write("conf.d/all.yaml", "slots: 3\nsubblock_gas: 5\n");
    dir.write("c.d/own.yaml", "slots: 4\n");
    ConfigSources sources{dir.path / "c.yaml", {}, NO_ENV};
    CHECK(load_config(KEYS, sources).error().code == "config_unknown_key");
    sources.other_keys = {"subblock_gas", "chain"};
    const auto c = load_config(KEYS, sources);
    REQUIRE(c);
    CHECK(c->number("slots") == 4);
    dir.write("conf.d/all.yaml", "subblock_gaz: 5\n");  // nobody's
    CHECK(load_config(KEYS, sources).error().code == "config_unknown_key");
    dir.write("conf.d/all.yaml", "");
    dir.write("c.d/own.yaml", "subblock_gas: 5\n");
    CHECK(load_config(KEYS, sources).error().code == "config_unknown_key");
}

TEST_CASE("the sample is refused until its placeholders are filled, then loads with the defaults") {
    const TempDir dir;
    std::string sample = sample_config(KEYS, "sample");
    dir.write("s.yaml", sample);
    CHECK(load_config(KEYS, {dir.path / "s.yaml", {}, NO_ENV}).error().code == "config_placeholder");
    sample.replace(sample.find("CHANGE_ME"), 9, "host:1");
    dir.write("s.yaml", sample);
    const auto c = load_config(KEYS, {dir.path / "s.yaml", {}, NO_ENV});
    REQUIRE(c);
    CHECK(c->text("listen") == "127.0.0.1:8080");
    CHECK(c->number("slots") == 1);
    CHECK_FALSE(c->has("peers"));
}
