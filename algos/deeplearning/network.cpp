#include "algos/deeplearning/network.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/isa.hpp>
#include <neve/base/math.hpp>
#include <neve/linalg/float_products.hpp>

#include "algos/deeplearning/array_kernels.hpp"

namespace neve::algos::deeplearning {
namespace {

std::ptrdiff_t stride(std::size_t count) { return static_cast<std::ptrdiff_t>(count); }

/// Hyperbolic tangents in place, by exponentials of many at a time.
void tanh_all(std::span<float> values) {
  constexpr std::size_t kBlock = 256;
  double doubled[kBlock];
  for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
    const std::span<float> some = values.subspan(begin, std::min(kBlock, values.size() - begin));
    const std::span<double> block(doubled, some.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      // Beyond, the tangent is 1 in single precision.
      constexpr double kFarthest = 20;
      block[i] = 2 * std::clamp(static_cast<double>(some[i]), -kFarthest, kFarthest);
    }
    math::exp(block);
    for (std::size_t i = 0; i < some.size(); ++i) {
      some[i] = static_cast<float>(1 - 2 / (block[i] + 1));
    }
  }
}

void put_biases(const Layer& layer, RowRange range, std::vector<float>& sums) {
  for (std::size_t row = range.begin; row < range.end; ++row) {
    std::ranges::copy(layer.biases, sums.begin() + stride(row * layer.columns));
  }
}

}  // namespace

const ArrayKernels& array_kernels() {
  static const ArrayKernels& kernels = kernels_at_process_isa(v3::kArrayKernels, v4::kArrayKernels);
  return kernels;
}

std::size_t Network::weight_count() const {
  std::size_t count = 0;
  for (const Layer& layer : layers) count += layer.weights.size() + layer.biases.size();
  return count;
}

bool Network::is_finite() const {
  const auto finite = [](float value) { return std::isfinite(value); };
  return std::ranges::all_of(layers, [&](const Layer& layer) {
    return std::ranges::all_of(layer.weights, finite) && std::ranges::all_of(layer.biases, finite);
  });
}

bool Network::is_sound() const {
  if (layers.empty() || layers.front().inputs != inputs() || activation > Activation::maxout)
    return false;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Layer& layer = layers[l];
    if (layer.columns == 0 || layer.biases.size() != layer.columns) return false;
    if (layer.inputs != layer.weights.size() / layer.columns ||
        layer.weights.size() % layer.columns != 0)
      return false;
    if (units(l) * (activation == Activation::maxout && l + 1 < layers.size() ? 2 : 1) !=
        layer.columns)
      return false;
    if (l > 0 && layer.inputs != units(l - 1)) return false;
  }
  return true;
}

Network make_network(const NetworkSize& size) {
  Network made;
  made.activation = size.activation;
  made.sparse = size.sparse;
  made.numbers = size.numbers;
  std::size_t inputs = made.inputs();
  const auto add = [&](std::size_t columns) {
    Layer& layer = made.layers.emplace_back();
    layer.inputs = inputs;
    layer.columns = columns;
    layer.weights.assign(inputs * columns, 0);
    layer.biases.assign(columns, 0);
  };
  for (const std::size_t units : size.hidden) {
    add(units * (size.activation == Activation::maxout ? 2 : 1));
    inputs = units;
  }
  add(size.outputs);
  return made;
}

std::vector<LayerValues> layer_values(const Network& network, std::size_t rows) {
  std::vector<LayerValues> values(network.layers.size());
  for (std::size_t l = 0; l < values.size(); ++l) {
    values[l].sums.resize(rows * network.layers[l].columns);
    if (network.units(l) != network.layers[l].columns)
      values[l].pairs.resize(rows * network.units(l));
  }
  return values;
}

