#include "algos/deeplearning/learner.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <neve/base/rng.hpp>
#include <neve/linalg/float_products.hpp>

namespace neve::algos::deeplearning {
namespace {

std::ptrdiff_t stride(std::size_t count) { return static_cast<std::ptrdiff_t>(count); }

/// Rows that one thread takes through all layers, and inputs whose weights one thread moves.
constexpr std::size_t kRangeRows = 16;
constexpr std::size_t kRangeInputs = 32;
constexpr std::size_t kRangeCodes = 32;
/// Below so many multiplications another thread costs more than it saves.
constexpr std::size_t kLittleWork = 100'000;

std::size_t ranges(std::size_t count, std::size_t size) { return (count + size - 1) / size; }

constexpr std::size_t kBiases = std::numeric_limits<std::size_t>::max();

/// Where a gradient belongs: weights of an input from some column on, or biases.
struct Place {
  std::size_t layer = 0;
  std::size_t input = 0;
  std::size_t column = 0;
};

}  // namespace

/// Inputs [begin, end) of a layer whose gradient one thread makes, or its biases.
struct Learner::Part {
  std::size_t layer = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool biases = false;
};

struct Learner::Buffers {
  std::vector<LayerValues> values;
  std::vector<std::vector<float>> factors;  ///< of dropout, by hidden layer; empty without
  std::vector<std::vector<float>> deltas;   ///< derivatives by sums, by layer
  std::vector<Part> parts;                  ///< but for codes
  /// Rows of the batch by the input of a category that they have: a list for each input that
  /// occurs, rows ascending.
  std::vector<std::int32_t> used;  ///< these inputs, in the order in which they occur
  std::vector<std::int32_t> head;  ///< by input: its first cell, or -1
  std::vector<std::int32_t> next;  ///< by cell (row × category)
};

Learner::Learner(Pool& pool, Network& network, Course& course, const Objective& objective,
                 LearnOptions options)
    : pool_(pool),
      network_(network),
      course_(course),
      objective_(objective),
      options_(std::move(options)),
      stepper_(options_.rule, network, course),
      buffers_(std::make_unique<Buffers>()) {
  Buffers& b = *buffers_;
  const std::size_t rows = options_.batch_rows;
  b.values = layer_values(network, rows);
  b.factors.resize(network.layers.size() - 1);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    b.deltas.emplace_back(rows * network.layers[l].columns);
    const std::size_t first = l == 0 ? network.sparse : 0;
    for (std::size_t i = first; i < network.layers[l].inputs; i += kRangeInputs) {
      const std::size_t end = std::min(i + kRangeInputs, network.layers[l].inputs);
      b.parts.push_back({l, i, end});
    }
    b.parts.push_back({l, 0, 0, true});
  }
  for (std::size_t l = 0; l + 1 < network.layers.size() && l < options_.dropout.hidden.size();
       ++l) {
    if (options_.dropout.hidden[l] > 0) b.factors[l].resize(rows * network.units(l));
  }
  b.head.assign(network.sparse, -1);
}

Learner::~Learner() = default;

std::int64_t Learner::byte_size(const Network& network, std::size_t batch_rows) {
  std::size_t floats = 0;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    floats += batch_rows * (3 * network.layers[l].columns + network.layers[l].inputs);
  }
  return static_cast<std::int64_t>((floats + network.sparse) * sizeof(float));
}

InputRows Learner::inputs_of(const Batch& batch) const {
  const auto factor = static_cast<float>(1 / (1 - options_.dropout.inputs));
  return {batch.rows, batch.numbers, batch.codes, batch.categories, factor};
}

void Learner::spread(std::size_t count, std::size_t work,
                     const std::function<void(std::size_t)>& body) {
  if (count <= 1 || work < kLittleWork) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  pool_.for_each(count, body);
}

void Learner::drop_inputs(Batch& batch, RowRange range) const {
  const double share = options_.dropout.inputs;
  if (share == 0) return;
  constexpr std::uint64_t kStream = 1;
  const CounterRng random(options_.dropout.seed, kStream);
  const auto factor = static_cast<float>(1 / (1 - share));
  const std::size_t each = network_.numbers + batch.categories;
  for (std::size_t row = range.begin; row < range.end; ++row) {
    const std::uint64_t first = batch.samples[row] * each;
    for (std::size_t i = 0; i < network_.numbers; ++i) {
      float& number = batch.numbers[row * network_.numbers + i];
      number = random.uniform(first + i) < share ? 0 : number * factor;
    }
    for (std::size_t c = 0; c < batch.categories; ++c) {
      if (random.uniform(first + network_.numbers + c) < share)
        batch.codes[row * batch.categories + c] = -1;
    }
  }
}

