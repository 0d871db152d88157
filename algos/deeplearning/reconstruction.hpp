#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/model/score.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/measure.hpp"

namespace neve::algos::deeplearning {

/// Mean squared error of an autoencoder over the inputs of each row, on the scale that they are
/// trained on.
std::vector<double> row_errors(const Network& network, const InputPlan& plan,
                               const InputRows& rows);

/// Metrics of an autoencoder for rows that this node holds; the pool's threads share them.
model::metrics::Metrics measure_reconstruction(Pool& pool, const Network& network,
                                               const InputPlan& plan, const MeasuredSample& sample);

/// The same for the rows of a frame, where they are.
struct ReconstructionTask {
  static constexpr std::string_view name = "deeplearning.reconstruction";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Network network;
    InputPlan plan;
    model::ScorePlan columns;
    std::int32_t weights = -1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(network, plan, columns, weights);
    }
  };
  struct Partial {
    double error = 0;
    double weight = 0;
    std::int64_t rows = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(error, weight, rows);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Cross-validation: metrics of all rows held out.
model::metrics::Metrics join_holdouts(std::span<const std::shared_ptr<model::Model>> folds);

}  // namespace neve::algos::deeplearning
