#include "algos/deeplearning/reconstruction.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::deeplearning {
namespace {

/// Errors of an autoencoder about rows: squared ones of each input, or their mean.
class ErrorAnswers final : public model::RowExplainer {
 public:
  ErrorAnswers(const DeepLearningModel& model, bool per_feature)
      : model_(model), per_feature_(per_feature) {
    if (per_feature) names_ = model.output_names();
  }
  [[nodiscard]] std::size_t count() const override { return per_feature_ ? names_.size() : 1; }
  [[nodiscard]] Column column(std::size_t index) const override {
    return {per_feature_ ? names_[index] + ".SE" : "Reconstruction.MSE"};
  }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override {
    std::vector<float> numbers;
    std::vector<std::int32_t> codes;
    model_.plan.append(block, numbers, codes);
    const InputRows rows{block.rows, numbers, codes, model_.plan.categories, 1};
    if (!per_feature_) {
      std::ranges::copy(row_errors(model_.network, model_.plan, rows), out[0].begin());
      return;
    }
    const std::size_t inputs = model_.network.inputs();
    std::vector<float> targets(block.rows * inputs);
    model_.plan.write_out(rows, targets);
    const std::vector<float> sums = sums_of(model_.network, rows);
    for (std::size_t k = 0; k < out.size(); ++k) {
      for (std::size_t i = 0; i < block.rows; ++i) {
        const std::size_t at = i * inputs + first + k;
        const double error = static_cast<double>(sums[at]) - static_cast<double>(targets[at]);
        out[k][i] = error * error;
      }
    }
  }

 private:
  const DeepLearningModel& model_;
  bool per_feature_;
  std::vector<std::string> names_;
};

/// Units of a hidden layer for rows.
class HiddenAnswers final : public model::RowExplainer {
 public:
  HiddenAnswers(const DeepLearningModel& model, std::size_t layer) : model_(model), layer_(layer) {}
  [[nodiscard]] std::size_t count() const override { return model_.network.units(layer_); }
  [[nodiscard]] Column column(std::size_t index) const override {
    return {"DF.L" + std::to_string(layer_ + 1) + ".C" + std::to_string(index + 1)};
  }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override {
    std::vector<float> numbers;
    std::vector<std::int32_t> codes;
    model_.plan.append(block, numbers, codes);
    const std::vector<float> units =
        units_of(model_.network, {block.rows, numbers, codes, model_.plan.categories, 1}, layer_);
    for (std::size_t k = 0; k < out.size(); ++k) {
      for (std::size_t i = 0; i < block.rows; ++i)
        out[k][i] = static_cast<double>(units[i * count() + first + k]);
    }
  }

 private:
  const DeepLearningModel& model_;
  std::size_t layer_;
};

}  // namespace

std::vector<double> row_errors(const Network& network, const InputPlan& plan,
                               const InputRows& rows) {
  const std::size_t inputs = network.inputs();
  std::vector<float> targets(rows.rows * inputs);
  plan.write_out(rows, targets);
  const std::vector<float> sums = sums_of(network, rows);
  std::vector<double> errors(rows.rows, 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double error = static_cast<double>(sums[i]) - static_cast<double>(targets[i]);
    errors[i / inputs] += error * error;
  }
  for (double& error : errors) error /= static_cast<double>(inputs);
  return errors;
}

model::metrics::Metrics measure_reconstruction(Pool& pool, const Network& network,
                                               const InputPlan& plan,
                                               const MeasuredSample& sample) {
  double error = 0;
  double weight = 0;
  for_each_sample_block(
      pool, plan, sample,
      [&](const HeldRows& rows) {
        return row_errors(network, plan,
                          {rows.size(), rows.numbers, rows.codes, plan.categories, 1});
      },
      [&](const HeldRows& rows, const std::vector<double>& errors) {
        for (std::size_t i = 0; i < errors.size(); ++i) {
          const double of_row = rows.weights.empty() ? 1 : rows.weights[i];
          error += of_row * errors[i];
          weight += of_row;
        }
      });
  return model::metrics::finish_auto_encoder(error, weight,
                                             static_cast<std::int64_t>(sample.size()));
}

void ReconstructionTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<double> weights;
  if (state.weights >= 0) weights = model::column_numbers(group, state.weights);
  model::BlockReader reader(group, state.columns);
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const model::ScoreBlock& block = reader.read(begin);
    std::vector<float> numbers;
    std::vector<std::int32_t> codes;
    state.plan.append(block, numbers, codes);
    const auto errors = row_errors(state.network, state.plan,
                                   {block.rows, numbers, codes, state.plan.categories, 1});
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const double weight = weights.empty() ? 1 : weights[static_cast<std::size_t>(begin) + i];
      if (!(weight > 0)) continue;
      partial.error += weight * errors[i];
      partial.weight += weight;
      ++partial.rows;
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void ReconstructionTask::merge(Partial& left, const Partial& right) {
  left.error += right.error;
  left.weight += right.weight;
  left.rows += right.rows;
}

model::metrics::Metrics join_holdouts(std::span<const std::shared_ptr<model::Model>> folds) {
  std::vector<const model::metrics::AutoEncoder*> parts;
  for (const auto& fold : folds) {
    if (const auto* part =
            std::get_if<model::metrics::AutoEncoder>(&fold->header.validation_metrics.value()))
      parts.push_back(part);
  }
  return model::metrics::join_auto_encoders(parts);
}

std::unique_ptr<const model::RowExplainer> DeepLearningModel::explainer(
    model::RowQuestion question) const {
  const bool per_feature = question == model::RowQuestion::reconstruction_error_per_feature;
  if (!is_autoencoder() || !(per_feature || question == model::RowQuestion::reconstruction_error))
    return nullptr;
  return std::make_unique<ErrorAnswers>(*this, per_feature);
}

std::unique_ptr<const model::RowExplainer> DeepLearningModel::hidden_features(
    std::int32_t layer) const {
  const auto hidden = static_cast<std::int32_t>(network.layers.size()) - 1;
  if (layer < 0 || layer >= hidden) {
    throw InputError::illegal_argument("There is no hidden layer " + std::to_string(layer) +
                                       " in model '" + header.key + "', which has " +
                                       std::to_string(hidden) + ", counted from 0.");
  }
  return std::make_unique<HiddenAnswers>(*this, static_cast<std::size_t>(layer));
}

model::metrics::Metrics DeepLearningModel::measure_rows(mr::Engine& engine,
                                                        const model::Dataset& data,
                                                        const job::TokenPtr& token) const {
  if (!is_autoencoder()) return {};
  mr::RunOptions options;
  options.token = token;
  const auto found = engine.run<ReconstructionTask>(
      data.inputs, {network, plan, model::plan_of(header.roles, data), data.weights}, options);
  return model::metrics::finish_auto_encoder(found.error, found.weight, found.rows);
}

}  // namespace neve::algos::deeplearning
