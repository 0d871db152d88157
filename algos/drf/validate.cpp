#include "algos/drf/validate.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/java_number.hpp>

#include "algos/families/trees/stopping.hpp"

namespace neve::algos::drf {
namespace {

using model::Category;
using model::Message;
using model::Messages;

constexpr std::int32_t kMtriesBySize = -1;
constexpr std::int32_t kMtriesAll = -2;

void add_error(Messages& messages, std::string field, std::string text) {
  messages.push_back({Message::Kind::error, std::move(field), std::move(text)});
}

bool is_known(DistributionChoice choice) {
  return choice == DistributionChoice::automatic || choice == DistributionChoice::bernoulli ||
         choice == DistributionChoice::multinomial || choice == DistributionChoice::gaussian;
}

void check_class_rates(const Parameters& p, Messages& messages) {
  if (!p.sample_rate_per_class) return;
  for (const double rate : *p.sample_rate_per_class) {
    if (rate >= 0 && rate <= 1) continue;
    add_error(messages, "sample_rate_per_class",
              "sample_rate_per_class has " + java_double(rate) + ": rates are between 0 and 1");
    return;
  }
}

void check_distribution(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  const std::int32_t classes = roles.response_domain ? roles.classes() : 0;
  const auto named = std::string(schema::enum_text(p.distribution));
  const bool wants_classes = p.distribution == DistributionChoice::bernoulli ||
                             p.distribution == DistributionChoice::multinomial;
  if (wants_classes && classes == 0) {
    add_error(messages, "distribution",
              named + " needs a categorical response, column " + roles.response +
                  " is numeric; make it a factor first");
  }
  if (p.distribution == DistributionChoice::gaussian && classes != 0) {
    add_error(messages, "distribution",
              named + " needs a numeric response, column " + roles.response + " is categorical");
  }
  if (p.distribution == DistributionChoice::bernoulli && classes > 2) {
    add_error(messages, "distribution",
              named + " needs a response of 2 levels, column " + roles.response + " has " +
                  std::to_string(classes));
  }
}

Category category_of(const model::ColumnRoles& roles) {
  if (!roles.response_domain) return Category::regression;
  return roles.classes() == 2 ? Category::binomial : Category::multinomial;
}

}  // namespace

void validate(const Parameters& p, Messages& messages) {
  if (p.categorical_encoding == model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Cannot use OneHotInternal categorical encoding for tree methods; OneHotExplicit "
              "makes the same columns.");
  }
  if (!is_known(p.distribution)) {
    add_error(messages, "distribution",
              std::string(schema::enum_text(p.distribution)) +
                  " distribution is not supported for DRF: it knows AUTO, bernoulli, multinomial "
                  "and gaussian");
  }
  if (p.mtries == 0) {
    add_error(messages, "mtries",
              "mtries must be -1 (converted to sqrt(features)) or -2 (All features) or >= 1 but it "
              "is 0");
  }
  if (!p.offset_column.name.empty()) {
    add_error(messages, "offset_column",
              "Offsets are not yet supported for DRF; offset_column is " + p.offset_column.name);
  }
  check_class_rates(p, messages);
  if (p.sample_rate == 1 && !p.sample_rate_per_class && p.validation_frame.name.empty()) {
    messages.push_back(
        {Message::Kind::warning, "sample_rate",
         "Sample rate is 100% and no validation dataset and no cross-validation. There are no "
         "out-of-bag data to compute error estimates on the training data!"});
  }
  if (p.calibrate_model) model::refuse("calibrate_model", "true", messages);
}

Category category(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  const Category made = category_of(roles);
  check_distribution(p, roles, messages);
  if (p.stopping_rounds > 0 && !trees::can_decide(p, made)) {
    add_error(messages, "stopping_metric",
              "The value " + std::string(schema::enum_text(p.stopping_metric)) +
                  " of parameter stopping_metric is not measured for such a model (" +
                  std::string(schema::enum_text(made)) + "), so that it cannot end its training");
  }
  return made;
}

void warn_of_two_responses(const Parameters& p, const model::ColumnRange& response,
                           Messages& messages) {
  const bool zero_one = response.low == 0 && response.high == 1;
  const bool ones = response.low == -1 && response.high == 1 && response.zeros == 0;
  const bool two = response.integers && (zero_one || ones);
  if (!two || p.distribution != DistributionChoice::automatic) return;
  // The clients know this text.
  messages.push_back(
      {Message::Kind::warning, "response_column",
       "We have detected that your response column has only 2 unique values (0/1). If you wish to "
       "train a binary model instead of a regression model, convert your target column to "
       "categorical before training."});
}

std::int32_t columns_per_split(const Parameters& p, Category category, std::int32_t columns) {
  if (p.mtries == kMtriesAll) return columns;
  if (p.mtries != kMtriesBySize) return p.mtries;
  const std::int32_t third = columns / 3;
  const auto root = static_cast<std::int32_t>(std::sqrt(columns));
  return std::max(1, category == Category::regression ? third : root);
}

}  // namespace neve::algos::drf
