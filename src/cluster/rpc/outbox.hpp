#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "cluster/api/rpc.hpp"
#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {

/// One-way messages that wait for one node. A thread of its own writes them to one long stream,
/// which is opened again when it breaks.
class Outbox {
 public:
  struct Limits {
    std::size_t messages;
    std::size_t bytes;
  };
  Outbox(std::shared_ptr<Connection> connection, Limits limits, Traffic& traffic)
      : connection_(std::move(connection)), limits_(limits), traffic_(traffic) {}
  /// Never blocks: beyond the limits the oldest message is dropped. One message may be of any size.
  void add(Head head, wire::Bytes message);
  /// Writes until closed.
  void run();
  /// Drops what waits and ends run().
  void close();

 private:
  struct Waiting {
    Head head;
    wire::Bytes message;
  };
  /// Blocks for the next message; nothing once closed.
  std::optional<Waiting> next();
  bool write(const Waiting& waiting);

  const std::shared_ptr<Connection> connection_;
  const Limits limits_;
  Traffic& traffic_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::unique_ptr<ClientStream> stream_;
};

}  // namespace neve::cluster::rpc
