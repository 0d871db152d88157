#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/model/category.hpp>
#include <neve/model/metrics.hpp>
#include <neve/schema/table.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"

namespace neve::algos::deeplearning {

/// Metrics in the course of training. Times, and what follows from them, are for people only.
class History {
 public:
  History() = default;
  History(model::Category category, bool has_validation)
      : category_(category), has_validation_(has_validation) {}
  /// Notes a scoring point, as of now; metrics are empty before training.
  void add(const Progress& progress, const model::metrics::Metrics& training,
           const model::metrics::Metrics& validation);
  /// Behind the rows of an earlier history, which has no columns where there is none.
  [[nodiscard]] schema::Table table(const schema::Table& earlier) const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(category_, has_validation_, points_);
  }

 private:
  struct Point {
    std::int64_t time_ms = 0;
    Progress progress;
    std::vector<std::optional<double>> measures;  ///< nothing where one was not taken
    template <class Archive>
    void fields(Archive& archive) {
      archive(time_ms, progress, measures);
    }
  };
  void add_row(const Point& point, schema::Table& table) const;
  model::Category category_ = model::Category::regression;
  bool has_validation_ = false;
  std::vector<Point> points_;
};

}  // namespace neve::algos::deeplearning
