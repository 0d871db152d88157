#include <map>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/job/job.hpp>
#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/request_counts.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct CloudLock {
  std::optional<std::string> reason;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<CloudLock>("CloudLockV3", "Iced", "RequestSchemaV3")
            .field<&CloudLock::reason>("Why no further nodes are to join.")
            .input();
    return kSchema;
  }
};

struct UnlockKeys {
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<UnlockKeys>("UnlockKeysV3", "Iced", "RequestSchemaV3");
    return kSchema;
  }
};

struct KillMinus3 {
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<KillMinus3>("KillMinus3V3", "Iced", "RequestSchemaV3");
    return kSchema;
  }
};

struct SteamMetrics {
  std::int64_t version = 0;
  std::int64_t idle_millis = 0;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<SteamMetrics>("SteamMetricsV3", "SteamMetrics", "RequestSchemaV3")
            .field<&SteamMetrics::version>("Version of this answer.")
            .field<&SteamMetrics::idle_millis>(
                "Milliseconds since this node last had a job or a request that concerns data.");
    return kSchema;
  }
};

struct ProfilerEntry {
  std::string stacktrace;
  std::int32_t count = 0;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ProfilerEntry>("ProfilerNodeEntryV3")
            .field<&ProfilerEntry::stacktrace>("What threads are called and do.")
            .field<&ProfilerEntry::count>("How many threads do it.");
    return kSchema;
  }
};

struct ProfilerNode {
  std::string node_name;
  std::int64_t timestamp = 0;
  std::vector<ProfilerEntry> entries;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ProfilerNode>("ProfilerNodeV3")
            .field<&ProfilerNode::node_name>("Address of the node.")
            .field<&ProfilerNode::timestamp>("When it looked, in ms since 1970.")
            .field<&ProfilerNode::entries>("What its threads do, the most frequent first.");
    return kSchema;
  }
};

struct Profiler {
  std::int32_t depth = 10;
  std::vector<ProfilerNode> nodes;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<Profiler>("ProfilerV3", "Iced", "RequestSchemaV3")
            .field<&Profiler::depth>(
                "How much is told of a thread: its name (1), and what it does "
                "(2 or more).")
            .input()
            .field<&Profiler::nodes>("The nodes.");
    return kSchema;
  }
};

/// A cluster here takes nodes at any time; jobs go on unharmed and give the same results.
CloudLock lock_cloud(Call& /*call*/, const CloudLock& input) {
  throw InputError::unsupported(
      "Neve does not lock clusters: nodes may join at any time, which changes no result. To begin "
      "with a fixed number of nodes, start them with --expect.",
      {{"reason", input.reason.value_or("")}});
}

/// Nothing here is ever locked: frames and models are replaced as a whole.
UnlockKeys unlock_keys(Call& /*call*/, const UnlockKeys& input) { return input; }

KillMinus3 log_threads(Call& call, const KillMinus3& input) {
  for (const auto& node : call.services.operations->threads()) {
    log::info("Threads of node " + node.member.address + (node.threads ? ":" : ": no answer"));
    if (!node.threads) continue;
    for (const std::string& line : node.threads->lines) log::info("  " + line);
  }
  log::flush();
  return input;
}

SteamMetrics tell_idle(Call& call, const SteamMetrics& /*input*/) {
  const bool busy = call.services.jobs->counts().running != 0;
  return {.version = 0, .idle_millis = busy ? 0 : call.services.requests->idle().count()};
}

/// `"worker" #12 waiting in futex; 0.01 s user, …` without number and times.
std::string activity_of(const std::string& line, std::int32_t depth) {
  const std::size_t number = line.find("\" #");
  const std::string name = line.substr(0, number == std::string::npos ? number : number + 1);
  if (depth < 2 || number == std::string::npos) return name;
  const std::size_t does = line.find(' ', number + 2);
  const std::size_t end = line.find(';', number);
  return does == std::string::npos ? name : name + line.substr(does, end - does);
}

Profiler profile(Call& call, const Profiler& input) {
  if (input.depth < 1) {
    throw InputError::bad_request("depth must be >= 1.", {{"depth", std::to_string(input.depth)}});
  }
  Profiler answer = input;
  for (const auto& node : call.services.operations->threads()) {
    ProfilerNode& made = answer.nodes.emplace_back();
    made.node_name = "/" + node.member.address;
    if (!node.threads) continue;
    made.timestamp = node.threads->time_ms;
    std::map<std::string, std::int32_t> counts;
    for (const std::string& line : node.threads->lines) ++counts[activity_of(line, input.depth)];
    for (const auto& [activity, count] : counts) made.entries.push_back({activity, count});
    std::ranges::stable_sort(made.entries, std::greater<>(), &ProfilerEntry::count);
  }
  return answer;
}

}  // namespace

const Resource& node_upkeep();
const Resource& node_upkeep() {
  static const Resource kResource = about_nodes(
      {route("POST", "/3/CloudLock", "cloudLock", "Refused: a cluster takes nodes at any time.",
             &lock_cloud),
       route("POST", "/3/UnlockKeys", "unlockAllKeys", "Nothing to do: no object is ever locked.",
             &unlock_keys),
       route("GET", "/3/KillMinus3", "logThreadDump",
             "Writes what the threads of all nodes do into this node's log.", &log_threads),
       route("GET", "/3/SteamMetrics", "steamMetrics", "How long this node has been idle.",
             &tell_idle),
       route("GET", "/3/Profiler", "profiler",
             "What the threads of all nodes do, and how many do the same.", &profile)});
  return kResource;
}

}  // namespace neve::rest::endpoints
