#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/model/category.hpp>
#include <neve/model/metrics.hpp>
#include <neve/schema/table.hpp>

namespace neve::algos::trees {

/// Metrics in the course of training. Times are for people only.
class History {
 public:
  History() = default;
  History(model::Category category, bool has_validation)
      : category_(category), has_validation_(has_validation) {}
  /// Notes a scoring point, as of now; metrics may be empty where there are no trees.
  void add(std::int64_t trees, const model::metrics::Metrics& training,
           const model::metrics::Metrics& validation);
  [[nodiscard]] schema::Table table() const;
  /// Trees that there were at a scoring point.
  [[nodiscard]] std::int64_t trees_at(std::size_t point) const { return points_[point].trees; }

  template <class Archive>
  void fields(Archive& archive) {
    archive(category_, has_validation_, start_ms_, points_);
  }

 private:
  struct Point {
    std::int64_t time_ms = 0;
    std::int64_t trees = 0;
    std::vector<std::optional<double>> measures;  ///< nothing where one was not taken
    template <class Archive>
    void fields(Archive& archive) {
      archive(time_ms, trees, measures);
    }
  };
  model::Category category_ = model::Category::regression;
  bool has_validation_ = false;
  std::int64_t start_ms_ = 0;
  std::vector<Point> points_;
};

}  // namespace neve::algos::trees
