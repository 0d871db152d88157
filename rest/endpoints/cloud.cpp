#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <limits>

#include <neve/base/clock.hpp>
#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

struct Node {
  std::string h2o;
  std::string ip_port;
  bool healthy = true;
  std::int64_t last_ping = 0;
  std::int32_t pid = 0;
  std::int32_t num_cpus = 0;
  std::int32_t cpus_allowed = 0;
  std::int32_t nthreads = 0;
  float sys_load = 0;
  std::int32_t my_cpu_pct = -1;
  std::int32_t sys_cpu_pct = -1;
  std::int64_t mem_value_size = 0;
  std::int64_t pojo_mem = 0;
  std::int64_t free_mem = 0;
  std::int64_t max_mem = 0;
  std::int64_t swap_mem = 0;
  std::int32_t num_keys = 0;
  std::int64_t free_disk = 0;
  std::int64_t max_disk = 0;
  std::int32_t rpcs_active = 0;
  std::vector<std::int32_t> fjthrds;
  std::vector<std::int32_t> fjqueue;
  std::int32_t tcps_active = 0;
  std::int32_t open_fds = 0;
  double gflops = std::numeric_limits<double>::quiet_NaN();
  double mem_bw = std::numeric_limits<double>::quiet_NaN();
  static const schema::Schema& schema();
};

const schema::Schema& Node::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Node>("NodeV3")
          .field<&Node::h2o>("Address of the node, with a leading slash.")
          .field<&Node::ip_port>("Address and port of the node's REST service.")
          .field<&Node::healthy>("Whether the node answers.")
          .field<&Node::last_ping>("When it was heard last, in ms since the epoch.")
          .field<&Node::pid>("Process number.")
          .field<&Node::num_cpus>("Cores of the machine.")
          .field<&Node::cpus_allowed>("Cores that the process may use.")
          .field<&Node::nthreads>("Threads that compute.")
          .field<&Node::sys_load>("Load of the machine, mean of a minute.")
          .field<&Node::my_cpu_pct>("CPU use of the process in percent; -1: not measured.")
          .field<&Node::sys_cpu_pct>("CPU use of the machine in percent; -1: not measured.")
          .field<&Node::mem_value_size>("Bytes of data held.")
          .field<&Node::pojo_mem>("Bytes of the process beside the data.")
          .field<&Node::free_mem>("Bytes of the memory budget that are free.")
          .field<&Node::max_mem>("Bytes of the memory budget.")
          .field<&Node::swap_mem>("Bytes of the process that the system has swapped out.")
          .field<&Node::num_keys>("Named objects.")
          .field<&Node::free_disk>("Free bytes of the disk that holds logs.")
          .field<&Node::max_disk>("Bytes of that disk.")
          .field<&Node::rpcs_active>("Calls between nodes under way.")
          .field<&Node::fjthrds>("Compute threads by priority; Neve has one priority.")
          .as_type("short[]")
          .field<&Node::fjqueue>("Waiting tasks by priority; Neve has one priority.")
          .as_type("short[]")
          .field<&Node::tcps_active>("Connections between nodes.")
          .field<&Node::open_fds>("Open files and sockets.")
          .field<&Node::gflops>("Speed of computing; not measured.")
          .field<&Node::mem_bw>("Speed of memory; not measured.");
  return kSchema;
}

struct Cloud {
  bool skip_ticks = false;
  std::string version;
  std::string branch_name;
  std::string last_commit_hash;
  std::string describe;
  std::string compiled_by;
  std::string compiled_on;
  std::string build_number;
  std::string build_age;
  bool build_too_old = false;
  std::int32_t node_idx = 0;
  std::string cloud_name;
  std::int32_t cloud_size = 1;
  std::int64_t cloud_uptime_millis = 0;
  std::string cloud_internal_timezone = "Etc/UTC";
  std::string datafile_parser_timezone = "UTC";
  bool cloud_healthy = true;
  std::int32_t bad_nodes = 0;
  bool consensus = true;
  bool locked = false;
  bool is_client = false;
  std::optional<std::string> hadoop_version;
  bool telemetry_enabled = false;
  std::vector<Node> nodes;
  bool internal_security_enabled = false;
  std::int32_t leader_idx = 0;
  std::optional<std::string> web_ip;
  bool fully_replicated = true;
  std::int64_t missing_copies = 0;
  std::int64_t lost_runs = 0;
  std::int32_t missing_votes = 0;
  bool has_quorum = true;
  static const schema::Schema& schema();
};

