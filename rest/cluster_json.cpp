#include "rest/cluster_json.hpp"

#include <nlohmann/json.hpp>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::rest {

const schema::Schema& NeveMember::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<NeveMember>("NeveMemberV3")
          .field<&NeveMember::address>("Address and port of its REST service.")
          .field<&NeveMember::number>("Its number, which no other member has ever had.")
          .field<&NeveMember::role>(
              "data; draining while its rows move away or its jobs run; drained when it can go; "
              "witness.")
          .field<&NeveMember::healthy>("Whether it answers.")
          .field<&NeveMember::leader>("Whether it leads.")
          .field<&NeveMember::votes>("Whether it votes.")
          .field<&NeveMember::row_groups>("Row groups of all frames that it holds or fetches.")
          .field<&NeveMember::running_jobs>("Jobs that it drives.")
          .field<&NeveMember::chunk_bytes>("Bytes of frames that it holds.")
          .field<&NeveMember::free_bytes>("Memory for data that is free.");
  return kSchema;
}

const schema::Schema& NeveCluster::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<NeveCluster>("NeveClusterV3", "Iced", "RequestSchemaV3")
          .field<&NeveCluster::node>(
              "Address of the member that is meant, as the members have it; empty: the one that is "
              "asked.")
          .inout()
          .field<&NeveCluster::members>("The members, in the order of their joining.")
          .field<&NeveCluster::epoch>("Changes of the members so far.")
          .field<&NeveCluster::fully_replicated>("Whether the next loss of a node is covered.")
          .field<&NeveCluster::missing_copies>("Copies of runs of rows still to be made.")
          .field<&NeveCluster::lost_runs>("Runs of rows of which every copy was lost.")
          .field<&NeveCluster::missing_votes>("Voters that do not answer or are to be appointed.")
          .field<&NeveCluster::has_quorum>("Whether changes are possible.");
  return kSchema;
}

namespace {

std::string role_of(const operations::MemberReport& member) {
  if (member.status.witness) return "witness";
  if (!member.status.member.draining) return "data";
  const bool done = member.healthy && member.row_groups == 0 && member.figures.running_jobs == 0;
  return done ? "drained" : "draining";
}

}  // namespace

NeveCluster neve_cluster(const operations::ClusterReport& report) {
  NeveCluster made;
  made.epoch = static_cast<std::int64_t>(report.cluster.epoch);
  made.fully_replicated = report.fully_replicated();
  made.missing_copies = report.spread.missing_copies;
  made.lost_runs = report.spread.lost_runs;
  made.missing_votes = static_cast<std::int32_t>(report.missing_votes);
  made.has_quorum = report.has_quorum;
  for (const operations::MemberReport& member : report.members) {
    made.members.push_back({.address = member.status.member.address,
                            .number = member.status.member.number,
                            .role = role_of(member),
                            .healthy = member.healthy,
                            .leader = member.status.member.id == report.cluster.leader,
                            .votes = member.status.votes,
                            .row_groups = member.row_groups,
                            .running_jobs = member.figures.running_jobs,
                            .chunk_bytes = member.figures.chunk_bytes,
                            .free_bytes = member.figures.free_bytes});
  }
  return made;
}

NeveCluster read_neve_cluster(const std::string& json) {
  try {
    const auto read = nlohmann::json::parse(json);
    NeveCluster made;
    made.epoch = read.at("epoch");
    made.fully_replicated = read.at("fully_replicated");
    made.missing_copies = read.at("missing_copies");
    made.lost_runs = read.at("lost_runs");
    made.missing_votes = read.at("missing_votes");
    made.has_quorum = read.at("has_quorum");
    made.node = read.at("node");
    for (const auto& member : read.at("members")) {
      made.members.push_back({.address = member.at("address"),
                              .number = member.at("number"),
                              .role = member.at("role"),
                              .healthy = member.at("healthy"),
                              .leader = member.at("leader"),
                              .votes = member.at("votes"),
                              .row_groups = member.at("row_groups"),
                              .running_jobs = member.at("running_jobs"),
                              .chunk_bytes = member.at("chunk_bytes"),
                              .free_bytes = member.at("free_bytes")});
    }
    return made;
  } catch (const nlohmann::json::exception&) {
    throw InputError::bad_request("What answers there is no node of Neve, or of another version.");
  }
}

std::string message_of(const std::string& json) {
  const auto read = nlohmann::json::parse(json, nullptr, false);
  if (!read.is_object() || !read.contains("msg") || !read["msg"].is_string()) return json;
  return read["msg"];
}

}  // namespace neve::rest
