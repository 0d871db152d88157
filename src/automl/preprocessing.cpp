#include "automl/preprocessing.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/schema/json_writer.hpp>

#include "automl/plan.hpp"

namespace neve::automl {
namespace {

// As H2O-3 has them.
constexpr double kInflectionPoint = 5;
constexpr double kSmoothing = 10;

std::string as_groups(const std::vector<std::string>& columns) {
  schema::JsonWriter out;
  out.begin_array();
  for (const std::string& column : columns) {
    out.begin_array();
    out.value(column);
    out.end_array();
  }
  out.end_array();
  return out.take();
}

}  // namespace

std::vector<std::string> columns_to_encode(const BuildSpec& spec, const frame::Frame& training) {
  std::vector<std::string> columns;
  const auto& steps = spec.build_models.preprocessing;
  if (!steps || steps->empty()) return columns;
  for (std::size_t c = 0; c < training.columns.size(); ++c) {
    const frame::Column& column = training.columns[c];
    if (!column.is_categorical() || column.domain->size() < kManyLevels) continue;
    const double rows_per_level =
        static_cast<double>(training.rows()) / static_cast<double>(column.domain->size());
    if (rows_per_level > kInflectionPoint && is_predictor(spec.input_spec, training.names[c]))
      columns.push_back(training.names[c]);
  }
  return columns;
}

std::string added_folds(const BuildSpec& spec, const frame::Frame& training) {
  const InputSpec& input = spec.input_spec;
  if (spec.build_control.nfolds <= 1 || !input.fold_column.empty()) return {};
  if (columns_to_encode(spec, training).empty()) return {};
  return input.response_column.name + "_te_fold";
}

frame::Frame with_folds(mr::Engine& engine, frame::Frame training, const std::string& name,
                        std::int32_t folds, const job::TokenPtr& token) {
  auto row = std::make_shared<munge::Expression>();
  row->op = munge::Op::row_number;
  const munge::ExpressionPtr fold = munge::binary(munge::Op::modulo, std::move(row),
                                                  munge::constant_of(static_cast<double>(folds)));
  training.add(name, munge::evaluate(engine, training.layout, {&fold, 1}, token).front());
  return training;
}

void check_preprocessing(const BuildSpec& spec, const frame::Frame& training) {
  const std::string name = added_folds(spec, training);
  if (name.empty() || !training.find(name)) return;
  throw InputError::illegal_argument(
      "Frame '" + training.key + "' has a column '" + name +
          "' already, which preprocessing adds. Rename it, or give it as the fold_column.",
      {{"parameter", "preprocessing"}, {"column", name}});
}

schema::Form encoder_form(const BuildSpec& spec, const std::vector<std::string>& columns) {
  const InputSpec& input = spec.input_spec;
  schema::Form form = {{"training_frame", input.training_frame.name},
                       {"response_column", input.response_column.name},
                       {"columns_to_encode", as_groups(columns)},
                       {"keep_original_categorical_columns", "false"},
                       {"blending", "true"},
                       {"inflection_point", java_double(kInflectionPoint)},
                       {"smoothing", java_double(kSmoothing)},
                       {"noise", "0"},
                       {"seed", std::to_string(spec.build_control.stopping_criteria.seed)},
                       {"data_leakage_handling", input.fold_column.empty() ? "None" : "KFold"}};
  if (!input.fold_column.empty()) form.emplace_back("fold_column", input.fold_column.name);
  return form;
}

}  // namespace neve::automl
