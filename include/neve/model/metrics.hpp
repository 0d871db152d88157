#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <neve/base/error.hpp>
#include <neve/model/metrics/auto_encoder.hpp>
#include <neve/model/metrics/binomial.hpp>
#include <neve/model/metrics/clustering.hpp>
#include <neve/model/metrics/dim_reduction.hpp>
#include <neve/model/metrics/multinomial.hpp>
#include <neve/model/metrics/regression.hpp>
#include <neve/schema/schema.hpp>

namespace neve::model::metrics {

/// The metrics of any model, or none.
class Metrics {
 public:
  using Value = std::variant<std::monostate, Binomial, BinomialGlm, Multinomial, MultinomialGlm,
                             OrdinalGlm, Regression, RegressionGlm, Clustering, DimReduction,
                             AutoEncoder, LowRank, Anomaly>;
  Metrics() = default;
  template <class Family>
    requires std::derived_from<Family, MetricsHeader>
  Metrics(Family family) : value_(std::move(family)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const { return value_.index() != 0; }
  /// Null where there are none.
  [[nodiscard]] MetricsHeader* header();
  [[nodiscard]] const MetricsHeader* header() const;
  /// The family, its GLM form included; null where they are of another one.
  [[nodiscard]] const Binomial* binomial() const;
  [[nodiscard]] const Multinomial* multinomial() const;
  [[nodiscard]] const Regression* regression() const;
  [[nodiscard]] const Clustering* clustering() const;
  [[nodiscard]] const Value& value() const { return value_; }
  /// For JSON; null where there are none.
  [[nodiscard]] schema::AnyObject object() const;
  /// A number by its wire name ("AUC", "logloss", "mae", …), or `classification_error` and
  /// `lift_top_group`; nothing where these metrics do not have it.
  [[nodiscard]] std::optional<double> find(std::string_view name) const;

  template <class Archive>
  void fields(Archive& archive) {
    auto kind = static_cast<std::uint8_t>(value_.index());
    archive(kind);
    if (kind != value_.index()) value_ = empty_value(kind);
    std::visit(
        [&archive](auto& held) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
            archive(held);
        },
        value_);
  }

 private:
  static Value empty_value(std::uint8_t kind);
  Value value_;
};

/// Tasks of all families.
mr::TaskList tasks();

}  // namespace neve::model::metrics