const schema::Schema& Cloud::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Cloud>("CloudV3", "Iced", "RequestSchemaV3")
          .field<&Cloud::skip_ticks>("Whether CPU use may be left out.")
          .input()
          .field<&Cloud::version>("The H2O-3 version whose interface this is.")
          .field<&Cloud::branch_name>("Kind of server.")
          .field<&Cloud::last_commit_hash>("Commit it was built from, where known.")
          .field<&Cloud::describe>("Kind and version of the server.")
          .field<&Cloud::compiled_by>("Who built it, where known.")
          .field<&Cloud::compiled_on>("When the program was built.")
          .field<&Cloud::build_number>("Last part of the version.")
          .field<&Cloud::build_age>("Time since the program was built.")
          .field<&Cloud::build_too_old>("Whether a newer version should be used.")
          .field<&Cloud::node_idx>("Position of the answering node among the nodes; -1: a witness.")
          .field<&Cloud::cloud_name>("Name of the cluster.")
          .field<&Cloud::cloud_size>("Number of nodes.")
          .field<&Cloud::cloud_uptime_millis>("Time since the first node's start, in ms.")
          .field<&Cloud::cloud_internal_timezone>("Time zone of times in the cluster.")
          .field<&Cloud::datafile_parser_timezone>("Time zone of times in files without one.")
          .field<&Cloud::cloud_healthy>("Whether at least half of the nodes answer.")
          .field<&Cloud::bad_nodes>("Number of nodes that do not answer.")
          .field<&Cloud::consensus>("Whether the nodes agree on who is a member.")
          .field<&Cloud::locked>("Whether further nodes are turned away.")
          .field<&Cloud::is_client>("Whether the answering node holds no data: a witness.")
          .field<&Cloud::hadoop_version>("Always null: Neve does not run on Hadoop.")
          .field<&Cloud::telemetry_enabled>("Always false: nothing is reported to anybody.")
          .field<&Cloud::nodes>("The nodes that hold data.")
          .field<&Cloud::internal_security_enabled>("Whether nodes talk to each other encrypted.")
          .field<&Cloud::leader_idx>("Position of the leading node; -1: none, or a witness.")
          .field<&Cloud::web_ip>("Address of the REST service, where it has one of its own.")
          .field<&Cloud::fully_replicated>(
              "Whether all rows have their copies and all votes are held, so that the next loss of "
              "a node is covered.")
          .field<&Cloud::missing_copies>(
              "Copies of runs of rows that are still to be made, for want of memory or time.")
          .field<&Cloud::lost_runs>("Runs of rows of which every copy was lost.")
          .field<&Cloud::missing_votes>("Voters that do not answer or are still to be appointed.")
          .field<&Cloud::has_quorum>(
              "Whether more than half of the voters answer, so that changes are possible.");
  return kSchema;
}

struct NodeMemory {
  std::string ip_port;
  std::int64_t free_mem = 0;
  static const schema::Schema& schema();
};

const schema::Schema& NodeMemory::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<NodeMemory>("NodeMemoryInfoV3")
          .field<&NodeMemory::ip_port>("Address and port of the node's REST service.")
          .field<&NodeMemory::free_mem>("Bytes of the memory budget that are free.");
  return kSchema;
}

struct Ping {
  std::int64_t cloud_uptime_millis = 0;
  bool cloud_healthy = true;
  std::vector<NodeMemory> nodes;
  static const schema::Schema& schema();
};

const schema::Schema& Ping::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Ping>("PingV3", "Iced", "RequestSchemaV3")
          .field<&Ping::cloud_uptime_millis>("Time since the start, in ms.")
          .field<&Ping::cloud_healthy>("Whether at least half of the nodes answer.")
          .field<&Ping::nodes>("Free memory of each node.");
  return kSchema;
}

std::string utc_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

/// "3 days", as clients show it.
std::string age_text(std::int64_t seconds) {
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kDay = 24 * kHour;
  const bool days = seconds >= kDay;
  const std::int64_t count = seconds / (days ? kDay : kHour);
  return std::to_string(count) + (days ? " day" : " hour") + (count == 1 ? "" : "s");
}

Node describe_node(const operations::MemberReport& member) {
  const operations::NodeFigures& figures = member.figures;
  const operations::ProcessFigures& process = figures.process;
  Node node;
  node.h2o = "/" + member.status.member.address;
  node.ip_port = member.status.member.address;
  node.healthy = member.healthy;
  node.last_ping = member.last_contact_ms;
  node.pid = process.process_id;
  node.num_cpus = process.cores;
  node.cpus_allowed = process.allowed_cores;
  node.nthreads = figures.threads;
  node.fjthrds = {node.nthreads};
  node.fjqueue = {0};
  node.sys_load = process.load;
  node.my_cpu_pct = process.cpu_percent;
  node.sys_cpu_pct = process.machine_cpu_percent;
  node.mem_value_size = figures.chunk_bytes;
  node.pojo_mem = std::max<std::int64_t>(0, process.resident_bytes - node.mem_value_size);
  node.free_mem = figures.free_bytes;
  node.max_mem = figures.budget_bytes;
  node.swap_mem = process.swapped_bytes;
  node.num_keys = figures.names;
  node.free_disk = process.free_disk_bytes;
  node.max_disk = process.disk_bytes;
  node.rpcs_active = figures.open_calls;
  node.tcps_active = figures.connections;
  node.open_fds = process.open_files;
  return node;
}

