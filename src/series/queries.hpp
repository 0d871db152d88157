#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/mr/engine.hpp>
#include <neve/series/index.hpp>

#include "series/tasks.hpp"

namespace neve::series {

/// How far a search has come, in queries, and what it has found; what a job keeps of it.
template <class Found>
struct Course {
  std::int64_t next = 0;
  Found found;
  template <class Archive>
  void fields(Archive& archive) {
    archive(next, found);
  }
  /// Takes over where a search was cut off.
  void resume(const Watch& watch) {
    if (watch.saved != nullptr) *this = wire::decode<Course>(*watch.saved);
  }
  void keep(const Watch& watch) const {
    if (watch.keep) watch.keep([this] { return wire::encode(*this); });
  }
};

/// Brings queries to an index, a batch at a time: the driver's side of SearchTask.
class Queries {
 public:
  Queries(mr::Engine& engine, const Index& index, const Watch& watch);
  /// Queries of a batch: so many that a row group is through within a fraction of a second.
  [[nodiscard]] std::int64_t batch() const { return batch_; }
  /// The rows' series, in their order, from the index; `rows` ascend.
  [[nodiscard]] std::vector<float> fetch(std::span<const std::int64_t> rows);
  /// Those of rows [first, end) of another frame.
  [[nodiscard]] std::vector<float> read(const frame::Frame& frame, std::int64_t first,
                                        std::int64_t end);
  /// The neighbours of each query. State has everything but the shape.
  [[nodiscard]] std::vector<std::vector<Near>> run(SearchTask::State& state);

 private:
  mr::Engine& engine_;
  const Index& index_;
  const Watch& watch_;
  Shape shape_;
  std::int64_t batch_;
  Reservation room_;
};

}  // namespace neve::series
