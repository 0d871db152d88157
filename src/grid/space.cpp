#include <neve/grid/grid.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/schema/json_writer.hpp>

namespace neve::grid {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& name) {
  throw InputError::illegal_argument(
      message, {{"parameter", "hyper_parameters"}, {"hyper_parameter", name}});
}

/// Clients write `lambda_` where their language has a word `lambda`.
const schema::Field& require_field(const model::Algorithm& algorithm, const std::string& name) {
  const schema::Field* field = algorithm.parameters->find(name);
  if (field == nullptr && name.ends_with('_'))
    field = algorithm.parameters->find(std::string_view(name).substr(0, name.size() - 1));
  if (field == nullptr) {
    refuse("Unknown hyper-parameter for grid search: '" + name + "' is no parameter of " +
               std::string(algorithm.title) + "!",
           name);
  }
  if (!field->gridable) {
    refuse("Illegal hyper parameter for grid search! The parameter '" + field->name +
               " is not gridable!",
           name);
  }
  return *field;
}

std::string text_of(const schema::Field& field, const void* parameters) {
  schema::JsonWriter out;
  field.ops->write(field.get(parameters), out);
  return out.take();
}

/// Refuses a value given beside those of the space, as one of the two would go unseen. Clients send
/// defaults, too.
void check_fixed(const model::Algorithm& algorithm, const schema::Field& field,
                 const schema::Form& fixed) {
  const auto defaults = algorithm.parameters->make();
  const auto given = algorithm.parameters->make();
  schema::Form own;
  std::ranges::copy_if(fixed, std::back_inserter(own),
                       [&](const auto& pair) { return pair.first == field.name; });
  if (own.empty()) return;
  schema::read_form(*algorithm.parameters, given.get(), own);
  if (text_of(field, defaults.get()) == text_of(field, given.get())) return;
  refuse("Grid search model parameter '" + field.name +
             "' is set in both the model parameters and in the hyperparameters map. This is "
             "ambiguous; set it in one place or the other, not both.",
         field.name);
}

/// The values that are different ones, in their order.
std::vector<std::string> distinct_values(const model::Algorithm& algorithm,
                                         const schema::Field& field,
                                         const std::vector<std::string>& values) {
  std::vector<std::string> kept;
  std::set<std::string> seen;
  for (const std::string& value : values) {
    const auto parameters = algorithm.parameters->make();
    const auto problems =
        schema::read_form(*algorithm.parameters, parameters.get(), {{field.name, value}});
    const bool is_readable = std::ranges::none_of(
        problems, [&](const schema::Problem& problem) { return problem.field == field.name; });
    // What cannot be read fails where it is tried.
    const std::string text = is_readable ? text_of(field, parameters.get()) : "unreadable " + value;
    if (seen.insert(text).second) kept.push_back(value);
  }
  if (kept.empty()) {
    refuse("Hyper-parameter '" + field.name + "' has no values; give it one at least.", field.name);
  }
  return kept;
}

void check_axes(std::vector<Axis>& axes, std::set<std::string>& names,
                const model::Algorithm& algorithm, const schema::Form& fixed, Strategy strategy) {
  for (Axis& axis : axes) {
    const schema::Field& field = require_field(algorithm, axis.name);
    axis.name = field.name;
    if (!names.insert(field.name).second) {
      refuse("Hyper-parameter '" + field.name +
                 "' is there twice: in the hyper-parameters, or there and in a subspace.",
             field.name);
    }
    check_fixed(algorithm, field, fixed);
    std::vector<std::string> distinct = distinct_values(algorithm, field, axis.values);
    if (strategy != Strategy::sequential) axis.values = std::move(distinct);
  }
}

void check_limit(double limit, const char* name, const std::string& text) {
  if (limit >= 0) return;
  throw InputError::illegal_argument(
      std::string(name) + " must be 0, for no limit, or positive, not " + text + ".",
      {{"parameter", "search_criteria"}, {name, text}});
}

}  // namespace

std::vector<std::string> Space::names() const {
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<Axis>& more) {
    for (const Axis& axis : more) {
      if (std::ranges::find(names, axis.name) == names.end()) names.push_back(axis.name);
    }
  };
  add(axes);
  for (const std::vector<Axis>& subspace : subspaces) add(subspace);
  return names;
}

Space checked(Space space, const model::Algorithm& algorithm, const schema::Form& fixed,
              Strategy strategy) {
  std::set<std::string> common;
  check_axes(space.axes, common, algorithm, fixed, strategy);
  for (std::vector<Axis>& subspace : space.subspaces) {
    std::set<std::string> names = common;
    check_axes(subspace, names, algorithm, fixed, strategy);
  }
  return space;
}

void check(const Criteria& criteria, const Space& space) {
  if (criteria.strategy == Strategy::unknown) {
    throw InputError::illegal_argument(
        "search_criteria.strategy must be Cartesian, RandomDiscrete, Sequential, TPE or ASHA, "
        "not Unknown.",
        {{"parameter", "search_criteria"}});
  }
  check_limit(criteria.max_models, "max_models", std::to_string(criteria.max_models));
  check_limit(criteria.max_runtime_secs, "max_runtime_secs",
              std::to_string(criteria.max_runtime_secs));
  check_limit(criteria.stopping_rounds, "stopping_rounds",
              std::to_string(criteria.stopping_rounds));
  check_limit(criteria.stopping_tolerance, "stopping_tolerance",
              std::to_string(criteria.stopping_tolerance));
  if (criteria.strategy == Strategy::tpe && !space.subspaces.empty()) {
    throw InputError::illegal_argument(
        "A search of strategy TPE has no subspaces; search each of them, or use RandomDiscrete.",
        {{"parameter", "hyper_parameters"}, {"hyper_parameter", "subspaces"}});
  }
  if (criteria.strategy != Strategy::sequential) return;
  std::vector<std::vector<Axis>> blocks = space.subspaces;
  if (blocks.empty()) blocks.emplace_back();
  for (std::vector<Axis>& axes : blocks) {
    axes.insert(axes.end(), space.axes.begin(), space.axes.end());
    std::size_t length = 1;
    for (const Axis& axis : axes) {
      if (axis.values.size() == 1) continue;
      if (length == 1) length = axis.values.size();
      if (axis.values.size() == length) continue;
      refuse(
          "A sequential search takes the values of all hyper-parameters in step, so that there "
          "must be as many of each, or one: '" +
              axis.name + "' has " + std::to_string(axis.values.size()) + ", another one " +
              std::to_string(length) + ".",
          axis.name);
    }
  }
}

}  // namespace neve::grid
