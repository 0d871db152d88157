#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <neve/mr/task.hpp>

#include "mr/api/compute_node.hpp"
#include "rest/http/listen_socket.hpp"
#include "server/options.hpp"

namespace neve::cluster {
class ClusterNode;
}

namespace neve::server {

/// What holds data and computes below the REST service.
class DataNode {
 public:
  virtual ~DataNode() = default;
  [[nodiscard]] virtual mr::ComputeNode& node() = 0;
  /// All nodes of this process; the first is node().
  [[nodiscard]] virtual std::vector<mr::ComputeNode*> nodes() { return {&node()}; }
  /// Null for nodes of one process.
  [[nodiscard]] virtual cluster::ClusterNode* cluster() { return nullptr; }
  /// Becomes a member of the cluster; returns once it is. `evicted` is called when the others have
  /// gone on without this node.
  virtual void start(std::function<void()> evicted) = 0;
};

/// A node of a cluster of processes, which stands alone where nobody is to be joined; or, for
/// --local-nodes, several in this process. `rest_address` is what clients call, `port` is kept for
/// what other nodes do. May wait for ever for the others.
std::unique_ptr<DataNode> make_data_node(const Options& options, const std::string& rest_address,
                                         rest::http::ListenSocket port, const mr::TaskList& tasks);

}  // namespace neve::server
