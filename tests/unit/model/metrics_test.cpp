#include <neve/model/metrics.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/wire.hpp>

#include "metrics_columns.hpp"

namespace neve::model::metrics {
namespace {

/// Wire names of a schema's fields, in their order.
std::string names_of(const schema::Schema& schema) {
  std::string names;
  for (const schema::Field& field : schema.fields) names += field.name + " ";
  return names;
}

constexpr const char* kHeader =
    "model model_checksum frame frame_checksum description model_category scoring_time predictions "
    "MSE "
    "RMSE nobs custom_metric_name custom_metric_value ";
constexpr const char* kGlm =
    "residual_deviance null_deviance null_degrees_of_freedom residual_degrees_of_freedom ";

TEST(Metrics, HaveTheFieldsThatClientsKnow) {
  const std::string binomial =
      std::string(kHeader) +
      "r2 logloss loglikelihood AIC AUC pr_auc Gini mean_per_class_error domain cm "
      "thresholds_and_metric_scores max_criteria_and_metric_scores gains_lift_table ";
  const std::string regression =
      std::string(kHeader) + "r2 mean_residual_deviance mae rmsle loglikelihood AIC ";
  const std::string multinomial = std::string(kHeader) +
                                  "r2 hit_ratio_table cm logloss loglikelihood AIC "
                                  "mean_per_class_error AUC pr_auc multinomial_auc_table "
                                  "multinomial_aucpr_table ";
  EXPECT_EQ(names_of(Binomial::schema()), binomial);
  EXPECT_EQ(names_of(BinomialGlm::schema()), binomial + kGlm);
  EXPECT_EQ(names_of(Regression::schema()), regression);
  EXPECT_EQ(names_of(RegressionGlm::schema()), regression + kGlm);
  EXPECT_EQ(names_of(Multinomial::schema()), multinomial);
  EXPECT_EQ(names_of(MultinomialGlm::schema()), multinomial + kGlm);
  EXPECT_EQ(BinomialGlm::schema().name, "ModelMetricsBinomialGLMV3");
}

TEST(Metrics, EmptyOnesAreNotANumberOrNull) {
  const std::string json = schema::to_json(Regression{});
  EXPECT_NE(json.find(R"("MSE":"NaN","RMSE":"NaN","nobs":0,"custom_metric_name":null)"),
            std::string::npos)
      << json;
  EXPECT_NE(
      json.find(R"("description":null,"model_category":null,"scoring_time":0,"predictions":null)"),
      std::string::npos);
}

TEST(Metrics, KeepTheirValuesOverTheWire) {
  BinomialGlm glm;
  static_cast<Binomial&>(glm) = testing::binomial_of({0.1, 0.7, 0.6}, {0, 0, 1});
  glm.residual_deviance = 12.5;
  glm.model.name = "m";
  for (const Metrics& sent :
       {Metrics(glm), Metrics(Regression{}), Metrics(MultinomialGlm{}), Metrics()}) {
    const auto back = wire::decode<Metrics>(wire::encode(sent));
    ASSERT_EQ(back.value().index(), sent.value().index());
    if (!sent) continue;
    const auto one = sent.object();
    const auto two = back.object();
    schema::JsonWriter json_one;
    schema::JsonWriter json_two;
    write_object(*one.schema, one.object.get(), json_one);
    write_object(*two.schema, two.object.get(), json_two);
    EXPECT_EQ(json_one.text(), json_two.text());
  }
  EXPECT_THROW(wire::decode<Metrics>(wire::encode(std::uint8_t{99})), InternalError);
}

TEST(Metrics, NumbersAreFoundByTheirWireNames) {
  const Metrics metrics(testing::binomial_of({0.1, 0.7, 0.6}, {0, 0, 1}));
  EXPECT_EQ(metrics.find("AUC"), 0.5);
  EXPECT_EQ(metrics.find("nobs"), 3.0);
  EXPECT_EQ(metrics.find("mae"), std::nullopt);
  EXPECT_EQ(metrics.find("cm"), std::nullopt);
  EXPECT_NEAR(metrics.find("classification_error").value(), 1.0 / 3, 1e-15);
  EXPECT_EQ(Metrics().find("AUC"), std::nullopt);
  EXPECT_NE(metrics.binomial(), nullptr);
  EXPECT_EQ(metrics.regression(), nullptr);
}

}  // namespace
}  // namespace neve::model::metrics