/// When the first node that is still there started.
std::int64_t first_start_ms(const operations::ClusterReport& report, std::int64_t own) {
  std::int64_t first = own;
  for (const operations::MemberReport& member : report.members) {
    if (member.figures.start_time_ms > 0) first = std::min(first, member.figures.start_time_ms);
  }
  return first;
}

void fill_nodes(Cloud& cloud, const operations::ClusterReport& report) {
  cloud.node_idx = -1;
  cloud.leader_idx = -1;
  for (const operations::MemberReport& member : report.members) {
    const auto place = static_cast<std::int32_t>(cloud.nodes.size());
    if (member.status.witness) {
      if (member.status.member.id == report.self) cloud.is_client = true;
      continue;
    }
    if (member.status.member.id == report.self) cloud.node_idx = place;
    if (member.status.member.id == report.cluster.leader) cloud.leader_idx = place;
    if (!member.healthy) ++cloud.bad_nodes;
    cloud.nodes.push_back(describe_node(member));
  }
  cloud.cloud_size = static_cast<std::int32_t>(cloud.nodes.size());
  // A client may go on while a node is missing: what it asks for is answered by the others.
  cloud.cloud_healthy = 2 * cloud.bad_nodes <= cloud.cloud_size;
}

Cloud describe_cloud(const ServerInfo& info, const operations::ClusterReport& report) {
  const std::int64_t built = operations::program_time_s();
  Cloud cloud;
  cloud.version = info.h2o_version;
  cloud.branch_name = "neve";
  cloud.describe = "neve-" + info.neve_version;
  cloud.compiled_on = utc_text(built);
  cloud.build_number = info.h2o_version.substr(info.h2o_version.rfind('.') + 1);
  cloud.build_age = age_text(now_ms() / 1000 - built);
  cloud.cloud_name = info.cluster_name;
  cloud.cloud_uptime_millis = now_ms() - first_start_ms(report, info.start_time_ms);
  cloud.internal_security_enabled = report.cluster.encrypted;
  cloud.fully_replicated = report.fully_replicated();
  cloud.missing_copies = report.spread.missing_copies;
  cloud.lost_runs = report.spread.lost_runs;
  cloud.missing_votes = static_cast<std::int32_t>(report.missing_votes);
  cloud.has_quorum = report.has_quorum;
  fill_nodes(cloud, report);
  return cloud;
}

/// H2O's R client asks so before each of its requests, and gives up where a node is not healthy. A
/// death is agreed on meanwhile, and then that node is none any more.
constexpr std::chrono::milliseconds kPatience(8000);

/// Answers at once where the figures of other nodes are fresh, or once they are; holds no thread.
void answer_cloud(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  Cloud input;
  read_input(*call, Cloud::schema(), &input);
  call->services.operations->report(
      input.skip_ticks ? kPatience : std::chrono::milliseconds(0),
      [call, responder, skip_ticks = input.skip_ticks](const operations::ClusterReport& report) {
        Cloud cloud = describe_cloud(call->services.info, report);
        cloud.skip_ticks = skip_ticks;
        send_json(responder, schema::to_json(cloud, call->parameter("_exclude_fields")));
      });
}

void answer_ping(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  Ping input;
  read_input(*call, Ping::schema(), &input);
  const auto answer = [call, responder](const operations::ClusterReport& report) {
    const Cloud cloud = describe_cloud(call->services.info, report);
    Ping ping{.cloud_uptime_millis = cloud.cloud_uptime_millis,
              .cloud_healthy = cloud.cloud_healthy,
              .nodes = {}};
    for (const Node& node : cloud.nodes) ping.nodes.push_back({node.ip_port, node.free_mem});
    send_json(responder, schema::to_json(ping, call->parameter("_exclude_fields")));
  };
  call->services.operations->report(std::chrono::milliseconds(0), answer);
}

// NOLINTBEGIN(performance-unnecessary-value-param): all are moved
template <class T>
Route later(std::string method, std::string path, std::string name, std::string summary,
            RouteHandler handle) {
  // NOLINTEND(performance-unnecessary-value-param)
  return Route{.method = std::move(method),
               .path = std::move(path),
               .name = std::move(name),
               .summary = std::move(summary),
               .input = &T::schema(),
               .output = &T::schema(),
               .handle = std::move(handle),
               .on_io_thread = true};
}

}  // namespace

const Resource& cloud() {
  static const Resource kResource = about_nodes(
      {later<Cloud>("GET", "/3/Cloud", "cloudStatus", "State of the cluster and its nodes.",
                    &answer_cloud),
       later<Cloud>("HEAD", "/3/Cloud", "cloudStatusMinimal", "Whether this node answers.",
                    &answer_cloud),
       later<Cloud>("GET", "/99/Sample", "_sample_status", "State of the cluster and its nodes.",
                    &answer_cloud),
       later<Ping>("GET", "/3/Ping", "ping", "A sign of life, with free memory.", &answer_ping)});
  return kResource;
}

}  // namespace neve::rest::endpoints
