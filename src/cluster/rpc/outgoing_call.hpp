#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "cluster/api/rpc.hpp"
#include "cluster/rpc/message.hpp"
#include "cluster/rpc/pulse.hpp"
#include "cluster/rpc/streams.hpp"

namespace neve::cluster::rpc {

/// One call to another node, from its request's first frame to its answer. A thread of its own
/// runs it; it may be stopped from any other.
class OutgoingCall final : public Watched {
 public:
  /// Whom it goes to, and how an error names him.
  struct Target {
    std::shared_ptr<Streams> streams;
    std::string name;  ///< "node 0123 at 10.0.0.1:54322"
    std::chrono::milliseconds silence;
  };
  enum class Stop : std::uint8_t { none, silent, left, given_up };

  OutgoingCall(Target target, Budget& budget, Traffic& traffic)
      : target_(std::move(target)), budget_(budget), traffic_(traffic) {}
  /// Sends the request and waits for the answer; throws the far side's error, or a ClusterError
  /// that names the node.
  wire::Bytes run(const Head& head, std::span<const std::byte> request);
  /// Makes run() fail; the first reason counts.
  void stop(Stop why);
  void beat() override;

 private:
  /// Goes on over this stream, if there is one. Whether the request was sent: if not, nobody has
  /// all of it.
  bool send(std::unique_ptr<ClientStream> stream, const Head& head,
            std::span<const std::byte> request);
  /// Opens a stream and sends.
  void send_afresh(const Head& head, std::span<const std::byte> request);
  wire::Bytes read_answer();
  /// The answer was the last that came over the stream.
  void release();
  [[noreturn]] void fail(const std::string& why);
  void note_progress() { last_progress_ = std::chrono::steady_clock::now().time_since_epoch(); }

  const Target target_;
  Budget& budget_;
  Traffic& traffic_;
  std::atomic<std::chrono::steady_clock::duration> last_progress_{
      std::chrono::steady_clock::now().time_since_epoch()};
  std::mutex mutex_;  ///< of the two below
  Stop stop_ = Stop::none;
  std::unique_ptr<ClientStream> stream_;
};

/// "node 00000000000000ff"
std::string name_of(NodeId node);

}  // namespace neve::cluster::rpc
