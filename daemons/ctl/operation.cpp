// SPDX-License-Identifier: Apache-2.0
// Clients of a running coordinator for operators: doctor, logs, nodes, tuning.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <ctime>
#include <thread>

#include "daemons/ctl/remote.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/wire/operation.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;

namespace {

constexpr auto FOLLOW_PAUSE = std::chrono::milliseconds(500);
constexpr uint64_t BUNDLE_LINES = 2000;

HostResult<json::object> ask(HttpClient& client, const std::string& method, const std::string& path,
                             const std::string& body = "") {
    ASHLAR_ASSIGN(const HttpReply reply, client.send(method, path, body));
    if (reply.status / 100 != 2) return reply_error(reply);
    return parse_object(reply.body);
}

/// Part of a path: nothing in it may change the path.
std::string path_part(const std::string& text) {
    std::string out;
    for (const char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

HostResult<std::string> one_node(const Options& o) {
    if (o.rest().size() != 1 || o.rest()[0].empty() || o.rest()[0].find('/') != std::string::npos)
        return fail("usage", "name one node", "`ashlarctl node list` shows names and ids");
    return "/v1/nodes/" + path_part(o.rest()[0]);
}

std::string dry(const Options& o) { return o.has("dry-run") ? "?dry_run=1" : ""; }

HostResult<Outcome> node_drain(const Options& o, const char* verb) {
    ASHLAR_ASSIGN(const std::string node, one_node(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object answer, ask(*client, "POST", node + "/" + verb + dry(o)));
    return Outcome{0, answer, text_field(answer, "state")};
}

HostResult<Outcome> node_order(const Options& o, const char* verb) {
    ASHLAR_ASSIGN(const std::string node, one_node(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object answer, ask(*client, "POST", node + "/" + verb + dry(o)));
    return Outcome{bool_field(answer, "accepted") ? 0 : 1, answer, text_field(answer, "why")};
}

HostResult<Outcome> node_remove(const Options& o) {
    ASHLAR_ASSIGN(const std::string node, one_node(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object answer, ask(*client, "DELETE", node + dry(o)));
    return Outcome{0, answer, o.has("dry-run") ? "would be removed" : "removed"};
}

HostResult<LogPage> log_page(HttpClient& client, const std::string& path, uint64_t after, uint64_t limit) {
    ASHLAR_ASSIGN(const json::object o, ask(client, "GET", fmt::format("{}?after={}&limit={}", path, after, limit)));
    return wire::read<LogPage>(o, wire::Unknown::ignore);
}

/// Files of a bundle, as a gzip'd tar.
HostResult<void> write_bundle(const std::string& file, const std::vector<std::pair<std::string, std::string>>& files) {
    archive* a = archive_write_new();
    archive_write_add_filter_gzip(a);
    archive_write_set_format_pax_restricted(a);
    bool ok = archive_write_open_filename(a, file.c_str()) == ARCHIVE_OK;
    for (const auto& [name, text] : files) {
        if (!ok) break;
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, name.c_str());
        archive_entry_set_size(e, static_cast<int64_t>(text.size()));
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0640);
        archive_entry_set_mtime(e, std::time(nullptr), 0);
        ok = archive_write_header(a, e) == ARCHIVE_OK &&
             archive_write_data(a, text.data(), text.size()) == static_cast<la_ssize_t>(text.size());
        archive_entry_free(e);
    }
    ok = ok && archive_write_close(a) == ARCHIVE_OK;
    const std::string why = ok ? "" : archive_error_string(a) ? archive_error_string(a) : "cannot be written";
    archive_write_free(a);
    if (!ok) return fail("file_unwritable", fmt::format("{}: {}", file, why), "check the path and the disk");
    return {};
}

/// All that there is to know of every host, in one file. A host that does not answer is in it with the reason.
HostResult<Outcome> bundle(HttpClient& client, const std::string& file) {
    std::vector<std::pair<std::string, std::string>> files;
    size_t silent = 0;
    const auto add = [&](const std::string& name, const HostResult<json::object>& answer) {
        silent += !answer;
        files.emplace_back(name, json::serialize(answer ? *answer : to_json(answer.error())) + "\n");
    };
    const auto logs = [&](const std::string& name, const std::string& path) {
        std::string text;
        uint64_t after = 0, lines = 0;
        while (lines < BUNDLE_LINES) {
            const auto page = log_page(client, path, after, 500);
            if (!page) {
                silent++;
                text += page.error().code + ": " + page.error().message + "\n";
            }
            if (!page || page->lines.empty()) break;
            for (const LogLine& l : page->lines) text += l.line;
            lines += page->lines.size(), after = page->next;
        }
        files.emplace_back("logs/" + name + ".log", text);
    };
    ASHLAR_ASSIGN(const json::object nodes, ask(client, "GET", "/v1/nodes"));
    add("nodes.json", nodes);
    for (const char* path : {"/status", "/v1/config", "/v1/tuning", "/readyz"}) {
        const auto reply = client.send("GET", path);
        add(std::string(path).substr(std::string(path).rfind('/') + 1) + ".json",
            reply ? parse_object(reply->body) : HostResult<json::object>(Fail{reply.error()}));
    }
    add("doctor.json", ask(client, "POST", "/v1/doctor"));
    logs("coordinator", "/v1/logs");
    if (const auto* list = nodes.if_contains("nodes"); list && list->is_array())
        for (const auto& v : list->as_array())
            if (v.is_object())
                logs(path_part(text_field(v.as_object(), "name")) + "-" + text_field(v.as_object(), "id"),
                     "/v1/nodes/" + path_part(text_field(v.as_object(), "id")) + "/logs");
    ASHLAR_TRY(write_bundle(file, files));
    return Outcome{0,
                   {{"file", file}, {"files", files.size()}, {"unanswered", silent}},
                   fmt::format("wrote {} files to {}{}", files.size(), file,
                               silent ? fmt::format("; {} questions were not answered", silent) : "")};
}

HostResult<Outcome> logs(const Options& o) {
    if (o.rest().size() > 1) return fail("usage", "name at most one node");
    ASHLAR_ASSIGN(auto client, coordinator(o));
    if (o.has("bundle")) {
        if (!o.rest().empty() || o.has("follow")) return fail("usage", "--bundle has every host and does not follow");
        return bundle(*client, o.text("bundle"));
    }
    const std::string path = o.rest().empty() ? "/v1/logs" : "/v1/nodes/" + path_part(o.rest()[0]) + "/logs";
    ASHLAR_ASSIGN(const uint64_t limit, o.number("lines", 1, 500));
    ASHLAR_ASSIGN(LogPage page, log_page(*client, path, 0, limit));
    if (!o.has("follow")) {
        Outcome out;
        out.json = wire::write(page);
        for (const LogLine& l : page.lines) out.human += l.line;
        return out;
    }
    while (true) {
        for (const LogLine& l : page.lines) fmt::print("{}", l.line);
        std::fflush(stdout);
        std::this_thread::sleep_for(FOLLOW_PAUSE);
        ASHLAR_ASSIGN(page, log_page(*client, path, page.next, 500));
    }
}

HostResult<Outcome> doctor(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object answer, ask(*client, "POST", "/v1/doctor"));
    ASHLAR_ASSIGN(const DoctorReport report, wire::read<DoctorReport>(answer, wire::Unknown::ignore));
    Outcome out{report.ok ? 0 : 1, answer, ""};
    for (const HostFindings& h : report.hosts) {
        out.human += fmt::format("{} ({}): {}\n", h.host, h.role, h.ok ? "ok" : "NOT OK");
        for (const Finding& f : h.findings) {
            out.human += fmt::format("  {:<6} {:<22} {}\n", f.ok ? "ok" : "FAILED", f.check, f.detail);
            if (!f.ok) out.human += fmt::format("         remedy: {}\n", f.remedy);
        }
    }
    return out;
}

Outcome shown(const json::object& tuning) {
    Outcome out{0, tuning, ""};
    for (const auto& [key, value] : tuning)
        out.human += fmt::format("{:<20} {}\n", std::string_view(key), json::serialize(value));
    return out;
}

HostResult<Outcome> tuning_get(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object tuning, ask(*client, "GET", "/v1/tuning"));
    return shown(tuning);
}

HostResult<uint64_t> whole(const std::string& text) {
    uint64_t n = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size())
        return fail("usage", fmt::format("'{}' is not a whole number", text));
    return n;
}

HostResult<Outcome> tuning_set(const Options& o) {
    if (o.rest().empty()) return fail("usage", "name what to set: KEY=VALUE ...", "`ashlarctl tuning get` shows keys");
    json::object change;
    for (const std::string& pair : o.rest()) {
        const size_t at = pair.find('=');
        if (at == std::string::npos) return fail("usage", fmt::format("'{}' is not KEY=VALUE", pair));
        const std::string key = pair.substr(0, at), value = pair.substr(at + 1);
        if (key != "retry_chunk_cycles") {
            ASHLAR_ASSIGN(change[key], whole(value));
            continue;
        }
        json::array list;
        for (size_t begin = 0; begin <= value.size();) {
            const size_t comma = std::min(value.find(',', begin), value.size());
            ASHLAR_ASSIGN(const uint64_t n, whole(value.substr(begin, comma - begin)));
            list.push_back(n);
            begin = comma + 1;
        }
        change[key] = std::move(list);
    }
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object tuning, ask(*client, "PATCH", "/v1/tuning" + dry(o), json::serialize(change)));
    return shown(tuning);
}

}  // namespace

