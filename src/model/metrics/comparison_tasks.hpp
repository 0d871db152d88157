#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::model::metrics {

/// Writes the class of each row: labels (codes or numbers) as positions in a list of classes.
struct MatchTask {
  static constexpr std::string_view name = "metrics.match";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::map<double, double> classes;  ///< label, as code or number, to class
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// The smallest and largest value of all columns.
struct ExtentTask {
  static constexpr std::string_view name = "metrics.extent";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  struct Partial {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    template <class Archive>
    void fields(Archive& archive) {
      archive(low, high);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::model::metrics