void Learner::drop_units(const Batch& batch, std::size_t layer, RowRange range) {
  std::vector<float>& factors = buffers_->factors[layer];
  if (factors.empty()) return;
  constexpr std::uint64_t kStream = 2;
  const double share = options_.dropout.hidden[layer];
  const CounterRng random(options_.dropout.seed, kStream + layer);
  const auto factor = static_cast<float>(1 / (1 - share));
  const std::size_t units = network_.units(layer);
  std::vector<float>& values = buffers_->values[layer].units();
  for (std::size_t row = range.begin; row < range.end; ++row) {
    const std::uint64_t first = batch.samples[row] * units;
    for (std::size_t u = 0; u < units; ++u) {
      const float kept = random.uniform(first + u) < share ? 0 : factor;
      factors[row * units + u] = kept;
      values[row * units + u] *= kept;
    }
  }
}

void Learner::differentiate_outputs(const Batch& batch, RowRange range) {
  const std::size_t outputs = network_.outputs();
  std::vector<float>& deltas = buffers_->deltas.back();
  const std::vector<float>& sums = buffers_->values.back().sums;
  for (std::size_t row = range.begin; row < range.end; ++row) {
    const std::span<float> gradient(deltas.data() + row * outputs, outputs);
    if (!batch.targets.empty()) {
      const float* targets = batch.targets.data() + row * outputs;
      for (std::size_t u = 0; u < outputs; ++u) {
        objective_.differentiate({sums.data() + row * outputs + u, 1},
                                 static_cast<double>(targets[u]), 0, gradient.subspan(u, 1));
      }
      for (float& value : gradient) value *= batch.shares[row];
      continue;
    }
    const double offset = batch.offsets.empty() ? 0 : static_cast<double>(batch.offsets[row]);
    objective_.differentiate({sums.data() + row * outputs, outputs},
                             static_cast<double>(batch.responses[row]), offset, gradient);
    for (float& value : gradient) value *= batch.shares[row];
  }
}

/// Derivatives by the units below a layer, from those by its sums, into the deltas of the layer
/// below: the first half of each row where that is of maxout. Deltas are turned round rather than
/// weights, of which there are more.
void Learner::pass_back(std::size_t at, RowRange range) {
  const Layer& layer = network_.layers[at];
  const std::size_t below = network_.layers[at - 1].columns;
  const std::size_t rows = range.end - range.begin;
  std::vector<float> turned(layer.columns * rows);
  std::vector<float> made(layer.inputs * rows, 0.0F);
  const float* deltas = buffers_->deltas[at].data() + range.begin * layer.columns;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < layer.columns; ++j)
      turned[j * rows + row] = deltas[row * layer.columns + j];
  }
  linalg::add_product({.a = layer.weights.data(),
                       .a_row = stride(layer.columns),
                       .a_step = 1,
                       .b = turned.data(),
                       .b_row = stride(rows),
                       .c = made.data(),
                       .c_row = stride(rows),
                       .rows = layer.inputs,
                       .steps = layer.columns,
                       .columns = rows});
  for (std::size_t row = 0; row < rows; ++row) {
    float* out = buffers_->deltas[at - 1].data() + (range.begin + row) * below;
    for (std::size_t i = 0; i < layer.inputs; ++i) out[i] = made[i * rows + row];
  }
}

