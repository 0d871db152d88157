#include "algos/deeplearning/deeplearning_output.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <neve/base/budget.hpp>

#include "algos/deeplearning/validate.hpp"

namespace neve::algos::deeplearning {
namespace {

using schema::Table;

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread_of(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double count = std::max(1.0, static_cast<double>(values.size()));
  const double mean = sum / count;
  double squares = 0;
  for (const float value : values) {
    const double distance = static_cast<double>(value) - mean;
    squares += distance * distance;
  }
  return {mean, std::sqrt(squares / count)};
}

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  constexpr std::size_t kGroup = 3;
  for (std::size_t at = text.size(); at > kGroup; at -= kGroup) text.insert(at - kGroup, ",");
  return text;
}

std::string description_of(const DeepLearningModel& model, const Parameters& p,
                           const std::string& response) {
  const Settled settled = settle(p, model.header.category);
  std::string text = "predicting " + response + ", ";
  if (model.is_autoencoder()) {
    text = "auto-encoder, ";
  } else if (model::is_classifier(model.header.category)) {
    text += std::to_string(model.network.outputs()) + "-class classification, ";
  } else {
    text += "regression, ";
  }
  text += std::string(schema::enum_text(settled.distribution)) + " distribution, " +
          std::string(schema::enum_text(settled.loss)) + " loss, " +
          grouped(model.network.weight_count()) + " weights/biases, " +
          readable_bytes(static_cast<std::int64_t>(model.encode_learnt().size())) + ", " +
          grouped(static_cast<std::size_t>(model.progress.samples)) +
          " training samples, mini-batch size " + std::to_string(model.progress.batch_rows);
  return text;
}

Table empty_summary(std::string description) {
  Table table{.name = "Status of Neuron Layers", .description = std::move(description)};
  table.columns = {{.name = ""},
                   {.name = "layer", .type = "int", .format = "%d"},
                   {.name = "units", .type = "int", .format = "%d"},
                   {.name = "type"},
                   {.name = "dropout", .type = "double", .format = "%2.2f %%"}};
  for (const char* figure : {"l1", "l2", "mean_rate", "rate_rms", "momentum", "mean_weight",
                             "weight_rms", "mean_bias", "bias_rms"}) {
    table.columns.push_back({.name = figure, .type = "double", .format = "%5f"});
  }
  return table;
}

/// The share that each input of a layer has in the weights of each sum: rows of inputs.
std::vector<double> shares_of(const Layer& layer) {
  std::vector<double> totals(layer.columns, 0.0);
  for (std::size_t i = 0; i < layer.weights.size(); ++i)
    totals[i % layer.columns] += std::abs(static_cast<double>(layer.weights[i]));
  std::vector<double> shares(layer.weights.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double total = totals[i % layer.columns];
    shares[i] = total > 0 ? std::abs(static_cast<double>(layer.weights[i])) / total : 0;
  }
  return shares;
}

/// How much each sum of a layer counts for the sums of the next one, of which all count alike.
std::vector<double> column_importances(const Network& network) {
  const Layer& first = network.layers[0];
  if (network.layers.size() < 2) return std::vector<double>(first.columns, 1.0);
  const Layer& second = network.layers[1];
  const std::vector<double> shares = shares_of(second);
  std::vector<double> made(first.columns, 0.0);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::size_t unit = i / second.columns;
    // Both sums of a maxout unit.
    for (std::size_t column = unit; column < first.columns; column += second.inputs)
      made[column] += shares[i];
  }
  return made;
}

}  // namespace

