#include <limits>

#include <neve/base/budget.hpp>
#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/schema/table.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using operations::NetworkTimes;

struct NetworkTest {
  std::vector<double> microseconds_collective;
  std::vector<double> bandwidths_collective;
  std::vector<std::vector<double>> microseconds;
  std::vector<std::vector<double>> bandwidths;
  std::vector<std::string> nodes;
  schema::Table table;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<NetworkTest>("NetworkTestV3", "NetworkTest", "RequestSchemaV3")
            .field<&NetworkTest::microseconds_collective>(
                "For each size of message, how long it takes when all nodes talk to all others.")
            .field<&NetworkTest::bandwidths_collective>(
                "For each size, bytes a second, there and back, between two nodes meanwhile.")
            .field<&NetworkTest::microseconds>(
                "For each size, how long a message from the answering node to each node and back "
                "takes.")
            .field<&NetworkTest::bandwidths>("For each size, bytes a second, there and back.")
            .field<&NetworkTest::nodes>("The nodes.")
            .field<&NetworkTest::table>("All pairs of nodes.");
    return kSchema;
  }
};

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

double bandwidth_of(std::int64_t bytes, double seconds) {
  return seconds > 0 ? 2 * static_cast<double>(bytes) / seconds : kNotMeasured;
}

/// "120 us, 1.6 GB/s"
std::string cell_of(std::int64_t bytes, double seconds) {
  return std::to_string(static_cast<std::int64_t>(seconds * 1e6)) + " us, " +
         readable_bytes(static_cast<std::int64_t>(bandwidth_of(bytes, seconds))) + "/s";
}

void add_row(schema::Table& table, std::string name, const std::vector<double>& seconds) {
  std::vector<schema::Table::Cell> row = {std::move(name)};
  for (std::size_t size = 0; size < std::size(NetworkTimes::kBytes); ++size) {
    row.emplace_back(size < seconds.size() ? cell_of(NetworkTimes::kBytes[size], seconds[size])
                                           : std::string("no answer"));
  }
  table.add_row(std::move(row));
}

schema::Table table_of(const NetworkTimes& times) {
  schema::Table table{.name = "Network Test",
                      .description = "Time of a message there and back, and bytes a second",
                      .columns = {{.name = ""}}};
  for (const std::int64_t bytes : NetworkTimes::kBytes) {
    table.columns.push_back({.name = readable_bytes(bytes)});
  }
  if (!times.all_to_all.empty()) add_row(table, "all to all", times.all_to_all);
  for (const NetworkTimes::Pair& pair : times.pairs) {
    add_row(table, times.members[pair.from].address + " to " + times.members[pair.to].address,
            pair.seconds);
  }
  return table;
}

NetworkTest answer_test(Call& call, const NetworkTest& /*input*/) {
  const NetworkTimes times = call.services.operations->test_network();
  NetworkTest answer;
  for (const cluster::Member& member : times.members) {
    answer.nodes.push_back("/" + member.address);
  }
  for (std::size_t size = 0; size < std::size(NetworkTimes::kBytes); ++size) {
    const std::int64_t bytes = NetworkTimes::kBytes[size];
    // This node does not talk to itself over the network.
    std::vector<double> own(times.members.size(), kNotMeasured);
    std::vector<double> rates = own;
    for (const NetworkTimes::Pair& pair : times.pairs) {
      const bool is_own = times.members[pair.from].id == call.services.operations->self();
      if (!is_own || pair.seconds.empty()) continue;
      own[pair.to] = 1e6 * pair.seconds[size];
      rates[pair.to] = bandwidth_of(bytes, pair.seconds[size]);
    }
    answer.microseconds.push_back(std::move(own));
    answer.bandwidths.push_back(std::move(rates));
    const bool alone = times.all_to_all.empty();
    answer.microseconds_collective.push_back(alone ? kNotMeasured : 1e6 * times.all_to_all[size]);
    answer.bandwidths_collective.push_back(alone ? kNotMeasured
                                                 : bandwidth_of(bytes, times.all_to_all[size]));
  }
  answer.table = table_of(times);
  return answer;
}

}  // namespace

const Resource& network_test();
const Resource& network_test() {
  static const Resource kResource =
      about_nodes({route("GET", "/3/NetworkTest", "testNetwork",
                         "Measures how fast messages go between nodes.", &answer_test)});
  return kResource;
}

}  // namespace neve::rest::endpoints
