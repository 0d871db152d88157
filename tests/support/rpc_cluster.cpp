#include "support/rpc_cluster.hpp"

namespace neve::testing {

RpcCluster::Node::Node(const cluster::RpcSettings& settings, AddressBook& book,
                       std::int64_t memory_bytes)
    : budget(memory_bytes),
      transport(
          settings, [&book](NodeId node) { return book.find(node); }, budget, traffic) {}

RpcCluster::RpcCluster(int nodes, int threads_each, std::int64_t memory_bytes_each,
                       const mr::TaskList& tasks) {
  mr::ComputeNode::Settings settings;
  settings.threads = threads_each;
  cluster::View view{.epoch = 1, .members = {}};
  for (int i = 0; i < nodes; ++i) {
    const NodeId id(static_cast<std::uint64_t>(i) + 1);
    cluster::RpcSettings rpc;
    rpc.self = id;
    auto node = std::make_unique<Node>(rpc, book_, memory_bytes_each);
    settings.id = id;
    settings.budget = &node->budget;
    node->compute = std::make_unique<mr::ComputeNode>(settings, tasks, sequencer_, node->transport);
    sequencer_.add(node->compute->store());
    node->server = std::make_unique<cluster::RpcServer>(rpc, "127.0.0.1:0", node->compute->inbox(),
                                                        node->budget, node->traffic);
    book_.set(id, node->server->address());
    view.members.push_back({.id = id,
                            .address = {},
                            .peer = node->server->address(),
                            .number = static_cast<std::uint32_t>(i)});
    nodes_.push_back(std::move(node));
  }
  sequencer_.change_view(view);
}

RpcCluster::~RpcCluster() {
  // Nobody is asked after his end.
  for (const auto& node : nodes_) node->server.reset();
}

}  // namespace neve::testing
