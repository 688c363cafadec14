// SPDX-License-Identifier: Apache-2.0
#include "libs/base/metrics.hpp"

#include <catch2/catch.hpp>

using ashlar::Metrics;

TEST_CASE("counters, gauges and labels in exposition format") {
    Metrics m;
    m.describe("ashlar_test_events_total", "Events seen.");
    m.add("ashlar_test_events_total", 1, {{"kind", "a\"b"}});
    m.add("ashlar_test_events_total", 2, {{"kind", "a\"b"}});
    m.set("ashlar_test_queue_blocks", 5);
    m.set("ashlar_test_queue_blocks", 4);
    CHECK(m.text() ==
          "# HELP ashlar_test_events_total Events seen.\n# TYPE ashlar_test_events_total counter\n"
          "ashlar_test_events_total{kind=\"a\\\"b\"} 3\n"
          "# TYPE ashlar_test_queue_blocks gauge\nashlar_test_queue_blocks 4\n");
    m.clear("ashlar_test_queue_blocks");
    CHECK_THAT(m.text(), !Catch::Contains("queue_blocks"));
}

TEST_CASE("histogram buckets are cumulative and end with +Inf") {
    Metrics m;
    m.observe("ashlar_test_step_seconds", 0.001);
    m.observe("ashlar_test_step_seconds", 3);
    m.observe("ashlar_test_step_seconds", 1e9);
    const std::string t = m.text();
    CHECK_THAT(t, Catch::Contains("ashlar_test_step_seconds_bucket{le=\"0.001\"} 1\n"));
    CHECK_THAT(t, Catch::Contains("ashlar_test_step_seconds_bucket{le=\"2.5\"} 1\n"));
    CHECK_THAT(t, Catch::Contains("ashlar_test_step_seconds_bucket{le=\"5\"} 2\n"));
    CHECK_THAT(t, Catch::Contains("ashlar_test_step_seconds_bucket{le=\"+Inf\"} 3\n"));
    CHECK_THAT(t, Catch::Contains("ashlar_test_step_seconds_count 3\n"));
}
