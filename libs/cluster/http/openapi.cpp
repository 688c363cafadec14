// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/http/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "libs/cluster/wire/error_codes.hpp"

namespace ashlar::cluster {

namespace json = boost::json;

namespace {

struct PathPart {
    std::string_view name, about, type;
};
constexpr PathPart PATH_PARTS[] = {
    {"id", "Number of the job.", "integer"},
    {"block", "Number of the block, or its hash with 0x.", "string"},
    {"node", "Name or id of the node.", "string"},
    {"sha256", "SHA-256 of the bytes, 64 lower-case hex digits.", "string"},
};

json::object parameter(std::string_view name, const char* in, std::string_view about, std::string_view type) {
    json::object schema{{"type", type}};
    if (type == "flag") schema = {{"type", "integer"}, {"enum", {0, 1}}};
    return {{"name", name},
            {"in", in},
            {"required", std::string_view(in) == "path"},
            {"schema", std::move(schema)},
            {"description", about}};
}

json::array parameters_of(const HttpRoute& route) {
    json::array out;
    const std::string_view pattern = route.pattern;
    for (size_t at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
        const std::string_view name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
        const auto* part = std::find_if(std::begin(PATH_PARTS), std::end(PATH_PARTS),
                                        [&](const PathPart& p) { return p.name == name; });
        if (part == std::end(PATH_PARTS)) __builtin_trap();  // describe it above
        out.push_back(parameter(name, "path", part->about, part->type));
    }
    for (const HttpParameter& p : route.query) out.push_back(parameter(p.name, "query", p.about, p.type));
    return out;
}

json::object operation_of(const HttpRoute& route) {
    std::string id = route.method + route.pattern;
    for (char& c : id) c = std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '_';
    json::object answer{{"description", "Done."}};
    if (route.doc.answer)
        answer["content"] = json::object{{route.doc.content, json::object{{"schema", route.doc.answer()}}}};
    else if (route.doc.status != 204)
        answer["content"] = json::object{{route.doc.content, json::object{}}};
    json::object responses{{std::to_string(route.doc.status), std::move(answer)}};
    responses["default"] = json::object{{"$ref", "#/components/responses/Error"}};
    json::object out{{"operationId", id}, {"summary", route.doc.summary}, {"responses", std::move(responses)}};
    if (route.role == Role::none) {
        out["security"] = json::array{};
        out["description"] = "Public.";
    } else {
        out["security"] = json::array{json::object{{"bearer", json::array{}}}};
        out["description"] = fmt::format("Needs a token of the role {}.", role_name(route.role));
    }
    if (json::array p = parameters_of(route); !p.empty()) out["parameters"] = std::move(p);
    if (route.doc.request)
        out["requestBody"] = json::object{
            {"required", true},
            {"content", json::object{{"application/json", json::object{{"schema", route.doc.request()}}}}}};
    if (route.receives_blob)
        out["requestBody"] =
            json::object{{"required", true}, {"content", json::object{{"application/octet-stream", json::object{}}}}};
    return out;
}

json::object error_schema() {
    json::array codes;
    for (const ErrorCode& c : error_codes()) {
        std::string name(c.name);
        if (name.ends_with('_')) name += "*";
        codes.push_back(json::string(fmt::format("{} ({}): {}", name, c.http_status, c.meaning)));
    }
    std::string about = "Stable. Codes, with the status they come with:";
    for (const auto& c : codes) about += "\n- " + std::string(c.as_string());
    return {{"type", "object"},
            {"required", {"code", "message"}},
            {"properties", json::object{{"code", json::object{{"type", "string"}, {"description", about}}},
                                        {"message", json::object{{"type", "string"}, {"description", "The cause."}}},
                                        {"hint", json::object{{"type", "string"}, {"description", "The remedy."}}}}}};
}

}  // namespace

json::object openapi_document(const std::vector<HttpRoute>& routes, std::string_view title, std::string_view version) {
    json::object paths;
    for (const HttpRoute& route : routes) {
        std::string method = route.method;
        for (char& c : method) c = static_cast<char>(std::tolower(c));
        auto& path = paths[route.pattern];
        if (!path.is_object()) path = json::object{};
        path.as_object()[method] = operation_of(route);
    }
    const json::object error{
        {"type", "object"},
        {"required", {"error"}},
        {"properties", json::object{{"error", json::object{{"$ref", "#/components/schemas/Error"}}}}}};
    return {
        {"openapi", "3.1.0"},
        {"info", json::object{{"title", title},
                              {"version", version},
                              {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
        {"servers", json::array{json::object{{"url", "/"}}}},
        {"paths", std::move(paths)},
        {"components",
         json::object{
             {"securitySchemes", json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}}},
             {"schemas", json::object{{"Error", error_schema()}}},
             {"responses",
              json::object{{"Error", json::object{{"description", "What is wrong, and what to do."},
                                                  {"content", json::object{{"application/json",
                                                                            json::object{{"schema", error}}}}}}}}}}}};
}

}  // namespace ashlar::cluster
