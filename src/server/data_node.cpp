#include "server/data_node.hpp"

#include <utility>

#include <neve/base/error.hpp>

#include "cluster/api/cluster_node.hpp"
#include "rest/http/host_rules.hpp"
#include "store/api/raft_sequencer.hpp"

namespace neve::server {
namespace {

/// Where other nodes are listened to. An address that other machines reach needs secrets, or the
/// word that the network is trusted; without either, a node that joins nobody hears only its own
/// machine.
std::string nodes_host(const Options& options) {
  const bool open = rest::http::is_loopback_address(options.bind_address) ||
                    !options.cluster_folder.empty() || options.insecure_cluster;
  if (open) return options.reach_address;
  if (options.join.empty() && options.flatfile.empty()) return "127.0.0.1";
  throw InputError::illegal_argument(
      "Nodes would talk in plain text over " + options.bind_address +
      ", which other machines can read. Make keys with 'neve cluster init --dir DIR' and give "
      "--cluster-dir DIR, or --insecure-cluster where the network is trusted.");
}

class LocalNodes final : public DataNode {
 public:
  LocalNodes(const Options& options, const std::string& rest_address, const mr::TaskList& tasks)
      : cluster_({.nodes = options.local_nodes,
                  .threads_each = options.threads,
                  .memory_bytes_each = options.memory_bytes / options.local_nodes,
                  .address = rest_address},
                 tasks) {}
  mr::ComputeNode& node() override { return cluster_.node(0); }
  std::vector<mr::ComputeNode*> nodes() override {
    std::vector<mr::ComputeNode*> all;
    for (std::size_t i = 0; i < cluster_.size(); ++i) all.push_back(&cluster_.node(i));
    return all;
  }
  void start(std::function<void()> /*evicted*/) override {}

 private:
  mr::LocalCluster cluster_;
};

class ClusteredNode final : public DataNode {
 public:
  ClusteredNode(const cluster::ClusterSettings& settings, const Options& options,
                rest::http::ListenSocket port, const mr::TaskList& tasks)
      : budget_(options.memory_bytes),
        copies_(options.replication),
        port_(std::move(port)),
        cluster_(settings, budget_),
        compute_({.id = cluster_.id(),
                  .threads = options.threads,
                  .memory_bytes = options.memory_bytes,
                  .budget = &budget_},
                 tasks, sequencer_, cluster_.transport()) {
    cluster_.attach(sequencer_, compute_.inbox());
    sequencer_.attach(compute_.store(), cluster_.agreement());
  }
  ~ClusteredNode() override {
    cluster_.agreement().stop();
    sequencer_.detach();
    cluster_.leave();
  }
  ClusteredNode(const ClusteredNode&) = delete;
  ClusteredNode& operator=(const ClusteredNode&) = delete;
  mr::ComputeNode& node() override { return compute_; }
  cluster::ClusterNode* cluster() override { return &cluster_; }
  void start(std::function<void()> evicted) override {
    cluster_.start({.evicted = std::move(evicted), .free_port = [this] { port_.close(); }});
    if (cluster_.is_founder()) compute_.store().commit({.copies = copies_});
  }

 private:
  Budget budget_;
  std::int32_t copies_;
  rest::http::ListenSocket port_;  ///< held until this node listens to others
  cluster::ClusterNode cluster_;
  store::RaftSequencer sequencer_;
  mr::ComputeNode compute_;
};

}  // namespace

std::unique_ptr<DataNode> make_data_node(const Options& options, const std::string& rest_address,
                                         rest::http::ListenSocket port, const mr::TaskList& tasks) {
  if (options.local_nodes > 1) return std::make_unique<LocalNodes>(options, rest_address, tasks);
  cluster::ClusterSettings settings;
  settings.name = options.name;
  settings.rest_address = rest_address;
  settings.host = nodes_host(options);
  settings.port = port.port();
  settings.join = options.join;
  settings.flatfile = options.flatfile;
  settings.expect = options.expect;
  settings.folder = options.cluster_folder;
  settings.insecure = options.insecure_cluster;
  settings.returning = options.returning;
  settings.witness = options.witness;
  return std::make_unique<ClusteredNode>(settings, options, std::move(port), tasks);
}

}  // namespace neve::server
