#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/glrm/glrm_model.hpp"

namespace neve::algos::glrm {

/// Writes columns of the data as the model has them, from the rows' x: k columns.
struct ReconstructTask {
  static constexpr std::string_view name = "glrm.reconstruct";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::shared_ptr<const GlrmModel> model;
    model::QuestionPart part;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, part);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Predictions are reconstructions, whose columns may be categorical. Rows are fitted once, however
/// many columns are written of them.
model::Scored score(mr::Engine& engine, const model::ModelPtr& model, const model::Dataset& data,
                    const model::ScoreRequest& request);

}  // namespace neve::algos::glrm
