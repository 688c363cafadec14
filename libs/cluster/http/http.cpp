// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/http/http.hpp"

#include <boost/json.hpp>

#include "libs/cluster/wire/error_codes.hpp"

namespace ashlar::cluster {

namespace json = boost::json;

std::string HttpRequest::header(const std::string& lower_case_name) const {
    const auto it = headers.find(lower_case_name);
    return it == headers.end() ? "" : it->second;
}

HttpResponse json_response(std::string body, int status) {
    HttpResponse r;
    r.status = status;
    r.body = std::move(body);
    return r;
}

HttpResponse error_response(const Error& error) {
    const ErrorCode& code = error_code(error.code);
    json::object o{{"code", error.code}, {"message", error.message}};
    if (const std::string_view hint = error.hint.empty() ? code.remedy : error.hint; !hint.empty()) o["hint"] = hint;
    return json_response(json::serialize(json::object{{"error", std::move(o)}}), code.http_status);
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int hi = digit(text[i + 1]), lo = digit(text[i + 2]);
        if (hi < 0 || lo < 0 || (hi == 0 && lo == 0)) return std::nullopt;
        out += static_cast<char>(hi << 4 | lo);
        i += 2;
    }
    return out;
}

std::optional<std::pair<std::string, std::map<std::string, std::string>>> parse_target(std::string_view target) {
    if (target.empty() || target[0] != '/') return std::nullopt;
    const size_t mark = target.find('?');
    const auto path = percent_decode(target.substr(0, mark));
    if (!path) return std::nullopt;
    std::map<std::string, std::string> query;
    std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
    while (!rest.empty()) {
        const size_t amp = rest.find('&');
        const std::string_view pair = rest.substr(0, amp);
        const size_t eq = pair.find('=');
        const auto key = percent_decode(pair.substr(0, eq));
        const auto value = percent_decode(eq == std::string_view::npos ? "" : pair.substr(eq + 1));
        if (!key || !value) return std::nullopt;
        // Twice the same parameter has no one meaning.
        if (!key->empty() && !query.emplace(*key, *value).second) return std::nullopt;
        rest = amp == std::string_view::npos ? "" : rest.substr(amp + 1);
    }
    return std::pair{*path, std::move(query)};
}

bool match_route(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& params) {
    params.clear();
    while (true) {
        const size_t a = pattern.find('/', 1), b = path.find('/', 1);
        const std::string_view want = pattern.substr(0, a), have = path.substr(0, b);
        if (want.size() > 2 && want[1] == '{') {
            if (have.size() < 2) return false;
            params[std::string(want.substr(2, want.size() - 3))] = have.substr(1);
        } else if (want != have) {
            return false;
        }
        if (a == std::string_view::npos || b == std::string_view::npos) return a == b;
        pattern.remove_prefix(a);
        path.remove_prefix(b);
    }
}

}  // namespace ashlar::cluster
