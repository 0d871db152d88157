#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>
#include <neve/schema/table.hpp>

namespace neve::model {

/// What a model predicts on average for the rows of a frame, were a column to hold the same value
/// in all of them: partial dependence (Friedman, Annals of Statistics 29, 2001); of a single row,
/// its individual conditional expectation (Goldstein et al. 2015). The order, and its answer.
struct PartialDependence {
  static constexpr std::string_view kType = "Key<PartialDependence>";
  std::string key = {};
  std::string model = {};
  std::string frame = {};
  std::vector<std::string> columns = {};                        ///< one at a time
  std::vector<std::pair<std::string, std::string>> pairs = {};  ///< two columns at a time
  /// Classes whose probability is looked at, where there are more than two.
  std::vector<std::string> targets = {};
  std::int32_t bins = 20;     ///< values of a column, from its least to its largest
  bool with_missing = false;  ///< also where the column is missing
  std::int64_t row = -1;      ///< of this row alone; -1: of all
  std::int32_t weights = -1;  ///< the column of rows' weights; -1: each counts 1
  /// Columns whose values are given: numbers, milliseconds or codes of levels.
  std::vector<std::pair<std::string, std::vector<double>>> values = {};
  /// For each column, then for each pair, one for each target (or one): the column's values, mean
  /// and standard deviation of the predictions, and the standard error of the mean.
  std::vector<schema::Table> tables = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, model, frame, columns, pairs, targets, bins, with_missing, row, weights, values,
            tables);
  }
};

/// Fills in what was left open: without columns and pairs, the ten most important columns, or all
/// of the model. Throws InputError.
PartialDependence checked(PartialDependence asked, const Models& models, const frame::Frame& frame);
/// Makes the tables of what checked() gave. The job tells how far it is, stops it, and keeps those
/// that are there. Throws InputError where a column has no values at all.
void compute(PartialDependence& asked, Models& models, const frame::Frame& frame, job::Job& job);
/// Keeps it in the catalogue under its key.
void publish(mr::Engine& engine, const PartialDependence& made);
/// Throws InputError (404) where there is none of this name.
PartialDependence partial_dependence(mr::Engine& engine, std::string_view key);

/// Moments of predictions. Merging in a fixed order gives fixed bits; without weights, those of the
/// mean and the deviation of a column.
struct Moments {
  std::int64_t rows = 0;  ///< that have a prediction and a weight above 0
  double weight = 0;
  double sum = 0;      ///< of weight · value
  double centre = 0;   ///< sum / weight, but for rounding
  double squares = 0;  ///< sum of weight · (value − centre)²
  /// Of values that follow each other; NaN are left out. Without weights each counts 1.
  void add(std::span<const double> values, std::span<const double> weights);
  /// Chan, Golub and LeVeque, The American Statistician 37 (1983).
  void merge(const Moments& right);
  /// NaN without a row.
  [[nodiscard]] double mean() const;
  /// Of the sample: its mean square times rows / (rows − 1); 0 for a single row, NaN without one.
  [[nodiscard]] double deviation() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, weight, sum, centre, squares);
  }
};

/// What a model's column holds in all rows instead.
struct Replacement {
  std::int32_t column = -1;  ///< of the model; -1: its offset
  double number = 0;
  std::int32_t code = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, number, code);
  }
};
using Substitution = std::vector<Replacement>;

/// Averages of a model's outputs over all rows, for each substitution.
struct AveragePlan {
  ScorePlan score;
  std::vector<Substitution> substitutions;
  std::vector<std::int32_t> outputs;  ///< of Model::outputs()
  std::int32_t weights = -1;          ///< index into the run's inputs
  template <class Archive>
  void fields(Archive& archive) {
    archive(score, substitutions, outputs, weights);
  }
};

/// Adds a row group to moments[substitution · outputs + output]: each block of rows is read once
/// and scored for all substitutions.
void average_group(const Model& model, const AveragePlan& plan, const mr::RowGroup& group,
                   std::vector<Moments>& moments);

/// Averages predictions of a model of type M, which has a score_task (see ScoreTask).
template <class M>
struct AverageTask {
  static constexpr std::string_view kEnd = ".averages";
  static constexpr auto kText = [] {
    std::array<char, M::score_task.size() + kEnd.size()> text{};
    std::ranges::copy(kEnd, std::ranges::copy(M::score_task, text.begin()).out);
    return text;
  }();
  static constexpr std::string_view name{kText.data(), kText.size()};
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::shared_ptr<const M> model;
    AveragePlan plan;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, plan);
    }
  };
  struct Partial {
    std::vector<Moments> moments;
    template <class Archive>
    void fields(Archive& archive) {
      archive(moments);
    }
  };
  static Partial zero(const State& state) {
    return {std::vector<Moments>(state.plan.substitutions.size() * state.plan.outputs.size())};
  }
  static std::int64_t partial_bytes(const State& state) {
    return static_cast<std::int64_t>(state.plan.substitutions.size() * state.plan.outputs.size() *
                                     sizeof(Moments));
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial) {
    average_group(*state.model, state.plan, group, partial.moments);
  }
  static void merge(Partial& left, const Partial& right) {
    for (std::size_t i = 0; i < left.moments.size(); ++i) left.moments[i].merge(right.moments[i]);
  }
};

/// An AveragePlan and what it is about.
struct AverageOrder {
  mr::Inputs inputs;
  AveragePlan plan;
  job::TokenPtr token;
};

template <class M>
std::vector<Moments> average_with(mr::Engine& engine, const ModelPtr& model,
                                  const AverageOrder& order) {
  auto typed = std::dynamic_pointer_cast<const M>(model);
  NEVE_CHECK(typed != nullptr, "a model of another algorithm");
  return engine
      .run<AverageTask<M>>(order.inputs, {std::move(typed), order.plan}, {.token = order.token})
      .moments;
}

}  // namespace neve::model
