#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::deeplearning {

/// What hidden units make of their sums.
enum class Activation : std::uint8_t {
  rectifier,  ///< max(0, z)
  tanh,
  maxout  ///< the larger one of two sums (Goodfellow et al. 2013)
};

/// Weights into a layer's sums: a row for each input, a column for each sum, one row after the
/// other. Sums of maxout are the first ones of all units, then the second ones.
struct Layer {
  std::size_t inputs = 0;
  std::size_t columns = 0;
  std::vector<float> weights;
  std::vector<float> biases;
  [[nodiscard]] float* row(std::size_t input) { return weights.data() + input * columns; }
  [[nodiscard]] const float* row(std::size_t input) const {
    return weights.data() + input * columns;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(inputs, columns, weights, biases);
  }
};

/// A multi-layer perceptron. Inputs of categories come first, of which each row has at most one for
/// each category, then numbers.
struct Network {
  Activation activation = Activation::rectifier;
  std::size_t sparse = 0;   ///< inputs of categories
  std::size_t numbers = 0;  ///< inputs of numbers
  std::vector<Layer> layers;

  [[nodiscard]] std::size_t inputs() const { return sparse + numbers; }
  [[nodiscard]] std::size_t outputs() const { return layers.back().columns; }
  /// Units that the sums of a layer make.
  [[nodiscard]] std::size_t units(std::size_t layer) const {
    const bool pairs = activation == Activation::maxout && layer + 1 < layers.size();
    return layers[layer].columns / (pairs ? 2 : 1);
  }
  [[nodiscard]] std::size_t weight_count() const;
  /// Whether every weight and bias is a finite number.
  [[nodiscard]] bool is_finite() const;
  /// Whether sizes fit together.
  [[nodiscard]] bool is_sound() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(activation, sparse, numbers, layers);
  }
};

/// Layers of these sizes, weights and biases 0.
struct NetworkSize {
  Activation activation = Activation::rectifier;
  std::size_t sparse = 0;
  std::size_t numbers = 0;
  std::vector<std::size_t> hidden = {};
  std::size_t outputs = 1;
};
Network make_network(const NetworkSize& size);

/// Rows as a network takes them: `numbers` of one row after the other, and of each category the
/// input that the row has, or -1, times `factor`.
struct InputRows {
  std::size_t rows = 0;
  std::span<const float> numbers;
  std::span<const std::int32_t> codes;
  std::size_t categories = 0;
  float factor = 1;
};

/// What rows come to in a layer.
struct LayerValues {
  std::vector<float> sums;  ///< rows × columns; of other units than maxout's, what they make of it
  std::vector<float> pairs;  ///< rows × units of maxout; else empty
  [[nodiscard]] std::vector<float>& units() { return pairs.empty() ? sums : pairs; }
  [[nodiscard]] const std::vector<float>& units() const { return pairs.empty() ? sums : pairs; }
};
/// Room for so many rows in all layers.
std::vector<LayerValues> layer_values(const Network& network, std::size_t rows);

/// Rows [begin, end) of a batch.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Sums of the first layer for some of the rows.
void sum_inputs(const Network& network, const InputRows& inputs, RowRange range,
                LayerValues& values);
/// Sums of a later layer from the units of the one before.
void sum_units(const Network& network, std::size_t layer, RowRange range,
               std::vector<LayerValues>& values);
/// Units from the sums of a hidden layer.
void activate(const Network& network, std::size_t layer, RowRange range, LayerValues& values);

/// All layers; the last one's sums are what the network says.
void forward(const Network& network, const InputRows& inputs, RowRange range,
             std::vector<LayerValues>& values);

/// The last layer's sums of rows, one row after the other.
std::vector<float> sums_of(const Network& network, const InputRows& inputs);
/// The same of the units of a hidden layer.
std::vector<float> units_of(const Network& network, const InputRows& inputs, std::size_t layer);

}  // namespace neve::algos::deeplearning
