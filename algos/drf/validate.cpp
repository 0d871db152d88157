#include "algos/drf/validate.hpp"

#include <algorithm>
#include <cmath>

#include "algos/drf/drf_model.hpp"
#include "algos/families/trees/checkpoint.hpp"
#include "algos/families/trees/tree_checks.hpp"

namespace neve::algos::drf {
namespace {

using model::Category;
using model::Messages;

constexpr std::int32_t kMtriesBySize = -1;
constexpr std::int32_t kMtriesAll = -2;

bool is_known(DistributionChoice choice) {
  return choice == DistributionChoice::automatic || choice == DistributionChoice::bernoulli ||
         choice == DistributionChoice::multinomial || choice == DistributionChoice::gaussian;
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
  trees::check_parameters(p, messages);
  if (p.sample_rate == 1 && !p.sample_rate_per_class && p.validation_frame.name.empty()) {
    model::add_warning(
        messages, "sample_rate",
        "Sample rate is 100% and no validation dataset and no cross-validation. There are no "
        "out-of-bag data to compute error estimates on the training data!");
  }
}

Category category(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  const Category made = category_of(roles);
  check_distribution(p, roles, messages);
  trees::check_category(p, made, messages);
  return made;
}

void check_response(const Parameters& p, const model::ColumnRange& response, Messages& messages) {
  trees::check_numeric_response(p, response, messages);
}

void check_checkpoint(const Parameters& p, const model::Model& checkpoint, Messages& messages) {
  const auto* model = dynamic_cast<const DrfModel*>(&checkpoint);
  if (model == nullptr) {
    trees::refuse_checkpoint(checkpoint.header, "DRF", messages);
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, model->header.parameters);
  const auto trees = static_cast<std::int64_t>(model->iterations.size());
  trees::check_checkpoint(p, {model->header, was, trees}, messages);
  if (p.binomial_double_trees != was.binomial_double_trees)
    trees::refuse_change("binomial_double_trees", messages);
}

std::int32_t columns_per_split(const Parameters& p, Category category, std::int32_t columns) {
  if (p.mtries == kMtriesAll) return columns;
  if (p.mtries != kMtriesBySize) return p.mtries;
  const std::int32_t third = columns / 3;
  const auto root = static_cast<std::int32_t>(std::sqrt(columns));
  return std::max(1, category == Category::regression ? third : root);
}

}  // namespace neve::algos::drf
