#pragma once

#include <chrono>
#include <mutex>

#include "cluster/api/rpc.hpp"
#include "cluster/rpc/message.hpp"
#include "cluster/rpc/pulse.hpp"
#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {

/// A request that comes over a stream which another node opened, while it is served: sends
/// heartbeats once the request is there, and notices when the other side is silent or gone.
class ServedCall final : public Watched {
 public:
  struct Times {
    std::chrono::milliseconds idle;  ///< until the request begins
    std::chrono::milliseconds silence;
    std::chrono::milliseconds heartbeat;
  };
  ServedCall(ServerStream& stream, Times times, Traffic& traffic)
      : stream_(&stream), times_(times), traffic_(traffic) {}
  /// The next frame that is no heartbeat; false where the stream is over.
  bool read(Frame& frame);
  /// The request is whole: from now on the other side waits.
  void begin_work();
  /// False where the stream is over.
  bool answer(std::span<const std::byte> bytes);
  void refuse(const Failure& failure);
  /// Nobody waits for the answer.
  void abandon();
  /// Called before the stream goes.
  void close();
  void beat() override;
  [[nodiscard]] Call& call() { return call_; }

 private:
  enum class Phase : std::uint8_t { idle, reading, working, answering };
  std::mutex mutex_;  ///< held to write, and while others look at the stream
  ServerStream* stream_;
  const Times times_;
  Traffic& traffic_;
  Phase phase_ = Phase::idle;
  std::chrono::steady_clock::time_point last_sign_ = std::chrono::steady_clock::now();
  Call call_;
};

}  // namespace neve::cluster::rpc
