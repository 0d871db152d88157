#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/operations/operations.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

namespace neve::rest {

/// A member of the cluster, as its operator sees it.
struct NeveMember {
  std::string address;
  std::int64_t number = 0;
  std::string role;  ///< data, draining, drained or witness
  bool healthy = false;
  bool leader = false;
  bool votes = false;
  std::int64_t row_groups = 0;
  std::int32_t running_jobs = 0;
  std::int64_t chunk_bytes = 0;
  std::int64_t free_bytes = 0;
  static const schema::Schema& schema();
};

/// The state of the cluster, of GET /3/Neve/Cluster.
struct NeveCluster {
  std::string node;
  std::vector<NeveMember> members;
  std::int64_t epoch = 0;
  bool fully_replicated = true;
  std::int64_t missing_copies = 0;
  std::int64_t lost_runs = 0;
  std::int32_t missing_votes = 0;
  bool has_quorum = true;
  static const schema::Schema& schema();
};

NeveCluster neve_cluster(const operations::ClusterReport& report);

/// Reads what GET /3/Neve/Cluster has answered; throws InputError where it is something else.
NeveCluster read_neve_cluster(const std::string& json);
/// The message of an error's answer, or the text itself where it is none.
std::string message_of(const std::string& json);

}  // namespace neve::rest
