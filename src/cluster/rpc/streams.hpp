#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {

/// How long a stream waits for its next call: the side that opened it uses it no longer than that,
/// and the other side waits a good while longer, so that it does not end as it is used again.
inline constexpr std::chrono::seconds kIdleOfCaller{5};
inline constexpr std::chrono::seconds kIdleOfServer{60};

/// Streams for calls to one node. One whose call has ended well serves the next one: to open and
/// end a stream costs more than a small call does. Thread-safe.
class Streams {
 public:
  explicit Streams(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  /// One that has served a call; null where there is none. It may have broken since then.
  std::unique_ptr<ClientStream> used();
  std::unique_ptr<ClientStream> fresh() { return connection_->open(Connection::Method::call); }
  void put_back(std::unique_ptr<ClientStream> stream);

 private:
  struct Idle {
    std::unique_ptr<ClientStream> stream;
    std::chrono::steady_clock::time_point since;
  };
  const std::shared_ptr<Connection> connection_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  ///< the latest at the end
};

}  // namespace neve::cluster::rpc
