#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

namespace neve::algos::naivebayes {

/// Weight, mean and sum of squared deviations of a numeric predictor within a class.
struct Moments {
  double weight = 0;
  double mean = 0;
  double squares = 0;
  void merge(const Moments& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(weight, mean, squares);
  }
};

/// What a pass over rows gathers: class by class, what each predictor is like. Rows with a missing
/// cell or class, or of weight 0, do not count.
struct CountTask {
  static constexpr std::string_view name = "naivebayes.counts";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    model::ScorePlan plan;
    std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
    std::int32_t classes = 0;
    std::int32_t response = -1;  ///< index into the run's columns
    std::int32_t weights = -1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(plan, levels, classes, response, weights);
    }
  };
  struct Partial {
    std::vector<double> classes;                ///< weight of each class
    std::vector<std::vector<double>> levels;    ///< per predictor: weight by class and level
    std::vector<std::vector<Moments>> moments;  ///< per predictor: by class
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes, levels, moments);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::naivebayes
