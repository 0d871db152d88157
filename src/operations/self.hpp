#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include <neve/base/wire.hpp>
#include <neve/operations/operations.hpp>

#include "cluster/api/transport.hpp"
#include "operations/process_figures.hpp"

namespace neve::operations {

/// Names of what a node answers about itself.
inline constexpr const char* kFiguresService = "node.figures";
inline constexpr const char* kTicksService = "node.ticks";
inline constexpr const char* kIoService = "node.io";
inline constexpr const char* kThreadsService = "node.threads";
inline constexpr const char* kTimelineService = "node.timeline";
inline constexpr const char* kEchoService = "node.echo";
inline constexpr const char* kMeasureService = "node.measure";

/// Asks a node to time messages to others.
struct MeasureRequest {
  std::vector<NodeId> targets;
  bool together = false;  ///< all at once
  template <class Archive>
  void fields(Archive& archive) {
    archive(targets, together);
  }
};
/// By target, or one for all together, then by size, in seconds.
using MeasureReply = std::vector<std::vector<double>>;

/// What a node knows of itself, for its own REST service and for other nodes. Lives as long as the
/// inbox that asks it. Thread-safe.
class Operations::Self {
 public:
  explicit Self(const Parts& parts);
  /// Adds the services; the handlers share ownership.
  static void serve(const std::shared_ptr<Self>& self, cluster::Inbox& inbox);
  NodeFigures figures();
  [[nodiscard]] std::vector<cluster::TimelineEvent> timeline() const;
  [[nodiscard]] MeasureReply measure(const MeasureRequest& request);
  /// Answers one of the services here.
  wire::Bytes answer(const std::string& service, const wire::Bytes& request);
  /// Jobs are not asked after any more.
  void forget_jobs();

  const Parts& parts() const { return parts_; }

 private:
  double time_echoes(const std::vector<NodeId>& targets, std::int64_t bytes);

  const Parts parts_;
  ProcessWatch process_;
  std::mutex jobs_mutex_;
  std::function<int()> running_jobs_;
};

}  // namespace neve::operations
