#include "algos/deeplearning/deeplearning_model.hpp"

#include <algorithm>
#include <cmath>

#include "algos/families/trees/class_balance.hpp"

namespace neve::algos::deeplearning {

void Predictor::predict(const InputRows& inputs, std::span<const double> offsets,
                        std::span<const std::span<double>> out) const {
  const std::vector<float> sums = sums_of(network, inputs);
  const std::size_t outputs = network.outputs();
  std::vector<double> row(out.size());
  for (std::size_t i = 0; i < inputs.rows; ++i) {
    objective.predict({sums.data() + i * outputs, outputs}, offsets.empty() ? 0 : offsets[i], row);
    for (std::size_t k = 0; k < row.size(); ++k) out[k][i] = row[k];
  }
  std::vector<std::span<double>> made;
  for (const std::span<double>& values_of : out) made.push_back(values_of.first(inputs.rows));
  if (inputs.rows > 0) trees::correct_probabilities(class_weights, made);
}

/// Numbers on the scale of their columns; of categories what the network says of each level.
void DeepLearningModel::reconstruct(std::size_t rows, std::span<const float> numbers,
                                    std::span<const std::int32_t> codes,
                                    std::span<const std::span<double>> out) const {
  const std::size_t inputs = network.inputs();
  const std::vector<float> sums = sums_of(network, {rows, numbers, codes, plan.categories, 1});
  const auto first = static_cast<std::size_t>(plan.sparse);
  for (std::size_t u = 0; u < first; ++u) {
    for (std::size_t i = 0; i < rows; ++i) out[u][i] = static_cast<double>(sums[i * inputs + u]);
  }
  std::size_t u = first;
  for (const InputPlan::Predictor& predictor : plan.predictors) {
    if (predictor.categorical) continue;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto sum = static_cast<double>(sums[i * inputs + u]);
      out[u][i] = sum / predictor.scale + predictor.center;
    }
    ++u;
  }
}

std::size_t DeepLearningModel::outputs() const {
  return is_autoencoder() ? network.outputs() : Model::outputs();
}

std::vector<std::string> DeepLearningModel::output_names() const {
  if (!is_autoencoder()) return Model::output_names();
  std::vector<std::string> names = plan.names(header.roles);
  for (std::string& name : names) name = "reconstr_" + name;
  return names;
}

void DeepLearningModel::score(const model::ScoreBlock& block,
                              std::span<const std::span<double>> out) const {
  std::vector<float> numbers;
  std::vector<std::int32_t> codes;
  plan.append(block, numbers, codes);
  if (is_autoencoder()) {
    reconstruct(block.rows, numbers, codes, out);
    return;
  }
  Predictor{network, objective, class_weights}.predict(
      {block.rows, numbers, codes, plan.categories, 1}, block.offset, out.first(outputs()));
}

bool DeepLearningModel::is_sound() const {
  if (!plan.is_sound(header.roles) || !network.is_sound() ||
      !deeplearning::is_sound(course, network))
    return false;
  if (is_autoencoder() && network.outputs() != network.inputs()) return false;
  const bool classes = objective.family == Family::classes;
  if (objective.family > Family::tweedie || objective.class_loss > ClassLoss::absolute ||
      classes != model::is_classifier(header.category))
    return false;
  return network.sparse == static_cast<std::size_t>(plan.sparse) &&
         network.numbers == plan.numbers && network.outputs() == outputs() &&
         (class_weights.empty() || class_weights.size() == outputs()) && progress.batch_rows > 0;
}

wire::Bytes DeepLearningModel::encode() const { return wire::encode(*this); }

wire::Bytes DeepLearningModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<DeepLearningModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::deeplearning
