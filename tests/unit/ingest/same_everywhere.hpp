#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/ingest/bench.hpp"

namespace neve::ingest {

/// What must be the same of a frame.
struct Whole {
  std::uint64_t checksum = 0;
  std::vector<std::int64_t> cuts;
  std::vector<frame::Domain> domains;
  friend bool operator==(const Whole&, const Whole&) = default;
};

inline Whole whole(Nodes& nodes, const std::string& name) {
  const frame::Frame frame = nodes.frames.require(name);
  Whole all{.checksum = nodes.checksum(name), .cuts = frame.layout->cuts, .domains = {}};
  for (const frame::Column& column : frame.columns) {
    all.domains.push_back(column.domain ? *column.domain : frame::Domain());
  }
  return all;
}

using Files = std::function<std::vector<std::string>(const Folder&)>;

/// Imports and parses what `make` writes.
inline Whole parse_files(const Nodes::Settings& settings, const Files& make,
                         const FileSetup& setup) {
  Bench bench(settings);
  const Imported found = bench.ingest.import_files(make(bench.folder), "");
  const auto job =
      bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::done) << job->snapshot().exception;
  return whole(bench, "a");
}

inline void expect_same_everywhere(const Files& make, const FileSetup& setup) {
  const Whole alone = parse_files({.nodes = 1}, make, setup);
  for (int nodes : {2, 3, 5}) {
    EXPECT_EQ(parse_files({.nodes = nodes}, make, setup), alone) << nodes << " nodes";
  }
  EXPECT_EQ(parse_files({.nodes = 3, .copies = 2, .strangers = {1, 2}}, make, setup), alone);
  EXPECT_EQ(parse_files({.nodes = 3, .strangers = {1}}, make, setup), alone);
}

}  // namespace neve::ingest
