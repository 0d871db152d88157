#include <algorithm>
#include <cmath>
#include <cstdint>

#include <neve/base/error.hpp>
#include <neve/schema/json_writer.hpp>

#include "grid/halving.hpp"

namespace neve::grid {
namespace {

/// How often the best are chosen where the user does not say how little is enough.
constexpr std::size_t kUsualChoices = 2;

/// The parameter that says how far training goes, of which a checkpoint may have a part; empty
/// where there is none.
std::string resource_of(const model::Algorithm& algorithm) {
  if (algorithm.check_checkpoint == nullptr) return {};
  for (const char* name : {"ntrees", "epochs"}) {
    if (algorithm.parameters->find(name) != nullptr) return name;
  }
  return {};
}

[[noreturn]] void refuse(const std::string& message, const char* name, const std::string& value) {
  throw InputError::illegal_argument(message, {{"parameter", "search_criteria"}, {name, value}});
}

std::string text_of(double value) {
  schema::JsonWriter out;
  out.value(value);
  return out.take();
}

void check_criteria(const Criteria& criteria) {
  if (criteria.eta < 2) {
    refuse("eta must be 2 or more, as one of so many models goes on, not " +
               std::to_string(criteria.eta) + ".",
           "eta", std::to_string(criteria.eta));
  }
  if (criteria.min_resource < 0 || !std::isfinite(criteria.min_resource)) {
    refuse("min_resource must be 0, for a usual one, or positive, not " +
               text_of(criteria.min_resource) + ".",
           "min_resource", text_of(criteria.min_resource));
  }
}

void check_not_given(const model::Algorithm& algorithm, const std::string& parameter,
                     const model::CommonParameters& common, const Space& space) {
  const std::vector<std::string> names = space.names();
  if (std::ranges::find(names, parameter) != names.end()) {
    throw InputError::illegal_argument(
        "A search of strategy ASHA chooses " + parameter + " of each " +
            std::string(algorithm.title) +
            " model itself; leave it out of the hyper-parameters, and give the largest one as the "
            "parameter.",
        {{"parameter", "hyper_parameters"}, {"hyper_parameter", parameter}});
  }
  if (common.checkpoint.empty()) return;
  throw InputError::illegal_argument(
      "A search of strategy ASHA goes on from its own models; leave checkpoint out.",
      {{"parameter", "checkpoint"}, {"checkpoint", common.checkpoint.name}});
}

}  // namespace

Rungs rungs_of(const model::Algorithm& algorithm, const schema::Form& form, const Space& space,
               const Criteria& criteria) {
  check_criteria(criteria);
  Rungs rungs{.parameter = resource_of(algorithm)};
  if (rungs.parameter.empty()) {
    refuse(
        "A search of strategy ASHA needs models that can be trained a part of the way and go "
        "on, such as GBM, DRF and DeepLearning; for " +
            std::string(algorithm.title) + " use RandomDiscrete or TPE.",
        "strategy", "ASHA");
  }
  const auto parameters = algorithm.parameters->make();
  // Those that cannot be read are told of by the models.
  (void)schema::read_form(*algorithm.parameters, parameters.get(), form);
  check_not_given(algorithm, rungs.parameter, algorithm.common(parameters.get()), space);
  const schema::Field& field = *algorithm.parameters->find(rungs.parameter);
  const double most = field.ops->number(field.get(parameters.get()));
  if (criteria.min_resource > most) {
    refuse("min_resource must be at most " + rungs.parameter + ", which is " + text_of(most) +
               ", not " + text_of(criteria.min_resource) + ".",
           "min_resource", text_of(criteria.min_resource));
  }
  const bool is_count = field.type == "int" || field.type == "long";
  const auto add = [&](double value) {
    rungs.values.insert(rungs.values.begin(), is_count
                                                  ? std::to_string(static_cast<std::int64_t>(value))
                                                  : text_of(value));
  };
  add(most);
  double last = most;
  double part = most / criteria.eta;
  while (criteria.min_resource > 0 || rungs.values.size() <= kUsualChoices) {
    const double value = is_count ? std::ceil(part) : part;
    if (value < criteria.min_resource || value >= last || value <= 0) break;
    add(value);
    last = value;
    part /= criteria.eta;
  }
  return rungs;
}

}  // namespace neve::grid
