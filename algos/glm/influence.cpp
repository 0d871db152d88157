#include "algos/glm/influence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/inference.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A row's scaled columns that are not 0: place among the coefficients, and value.
using Cells = std::vector<std::pair<std::size_t, double>>;

void read_cells(const linear::Design& design, const linear::BlockReader& reader, std::size_t row,
                Cells& cells) {
  cells.clear();
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const linear::CategoricalTerm& term = design.categoricals[c];
    const std::int32_t level = reader.codes(c)[row] - term.first_level;
    if (level >= 0) cells.emplace_back(static_cast<std::size_t>(term.offset + level), 1.0);
  }
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    cells.emplace_back(first + j, reader.numeric(j)[row]);
  }
  if (design.intercept) cells.emplace_back(static_cast<std::size_t>(design.slopes()), 1.0);
}

/// Means, weights and scores of a block.
struct Fitted {
  static constexpr std::size_t kRows = linear::BlockReader::kRows;
  std::array<double, kRows> eta;
  std::array<double, kRows> mean;
  std::array<double, kRows> weight;
  std::array<double, kRows> score;
  std::array<double, kRows> deviance;
  void look(const linear::Response& response, const linear::Predictor& predictor,
            const linear::BlockReader& reader) {
    const std::size_t n = reader.rows();
    predictor.predict(reader, {eta.data(), n});
    linear::work(response, {.eta = {eta.data(), n},
                            .y = reader.response(),
                            .prior = reader.weights(),
                            .mu = {mean.data(), n},
                            .weight = {weight.data(), n},
                            .score = {score.data(), n}});
    for (std::size_t i = 0; i < n; ++i) {
      deviance[i] = reader.weights()[i] * response.deviance(reader.response()[i], mean[i]);
    }
  }
};

/// By how much a unit of score along its columns moves the row's standardised coefficients; NaN
/// where nothing but the row tells of some coefficient.
double move_of(const InfluenceTask::State& state, const Cells& cells, const Fitted& fitted,
               std::size_t row) {
  double spread = 0;
  for (const auto& [j, xj] : cells) {
    for (const auto& [k, xk] : cells) spread += xj * xk * state.inverse.get(j, k);
  }
  const double left = 1 - fitted.weight[row] * spread;
  constexpr double kAlone = 1e-12;
  if (left < kAlone) return kNaN;
  if (state.freedom == 0) return fitted.score[row] / left;
  const double variance = (state.deviance - fitted.deviance[row] / left) / state.freedom;
  return fitted.score[row] / (left * std::sqrt(variance));
}

/// The weight of rows that the reader leaves out: 0, or NaN where something is missing.
std::vector<double> given_weights(const mr::RowGroup& group, const linear::Design& design) {
  std::vector<double> weights(static_cast<std::size_t>(group.rows), kNaN);
  if (!design.has_weights) return weights;
  const std::size_t column = design.categoricals.size() + design.numerics.size() + 1;
  group.columns[column].decode(0, weights);
  return weights;
}

}  // namespace

void InfluenceTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                        mr::Outputs& outputs) {
  const linear::Design& design = state.point.design;
  const auto size = static_cast<std::size_t>(design.size());
  linear::BlockReader reader(design, group);
  const linear::Predictor predictor(design, state.point.beta);
  const std::vector<double> weights = given_weights(group, design);
  Fitted fitted;
  Cells cells;
  while (reader.next()) {
    fitted.look(state.point.response, predictor, reader);
    for (std::size_t i = 0; i < reader.rows(); ++i) {
      const auto row = static_cast<std::size_t>(reader.begin()) + i;
      const bool used = reader.weights()[i] > 0;
      read_cells(design, reader, i, cells);
      const double move = used ? move_of(state, cells, fitted, i) : kNaN;
      for (std::size_t k = 0; k < outputs.count(); ++k) {
        double along = 0;
        for (const auto& [j, x] : cells) along += x * state.moves[k * size + j];
        outputs.doubles(k)[row] = !used && weights[row] == 0 ? 0 : along * move;
      }
    }
  }
}

namespace {

/// Rows of the inverse by raw coefficients, over their standard errors.
std::vector<double> moves_of(const linear::Design& design, const linalg::Cholesky& information,
                             const linalg::Symmetric& inverse) {
  const std::size_t size = inverse.size();
  const auto first = static_cast<std::size_t>(design.categorical_size());
  const auto errors = linear::raw_covariance(design, information, 1);
  std::vector<double> moves;
  for (const std::size_t j : information.kept()) {
    for (std::size_t k = 0; k < size; ++k) {
      double value = inverse.get(j, k) / design.scale_of(j);
      // The raw intercept is the centred one less the sum of center times slope.
      for (std::size_t m = 0; design.intercept && j + 1 == size && m < design.numerics.size();
           ++m) {
        const linear::NumericTerm& term = design.numerics[m];
        value -= term.center / term.scale * inverse.get(first + m, k);
      }
      moves.push_back(value / std::sqrt(errors.at(j, j)));
    }
  }
  return moves;
}

}  // namespace

void GlmTrainer::diagnose(model::TrainContext& context, GlmModel& model, const AtFit& at) const {
  const linalg::Cholesky& information = *at.information;
  linalg::Symmetric inverse = information.inverse();
  for (double& value : inverse.values()) value = std::isnan(value) ? 0 : value;
  const linear::Design& design = prepared_->design;
  InfluenceTask::State state{
      .point = {.design = design, .response = response_, .beta = best_fit_->beta},
      .inverse = inverse,
      .moves = moves_of(design, information, inverse)};
  if (!response_.fixed_dispersion()) {
    state.deviance = at.here.deviance;
    state.freedom = at.freedom - 1;
  }
  mr::RunOptions options = context.run_options();
  options.outputs.resize(information.rank());
  auto written = context.engine.run_with_outputs<InfluenceTask>(columns_.inputs, state, options);
  const frame::Frame& rows = training_->frame;
  frame::Frame made;
  made.key = "influence_" + context.header.key;
  made.layout = rows.layout;
  const auto take = [&](const std::string& name) {
    if (!name.empty()) made.add(name, rows.column(rows.require(name)));
  };
  const model::ColumnRoles& roles = context.header.roles;
  for (const std::string& name : rows.names) {
    if (std::ranges::find(roles.predictors, name) != roles.predictors.end()) take(name);
  }
  const auto names = design.coefficient_names();
  for (std::size_t k = 0; k < information.rank(); ++k) {
    made.add("DFBETA_" + names[information.kept()[k]], written.columns[k]);
  }
  take(roles.weights);
  take(roles.offset);
  take(roles.response);
  model.influence = made.key;
  context.frames.push_back(std::move(made));
}

}  // namespace neve::algos::glm