std::vector<Command> operation_commands() {
    const auto plain = with_coordinator_options({});
    const auto change = with_coordinator_options({{"dry-run", "", "check only, change nothing"}});
    return {
        {"node drain", "gives a node no more tasks", change, [](const Options& o) { return node_drain(o, "drain"); },
         "NODE"},
        {"node resume", "gives a node tasks again", change, [](const Options& o) { return node_drain(o, "resume"); },
         "NODE"},
        {"node restart", "ends a node when its tasks have; its supervisor starts it", change,
         [](const Options& o) { return node_order(o, "restart"); }, "NODE"},
        {"node recycle", "ends a node's engines; each starts anew", change,
         [](const Options& o) { return node_order(o, "recycle-engines"); }, "NODE"},
        {"node remove", "forgets a node that is lost", change, node_remove, "NODE"},
        {"doctor", "examines every host; exit code 1 if anything is wrong", plain, doctor},
        {"logs", "last log lines of the coordinator or a node, or of all in one file",
         with_coordinator_options({{"follow", "", "go on with new lines"},
                                   {"lines", "N", "how many, up to 500", false, "200"},
                                   {"bundle", "FILE", "logs, status, configuration without secrets, as .tar.gz"}}),
         logs, "[NODE]"},
        {"tuning get", "what may be changed while the coordinator runs", plain, tuning_get},
        {"tuning set", "changes it, until the coordinator is started again", change, tuning_set, "KEY=VALUE..."},
    };
}

}  // namespace ashlar::ctl
