#include "server/cluster_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

#include "cluster/api/cluster_folder.hpp"
#include "rest/cluster_json.hpp"
#include "rest/http/client.hpp"

namespace neve::server {
namespace {

constexpr const char* kMade =
    "Made the secrets of a cluster in %s:\n"
    "  ca.crt      what nodes check each other's certificates by\n"
    "  ca.key      lets nodes in; only for the nodes that others join by\n"
    "  gossip.key  seals the packets between nodes\n"
    "  join.token  what a node shows to be let in\n"
    "Copy ca.crt, gossip.key and join.token to every node, readable by its user only.\n";

constexpr int kFailed = 1;

int fail(const std::string& text) {
  std::fprintf(stderr, "neve: %s\n", text.c_str());
  constexpr int kUsageExit = 2;
  return kUsageExit;
}

/// What the subcommands are told.
struct Given {
  std::string folder;
  std::string url = "http://127.0.0.1:54321";
  std::string credentials_file;
  std::string node;
  int wait_s = 300;
};

rest::http::Target target_of(const Given& given) {
  rest::http::Target target{.url = given.url, .credentials = {}};
  if (given.credentials_file.empty()) return target;
  std::ifstream file(given.credentials_file);
  std::getline(file, target.credentials);
  if (target.credentials.find(':') == std::string::npos) {
    throw InputError::illegal_argument("--credentials: '" + given.credentials_file +
                                       "' has no first line user:password.");
  }
  return target;
}

/// Percent-encodes a value of a form.
std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '_') {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

rest::NeveCluster ask(const Given& given, const std::string& method, const std::string& action,
                      const std::string& form = {}) {
  const rest::http::ClientAnswer answer =
      rest::http::ask(target_of(given), method, "/3/Neve/Cluster" + action, form);
  constexpr int kOk = 200;
  if (answer.status != kOk) throw ClusterError(rest::message_of(answer.body));
  return rest::read_neve_cluster(answer.body);
}

void print(const rest::NeveCluster& cluster) {
  std::printf("%-28s %-9s %-10s %-8s %11s %6s %12s %12s\n", "member", "role", "health", "part",
              "row groups", "jobs", "data", "free");
  for (const rest::NeveMember& member : cluster.members) {
    const char* part = member.leader ? "leader" : member.votes ? "voter" : "";
    std::printf("%-28s %-9s %-10s %-8s %11lld %6d %12s %12s\n", member.address.c_str(),
                member.role.c_str(), member.healthy ? "healthy" : "no answer", part,
                static_cast<long long>(member.row_groups), member.running_jobs,
                readable_bytes(member.chunk_bytes).c_str(),
                readable_bytes(member.free_bytes).c_str());
  }
  if (!cluster.has_quorum) std::printf("No quorum: nothing can be changed.\n");
  if (cluster.lost_runs > 0) {
    std::printf("%lld runs of rows are lost.\n", static_cast<long long>(cluster.lost_runs));
  }
  std::printf(cluster.fully_replicated
                  ? "All copies and votes are there.\n"
                  : "The next loss is not covered yet: %lld copies and %d votes are missing.\n",
              static_cast<long long>(cluster.missing_copies), cluster.missing_votes);
}

bool is_drained(const rest::NeveCluster& cluster, const std::string& address) {
  return std::ranges::any_of(cluster.members, [&](const rest::NeveMember& member) {
    return member.address == address && (member.role == "drained" || member.role == "witness");
  });
}

int drain(const Given& given) {
  const std::string form = given.node.empty() ? "" : "node=" + encoded(given.node);
  rest::NeveCluster cluster = ask(given, "POST", "/drain", form);
  const std::string address = cluster.node;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(given.wait_s);
  while (!is_drained(cluster, address)) {
    if (std::chrono::steady_clock::now() > until) {
      std::fprintf(stderr,
                   "neve: %s still holds rows or runs jobs; it goes on draining. 'neve cluster "
                   "status' tells how far it is.\n",
                   address.c_str());
      return kFailed;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    cluster = ask(given, "GET", "");
  }
  std::printf("%s is drained and can be stopped.\n", address.c_str());
  return 0;
}

int run(const CLI::App& app, const Given& given) {
  if (app.got_subcommand("init")) {
    cluster::ClusterFolder::create(given.folder);
    std::printf(kMade, given.folder.c_str());
    return 0;
  }
  if (app.got_subcommand("drain")) return drain(given);
  const bool rebalances = app.got_subcommand("rebalance");
  print(rebalances ? ask(given, "POST", "/rebalance") : ask(given, "GET", ""));
  return 0;
}

void declare(CLI::App& app, Given& given) {
  app.require_subcommand(1);
  CLI::App* init = app.add_subcommand(
      "init", "Make a cluster's authority, gossip key and join token in a folder");
  init->add_option("--dir", given.folder, "The folder; made where it is missing")->required();
  const auto asks = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--url", given.url, "REST service of any member (http://127.0.0.1:54321)");
    command->add_option("--credentials", given.credentials_file,
                        "File whose first line is user:password, where the service asks for that");
    return command;
  };
  asks("status", "Show the members and whether the next loss of one is covered");
  asks("rebalance", "Even out where rows are, as far as it goes");
  CLI::App* drains =
      asks("drain", "Move a member's data away, so that it can be stopped without a loss");
  drains->add_option("--node", given.node, "Its address, as status shows it (who is asked)");
  drains->add_option("--wait", given.wait_s, "Seconds to wait until that is done (300)")
      ->check(CLI::Range(0, 86400));
}

}  // namespace

int run_cluster_command(const std::vector<std::string>& arguments) {
  CLI::App app("Prepares, shows and changes a cluster of several nodes.", "neve cluster");
  Given given;
  declare(app, given);
  std::vector<std::string> rest = arguments;
  std::ranges::reverse(rest);  // as CLI11 wants them
  try {
    app.parse(rest);
    return run(app, given);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help("", CLI::AppFormatMode::All).c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + "\nneve cluster --help lists the commands.");
  } catch (const ClusterError& error) {
    std::fprintf(stderr, "neve: %s\n", error.what());
    return kFailed;
  } catch (const Error& error) {
    return fail(error.what());
  }
}

}  // namespace neve::server
