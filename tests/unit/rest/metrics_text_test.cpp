#include "rest/metrics_text.hpp"

#include <gtest/gtest.h>

#include "rest/request_counts.hpp"

namespace neve::rest {
namespace {

TEST(MetricsText, WritesWhatPrometheusReads) {
  MetricsText out;
  out.gauge("free_bytes", "Free memory.", 1.5);
  out.counters("asked_total", "Requests.",
               {{.labels = {{"code", "200"}, {"who", "a\"b\\c\nd"}}, .value = 3}});
  EXPECT_EQ(out.text(),
            "# HELP free_bytes Free memory.\n# TYPE free_bytes gauge\nfree_bytes 1.5\n"
            "# HELP asked_total Requests.\n# TYPE asked_total counter\n"
            "asked_total{code=\"200\",who=\"a\\\"b\\\\c\\nd\"} 3\n");
}

TEST(MetricsText, AHistogramAddsUpItsClasses) {
  MetricsText out;
  out.histogram("took_seconds", "Time.", {.ends = {0.1, 2}, .counts = {3, 0, 1}, .sum = 9.25});
  EXPECT_EQ(out.text(),
            "# HELP took_seconds Time.\n# TYPE took_seconds histogram\n"
            "took_seconds_bucket{le=\"0.1\"} 3\ntook_seconds_bucket{le=\"2\"} 3\n"
            "took_seconds_bucket{le=\"+Inf\"} 4\ntook_seconds_sum 9.25\ntook_seconds_count 4\n");
}

TEST(RequestCounts, SortsDurationsIntoClassesUpToAndWithTheirEnds) {
  RequestCounts counts;
  counts.add(200, std::chrono::microseconds(500));
  counts.add(200, std::chrono::microseconds(501));
  counts.add(404, std::chrono::seconds(11));
  const RequestCounts::Counts made = counts.counts();
  EXPECT_EQ(made.by_status.at(200), 2U);
  EXPECT_EQ(made.by_status.at(404), 1U);
  EXPECT_EQ(made.by_duration[0], 1U);
  EXPECT_EQ(made.by_duration[1], 1U);
  EXPECT_EQ(made.by_duration.back(), 1U);
  EXPECT_NEAR(made.seconds, 11.001001, 1e-9);
}

}  // namespace
}  // namespace neve::rest
