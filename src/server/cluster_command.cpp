#include "server/cluster_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include <neve/base/error.hpp>

#include "cluster/api/cluster_folder.hpp"

namespace neve::server {
namespace {

constexpr const char* kMade =
    "Made the secrets of a cluster in %s:\n"
    "  ca.crt      what nodes check each other's certificates by\n"
    "  ca.key      lets nodes in; only for the nodes that others join by\n"
    "  gossip.key  seals the packets between nodes\n"
    "  join.token  what a node shows to be let in\n"
    "Copy ca.crt, gossip.key and join.token to every node, readable by its user only.\n";

int fail(const std::string& text) {
  std::fprintf(stderr, "neve: %s\n", text.c_str());
  constexpr int kUsageExit = 2;
  return kUsageExit;
}

}  // namespace

int run_cluster_command(const std::vector<std::string>& arguments) {
  CLI::App app("Prepares a cluster of several nodes.", "neve cluster");
  app.require_subcommand(1);
  std::string folder;
  CLI::App* init = app.add_subcommand(
      "init", "Make a cluster's authority, gossip key and join token in a folder");
  init->add_option("--dir", folder, "The folder; made where it is missing")->required();
  std::vector<std::string> rest = arguments;
  std::ranges::reverse(rest);  // as CLI11 wants them
  try {
    app.parse(rest);
    cluster::ClusterFolder::create(folder);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + "\nneve cluster --help lists the commands.");
  } catch (const Error& error) {
    return fail(error.what());
  }
  std::printf(kMade, folder.c_str());
  return 0;
}

}  // namespace neve::server
