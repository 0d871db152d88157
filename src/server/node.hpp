#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/options.hpp"
#include "server/ports.hpp"

namespace neve::server {

/// A whole node: data, compute, jobs and the REST service, wired together. The one place that knows
/// every part; nothing here computes. Serves from construction until stop() or its end.
class Node {
 public:
  /// Returns once the node is a member of its cluster, which may take for ever. `request_stop` asks
  /// the owner to end this node, `evicted` to end it and start anew, as the others have gone on
  /// without it; both are called from any thread.
  Node(const Options& options, Ports ports, std::function<void()> request_stop,
       std::function<void()> evicted);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  /// "http://127.0.0.1:54321"
  [[nodiscard]] std::string url() const;
  /// host:port,… of the other members' REST services.
  [[nodiscard]] std::string others() const;
  /// Answers what was asked already, cancels jobs.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace neve::server
