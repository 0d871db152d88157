#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/log.hpp>

namespace neve::server {

/// What the command line says, with defaults filled in.
struct Options {
  std::string name;
  std::string bind_address = "127.0.0.1";  ///< numeric
  /// By which others reach this node: bind_address, but where that is all addresses, the one that
  /// this machine has on its way to the first of the other nodes, or to the world.
  std::string reach_address = "127.0.0.1";
  std::string bind_name;   ///< as given, where it was a host name
  std::uint16_t port = 0;  ///< 0: search from base_port upward
  std::uint16_t base_port = 54321;
  int threads = 1;
  int local_nodes = 1;
  std::string join;                   ///< where other nodes are, as given
  std::string flatfile;               ///< text of the flatfile
  std::optional<std::size_t> expect;  ///< nodes that the cluster begins with
  std::int32_t replication = 2;       ///< how many nodes hold each row group
  std::string cluster_folder;         ///< secrets of the cluster
  bool insecure_cluster = false;
  bool witness = false;    ///< votes, but holds no data
  bool returning = false;  ///< was evicted: there is a cluster, so none is to be founded
  std::int64_t memory_bytes = 0;
  std::string ice_root;
  std::string log_directory;
  std::string documents_directory;  ///< of what clients keep at this node
  log::Level log_level = log::Level::info;
  std::size_t max_log_file_bytes = std::size_t{10} << 20U;
  std::vector<std::string> import_roots;
  std::vector<std::string> export_roots;
  std::vector<std::string> allowed_hosts;
  std::string auth_file;
  bool insecure_rest = false;
  std::string h2o_version;
  std::vector<std::string> ignored;  ///< options that were given and mean nothing here
  /// Set where the process only prints something (--help, --version) or was called wrongly.
  bool ends = false;
  int exit_code = 0;
  std::string text;
};

/// What defaults are made of; the machine's own values but in tests.
struct Machine {
  std::int64_t memory_bytes = 0;
  int cores = 1;
  std::string user;
  std::string temporary_directory;
  static Machine here();
};

/// Neve's own version, and the H2O-3 version whose API it speaks.
inline constexpr const char* kNeveVersion = "0.1.0";
inline constexpr const char* kH2oVersion = "3.46.0.12";
/// What shells and GNU programs exit with for wrong usage.
inline constexpr int kUsageExit = 2;

/// Reads GNU options and H2O's `-name value` spellings of them (one table lists those). Wrong usage
/// gives exit code 2 and a text; nothing is thrown.
Options parse_options(const std::vector<std::string>& arguments, const Machine& machine);

/// "4G", "512m", "1073741824" or "25%" of `whole`, in bytes; throws InputError.
std::int64_t parse_size(const std::string& text, std::int64_t whole);

}  // namespace neve::server
