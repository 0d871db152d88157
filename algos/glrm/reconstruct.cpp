#include "algos/glrm/reconstruct.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <vector>

namespace neve::algos::glrm {
namespace {

constexpr std::size_t kRows = model::ScoreBlock::kMostRows;

/// A block of X, and the cells of a feature there.
class Products {
 public:
  explicit Products(const Factors& factors) : factors_(factors), x_(factors.k * kRows) {}
  void read(const mr::RowGroup& group, std::size_t first, std::size_t rows) {
    rows_ = rows;
    for (std::size_t c = 0; c < factors_.k; ++c)
      group.columns[c].decode(static_cast<std::int64_t>(first), {x_.data() + c * kRows, rows});
  }
  /// The additions of RowFit, in its order.
  void multiply(const Feature& feature) {
    cells_.assign(static_cast<std::size_t>(feature.width) * kRows, 0);
    for (std::size_t l = 0; l < static_cast<std::size_t>(feature.width); ++l) {
      const auto y = factors_.cell(static_cast<std::size_t>(feature.first) + l);
      double* to = cells_.data() + l * kRows;
      for (std::size_t c = 0; c < factors_.k; ++c) {
        const double* x = x_.data() + c * kRows;
        for (std::size_t i = 0; i < rows_; ++i) to[i] = std::fma(y[c], x[i], to[i]);
      }
    }
  }
  void copy_row(std::size_t row, std::span<double> cells) const {
    for (std::size_t l = 0; l < cells.size(); ++l) cells[l] = cells_[l * kRows + row];
  }

 private:
  const Factors& factors_;
  std::size_t rows_ = 0;
  std::vector<double> x_;
  std::vector<double> cells_;
};

using ScoreGlrm = model::ScoreTask<GlrmModel>;

/// X of all rows, in one run.
frame::Frame represent(mr::Engine& engine, const std::shared_ptr<const GlrmModel>& model,
                       const model::Dataset& data, const model::ScoreRequest& request) {
  frame::Frame made;
  made.layout = data.inputs.layout;
  ScoreGlrm::State state{model, model::plan_of(*model, data, request)};
  state.plan.part = model::QuestionPart{
      .question = model::RowQuestion::representation, .first = 0, .count = model->factors.k};
  mr::RunOptions options;
  options.token = request.token;
  options.outputs = model::answer_outputs(*model, *state.plan.part, made.names);
  made.columns = engine.run_with_outputs<ScoreGlrm>(data.inputs, state, options).columns;
  return made;
}

}  // namespace

void ReconstructTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  const GlrmModel& model = *state.model;
  const bool original_units = model.reconstructs_in_original_units(state.part.question);
  Products products(model.factors);
  std::vector<double> cells;
  for (std::size_t first = 0; first < static_cast<std::size_t>(group.rows); first += kRows) {
    const std::size_t rows = std::min(kRows, static_cast<std::size_t>(group.rows) - first);
    products.read(group, first, rows);
    for (std::size_t c = 0; c < state.part.count; ++c) {
      const Feature& feature = model.factors.space.features[state.part.first + c];
      products.multiply(feature);
      cells.resize(static_cast<std::size_t>(feature.width));
      for (std::size_t i = 0; i < rows; ++i) {
        products.copy_row(i, cells);
        const double value = feature.reconstruct(cells, original_units);
        if (feature.is_categorical) {
          outputs.codes(c)[first + i] = static_cast<std::int32_t>(value);
        } else {
          outputs.doubles(c)[first + i] = value;
        }
      }
    }
  }
}

model::Scored score(mr::Engine& engine, const model::ModelPtr& model, const model::Dataset& data,
                    const model::ScoreRequest& request) {
  model::ScoreRequest asked = request;
  if (!asked.question) asked.question = model::RowQuestion::reconstruction;
  const auto parts = model::parts_of(*model, asked);
  if (parts.size() == 1) return model::score_with<GlrmModel>(engine, model, data, asked);
  const auto typed = std::dynamic_pointer_cast<const GlrmModel>(model);
  NEVE_CHECK(typed != nullptr, "a model of another algorithm");
  frame::Frame x = represent(engine, typed, data, asked);
  if (asked.question == model::RowQuestion::representation) return {.predictions = std::move(x)};
  const mr::Inputs inputs = mr::inputs_of(x);
  model::Scored scored;
  scored.predictions.layout = x.layout;
  mr::RunOptions options;
  options.token = request.token;
  for (const auto& part : parts) {
    options.outputs = model::answer_outputs(*model, *part, scored.predictions.names);
    const ReconstructTask::State state{typed, *part};
    auto written = engine.run_with_outputs<ReconstructTask>(inputs, state, options);
    std::ranges::move(written.columns, std::back_inserter(scored.predictions.columns));
  }
  return scored;
}

}  // namespace neve::algos::glrm
