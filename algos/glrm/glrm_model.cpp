#include "algos/glrm/glrm_model.hpp"

#include <algorithm>
#include <cmath>

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

/// Calls use(row, …) for each row of a block, fitted.
void fit_rows(const Factors& factors, const model::ScoreBlock& block, const RowFit::Use& use) {
  std::vector<double> targets;
  read_targets(factors.space, block, targets);
  RowFit(factors).fit(targets, block.rows, use);
}

/// A feature's cells of a row.
std::span<const double> own_cells(const Feature& feature, std::span<const double> row) {
  return row.subspan(static_cast<std::size_t>(feature.first),
                     static_cast<std::size_t>(feature.width));
}

/// The rows of the product as columns of the data.
class Reconstruction final : public model::RowExplainer {
 public:
  Reconstruction(const GlrmModel& model, bool original_units)
      : model_(model), original_units_(original_units) {}
  [[nodiscard]] std::size_t count() const override { return features().size(); }
  [[nodiscard]] bool has_levels(std::size_t index) const override {
    return features()[index].is_categorical;
  }
  [[nodiscard]] Column column(std::size_t index) const override {
    const auto at = static_cast<std::size_t>(features()[index].column);
    const model::ColumnRoles& roles = model_.header.roles;
    return {.name = "reconstr_" + roles.predictors[at], .domain = roles.domains[at]};
  }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override {
    fit_rows(model_.factors, block, [&](std::size_t row, const FittedRow& fitted) {
      for (std::size_t c = 0; c < out.size(); ++c) {
        const Feature& feature = features()[first + c];
        out[c][row] = feature.reconstruct(own_cells(feature, fitted.product), original_units_);
      }
    });
  }

 private:
  [[nodiscard]] const std::vector<Feature>& features() const {
    return model_.factors.space.features;
  }
  const GlrmModel& model_;
  bool original_units_;
};

/// x of each row.
class Representation final : public model::RowExplainer {
 public:
  explicit Representation(const GlrmModel& model) : model_(model) {}
  [[nodiscard]] std::size_t count() const override { return model_.factors.k; }
  [[nodiscard]] Column column(std::size_t index) const override {
    return {.name = "Arch" + std::to_string(index + 1)};
  }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override {
    fit_rows(model_.factors, block, [&](std::size_t row, const FittedRow& fitted) {
      for (std::size_t c = 0; c < out.size(); ++c) out[c][row] = fitted.x[first + c];
    });
  }

 private:
  const GlrmModel& model_;
};

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace

std::vector<std::string> GlrmModel::output_names() const {
  std::vector<std::string> names;
  for (const Feature& feature : factors.space.features)
    names.push_back("reconstr_" +
                    header.roles.predictors[static_cast<std::size_t>(feature.column)]);
  return names;
}

void GlrmModel::score(const model::ScoreBlock& block,
                      std::span<const std::span<double>> out) const {
  Reconstruction(*this, original_units).answer(block, 0, out);
}

bool GlrmModel::reconstructs_in_original_units(model::RowQuestion question) const {
  if (question == model::RowQuestion::reconstruction) return original_units;
  return question == model::RowQuestion::original_reconstruction;
}

std::unique_ptr<const model::RowExplainer> GlrmModel::explainer(model::RowQuestion question) const {
  switch (question) {
    case model::RowQuestion::reconstruction:
    case model::RowQuestion::transformed_reconstruction:
    case model::RowQuestion::original_reconstruction:
      return std::make_unique<Reconstruction>(*this, reconstructs_in_original_units(question));
    case model::RowQuestion::representation:
      return std::make_unique<Representation>(*this);
    default:
      return nullptr;
  }
}

std::optional<model::PointFrame> GlrmModel::archetype_points(bool in_original_units) const {
  model::PointFrame made;
  std::vector<double> cells(factors.space.cells());
  for (const Feature& feature : factors.space.features) {
    const auto at = static_cast<std::size_t>(feature.column);
    made.names.push_back(header.roles.predictors[at]);
    made.domains.push_back(header.roles.domains[at]);
    made.columns.emplace_back();
  }
  for (std::size_t c = 0; c < factors.k; ++c) {
    for (std::size_t j = 0; j < cells.size(); ++j) cells[j] = factors.cell(j)[c];
    for (std::size_t f = 0; f < made.columns.size(); ++f) {
      const Feature& feature = factors.space.features[f];
      made.columns[f].push_back(feature.reconstruct(own_cells(feature, cells), in_original_units));
    }
  }
  return made;
}

model::metrics::LowRank GlrmModel::metrics_of(const RowSums& sums) {
  model::metrics::LowRank made;
  made.model_category = model::Category::dim_reduction;
  made.numerr = sums.numeric_error;
  made.caterr = static_cast<double>(sums.category_errors);
  made.numcnt = sums.numbers;
  made.catcnt = sums.categories;
  return made;
}

model::metrics::Metrics GlrmModel::measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                const job::TokenPtr& token) const {
  const MeasurePlan plan{.rows = {.factors = factors, .plan = model::plan_of(header.roles, data)},
                         .original_units = original_units};
  mr::RunOptions options;
  options.token = token;
  return metrics_of(engine.run<MeasureTask>(data.inputs, plan, options));
}

bool GlrmModel::is_sound() const {
  std::vector<std::size_t> levels;
  for (const frame::DomainPtr& domain : header.roles.domains)
    levels.push_back(domain ? domain->size() : 0);
  const std::size_t k = factors.k;
  if (!factors.space.is_sound(levels) || k == 0 || k > factors.y.size()) return false;
  const std::size_t cells = factors.space.cells();
  if (factors.y.size() / k != cells || factors.y.size() % k != 0 || !all_finite(factors.y))
    return false;
  if (!(factors.on_x.gamma >= 0) || factors.on_x.regularizer > Regularizer::simplex) return false;
  if (components.singular_values.size() != k || components.vectors.size() != cells * k)
    return false;
  return importance.size() == k + 1 && header.category == model::Category::dim_reduction;
}

wire::Bytes GlrmModel::encode() const { return wire::encode(*this); }

wire::Bytes GlrmModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<GlrmModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::glrm
