// SPDX-License-Identifier: Apache-2.0
#include "libs/base/log.hpp"

#include <catch2/catch.hpp>

using namespace ashlar::log;

TEST_CASE("text lines quote what would break key=value") {
    const std::string line =
        format_line(Level::info, Format::text, "worker", "task_done",
                    {{"task", 7}, {"why", "two words"}, {"ok", true}, {"s", 1.5}, {"none", ""}}, 1700000000123, false);
    CHECK(line == "2023-11-14T22:13:20.123Z info worker task_done task=7 why=\"two words\" ok=true s=1.5 none=\"\"\n");
}

TEST_CASE("a line stays one line whatever a value holds") {
    for (const Format f : {Format::text, Format::json}) {
        const std::string line =
            format_line(Level::error, f, "c", "e", {{"k", std::string("a\nb\"c\\d\x01")}}, 0, false);
        CHECK(line.find('\n') == line.size() - 1);
        CHECK_THAT(line, Catch::Contains("a\\nb\\\"c\\\\d\\u0001"));
    }
}

TEST_CASE("json lines keep numbers bare; journald lines carry the priority") {
    CHECK(format_line(Level::warning, Format::json, "c", "e", {{"n", 3}, {"s", "x"}}, 0, false) ==
          "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"warning\",\"component\":\"c\",\"event\":\"e\",\"n\":3,"
          "\"s\":\"x\"}\n");
    CHECK(format_line(Level::error, Format::text, "c", "e", {}, 0, true) == "<3>error c e\n");
    Level level;
    CHECK(parse_level("warning", level));
    CHECK(level == Level::warning);
    CHECK_FALSE(parse_level("loud", level));
}

TEST_CASE("the last lines of a process are kept, in order and bounded") {
    const auto last = recent(0, 1);
    const uint64_t before = last.empty() ? 0 : last.back().seq;
    configure(Level::error, Format::text, "test");
    error("first", {{"text", std::string(5000, 'x')}});
    info("unseen");
    for (size_t i = 0; i < KEPT_LINES; i++) error("more");
    const auto kept = recent(0, KEPT_LINES * 2);
    CHECK(kept.size() == KEPT_LINES);
    CHECK(kept.back().seq == before + KEPT_LINES + 1);  // "unseen" was below the level
    CHECK(recent(kept.back().seq - 3, 2).front().seq == kept.back().seq - 2);
    CHECK(recent(kept.back().seq - 3, 2).size() == 2);
    CHECK(recent(kept.back().seq, 5).empty());
    CHECK(recent(0, 2).back().seq == kept.back().seq);
    error("long", {{"text", std::string(5000, 'x')}});
    CHECK(recent(0, 1).back().line.size() < KEPT_LINE_BYTES + 10);
}