void sum_inputs(const Network& network, const InputRows& inputs, RowRange range,
                LayerValues& values) {
  const Layer& layer = network.layers.front();
  put_biases(layer, range, values.sums);
  for (std::size_t row = range.begin; row < range.end; ++row) {
    float* sums = values.sums.data() + row * layer.columns;
    for (std::size_t c = 0; c < inputs.categories; ++c) {
      const std::int32_t input = inputs.codes[row * inputs.categories + c];
      if (input < 0) continue;
      array_kernels().add_scaled(sums, layer.row(static_cast<std::size_t>(input)), inputs.factor,
                                 layer.columns);
    }
  }
  if (network.numbers == 0) return;
  linalg::add_product({.a = inputs.numbers.data() + range.begin * network.numbers,
                       .a_row = stride(network.numbers),
                       .a_step = 1,
                       .b = layer.row(network.sparse),
                       .b_row = stride(layer.columns),
                       .c = values.sums.data() + range.begin * layer.columns,
                       .c_row = stride(layer.columns),
                       .rows = range.end - range.begin,
                       .steps = network.numbers,
                       .columns = layer.columns});
}

void sum_units(const Network& network, std::size_t at, RowRange range,
               std::vector<LayerValues>& values) {
  const Layer& layer = network.layers[at];
  put_biases(layer, range, values[at].sums);
  linalg::add_product({.a = values[at - 1].units().data() + range.begin * layer.inputs,
                       .a_row = stride(layer.inputs),
                       .a_step = 1,
                       .b = layer.weights.data(),
                       .b_row = stride(layer.columns),
                       .c = values[at].sums.data() + range.begin * layer.columns,
                       .c_row = stride(layer.columns),
                       .rows = range.end - range.begin,
                       .steps = layer.inputs,
                       .columns = layer.columns});
}

void activate(const Network& network, std::size_t at, RowRange range, LayerValues& values) {
  const std::size_t columns = network.layers[at].columns;
  const std::size_t units = network.units(at);
  float* sums = values.sums.data() + range.begin * columns;
  const std::size_t count = (range.end - range.begin) * columns;
  switch (network.activation) {
    case Activation::rectifier:
      array_kernels().rectify(sums, count);
      return;
    case Activation::tanh:
      tanh_all({sums, count});
      return;
    case Activation::maxout:
      for (std::size_t row = range.begin; row < range.end; ++row, sums += columns) {
        array_kernels().larger(values.pairs.data() + row * units, sums, sums + units, units);
      }
      return;
  }
}

namespace {

/// Calls `use` with the first row and the layers' values of some rows after the other.
template <class Use>
void for_each_block(const Network& network, const InputRows& inputs, const Use& use) {
  constexpr std::size_t kRows = 64;
  std::vector<LayerValues> values = layer_values(network, std::min(kRows, inputs.rows));
  for (std::size_t begin = 0; begin < inputs.rows; begin += kRows) {
    InputRows some = inputs;
    some.rows = std::min(kRows, inputs.rows - begin);
    some.numbers = inputs.numbers.subspan(begin * network.numbers, some.rows * network.numbers);
    some.codes = inputs.codes.subspan(begin * inputs.categories, some.rows * inputs.categories);
    forward(network, some, {0, some.rows}, values);
    use(begin, some.rows, values);
  }
}

}  // namespace

std::vector<float> sums_of(const Network& network, const InputRows& inputs) {
  const std::size_t each = network.outputs();
  std::vector<float> made(inputs.rows * each);
  for_each_block(network, inputs, [&](std::size_t begin, std::size_t rows, const auto& values) {
    std::copy_n(values.back().sums.begin(), rows * each, made.begin() + stride(begin * each));
  });
  return made;
}

std::vector<float> units_of(const Network& network, const InputRows& inputs, std::size_t layer) {
  const std::size_t each = network.units(layer);
  std::vector<float> made(inputs.rows * each);
  for_each_block(network, inputs, [&](std::size_t begin, std::size_t rows, const auto& values) {
    std::copy_n(values[layer].units().begin(), rows * each, made.begin() + stride(begin * each));
  });
  return made;
}

void forward(const Network& network, const InputRows& inputs, RowRange range,
             std::vector<LayerValues>& values) {
  sum_inputs(network, inputs, range, values.front());
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    activate(network, l - 1, range, values[l - 1]);
    sum_units(network, l, range, values);
  }
}

}  // namespace neve::algos::deeplearning