/// Derivatives by the sums of a hidden layer, from those by its units, in place.
void Learner::undo_activation(std::size_t at, RowRange range) {
  const std::size_t columns = network_.layers[at].columns;
  const std::size_t units = network_.units(at);
  const LayerValues& values = buffers_->values[at];
  const std::vector<float>& factors = buffers_->factors[at];
  for (std::size_t row = range.begin; row < range.end; ++row) {
    float* deltas = buffers_->deltas[at].data() + row * columns;
    const float* made = values.units().data() + row * units;
    const float* kept = factors.empty() ? nullptr : factors.data() + row * units;
    for (std::size_t u = 0; kept != nullptr && u < units; ++u) deltas[u] *= kept[u];
    if (network_.activation == Activation::rectifier) {
      array_kernels().rectify_back(deltas, made, units);
    } else if (network_.activation == Activation::tanh) {
      for (std::size_t u = 0; u < units; ++u) {
        const float value = kept != nullptr && kept[u] != 0 ? made[u] / kept[u] : made[u];
        deltas[u] *= 1 - value * value;
      }
    } else {
      const float* sums = values.sums.data() + row * columns;
      for (std::size_t u = 0; u < units; ++u) {
        const bool first = sums[u] > sums[units + u];
        deltas[units + u] = first ? 0 : deltas[u];
        deltas[u] = first ? deltas[u] : 0;
      }
    }
  }
}

/// All layers forward and back again for some rows: deltas of all layers.
void Learner::backward_rows(Batch& batch, RowRange range) {
  drop_inputs(batch, range);
  std::vector<LayerValues>& values = buffers_->values;
  sum_inputs(network_, inputs_of(batch), range, values.front());
  for (std::size_t l = 1; l < network_.layers.size(); ++l) {
    activate(network_, l - 1, range, values[l - 1]);
    drop_units(batch, l - 1, range);
    sum_units(network_, l, range, values);
  }
  differentiate_outputs(batch, range);
  for (std::size_t l = network_.layers.size(); l-- > 1;) {
    pass_back(l, range);
    undo_activation(l - 1, range);
  }
}

void Learner::list_codes(const Batch& batch) {
  Buffers& b = *buffers_;
  for (const std::int32_t input : b.used) b.head[static_cast<std::size_t>(input)] = -1;
  b.used.clear();
  b.next.resize(batch.rows * batch.categories);
  for (std::size_t cell = b.next.size(); cell-- > 0;) {
    const std::int32_t input = batch.codes[cell];
    if (input < 0) continue;
    std::int32_t& head = b.head[static_cast<std::size_t>(input)];
    if (head < 0) b.used.push_back(input);
    b.next[cell] = std::exchange(head, static_cast<std::int32_t>(cell));
  }
}

/// Calls `use` with place, gradient and its length, for the weights of a part.
template <class Use>
void Learner::weights_gradient(const Batch& batch, const Part& part, const Use& use) const {
  constexpr std::size_t kInputs = 8;
  constexpr std::size_t kColumns = 256;
  const std::size_t at = part.layer;
  const Layer& layer = network_.layers[at];
  const std::size_t sparse = at == 0 ? network_.sparse : 0;
  const std::vector<float>& below = at == 0 ? batch.numbers : buffers_->values[at - 1].units();
  const std::size_t across = layer.inputs - sparse;
  for (std::size_t input = part.begin; input < part.end; input += kInputs) {
    const std::size_t inputs = std::min(kInputs, part.end - input);
    const float* values = below.data() + (input - sparse);
    bool used[kInputs] = {};
    for (std::size_t i = 0; i < inputs; ++i) used[i] = !options_.skips_unused;
    for (std::size_t row = 0; options_.skips_unused && row < batch.rows; ++row) {
      for (std::size_t i = 0; i < inputs; ++i) used[i] |= values[row * across + i] != 0;
    }
    for (std::size_t column = 0; column < layer.columns; column += kColumns) {
      const std::size_t columns = std::min(kColumns, layer.columns - column);
      float gradient[kInputs * kColumns];
      for (std::size_t i = 0; i < inputs; ++i) std::fill_n(gradient + i * kColumns, columns, 0.0F);
      linalg::add_product({.a = values,
                           .a_row = 1,
                           .a_step = stride(across),
                           .b = buffers_->deltas[at].data() + column,
                           .b_row = stride(layer.columns),
                           .c = gradient,
                           .c_row = stride(kColumns),
                           .rows = inputs,
                           .steps = batch.rows,
                           .columns = columns});
      for (std::size_t i = 0; i < inputs; ++i) {
        if (used[i]) use(Place{at, input + i, column}, gradient + i * kColumns, columns);
      }
    }
  }
}

