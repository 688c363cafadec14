// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/base/wire_schema.hpp"

using namespace ashlar;
namespace json = boost::json;

namespace {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Part {
    std::string name;
    int64_t shift = 0;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, shift))

struct Base {
    uint64_t number = 0;
    std::string secret = "kept";
    static constexpr wire::Note NOTES[] = {{"number", "How many.", wire::REQUIRED, 1, 10},
                                           {"secret", "", wire::HIDDEN}};
};
BOOST_DESCRIBE_STRUCT(Base, (), (number, secret))

struct Message : Base {
    Colour colour{};
    std::string text = "default";
    std::vector<Part> parts;
    std::optional<double> ratio;
    std::vector<std::pair<std::string, double>> stages;
    wire::Json extra;
    bool loud = false;
    static constexpr wire::Note NOTES[] = {{"text", "", wire::OPTIONAL, 0, 8},
                                           {"parts", "", wire::OPTIONAL, 0, 2},
                                           {"stages", "", wire::OPTIONAL},
                                           {"extra", "", wire::OPTIONAL},
                                           {"loud", "", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(Message, (Base), (colour, text, parts, ratio, stages, extra, loud))

Error error_of(const std::string& text, wire::Unknown unknown = wire::Unknown::refuse) {
    const auto r = wire::read<Message>(*parse_object(text), unknown);
    return r ? Error{} : r.error();
}

}  // namespace

TEST_CASE("a message comes back as it was written") {
    Message m;
    m.number = 7, m.colour = Colour::green, m.text = "hi", m.parts = {{"a", -3}, {"b", 4}}, m.ratio = 0.5;
    m.stages = {{"z", 1}, {"a", 2}}, m.extra.text = R"({"k":[1,null]})", m.loud = true;
    const json::object o = wire::write(m);
    CHECK(json::serialize(o) ==
          R"({"number":7,"colour":"green","text":"hi","parts":[{"name":"a","shift":-3},{"name":"b","shift":4}],)"
          R"("ratio":5E-1,"stages":{"z":1E0,"a":2E0},"extra":{"k":[1,null]},"loud":true})");
    const auto back = wire::read<Message>(o);
    REQUIRE(back);
    CHECK(json::serialize(wire::write(*back)) == json::serialize(o));
    CHECK(back->secret == "kept");
    CHECK(back->stages.front().first == "z");
    size_t fields = 0;
    wire::each_field(m, [&](std::string_view, auto&) { fields++; });
    CHECK(fields == 9);  // the store sees hidden ones too
    CHECK(wire::notes_match<Message>());
}

TEST_CASE("what may be left out keeps its default; what may not is named") {
    const auto least = wire::read<Message>(*parse_object(R"({"number":1,"colour":"red"})"));
    REQUIRE(least);
    CHECK(least->text == "default");
    CHECK_FALSE(least->ratio);
    CHECK(wire::write(*least).contains("ratio") == false);
    CHECK(wire::write(*least).at("extra").is_null());
    CHECK(error_of(R"({"colour":"red"})").message == "field 'number' is missing");
    CHECK(error_of(R"({"number":1})").message == "field 'colour' is missing");
}

TEST_CASE("each mistake is refused with the field's name") {
    const auto message = [](const std::string& field) {
        return error_of(R"({"number":1,"colour":"red",)" + field + "}").message;
    };
    CHECK(message(R"("text":5)") == "field 'text' must be a string");
    CHECK(message(R"("text":"123456789")") == "field 'text' has 9 bytes, more than 8");
    CHECK(message(R"("parts":[{"name":"a","shift":1},{"name":"b","shift":1.5}])") ==
          "field 'parts[1].shift' must be a whole number");
    CHECK(message(R"("parts":[{"name":"a"}])") == "field 'parts[0].shift' is missing");
    CHECK(message(R"("parts":[0])") == "field 'parts[0]' must be an object");
    CHECK(message(R"("parts":[1,2,3])") == "field 'parts' has 3 entries, more than 2");
    CHECK(message(R"("ratio":"x")") == "field 'ratio' must be a number");
    CHECK(message(R"("stages":{"a":"b"})") == "field 'stages' must be a number");
    CHECK(message(R"("loud":1)") == "field 'loud' must be true or false");
    for (const char* number : {"0", "11", "-1", "1.5", "\"1\"", "1e30", "99999999999999999999"}) {
        INFO(number);
        CHECK(error_of(std::string(R"({"colour":"red","number":)") + number + "}").code == "json_bad");
    }
    const Error colour = error_of(R"({"number":1,"colour":"gren"})");
    CHECK(colour.message == "field 'colour' cannot be 'gren'");
    CHECK(colour.hint == "did you mean 'green'?");
}

TEST_CASE("unknown fields are refused with the nearest name, in requests") {
    const Error slip = error_of(R"({"number":1,"colour":"red","lod":true})");
    CHECK(slip.code == "json_unknown_field");
    CHECK(slip.hint == "did you mean 'loud'?");
    CHECK(error_of(R"({"number":1,"colour":"red","parts":[{"name":"a","shift":1,"shft":2}]})").message ==
          "there is no field 'shft' in 'parts[0]'");
    CHECK(error_of(R"({"number":1,"colour":"red","secret":"x"})").code == "json_unknown_field");  // hidden is unknown
    CHECK(error_of(R"({"number":1,"colour":"red","lod":true,"secret":"x"})", wire::Unknown::ignore).code.empty());
}

TEST_CASE("the schema says the same as the reader") {
    const json::object s = wire::schema<Message>(true);
    CHECK(s.at("additionalProperties") == false);
    CHECK(s.at("required") == json::array{"number", "colour"});
    const json::object& p = s.at("properties").as_object();
    CHECK_FALSE(p.contains("secret"));
    CHECK(p.at("number") ==
          json::object{{"type", "integer"}, {"minimum", 1}, {"maximum", 10}, {"description", "How many."}});
    CHECK(p.at("colour") == json::object{{"type", "string"}, {"enum", {"red", "green"}}});
    CHECK(p.at("parts").at("items").at("required") == json::array{"name", "shift"});
    const json::object answer = wire::schema<Message>(false);
    CHECK_FALSE(answer.contains("additionalProperties"));
    CHECK(answer.at("required").as_array().size() == 7);  // all but the optional and the hidden one
}
