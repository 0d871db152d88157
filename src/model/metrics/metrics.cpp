#include <neve/model/metrics.hpp>

#include <cstddef>

#include "model/metrics/binomial_task.hpp"
#include "model/metrics/comparison_tasks.hpp"
#include "model/metrics/multinomial_task.hpp"
#include "model/metrics/regression_task.hpp"

namespace neve::model::metrics {
namespace {

/// The value as `Family`, be it that or its GLM form.
template <class Family, class Glm>
const Family* family_of(const Metrics::Value& value) {
  if (const auto* plain = std::get_if<Family>(&value)) return plain;
  return std::get_if<Glm>(&value);
}

template <std::size_t... Kind>
Metrics::Value make_empty(std::uint8_t kind, std::index_sequence<Kind...> /*all*/) {
  Metrics::Value value;
  ((kind == Kind ? static_cast<void>(value.emplace<Kind>()) : static_cast<void>(0)), ...);
  return value;
}

}  // namespace

Metrics::Value Metrics::empty_value(std::uint8_t kind) {
  NEVE_CHECK(kind < std::variant_size_v<Value>, "metrics of unknown kind");
  return make_empty(kind, std::make_index_sequence<std::variant_size_v<Value>>());
}

const MetricsHeader* Metrics::header() const {
  return std::visit(
      [](const auto& held) -> const MetricsHeader* {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return &held;
        }
      },
      value_);
}

MetricsHeader* Metrics::header() {
  return const_cast<MetricsHeader*>(static_cast<const Metrics*>(this)->header());
}

const Binomial* Metrics::binomial() const { return family_of<Binomial, BinomialGlm>(value_); }
const Multinomial* Metrics::multinomial() const {
  if (const auto* ordinal = std::get_if<OrdinalGlm>(&value_)) return ordinal;
  return family_of<Multinomial, MultinomialGlm>(value_);
}
const Regression* Metrics::regression() const {
  return family_of<Regression, RegressionGlm>(value_);
}
const Clustering* Metrics::clustering() const { return std::get_if<Clustering>(&value_); }

schema::AnyObject Metrics::object() const {
  return std::visit(
      [](const auto& held) -> schema::AnyObject {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return {};
        } else {
          return schema::any_object(held);
        }
      },
      value_);
}

std::optional<double> Metrics::find(std::string_view name) const {
  if (const Binomial* two = binomial()) {
    if (name == "classification_error") return two->classification_error;
    if (name == "lift_top_group") return two->lift_top_group;
  }
  if (const Multinomial* many = multinomial(); many != nullptr && name == "classification_error") {
    return many->classification_error;
  }
  return std::visit(
      [name](const auto& held) -> std::optional<double> {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (!std::is_same_v<Held, std::monostate>) {
          const schema::Field* field = Held::schema().find(name);
          if (field != nullptr && field->ops->number != nullptr)
            return field->ops->number(field->get(&held));
        }
        return std::nullopt;
      },
      value_);
}

mr::TaskList tasks() {
  return {&mr::task_entry<BinomialTask>(), &mr::task_entry<RegressionTask>(),
          &mr::task_entry<MultinomialTask>(), &mr::task_entry<MatchTask>(),
          &mr::task_entry<ExtentTask>()};
}

}  // namespace neve::model::metrics
