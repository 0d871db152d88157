#include "algos/deeplearning/initial.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::algos::deeplearning {
namespace {

constexpr const char* kWeights = "initial_weights";
constexpr const char* kBiases = "initial_biases";

/// Box and Muller (1958).
double normal(const CounterRng& random, std::uint64_t index) {
  const double radius = std::sqrt(-2 * math::log(1 - random.uniform(2 * index)));
  return radius * math::cos(2 * std::numbers::pi * random.uniform(2 * index + 1));
}

std::string field_of(const char* parameter, std::size_t layer) {
  return std::string(parameter) + "[" + std::to_string(layer) + "]";
}

/// Values of a frame, row by row. Throws unless it has this size and no cell is missing.
std::vector<float> cells_of(mr::Engine& engine, const frame::Frame& frame, const std::string& field,
                            std::size_t rows, std::size_t columns) {
  if (frame.rows() != static_cast<std::int64_t>(rows) ||
      frame.width() != static_cast<std::int32_t>(columns)) {
    throw InputError::illegal_argument(
        "Frame '" + frame.key + "' of " + field + " has " + std::to_string(frame.rows()) +
        " rows and " + std::to_string(frame.width()) + " columns; the layer needs " +
        std::to_string(rows) + " and " + std::to_string(columns) + ".");
  }
  std::vector<float> cells(rows * columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const frame::Column& column = frame.columns[c];
    if (column.is_categorical() || column.type == frame::ColumnType::string)
      throw InputError::illegal_argument("Column '" + frame.names[c] + "' of " + field +
                                         " is not numeric.");
    std::size_t row = 0;
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const frame::Chunk chunk = engine.chunk(*frame.layout, column.id, GroupIndex(g));
      std::vector<double> values(static_cast<std::size_t>(chunk.rows()));
      chunk.decode(0, values);
      for (const double value : values) {
        if (!std::isfinite(value))
          throw InputError::illegal_argument("Column '" + frame.names[c] + "' of " + field +
                                             " has a cell that is no finite number.");
        cells[row++ * columns + c] = static_cast<float>(value);
      }
    }
  }
  return cells;
}

/// A frame of these cells, row by row.
frame::Frame frame_of(mr::Engine& engine, const std::string& key,
                      const std::vector<std::string>& names, const std::vector<float>& cells) {
  const std::size_t columns = names.size();
  const auto rows = static_cast<std::int64_t>(cells.size() / columns);
  frame::Frame made;
  made.key = key;
  made.layout = engine.new_layout(frame::row_cuts(rows, static_cast<std::int64_t>(columns)));
  std::vector<ColumnId> ids;
  for (std::size_t c = 0; c < columns; ++c) {
    ids.push_back(engine.new_column_id());
    for (std::int32_t g = 0; g < made.layout->groups(); ++g) {
      const std::int64_t begin = made.layout->first_row(GroupIndex(g));
      const std::int64_t end = begin + made.layout->rows_of(GroupIndex(g));
      std::vector<double> values;
      for (std::int64_t row = begin; row < end; ++row)
        values.push_back(static_cast<double>(cells[static_cast<std::size_t>(row) * columns + c]));
      engine.put_chunk(*made.layout, ids.back(), GroupIndex(g), frame::encode_doubles(values));
    }
  }
  const std::vector<mr::OutputColumn> kinds(columns);
  std::vector<frame::Column> adopted = engine.adopt(ids, kinds);
  for (std::size_t c = 0; c < columns; ++c) made.add(names[c], std::move(adopted[c]));
  return made;
}

/// Weights of a layer with a row for each sum.
std::vector<float> turned(const std::vector<float>& cells, std::size_t rows) {
  std::vector<float> made(cells.size());
  const std::size_t columns = cells.size() / rows;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) made[j * rows + i] = cells[i * columns + j];
  }
  return made;
}

using FrameList = std::optional<std::vector<schema::FrameRef>>;

}  // namespace

void draw_weights(const Parameters& p, std::uint64_t seed, Network& network) {
  constexpr std::uint64_t kStream = 11;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    Layer& layer = network.layers[l];
    const CounterRng random(seed, kStream + l);
    double scale = p.initial_weight_scale;
    if (p.initial_weight_distribution == WeightDistribution::uniform_adaptive)
      scale = std::sqrt(6.0 / static_cast<double>(layer.inputs + network.units(l)));
    const bool is_normal = p.initial_weight_distribution == WeightDistribution::normal;
    for (std::size_t i = 0; i < layer.weights.size(); ++i) {
      const double drawn = is_normal ? normal(random, i) : 2 * random.uniform(i) - 1;
      layer.weights[i] = static_cast<float>(drawn * scale);
    }
    std::ranges::fill(layer.biases, 0.0F);
  }
}

std::vector<std::pair<std::string, std::string>> initial_frames(const Parameters& p) {
  std::vector<std::pair<std::string, std::string>> made;
  const auto add = [&](const char* parameter, const FrameList& list) {
    for (std::size_t l = 0; list && l < list->size(); ++l) {
      if (!(*list)[l].empty()) made.emplace_back(field_of(parameter, l), (*list)[l].name);
    }
  };
  add(kWeights, p.initial_weights);
  add(kBiases, p.initial_biases);
  return made;
}

void put_initial_frames(mr::Engine& engine, const Parameters& p, const model::FurtherFrames& frames,
                        Network& network) {
  const auto check = [&](const char* parameter, const FrameList& list) {
    if (!list || list->size() == network.layers.size()) return;
    throw InputError::illegal_argument(
        std::string(parameter) + " has " + std::to_string(list->size()) +
        " entries; there must be one for each layer, the last one included: " +
        std::to_string(network.layers.size()) + ". Use null for a layer without.");
  };
  check(kWeights, p.initial_weights);
  check(kBiases, p.initial_biases);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    Layer& layer = network.layers[l];
    const std::string of_weights = field_of(kWeights, l);
    if (const auto found = frames.find(of_weights); found != frames.end()) {
      layer.weights = turned(
          cells_of(engine, found->second, of_weights, layer.columns, layer.inputs), layer.columns);
    }
    const std::string of_biases = field_of(kBiases, l);
    if (const auto found = frames.find(of_biases); found != frames.end())
      layer.biases = cells_of(engine, found->second, of_biases, layer.columns, 1);
  }
}

NetworkFrames publish_network(model::TrainContext& context, const Network& network,
                              const std::vector<std::string>& input_names) {
  NetworkFrames made;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    const std::string suffix = "_" + context.header.key + "_" + std::to_string(l);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < layer.inputs; ++i)
      names.push_back(l == 0 ? input_names[i] : "C" + std::to_string(i + 1));
    made.weights.push_back("weights" + suffix);
    context.frames.push_back(
        frame_of(context.engine, made.weights.back(), names, turned(layer.weights, layer.inputs)));
    made.biases.push_back("biases" + suffix);
    context.frames.push_back(frame_of(context.engine, made.biases.back(), {"C1"}, layer.biases));
  }
  return made;
}

}  // namespace neve::algos::deeplearning
