#include "mr/api/traffic.hpp"

namespace neve::mr {

void RunTraffic::add(std::string_view task, const TaskTraffic& more) {
  const std::lock_guard lock(mutex_);
  auto at = tasks_.find(task);
  if (at == tasks_.end()) at = tasks_.emplace(std::string(task), TaskTraffic()).first;
  TaskTraffic& sum = at->second;
  sum.runs += more.runs;
  sum.calls += more.calls;
  sum.request_bytes += more.request_bytes;
  sum.reply_bytes += more.reply_bytes;
  sum.partials += more.partials;
  sum.partial_bytes += more.partial_bytes;
}

std::map<std::string, TaskTraffic, std::less<>> RunTraffic::by_task() const {
  const std::lock_guard lock(mutex_);
  return tasks_;
}

}  // namespace neve::mr
