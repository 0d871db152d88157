#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/parameters.hpp"

namespace neve::algos::deeplearning {

/// Draws a network's weights: UniformAdaptive within ±sqrt(6 / (inputs + units)) (Glorot and Bengio
/// 2010, formula 16). Biases are 0.
void draw_weights(const Parameters& parameters, std::uint64_t seed, Network& network);

/// The frames that initial_weights and initial_biases name, and by what.
std::vector<std::pair<std::string, std::string>> initial_frames(const Parameters& parameters);
/// Puts what these frames hold in place of what was drawn: of weights a row for each sum of a layer
/// and a column for each input, of biases one column. Throws InputError for other sizes and for
/// cells that are no numbers.
void put_initial_frames(mr::Engine& engine, const Parameters& parameters,
                        const model::FurtherFrames& frames, Network& network);

/// Publishes weights and biases as such frames, with the model; gives their keys.
struct NetworkFrames {
  std::vector<std::string> weights;
  std::vector<std::string> biases;
};
NetworkFrames publish_network(model::TrainContext& context, const Network& network,
                              const std::vector<std::string>& input_names);

}  // namespace neve::algos::deeplearning
