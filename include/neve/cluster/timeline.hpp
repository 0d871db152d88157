#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/ids.hpp>

namespace neve::cluster {

/// Something that passed between a node and another, or that its gossip has found out.
struct TimelineEvent {
  enum class Kind : std::uint8_t {
    call,      ///< sent a request to `peer`
    answer,    ///< got its answer
    served,    ///< answered a request of `peer`
    news,      ///< gossip: what happened to `peer`
    heartbeat  ///< gossip's packets so far: `sent` and `received`
  };
  std::int64_t time_ns = 0;  ///< since 1970
  Kind kind = Kind::call;
  NodeId node;  ///< whose event it is
  NodeId peer;
  std::string what;  ///< the service, or gossip's word
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ns, kind, node, peer, what, sent, received);
  }
};

/// The latest events of one node; older ones are forgotten. Thread-safe.
class Timeline {
 public:
  static constexpr std::size_t kKept = 1024;
  /// Notes an event of now, with bytes where some were sent or received.
  void note(TimelineEvent::Kind kind, NodeId peer, std::string_view what, std::uint64_t sent = 0,
            std::uint64_t received = 0);
  /// Oldest first; all as of `node`.
  [[nodiscard]] std::vector<TimelineEvent> recent(NodeId node) const;

 private:
  mutable std::mutex mutex_;
  std::vector<TimelineEvent> ring_;
  std::size_t next_ = 0;
};

}  // namespace neve::cluster