Table model_summary(const DeepLearningModel& model, const Parameters& p, const StepRule& rule,
                    const std::string& response) {
  const Network& network = model.network;
  Table table = empty_summary(description_of(model, p, response));
  constexpr double kPercent = 100;
  const auto whole = [](std::size_t value) {
    return Table::Cell(static_cast<std::int64_t>(value));
  };
  std::vector<Table::Cell> row(table.columns.size());
  row[0] = std::string();
  row[1] = std::int64_t{1};
  row[2] = whole(network.inputs());
  row[3] = std::string("Input");
  row[4] = kPercent * p.input_dropout_ratio;
  table.add_row(row);
  const std::vector<double> dropout = hidden_dropout(p);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const bool last = l + 1 == network.layers.size();
    const Spread weights = spread_of(network.layers[l].weights);
    const Spread biases = spread_of(network.layers[l].biases);
    const RateFigures rates = rates_of(rule, model.course, l, model.progress.samples);
    const bool classes = model::is_classifier(model.header.category);
    std::string type(schema::enum_text(p.activation));
    if (last) type = classes ? "Softmax" : "Linear";
    row[1] = whole(l + 2);
    row[2] = whole(network.units(l));
    row[3] = type;
    row[4] = last ? Table::Cell() : Table::Cell(kPercent * (l < dropout.size() ? dropout[l] : 0.0));
    std::size_t at = 5;
    for (const double figure : {p.l1, p.l2, rates.mean, rates.deviation,
                                p.adaptive_rate ? 0.0 : rule.momentum_at(model.progress.samples),
                                weights.mean, weights.deviation, biases.mean, biases.deviation}) {
      row[at++] = figure;
    }
    table.add_row(row);
  }
  return table;
}

std::vector<double> input_importances(const Network& network) {
  const Layer& first = network.layers[0];
  const std::vector<double> shares = shares_of(first);
  const std::vector<double> columns = column_importances(network);
  std::vector<double> made(first.inputs, 0.0);
  for (std::size_t i = 0; i < shares.size(); ++i)
    made[i / first.columns] += shares[i] * columns[i % first.columns];
  const double largest = made.empty() ? 0 : std::ranges::max(made);
  for (double& value : made) value = largest > 0 ? value / largest : 0;
  return made;
}

const schema::Schema& DeepLearningOutput::schema() {
  using O = DeepLearningOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("DeepLearningModelOutputV3", "DeepLearningModelOutput",
                              "ModelOutputSchemaV3");
    table.field<&O::weights>("Frames of weights, by layer.")
        .input()
        .expert()
        .field<&O::biases>("Frames of biases, by layer.")
        .input()
        .expert()
        .field<&O::normmul>("Factors of numeric predictors.")
        .expert()
        .field<&O::normsub>("What is subtracted from them before.")
        .expert()
        .field<&O::normrespmul>("The factor of the response.")
        .expert()
        .field<&O::normrespsub>("What is subtracted from it before.")
        .expert()
        .field<&O::catoffsets>("The first input of each category, then their number.")
        .expert()
        .field<&O::variable_importances>("Inputs by their share in the first layers' weights.")
        .secondary();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject DeepLearningModel::output() const {
  auto made = std::make_shared<DeepLearningOutput>();
  model::fill_output(header, *made);
  if (!header.variable_importances.columns.empty())
    made->variable_importances = header.variable_importances;
  if (!weight_frames.empty()) {
    made->weights.emplace(weight_frames.begin(), weight_frames.end());
    made->biases.emplace(bias_frames.begin(), bias_frames.end());
    std::vector<double>& factors = made->normmul.emplace();
    std::vector<double>& centers = made->normsub.emplace();
    std::vector<std::int32_t>& offsets = made->catoffsets.emplace();
    for (const InputPlan::Predictor& predictor : plan.predictors) {
      if (predictor.categorical) {
        offsets.push_back(predictor.first);
      } else {
        factors.push_back(predictor.scale);
        centers.push_back(predictor.center);
      }
    }
    offsets.push_back(plan.hashed_from > 0 ? plan.hashed_from : plan.sparse);
    if (header.category == model::Category::regression) {
      made->normrespmul = {1 / objective.scale};
      made->normrespsub = {objective.center};
    }
  }
  return {&DeepLearningOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::deeplearning
