#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include <neve/base/budget.hpp>
#include <neve/base/clock.hpp>
#include <neve/mr/engine.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/endpoints/process_figures_internal.hpp"
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
  bool locked = true;
  bool is_client = false;
  std::optional<std::string> hadoop_version;
  bool telemetry_enabled = false;
  std::vector<Node> nodes;
  bool internal_security_enabled = false;
  std::int32_t leader_idx = 0;
  std::optional<std::string> web_ip;
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
          .field<&Cloud::node_idx>("Position of the answering node among the nodes.")
          .field<&Cloud::cloud_name>("Name of the cluster.")
          .field<&Cloud::cloud_size>("Number of nodes.")
          .field<&Cloud::cloud_uptime_millis>("Time since the start, in ms.")
          .field<&Cloud::cloud_internal_timezone>("Time zone of times in the cluster.")
          .field<&Cloud::datafile_parser_timezone>("Time zone of times in files without one.")
          .field<&Cloud::cloud_healthy>("Whether all nodes answer.")
          .field<&Cloud::bad_nodes>("Number of nodes that do not answer.")
          .field<&Cloud::consensus>("Whether the nodes agree on who is a member.")
          .field<&Cloud::locked>("Whether further nodes are turned away.")
          .field<&Cloud::is_client>("Whether the answering node holds no data.")
          .field<&Cloud::hadoop_version>("Always null: Neve does not run on Hadoop.")
          .field<&Cloud::telemetry_enabled>("Always false: nothing is reported to anybody.")
          .field<&Cloud::nodes>("The nodes.")
          .field<&Cloud::internal_security_enabled>("Whether nodes talk to each other encrypted.")
          .field<&Cloud::leader_idx>("Position of the leading node.")
          .field<&Cloud::web_ip>("Address of the REST service, where it has one of its own.");
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
          .field<&Ping::cloud_healthy>("Whether all nodes answer.")
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

Node describe_node(const Services& services) {
  const ProcessFigures figures = process_figures(services.info.log_directory);
  const Budget& budget = services.engine->budget();
  Node node;
  node.h2o = "/" + services.info.address;
  node.ip_port = services.info.address;
  node.last_ping = now_ms();
  node.pid = figures.process_id;
  node.num_cpus = figures.cores;
  node.cpus_allowed = figures.allowed_cores;
  node.nthreads = services.info.threads;
  node.fjthrds = {node.nthreads};
  node.fjqueue = {0};
  node.sys_load = figures.load;
  node.mem_value_size = services.store->chunk_bytes();
  node.pojo_mem = std::max<std::int64_t>(0, figures.resident_bytes - node.mem_value_size);
  node.free_mem = budget.free();
  node.max_mem = budget.limit();
  node.swap_mem = figures.swapped_bytes;
  node.num_keys = static_cast<std::int32_t>(services.store->catalog().size());
  node.free_disk = figures.free_disk_bytes;
  node.max_disk = figures.disk_bytes;
  node.open_fds = figures.open_files;
  return node;
}

/// Another node, of which this one knows that it is a member; its figures are its own to tell.
Node name_node(const cluster::Member& member) {
  Node node;
  node.h2o = "/" + member.address;
  node.ip_port = member.address;
  node.last_ping = now_ms();
  node.fjthrds = {0};
  node.fjqueue = {0};
  return node;
}

Cloud answer_cloud(Call& call, const Cloud& input) {
  const ServerInfo& info = call.services.info;
  const std::int64_t built = program_time_s();
  Cloud cloud;
  cloud.skip_ticks = input.skip_ticks;
  cloud.version = info.h2o_version;
  cloud.branch_name = "neve";
  cloud.describe = "neve-" + info.neve_version;
  cloud.compiled_on = utc_text(built);
  cloud.build_number = info.h2o_version.substr(info.h2o_version.rfind('.') + 1);
  cloud.build_age = age_text(now_ms() / 1000 - built);
  cloud.cloud_name = info.cluster_name;
  const std::vector<cluster::Member> members = call.services.members();
  cloud.cloud_size = static_cast<std::int32_t>(members.size());
  cloud.cloud_uptime_millis = now_ms() - info.start_time_ms;
  for (const cluster::Member& member : members) {
    cloud.nodes.push_back(member.address == info.address ? describe_node(call.services)
                                                         : name_node(member));
  }
  return cloud;
}

Ping answer_ping(Call& call, const Ping& /*input*/) {
  const ServerInfo& info = call.services.info;
  Ping ping;
  ping.cloud_uptime_millis = now_ms() - info.start_time_ms;
  ping.nodes.push_back({info.address, call.services.engine->budget().free()});
  return ping;
}

}  // namespace

const Resource& cloud() {
  static const Resource kResource{
      {route("GET", "/3/Cloud", "cloudStatus", "State of the cluster and its nodes.", &answer_cloud)
           .cheap(),
       route("GET", "/3/Ping", "ping", "A sign of life, with free memory.", &answer_ping).cheap()}};
  return kResource;
}

}  // namespace neve::rest::endpoints
