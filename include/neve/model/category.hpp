#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <neve/schema/values.hpp>

namespace neve::model {

/// What kind of answer a model gives, by H2O's names.
enum class Category : std::uint8_t {
  unknown, binomial, ordinal, multinomial, regression, clustering, auto_encoder, dim_reduction,
  word_embedding, cox_ph, anomaly_detection, target_encoder, binomial_uplift
};

/// Class labels are predicted.
constexpr bool is_classifier(Category category) {
  return category == Category::binomial || category == Category::multinomial ||
         category == Category::ordinal;
}

}  // namespace neve::model

template <>
struct neve::schema::EnumText<neve::model::Category> {
  static constexpr std::string_view name = "ModelCategory";
  static constexpr std::array<std::string_view, 13> values = {
      "Unknown",       "Binomial",      "Ordinal", "Multinomial",      "Regression",
      "Clustering",    "AutoEncoder",   "DimReduction", "WordEmbedding", "CoxPH",
      "AnomalyDetection", "TargetEncoder", "BinomialUplift"};
};
