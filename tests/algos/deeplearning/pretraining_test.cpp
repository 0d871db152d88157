#include <gtest/gtest.h>

#include "algos/deeplearning/training_session.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;
using algos::deeplearning::testing::Session;
using neve::testing::publish_as;
using neve::testing::with;

/// A session with the autoencoder "auto" of x, z and k.
class PretrainedSession : public Session {
 public:
  PretrainedSession() { learn({}); }
  std::shared_ptr<const DeepLearningModel> learn(const schema::Form& form) {
    const auto made = train("", with({{"autoencoder", "true"}, {"activation", "Tanh"}}, form));
    publish_as(models(), *made, "auto");
    return made;
  }
  static schema::Form from_it(const schema::Form& form) {
    return with({{"pretrained_autoencoder", "auto"}, {"activation", "TanhWithDropout"}}, form);
  }
};

void expect_hidden_layers(const Network& network, const Network& of) {
  ASSERT_EQ(network.layers.size(), of.layers.size());
  for (std::size_t l = 0; l + 1 < of.layers.size(); ++l) {
    EXPECT_EQ(network.layers[l].weights, of.layers[l].weights) << l;
    EXPECT_EQ(network.layers[l].biases, of.layers[l].biases) << l;
  }
}

TEST(Pretraining, StartsFromTheAutoencodersHiddenLayers) {
  PretrainedSession session;
  const auto autoencoder = session.model<DeepLearningModel>("auto");
  const auto drawn = session.train("three", {{"activation", "Tanh"}, {"epochs", "0"}});
  const auto model = session.train("three", session.from_it({{"epochs", "0"}, {"nfolds", "2"}}));
  ASSERT_TRUE(model);
  expect_hidden_layers(model->network, autoencoder->network);
  // The last layer is drawn, as it would be without.
  EXPECT_EQ(model->network.layers.back().weights, drawn->network.layers.back().weights);
  EXPECT_EQ(model->network.layers.back().columns, 3U);
  for (const std::string& fold : model->header.cross_validation.models)
    expect_hidden_layers(session.model<DeepLearningModel>(fold)->network, autoencoder->network);
  const auto trained = session.train("three", session.from_it({}));
  EXPECT_TRUE(trained->is_sound());
  EXPECT_NE(trained->network.layers[0].weights, autoencoder->network.layers[0].weights);
}

TEST(Pretraining, HelpsWhereTrainingIsShort) {
  PretrainedSession session;
  session.learn({{"epochs", "30"}, {"hidden", "[24]"}});
  const schema::Form brief{{"epochs", "1"}, {"activation", "Tanh"}, {"hidden", "[24]"}};
  const auto without = session.train("y", brief);
  const auto with_it = session.train("y", with(brief, {{"pretrained_autoencoder", "auto"}}));
  EXPECT_LT(*with_it->header.training_metrics.find("MSE"),
            *without->header.training_metrics.find("MSE"));
}

TEST(Pretraining, RefusesAutoencodersThatDoNotFitByName) {
  PretrainedSession session;
  publish_as(session.models(), *session.train("y", {}), "supervised");
  const auto error = [&](const schema::Form& form) {
    const auto build = session.check("three", session.from_it(form));
    EXPECT_EQ(build.errors(), 1);
    for (const auto& message : build.messages) {
      if (message.kind == model::Message::Kind::error) return message.field + ": " + message.text;
    }
    return std::string();
  };
  EXPECT_NE(error({{"pretrained_autoencoder", "none"}}).find("no model 'none'"), std::string::npos);
  EXPECT_NE(error({{"pretrained_autoencoder", "supervised"}}).find("is no autoencoder"),
            std::string::npos);
  EXPECT_NE(error({{"hidden", "[16,9]"}}).find("[16, 8], not [16, 9]"), std::string::npos);
  EXPECT_NE(error({{"activation", "Maxout"}}).find("activation: "), std::string::npos);
  const auto both = session.check("", session.from_it({{"autoencoder", "true"}}));
  EXPECT_EQ(both.errors(), 1);
}

/// As in H2O-3.
TEST(Pretraining, AnotherActivationIsWarnedOfAndOtherFirstWeightsAreNotLookedAt) {
  PretrainedSession session;
  publish_as(session.models(),
             *session.train("y", {{"export_weights_and_biases", "true"}, {"epochs", "0"}}),
             "other");
  const std::string weights = session.model<DeepLearningModel>("other")->weight_frames[0];
  const schema::Form form = session.from_it({{"activation", "Rectifier"},
                                             {"initial_weights", "[\"" + weights + "\",null,null]"},
                                             {"epochs", "0"}});
  const auto build = session.check("three", form);
  EXPECT_EQ(build.errors(), 0);
  std::vector<std::string> warned;
  for (const model::Message& message : build.messages) {
    if (message.kind == model::Message::Kind::warning) warned.push_back(message.field);
  }
  EXPECT_EQ(warned, (std::vector<std::string>{"pretrained_autoencoder", "activation"}));
  expect_hidden_layers(session.train("three", form)->network,
                       session.model<DeepLearningModel>("auto")->network);
}

TEST(Pretraining, TellsWhichInputsDiffer) {
  PretrainedSession session;
  const auto ignoring = [](const std::string& more) {
    return schema::Form{
        {"ignored_columns", "[\"y\",\"two\",\"three\",\"n\",\"w\",\"o\"" + more + "]"}};
  };
  EXPECT_NE(
      session.failure("y", session.from_it(ignoring(",\"z\""))).find("has the input z besides"),
      std::string::npos);
  EXPECT_NE(session.failure("y", session.from_it({{"use_all_factor_levels", "false"}}))
                .find("has the input k.a besides"),
            std::string::npos);
  session.learn(ignoring(",\"x\""));
  EXPECT_NE(session.failure("y", session.from_it({})).find("has no input x"), std::string::npos);
}

}  // namespace
