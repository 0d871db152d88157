#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct NodeTraces {
  std::string node;
  std::int64_t time = 0;
  std::vector<std::string> thread_traces;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<NodeTraces>("DStackTraceV3", "DStackTrace")
            .field<&NodeTraces::node>("Address of the node.")
            .field<&NodeTraces::time>("When it looked, in ms since 1970.")
            .field<&NodeTraces::thread_traces>(
                "A line for each thread: name and number, what it does or waits for, CPU time.");
    return kSchema;
  }
};

struct Stacks {
  std::vector<NodeTraces> traces;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<Stacks>("JStackV3", "JStack", "RequestSchemaV3")
            .field<&Stacks::traces>("The threads of each node.");
    return kSchema;
  }
};

Stacks answer_stacks(Call& call, const Stacks& /*input*/) {
  Stacks answer;
  for (const auto& node : call.services.operations->threads()) {
    NodeTraces traces{.node = "/" + node.member.address, .time = 0, .thread_traces = {}};
    if (node.threads) {
      traces.time = node.threads->time_ms;
      traces.thread_traces = node.threads->lines;
    } else {
      traces.thread_traces = {"The node does not answer."};
    }
    answer.traces.push_back(std::move(traces));
  }
  return answer;
}

}  // namespace

const Resource& jstack();
const Resource& jstack() {
  static const Resource kResource = about_nodes({route(
      "GET", "/3/JStack", "stacktraces", "What the threads of all nodes do.", &answer_stacks)});
  return kResource;
}

}  // namespace neve::rest::endpoints
