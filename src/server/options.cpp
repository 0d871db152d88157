#include "server/options.hpp"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <neve/base/error.hpp>

#include "cluster/api/join_list.hpp"
#include "rest/http/host_rules.hpp"
#include "rest/http/listen_socket.hpp"
#include "server/h2o_spellings.hpp"

namespace neve::server {

namespace {

/// What the parser fills before the values are understood.
struct RawOptions {
  std::string ip;
  std::string web_ip;
  std::string flatfile;
  std::string memory = "25%";
  std::string max_log_file_size = "10M";
  std::string log_level = "INFO";
  int port = 0;
  int base_port = 54321;
  int threads = 0;
  int expect = 0;
};

void declare_places(CLI::App& app, RawOptions& raw, Options& out) {
  app.add_option("--name", out.name, "Name of the cluster, which clients check (the user's)");
  app.add_option("--ip", raw.ip, "Address to listen on (127.0.0.1)");
  app.add_option("--web-ip", raw.web_ip, "Address of the REST service where it is not --ip");
  app.add_option("--port", raw.port, "Port of the REST service; the next one is reserved too")
      ->check(CLI::Range(1, 65534));
  app.add_option("--baseport", raw.base_port, "Search two free ports from here upward (54321)")
      ->check(CLI::Range(1, 65534));
  app.add_option("--local-nodes", out.local_nodes, "Nodes within this process, for tests (1)")
      ->check(CLI::Range(1, 16));
  app.add_option("--nthreads", raw.threads, "Compute threads (all cores)");
  app.add_option("--memory", raw.memory, "Memory for data: 4G, 512M or a part such as 50% (25%)");
  app.add_option("--ice-root", out.ice_root, "Folder for logs and temporary files");
  app.add_option("--flow-dir", out.documents_directory,
                 "Folder for documents that clients keep (below --ice-root)");
  app.add_option("--log-dir", out.log_directory, "Folder for logs (below --ice-root)");
  app.add_option("--log-level", raw.log_level, "TRACE, DEBUG, INFO, WARN, ERRR or FATAL (INFO)");
  app.add_option("--max-log-file-size", raw.max_log_file_size, "A log starts anew at (10M)");
}

void declare_cluster(CLI::App& app, RawOptions& raw, Options& out) {
  app.add_option("--join", out.join, "Addresses of nodes to join: host:port[,...], or a DNS name");
  app.add_option("--flatfile", raw.flatfile, "File with such addresses, one a line");
  app.add_option("--expect", raw.expect, "Nodes that the cluster begins with (as many as listed)")
      ->check(CLI::Range(1, 10000));
  app.add_option("--replication", out.replication, "How many nodes hold each row of a frame (2)")
      ->check(CLI::Range(1, 16));
  app.add_option("--cluster-dir", out.cluster_folder,
                 "Folder with the cluster's secrets, as 'neve cluster init' makes it")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--insecure-cluster", out.insecure_cluster,
               "Talk to nodes on other machines in plain text");
  app.add_flag("--witness", out.witness,
               "Only vote, so that two nodes with data bear the loss of one: hold no data");
  app.add_flag("--returning", out.returning,
               "Found no cluster, as there is one: for a node that it had given up");
}

void declare_rights(CLI::App& app, Options& out) {
  const auto list = [&app](const char* name, std::vector<std::string>& values, const char* help) {
    return app.add_option(name, values, std::string(help) + "; may be repeated")
        ->expected(1)
        ->take_all();
  };
  list("--import-root", out.import_roots, "Folder below which files may be read")
      ->check(CLI::ExistingDirectory);
  list("--export-root", out.export_roots, "Folder below which files may be written")
      ->check(CLI::ExistingDirectory);
  list("--allow-host", out.allowed_hosts, "Further name under which browsers reach this server");
  app.add_option("--auth", out.auth_file, "File of user:hash lines (htpasswd -B) who may ask");
  app.add_flag("--insecure-rest", out.insecure_rest,
               "Listen on a reachable address without asking for a password");
  app.add_option("--h2o-version", out.h2o_version, "H2O-3 version that clients are told");
}

void take_cluster(const RawOptions& raw, Options& out) {
  if (raw.expect > 0) out.expect = static_cast<std::size_t>(raw.expect);
  if (!raw.flatfile.empty()) {
    std::ifstream file(raw.flatfile);
    if (!file) throw InputError::not_found("--flatfile: '" + raw.flatfile + "' cannot be read.");
    out.flatfile.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (!out.join.empty() && !out.flatfile.empty()) {
    throw InputError::illegal_argument(
        "--join and --flatfile both say where others are: give one.");
  }
  if (out.witness && out.join.empty() && out.flatfile.empty()) {
    throw InputError::illegal_argument(
        "--witness holds no data, so it must join those who do: give --join or --flatfile.");
  }
  if (out.local_nodes > 1 && (!out.join.empty() || !out.flatfile.empty())) {
    throw InputError::illegal_argument("--local-nodes is for a process that joins nobody.");
  }
}

/// The first host of --join or of the flatfile; empty where neither was given.
std::string first_other(const Options& options) {
  if (options.join.empty() && options.flatfile.empty()) return {};
  const std::size_t expect = options.expect.value_or(1);  // does not matter here
  const cluster::gossip::JoinList list =
      options.join.empty() ? cluster::gossip::parse_flatfile(options.flatfile, expect)
                           : cluster::gossip::parse_join_list(options.join, expect);
  return list.entries.front().host;
}

void take_reach_address(Options& out) {
  const bool all = out.bind_address == "0.0.0.0" || out.bind_address == "::";
  out.reach_address = out.bind_address;
  if (!all) return;
  std::string other = first_other(out);
  if (other.empty() && out.cluster_folder.empty() && !out.insecure_cluster) {
    out.reach_address = out.bind_address == "::" ? "::1" : "127.0.0.1";
    return;
  }
  if (other.empty()) other = "192.0.2.1";  // stands for any other machine (RFC 5737)
  try {
    out.reach_address = rest::http::address_towards(other);
  } catch (const InputError& error) {
    throw InputError::illegal_argument(std::string(error.what()) +
                                       " Give --ip the address by which other nodes reach this "
                                       "one.");
  }
}

void take_address(const RawOptions& raw, Options& out) {
  const std::string& given = raw.web_ip.empty() ? raw.ip : raw.web_ip;
  if (given.empty()) return;
  out.bind_address = rest::http::resolve_address(given);
  if (!rest::http::is_ip_address(given)) out.bind_name = given;
  if (rest::http::is_loopback_address(out.bind_address)) return;
  if (!out.auth_file.empty() || out.insecure_rest) return;
  throw InputError::illegal_argument(
      "address " + out.bind_address +
      " can be reached by others: give --auth FILE with the users who may ask, or --insecure-rest "
      "to let everybody.");
}

void take_values(const RawOptions& raw, const Machine& machine, Options& out) {
  if (out.name.empty()) out.name = machine.user;
  out.port = static_cast<std::uint16_t>(raw.port);
  out.base_port = static_cast<std::uint16_t>(raw.base_port);
  out.threads = raw.threads > 0 ? raw.threads : machine.cores;
  out.memory_bytes = parse_size(raw.memory, machine.memory_bytes);
  constexpr std::int64_t kLeastMemory = std::int64_t{16} << 20U;
  if (out.memory_bytes < kLeastMemory) {
    throw InputError::illegal_argument("--memory " + raw.memory + " is too little; at least 16M.");
  }
  out.max_log_file_bytes = static_cast<std::size_t>(parse_size(raw.max_log_file_size, 0));
  if (!log::parse_level(raw.log_level, out.log_level)) {
    throw InputError::illegal_argument("--log-level '" + raw.log_level +
                                       "' is unknown: TRACE, DEBUG, INFO, WARN, ERRR or FATAL.");
  }
  if (out.ice_root.empty()) out.ice_root = machine.temporary_directory + "/neve-" + machine.user;
  if (out.documents_directory.empty()) out.documents_directory = out.ice_root + "/documents";
  if (out.log_directory.empty()) out.log_directory = out.ice_root + "/logs";
  if (out.h2o_version.empty()) out.h2o_version = kH2oVersion;
  if (out.h2o_version.find_first_not_of("0123456789.") != std::string::npos) {
    throw InputError::illegal_argument("--h2o-version '" + out.h2o_version +
                                       "' is no version such as " + kH2oVersion + ".");
  }
  take_cluster(raw, out);
  take_address(raw, out);
  take_reach_address(out);
}

Options ending(int exit_code, std::string text) {
  Options out;
  out.ends = true;
  out.exit_code = exit_code;
  out.text = std::move(text);
  return out;
}

}  // namespace

Machine Machine::here() {
  Machine machine;
  struct sysinfo info {};
  if (::sysinfo(&info) == 0) {
    machine.memory_bytes = static_cast<std::int64_t>(info.totalram) * info.mem_unit;
  }
  machine.cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const char* user = std::getenv("USER");
  machine.user = user != nullptr && *user != '\0' ? user : "uid" + std::to_string(::getuid());
  std::error_code error;
  machine.temporary_directory = std::filesystem::temp_directory_path(error).string();
  if (error) machine.temporary_directory = "/tmp";
  return machine;
}

std::int64_t parse_size(const std::string& text, std::int64_t whole) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  double factor = -1;
  if (unit.empty()) factor = 1;
  if (unit == "%") factor = static_cast<double>(whole) / 100;
  constexpr std::string_view kUnits = "kmgt";
  if (unit.size() == 1) {
    const std::size_t power = kUnits.find(static_cast<char>(unit[0] | 0x20));
    if (power != std::string_view::npos) factor = static_cast<double>(1LL << (10 * (power + 1)));
  }
  const double bytes = number * factor;
  constexpr double kMost = 9e18;
  if (error != std::errc{} || factor < 0 || !(bytes >= 0 && bytes < kMost)) {
    throw InputError::illegal_argument("'" + text + "' is no size: a number with K, M, G, T or %.");
  }
  return static_cast<std::int64_t>(bytes);
}

Options parse_options(const std::vector<std::string>& arguments, const Machine& machine) {
  Options out;
  RawOptions raw;
  CLI::App app("Neve: a distributed machine-learning server that H2O-3's clients drive.", "neve");
  app.set_version_flag("--version",
                       std::string("neve ") + kNeveVersion + ", which speaks H2O-3 " + kH2oVersion);
  // Clients repeat options (-log_level); the last one holds, as in H2O.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  declare_places(app, raw, out);
  declare_cluster(app, raw, out);
  declare_rights(app, out);
  std::vector<std::string> rest = to_gnu(arguments, out.ignored);
  std::ranges::reverse(rest);  // as CLI11 wants them
  try {
    app.parse(rest);
    take_values(raw, machine, out);
  } catch (const CLI::CallForHelp&) {
    return ending(0, app.help());
  } catch (const CLI::CallForVersion& version) {
    return ending(0, std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return ending(kUsageExit,
                  std::string("neve: ") + error.what() + "\nneve --help lists the options.\n");
  } catch (const Error& error) {
    return ending(kUsageExit, std::string("neve: ") + error.what() + "\n");
  }
  return out;
}

}  // namespace neve::server
