#include "algos/deeplearning/deeplearning_model.hpp"

#include <algorithm>
#include <cmath>

#include "algos/families/trees/class_balance.hpp"

namespace neve::algos::deeplearning {

void Predictor::predict(const InputRows& inputs, std::span<const double> offsets,
                        std::span<const std::span<double>> out) const {
  constexpr std::size_t kRows = 64;
  std::vector<LayerValues> values = layer_values(network, std::min(kRows, inputs.rows));
  const std::size_t outputs = network.outputs();
  std::vector<double> row(out.size());
  for (std::size_t begin = 0; begin < inputs.rows; begin += kRows) {
    InputRows some = inputs;
    some.rows = std::min(kRows, inputs.rows - begin);
    some.numbers = inputs.numbers.subspan(begin * network.numbers, some.rows * network.numbers);
    some.codes = inputs.codes.subspan(begin * inputs.categories, some.rows * inputs.categories);
    forward(network, some, {0, some.rows}, values);
    for (std::size_t i = 0; i < some.rows; ++i) {
      const std::span<const float> sums(values.back().sums.data() + i * outputs, outputs);
      objective.predict(sums, offsets.empty() ? 0 : offsets[begin + i], row);
      for (std::size_t k = 0; k < row.size(); ++k) out[k][begin + i] = row[k];
    }
  }
  std::vector<std::span<double>> made;
  for (const std::span<double>& values_of : out) made.push_back(values_of.first(inputs.rows));
  if (inputs.rows > 0) trees::correct_probabilities(class_weights, made);
}

void DeepLearningModel::score(const model::ScoreBlock& block,
                              std::span<const std::span<double>> out) const {
  std::vector<float> numbers;
  std::vector<std::int32_t> codes;
  plan.append(block, numbers, codes);
  Predictor{network, objective, class_weights}.predict(
      {block.rows, numbers, codes, plan.categories, 1}, block.offset, out.first(outputs()));
}

bool DeepLearningModel::is_sound() const {
  if (!plan.is_sound(header.roles) || !network.is_sound() ||
      !deeplearning::is_sound(course, network))
    return false;
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
