// SPDX-License-Identifier: Apache-2.0
// config init | check | show, token create | list | revoke
#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/coordinator/config.hpp"
#include "daemons/ctl/command.hpp"
#include "daemons/ctl/local_config.hpp"
#include "daemons/worker/config.hpp"
#include "libs/base/files.hpp"
#include "libs/cluster/http/token.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

struct Role {
    std::string name;
    ConfigSchema schema;
};

HostResult<Role> role_of(const Options& o) {
    if (o.rest().size() == 1) {
        const std::string& name = o.rest()[0];
        if (name == "coordinator") return Role{name, coordinator::KEYS};
        if (name == "worker" || name == "aggregator") return Role{name, worker::KEYS};
        if (name == "local") return Role{name, LOCAL_KEYS};
    }
    return fail("usage", "name one role: coordinator, worker, aggregator or local");
}

HostResult<Outcome> init(const Options& o) {
    ASHLAR_ASSIGN(const Role role, role_of(o));
    const std::string text =
        "# SPDX-License-Identifier: Apache-2.0\n" +
        sample_config(role.schema,
                      fmt::format("Configuration of {}, made by `ashlarctl config init {}`.",
                                  role.name == "local" ? "`ashlarctl local`" : "ashlar-" + role.name, role.name));
    if (!o.has("out")) return Outcome{0, {{"role", role.name}, {"text", text}}, text};
    std::error_code ec;
    if (std::filesystem::exists(o.path("out"), ec) && !o.has("force"))
        return fail("config_exists", fmt::format("{} is there already", o.text("out")), "use --force to replace it");
    ASHLAR_TRY(write_file_atomically(o.path("out"), as_bytes(text), 0644));
    return Outcome{0, {{"role", role.name}, {"file", o.text("out")}}, "wrote " + o.text("out")};
}

HostResult<Config> load(const Options& o, const Role& role, bool look_at_files) {
    ConfigSources sources;
    for (const ConfigSchema other : {ConfigSchema(coordinator::KEYS), ConfigSchema(worker::KEYS)})
        for (const std::string_view key : key_names(other)) sources.other_keys.push_back(key);
    sources.look_at_files = look_at_files;
    sources.file = o.has("config") ? o.path("config") : std::filesystem::path("/etc/ashlar") / (role.name + ".yaml");
    return load_config(role.schema, sources);
}

HostResult<Outcome> check(const Options& o) {
    ASHLAR_ASSIGN(const Role role, role_of(o));
    ASHLAR_TRY(load(o, role, true));
    return Outcome{0, {{"role", role.name}, {"valid", true}}, "the configuration is good"};
}

HostResult<Outcome> show(const Options& o) {
    ASHLAR_ASSIGN(const Role role, role_of(o));
    ASHLAR_ASSIGN(const Config config, load(o, role, false));
    json::object values;
    for (const ConfigKey& k : role.schema)
        values[k.name] = json::object{{"value", config.text(k.name)}, {"origin", config.origin(k.name)}};
    return Outcome{0, {{"role", role.name}, {"values", std::move(values)}}, config.show(role.schema)};
}

HostResult<Outcome> token_create(const Options& o) {
    cluster::Role role;
    if (!parse_role(o.text("role"), role))
        return fail("usage", fmt::format("there is no role '{}'", o.text("role")), "one of admin, reader, node");
    ASHLAR_ASSIGN(const std::string token, TokenFile(o.path("file")).create(role, o.text("note")));
    if (o.has("out")) {
        ASHLAR_TRY(write_secret(o.path("out"), as_bytes(token + "\n")));
        return Outcome{0, {{"role", o.text("role")}, {"file", o.text("out")}}, "wrote " + o.text("out")};
    }
    return Outcome{0, {{"role", o.text("role")}, {"token", token}}, token};
}

HostResult<Outcome> token_list(const Options& o) {
    ASHLAR_ASSIGN(const auto records, TokenFile(o.path("file")).list());
    Outcome out;
    json::array list;
    for (const TokenRecord& r : records) {
        list.push_back(
            json::object{{"id", r.id}, {"role", role_name(r.role)}, {"created", r.created_s}, {"note", r.note}});
        out.human += fmt::format("{} {:<7} {}\n", r.id, role_name(r.role), r.note);
    }
    out.json["tokens"] = std::move(list);
    if (records.empty()) out.human = "no tokens";
    return out;
}

HostResult<Outcome> token_revoke(const Options& o) {
    if (o.rest().size() != 1) return fail("usage", "name one token by its id");
    ASHLAR_TRY(TokenFile(o.path("file")).revoke(o.rest()[0]));
    return Outcome{0, {{"revoked", o.rest()[0]}}, "revoked"};
}

}  // namespace

std::vector<Command> setup_commands() {
    const Option file{"file", "FILE", "token file of the daemon", false, "/var/lib/ashlar/coordinator/tokens"};
    const Option config{"config", "FILE", "default /etc/ashlar/ROLE.yaml"};
    return {
        {"config init",
         "writes a commented sample configuration",
         {{"out", "FILE", "else to standard output"}, {"force", "", "replace a file"}},
         init,
         "ROLE"},
        {"config check", "checks a configuration", {config}, check, "ROLE"},
        {"config show", "shows all values and where they come from", {config}, show, "ROLE"},
        {"token create",
         "makes a token and prints it once",
         {{"role", "ROLE", "admin, reader or node", true},
          file,
          {"note", "TEXT", "what it is for"},
          {"out", "FILE", "write it there instead"}},
         token_create},
        {"token list", "lists tokens", {file}, token_list},
        {"token revoke", "removes a token", {file}, token_revoke, "ID"},
    };
}

}  // namespace ashlar::ctl
