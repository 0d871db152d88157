#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <neve/base/wire.hpp>
#include <neve/model/algorithm.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/model/score.hpp>

namespace neve::model {

/// What an algorithm is called, as the members of Algorithm.
struct AlgorithmNames {
  std::string_view name;
  std::string_view title;
  std::string_view full_name;
  std::string_view builder_schema;
  std::string_view model_schema;
  std::string_view model_type;
};

namespace detail {

template <auto kFunction>
struct WithParameters;
template <class Answer, class P, class... Arguments, Answer (*kFunction)(const P&, Arguments...)>
struct WithParameters<kFunction> {
  static Answer call(const void* parameters, Arguments... arguments) {
    return kFunction(*static_cast<const P*>(parameters), std::forward<Arguments>(arguments)...);
  }
};

}  // namespace detail

/// A function of an algorithm's own parameters as a member of Algorithm, which know them as void:
/// made.validate = model::with_parameters<&validate>.
template <auto kFunction>
constexpr auto with_parameters = &detail::WithParameters<kFunction>::call;

/// For models that are always of one category.
template <Category kCategory>
Category always(const void* /*parameters*/, const ColumnRoles& /*roles*/, Messages& /*messages*/) {
  return kCategory;
}

/// A descriptor with all that follows from the types: parameters and output by their tables, a
/// trainer that is made of std::shared_ptr<const Parameters>, a model that is decoded and, where it
/// names a task for it, scores rows. Whatever else the algorithm has is set afterwards, the
/// category at least; checks beyond the table's bounds, too.
template <class Parameters, class OwnTrainer, class OwnModel, class Output>
Algorithm describe(const AlgorithmNames& names) {
  Algorithm made;
  made.name = names.name;
  made.title = names.title;
  made.full_name = names.full_name;
  made.builder_schema = names.builder_schema;
  made.model_schema = names.model_schema;
  made.model_type = names.model_type;
  made.parameters = &Parameters::schema();
  made.output = &Output::schema();
  made.common = [](void* parameters) -> CommonParameters& {
    return *static_cast<Parameters*>(parameters);
  };
  made.validate = [](const void* /*parameters*/, Messages& /*messages*/) {};
  made.make_trainer = [](std::shared_ptr<const void> parameters) -> std::unique_ptr<Trainer> {
    return std::make_unique<OwnTrainer>(
        std::static_pointer_cast<const Parameters>(std::move(parameters)));
  };
  made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<Model> {
    return std::make_shared<OwnModel>(wire::decode<OwnModel>(bytes));
  };
  if constexpr (requires { OwnModel::score_task; }) {
    made.score = &score_with<OwnModel>;
    made.average = &average_with<OwnModel>;
    made.tasks = {&mr::task_entry<ScoreTask<OwnModel>>(), &mr::task_entry<AverageTask<OwnModel>>()};
  }
  return made;
}

}  // namespace neve::model
