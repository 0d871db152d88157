#include "server/reproducibility.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <thread>

#include <neve/base/budget.hpp>
#include <neve/base/clock.hpp>
#include <neve/mr/engine.hpp>
#include <neve/store/store.hpp>

namespace neve::server {
namespace {

using schema::Table;

struct Named {
  const char* name;
  const char* type;
  Table::Cell cell;
};

/// A table of one row, whose cells bring their columns along.
Table one_row(std::string name, const std::vector<Named>& cells) {
  Table table{.name = std::move(name)};
  std::vector<Table::Cell> row = {std::string()};
  table.columns.push_back({.name = ""});
  for (const Named& cell : cells) {
    const std::string type = cell.type;
    table.columns.push_back({.name = cell.name,
                             .type = type,
                             .format = type == "string"   ? "%s"
                                       : type == "double" ? "%.5f"
                                                          : "%d"});
    row.push_back(cell.cell);
  }
  table.add_row(std::move(row));
  return table;
}

std::int64_t machine_memory() {
  return std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
}

std::string system_name() {
  utsname name{};
  if (uname(&name) != 0) return "";
  return std::string(name.sysname) + " " + name.release;
}

Table node_table(const rest::Services& services) {
  const Budget& budget = services.store->budget();
  return one_row(
      "Node Information",
      {{"node", "int", std::int64_t{0}},
       {"h2o", "string", services.info.address},
       {"healthy", "string", std::string("true")},
       {"last_ping", "string", std::to_string(now_ms())},
       {"num_cpus", "int", static_cast<std::int64_t>(std::thread::hardware_concurrency())},
       {"sys_load", "double", 0.0},
       {"mem_value_size", "long", services.store->chunk_bytes()},
       {"free_mem", "long", budget.free()},
       {"pojo_mem", "long", budget.used()},
       {"swap_mem", "long", std::int64_t{0}},
       {"free_disc", "long", std::int64_t{0}},
       {"max_disc", "long", std::int64_t{0}},
       {"pid", "int", static_cast<std::int64_t>(getpid())},
       {"num_keys", "int", static_cast<std::int64_t>(services.store->catalog().list().size())},
       {"tcps_active", "string", std::string()},
       {"open_fds", "int", std::int64_t{-1}},
       {"rpcs_active", "string", std::string()},
       {"nthreads", "int", static_cast<std::int64_t>(services.info.threads)},
       {"is_leader", "string", std::string("true")},
       {"total_mem", "long", budget.limit()},
       {"max_mem", "long", budget.limit()},
       {"java_version", "string", "Neve " + services.info.neve_version},
       {"jvm_launch_parameters", "string", std::string()},
       {"os_version", "string", system_name()},
       {"machine_physical_mem", "long", machine_memory()},
       {"machine_locale", "string", std::string("en")}});
}

Table cluster_table(const rest::Services& services) {
  return one_row(
      "Cluster Configuration",
      {{"h2o_cluster_uptime", "long", now_ms() - services.info.start_time_ms},
       {"h2o_cluster_timezone", "string", std::string("Etc/UTC")},
       {"h2o_data_parsing_timezone", "string", std::string("UTC")},
       {"h2o_version", "string", services.info.h2o_version},
       {"h2o_version_age", "string", std::string()},
       {"h2o_cluster_name", "string", services.info.cluster_name},
       {"h2o_cluster_total_nodes", "int", static_cast<std::int64_t>(services.members().size())},
       {"h2o_cluster_free_memory", "long", services.store->budget().free()},
       {"h2o_cluster_total_cores", "int", static_cast<std::int64_t>(services.info.threads)},
       {"h2o_cluster_allowed_cores", "int", static_cast<std::int64_t>(services.info.threads)},
       {"h2o_cluster_status", "string", std::string("healthy")},
       {"h2o_internal_security", "string", std::string("false")},
       {"h2o_api_extensions", "string", std::string()}});
}

Table frames_table(const rest::Services& services, const model::Header& header,
                   const std::function<std::int64_t(const frame::Frame&)>& checksum) {
  Table table{.name = "Input Frames Information",
              .description = {},
              .columns = {{.name = ""},
                          {.name = "input_frame"},
                          {.name = "frame_id"},
                          {.name = "checksum", .type = "long", .format = "%d"},
                          {.name = "espc"}}};
  const auto add = [&](const char* role, const std::string& key) {
    const auto frame = services.frames->find(key);
    if (!frame) return;
    table.add_row({std::string(), std::string(role), key, checksum(*frame),
                   "[0 ; " + std::to_string(frame->rows()) + "] in " +
                       std::to_string(frame->layout->groups()) + " groups"});
  };
  add("training_frame", header.training_frame);
  add("validation_frame", header.validation_frame);
  return table;
}

}  // namespace

std::vector<Table> reproducibility_tables(
    const rest::Services& services, const model::Header& header,
    const std::function<std::int64_t(const frame::Frame&)>& checksum) {
  return {node_table(services), cluster_table(services), frames_table(services, header, checksum)};
}

}  // namespace neve::server
