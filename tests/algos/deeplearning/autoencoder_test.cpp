#include <gtest/gtest.h>

#include <cmath>

#include "algos/deeplearning/reconstruction.hpp"
#include "algos/deeplearning/training_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;
using algos::deeplearning::testing::values_of;
using neve::testing::with;

/// Rows of three numbers on a line, a category that goes with it and weights; the last row is far
/// from the others.
constexpr std::size_t kRows = 2'000;
void publish_line(mr::ComputeNode& node) {
  std::vector<std::vector<double>> columns(5);
  const CounterRng random(2);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double t = random.uniform(2 * i);
    const bool odd = i + 1 == kRows;
    columns[0].push_back(t);
    columns[1].push_back(odd ? 9 : 3 - 2 * t + 0.02 * random.uniform(2 * i + 1));
    columns[2].push_back(i % 19 == 0 ? frame::kMissingDouble : 5 * t);
    columns[3].push_back(t < 0.5 ? 0 : 1);
    columns[4].push_back(static_cast<double>(i % 3));
  }
  node.frames().publish(neve::testing::described_frame(
      node.engine(), "line", {{"a", {}}, {"b", {}}, {"c", {}}, {"k", {"low", "high"}}, {"w", {}}},
      columns));
}

schema::Form complete(const schema::Form& form) {
  schema::Form made{
      {"autoencoder", "true"}, {"training_frame", "line"}, {"model_id", "model"},
      {"seed", "1"},           {"hidden", "[6,2,6]"},      {"epochs", "30"},
      {"activation", "Tanh"},  {"mini_batch_size", "16"},  {"ignored_columns", "[\"w\"]"}};
  for (const auto& [name, value] : form) {
    std::erase_if(made, [&](const auto& field) { return field.first == name; });
    made.emplace_back(name, value);
  }
  return made;
}

class LineSession : public neve::testing::TrainingNodes {
 public:
  explicit LineSession(int nodes = 1, int threads = 2)
      : TrainingNodes(algorithm(), nodes, threads) {
    publish_line(node());
  }
  std::shared_ptr<const DeepLearningModel> train(const schema::Form& form) {
    train_form(complete(form));
    return model<DeepLearningModel>();
  }
  frame::Frame answer(model::RowQuestion question, std::int32_t layer = 0) {
    std::vector<std::string> warnings;
    return models().answer({models().find("model"), frame("line"), "answer", question, layer},
                           nullptr, warnings);
  }
};

TEST(Autoencoder, GivesBackItsInputsAndFindsTheOddRow) {
  LineSession session;
  const auto model = session.train({});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->header.category, model::Category::auto_encoder);
  // The mean of standardised numbers and of what is 0 or 1, had nothing been learnt: above 0.5.
  EXPECT_LT(*model->header.training_metrics.find("MSE"), 0.05);
  const auto frame = session.answer(model::RowQuestion::reconstruction_error);
  EXPECT_EQ(frame.names, std::vector<std::string>{"Reconstruction.MSE"});
  const auto errors = values_of(session.engine(), frame, "Reconstruction.MSE");
  EXPECT_EQ(std::ranges::max_element(errors) - errors.begin(), kRows - 1);
  double sum = 0;
  for (const double error : errors) sum += error;
  EXPECT_NEAR(sum / kRows, *model->header.training_metrics.find("MSE"), 1e-12);
}

TEST(Autoencoder, TellsErrorsByInputAndPredictsOnTheColumnsScale) {
  LineSession session;
  const auto model = session.train({});
  const auto by_input = session.answer(model::RowQuestion::reconstruction_error_per_feature);
  const std::vector<std::string> inputs = {"k.low", "k.high", "k.missing(NA)", "a", "b", "c"};
  ASSERT_EQ(by_input.names.size(), inputs.size());
  const auto errors =
      values_of(session.engine(), session.answer(model::RowQuestion::reconstruction_error),
                "Reconstruction.MSE");
  std::vector<double> sums(kRows, 0.0);
  for (const std::string& input : inputs) {
    const auto of_input = values_of(session.engine(), by_input, "reconstr_" + input + ".SE");
    for (std::size_t i = 0; i < kRows; ++i) sums[i] += of_input[i];
  }
  for (std::size_t i = 0; i < kRows; ++i) EXPECT_NEAR(sums[i] / 6, errors[i], 1e-12);
  std::vector<std::string> warnings;
  const auto predicted =
      session.models().predict(model, session.frame("line"), "predicted", nullptr, warnings);
  ASSERT_EQ(predicted.names.size(), inputs.size());
  const auto b = values_of(session.engine(), predicted, "reconstr_b");
  const auto actual = values_of(session.engine(), session.frame("line"), "b");
  const auto squares = values_of(session.engine(), by_input, "reconstr_b.SE");
  const double scale = model->plan.predictors[1].scale;
  for (std::size_t i = 0; i < kRows; ++i)
    EXPECT_NEAR(squares[i], std::pow((b[i] - actual[i]) * scale, 2), 1e-4 * (1 + squares[i]));
}

