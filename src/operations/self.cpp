#include "operations/self.hpp"

#include <algorithm>
#include <chrono>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/cluster_node.hpp"

namespace neve::operations {

Operations::Self::Self(const Parts& parts)
    : parts_(parts), process_(parts.disk_folder), running_jobs_(parts.running_jobs) {}

void Operations::Self::serve(const std::shared_ptr<Self>& self, cluster::Inbox& inbox) {
  for (const char* service : {kFiguresService, kTicksService, kIoService, kThreadsService,
                              kTimelineService, kEchoService, kMeasureService}) {
    inbox.add(service, [self, service](std::span<const std::byte> request) {
      return self->answer(service, {request.begin(), request.end()});
    });
  }
}

wire::Bytes Operations::Self::answer(const std::string& service, const wire::Bytes& request) {
  if (service == kFiguresService) return wire::encode(figures());
  if (service == kTicksService) return wire::encode(read_cpu_ticks());
  if (service == kIoService) return wire::encode(read_io_counts());
  if (service == kThreadsService) return wire::encode(read_threads());
  if (service == kTimelineService) return wire::encode(timeline());
  if (service == kMeasureService) {
    return wire::encode(measure(wire::decode<MeasureRequest>(request)));
  }
  NEVE_CHECK(service == kEchoService);
  return request;
}

NodeFigures Operations::Self::figures() {
  const Budget& budget = parts_.store.budget();
  NodeFigures made;
  made.process = process_.figures();
  made.threads = parts_.threads;
  made.chunk_bytes = parts_.store.chunk_bytes();
  made.budget_bytes = budget.limit();
  made.free_bytes = budget.free();
  made.names = static_cast<std::int32_t>(parts_.store.catalog().size());
  made.start_time_ms = parts_.start_time_ms;
  if (parts_.cluster != nullptr) {
    const cluster::CallCounts calls = parts_.cluster->call_counts();
    made.open_calls = static_cast<std::int32_t>(calls.open);
    made.connections = static_cast<std::int32_t>(calls.connections);
  }
  const std::lock_guard lock(jobs_mutex_);
  if (running_jobs_) made.running_jobs = running_jobs_();
  return made;
}

void Operations::Self::forget_jobs() {
  const std::lock_guard lock(jobs_mutex_);
  running_jobs_ = nullptr;
}

std::vector<cluster::TimelineEvent> Operations::Self::timeline() const {
  if (parts_.cluster == nullptr) return {};
  return parts_.cluster->timeline();
}

/// The mean time of a message to all targets at once and back.
double Operations::Self::time_echoes(const std::vector<NodeId>& targets, std::int64_t bytes) {
  constexpr int kRepeats = 10;
  const wire::Bytes message(static_cast<std::size_t>(bytes));
  cluster::Transport& transport = parts_.cluster->transport();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kRepeats; ++i) {
    std::vector<cluster::Answer> answers;
    answers.reserve(targets.size());
    for (const NodeId target : targets) {
      answers.push_back(transport.call(target, kEchoService, message));
    }
    for (cluster::Answer& answer : answers) answer.get();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return took.count() / kRepeats;
}

MeasureReply Operations::Self::measure(const MeasureRequest& request) {
  const auto measure_one = [this](const std::vector<NodeId>& targets) {
    std::vector<double> seconds;
    seconds.reserve(std::size(NetworkTimes::kBytes));
    try {
      time_echoes(targets, 1);  // opens connections, which is not what is measured
      for (const std::int64_t bytes : NetworkTimes::kBytes) {
        seconds.push_back(time_echoes(targets, bytes));
      }
    } catch (const ClusterError&) {
      seconds.clear();  // one has gone
    }
    return seconds;
  };
  if (parts_.cluster == nullptr) return {};
  if (request.together) return {measure_one(request.targets)};
  MeasureReply reply;
  reply.reserve(request.targets.size());
  for (const NodeId target : request.targets) reply.push_back(measure_one({target}));
  return reply;
}

}  // namespace neve::operations