/// The same for some of the inputs of categories that occur: sums of their rows' deltas.
template <class Use>
void Learner::codes_gradient(const Batch& batch, std::size_t begin, std::size_t end,
                             const Use& use) const {
  constexpr std::size_t kColumns = 512;
  const Buffers& b = *buffers_;
  const Layer& layer = network_.layers.front();
  const auto factor = static_cast<float>(1 / (1 - options_.dropout.inputs));
  for (std::size_t at = begin; at < end; ++at) {
    const auto input = static_cast<std::size_t>(b.used[at]);
    for (std::size_t column = 0; column < layer.columns; column += kColumns) {
      const std::size_t columns = std::min(kColumns, layer.columns - column);
      float gradient[kColumns];
      std::fill_n(gradient, columns, 0.0F);
      for (std::int32_t cell = b.head[input]; cell >= 0;
           cell = b.next[static_cast<std::size_t>(cell)]) {
        const std::size_t row = static_cast<std::size_t>(cell) / batch.categories;
        array_kernels().add_scaled(gradient, b.deltas.front().data() + row * layer.columns + column,
                                   factor, columns);
      }
      use(Place{0, input, column}, gradient, columns);
    }
  }
}

/// Deltas of all rows, then the gradient of each part: `use` is called as by weights_gradient(), or
/// with biases, whose input is kBiases.
template <class Use>
void Learner::for_each_gradient(Batch& batch, const Fill& fill, const Use& use) {
  Buffers& b = *buffers_;
  const std::size_t work =
      batch.rows * (network_.weight_count() - network_.layers[0].weights.size() +
                    (network_.numbers + batch.categories) * network_.layers[0].columns);
  spread(ranges(batch.rows, kRangeRows), 2 * work, [&](std::size_t i) {
    const RowRange range{i * kRangeRows, std::min((i + 1) * kRangeRows, batch.rows)};
    fill(range);
    backward_rows(batch, range);
  });
  // Dropout of inputs has changed the codes by now.
  list_codes(batch);
  const std::size_t of_codes = ranges(b.used.size(), kRangeCodes);
  spread(of_codes + b.parts.size(), work, [&](std::size_t i) {
    if (i < of_codes) {
      const std::size_t end = std::min((i + 1) * kRangeCodes, b.used.size());
      codes_gradient(batch, i * kRangeCodes, end, use);
      return;
    }
    const Part& part = b.parts[i - of_codes];
    if (part.biases) {
      biases_gradient(batch, part.layer, use);
    } else {
      weights_gradient(batch, part, use);
    }
  });
}

template <class Use>
void Learner::biases_gradient(const Batch& batch, std::size_t layer, const Use& use) {
  const std::size_t columns = network_.layers[layer].columns;
  std::vector<float> gradient(columns, 0.0F);
  const float* deltas = buffers_->deltas[layer].data();
  for (std::size_t row = 0; row < batch.rows; ++row) {
    array_kernels().add_scaled(gradient.data(), deltas + row * columns, 1, columns);
  }
  if (layer < course_.activations.size()) {
    const std::vector<float>& units = buffers_->values[layer].units();
    hold_activations(options_.sparsity, {units.data(), batch.rows * columns}, batch.shares,
                     course_.activations[layer], gradient);
  }
  use(Place{layer, kBiases, 0}, gradient.data(), columns);
}

void Learner::learn(Batch& batch, std::int64_t samples, const Fill& fill) {
  stepper_.begin(samples);
  for_each_gradient(batch, fill, [this](Place at, const float* gradient, std::size_t columns) {
    if (at.input == kBiases) {
      stepper_.step_biases(at.layer, gradient);
    } else {
      stepper_.step_weights(at.layer, at.input, at.column, gradient, columns);
    }
  });
  if (!stepper_.has_bound()) return;
  spread(network_.layers.size(), network_.weight_count(),
         [this](std::size_t layer) { stepper_.bound(layer); });
}

std::vector<Layer> Learner::gradient(Batch& batch) {
  std::vector<Layer> made = network_.layers;
  for (Layer& layer : made) {
    std::ranges::fill(layer.weights, 0.0F);
    std::ranges::fill(layer.biases, 0.0F);
  }
  for_each_gradient(
      batch, [](RowRange) {},
      [&](Place at, const float* gradient, std::size_t columns) {
        Layer& layer = made[at.layer];
        float* to = at.input == kBiases ? layer.biases.data() : layer.row(at.input) + at.column;
        std::copy_n(gradient, columns, to);
      });
  return made;
}

}  // namespace neve::algos::deeplearning