TEST(Autoencoder, ShowsTheUnitsOfEachHiddenLayer) {
  LineSession session;
  const auto model = session.train({{"epochs", "1"}});
  const auto middle = session.answer(model::RowQuestion::hidden_features, 1);
  EXPECT_EQ(middle.names, (std::vector<std::string>{"DF.L2.C1", "DF.L2.C2"}));
  // By hand, for one row of the plain numbers.
  model::ScoreBlock block;
  const double numbers[] = {0.25, 2.5, 1.25};
  const std::int32_t code = 0;
  block.rows = 1;
  block.numbers = {{&numbers[0], 1}, {&numbers[1], 1}, {&numbers[2], 1}, {}};
  block.codes = {{}, {}, {}, {&code, 1}};
  std::vector<float> inputs;
  std::vector<std::int32_t> codes;
  model->plan.append(block, inputs, codes);
  std::vector<double> values(6, 0.0);
  values[static_cast<std::size_t>(codes[0])] = 1;
  for (std::size_t i = 0; i < 3; ++i) values[3 + i] = static_cast<double>(inputs[i]);
  for (std::size_t l = 0; l < 2; ++l) {
    const Layer& layer = model->network.layers[l];
    std::vector<double> next(layer.biases.begin(), layer.biases.end());
    for (std::size_t i = 0; i < layer.inputs; ++i) {
      for (std::size_t j = 0; j < layer.columns; ++j)
        next[j] += values[i] * static_cast<double>(layer.row(i)[j]);
    }
    for (double& value : next) value = std::tanh(value);
    values = next;
  }
  const auto explainer = model->hidden_features(1);
  std::vector<double> out(2);
  const std::span<double> places[] = {{out.data(), 1}, {&out[1], 1}};
  explainer->answer(block, 0, places);
  EXPECT_NEAR(out[0], values[0], 1e-5);
  EXPECT_NEAR(out[1], values[1], 1e-5);
  EXPECT_THROW((void)model->hidden_features(3), InputError);
}

TEST(Autoencoder, HasTheSameBitsOnAnyThreadsAndNodesAndAfterALoss) {
  const schema::Form form{
      {"nfolds", "2"},          {"loss", "Huber"},       {"input_dropout_ratio", "0.2"},
      {"sparsity_beta", "0.5"}, {"weights_column", "w"}, {"ignored_columns", "[]"},
      {"epochs", "3"}};
  LineSession alone(1, 1);
  const auto first = alone.train(form);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is_sound());
  EXPECT_EQ(algorithm().decode(first->encode())->encode(), first->encode());
  const auto folded = first->header.cross_validation.metrics.find("MSE");
  ASSERT_TRUE(folded);
  EXPECT_GT(*folded, 0);
  for (const auto& [nodes, threads] : {std::pair(1, 3), std::pair(3, 2)}) {
    LineSession session(nodes, threads);
    const auto model = session.train(form);
    EXPECT_EQ(model->header.checksum, first->header.checksum);
    EXPECT_EQ(model->header.cross_validation.metrics.find("MSE"), folded);
    std::vector<std::string> warnings;
    const auto again =
        session.models().performance(model, session.frame("line"), nullptr, warnings);
    EXPECT_NEAR(*again.find("MSE"), *model->header.training_metrics.find("MSE"), 1e-12);
  }
  EXPECT_EQ(neve::testing::learnt_after_loss(algorithm(), complete(form), 2, publish_line),
            first->encode_learnt());
}

/// Mean activation of each unit of a hidden layer over the rows.
std::vector<double> mean_activations(LineSession& session, std::int32_t layer) {
  const auto frame = session.answer(model::RowQuestion::hidden_features, layer);
  std::vector<double> means;
  for (const std::string& name : frame.names) {
    double sum = 0;
    for (const double value : values_of(session.engine(), frame, name)) sum += value;
    means.push_back(sum / kRows);
  }
  return means;
}

TEST(Autoencoder, HoldsHiddenUnitsToAMeanActivation) {
  for (const auto& [activation, mean] : {std::pair("Tanh", -0.6), std::pair("Rectifier", 0.3)}) {
    SCOPED_TRACE(activation);
    const schema::Form form{{"activation", activation},
                            {"average_activation", std::to_string(mean)}};
    LineSession session;
    const auto distance = [&](const char* beta) {
      EXPECT_TRUE(session.train(with(form, {{"sparsity_beta", beta}})));
      double sum = 0;
      for (const std::int32_t layer : {0, 2}) {
        for (const double of_unit : mean_activations(session, layer))
          sum += std::abs(of_unit - mean);
      }
      return sum / 12;
    };
    EXPECT_GT(distance("0"), 0.2);
    EXPECT_LT(distance("2"), 0.1);
  }
}

TEST(Autoencoder, RefusesWhatItCannotHaveByName) {
  LineSession session;
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"response_column", "a"},   {"offset_column", "a"},      {"activation", "Maxout"},
      {"loss", "CrossEntropy"},   {"distribution", "poisson"}, {"balance_classes", "true"},
      {"stopping_metric", "AUC"}, {"average_activation", "1"}, {"average_activation", "-1"}};
  for (const auto& [name, value] : refused) {
    const auto build = session.check_form(complete({{"sparsity_beta", "0.1"}, {name, value}}));
    ASSERT_EQ(build.errors(), 1) << name;
    for (const auto& message : build.messages) {
      if (message.kind == model::Message::Kind::error) {
        EXPECT_EQ(message.field, name);
      }
    }
  }
}

}  // namespace
