#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include <neve/model/model_output.hpp>

namespace neve::model {

const schema::Schema& ModelOutput::schema() {
  using O = ModelOutput;
  static const schema::Schema kSchema =
      schema::SchemaOf<O>("ModelOutputSchemaV3", "Output")
          .field<&O::names>("Names of the columns the model uses: predictors, then the response.")
          .field<&O::original_names>("Names before categorical columns were encoded.")
          .field<&O::column_types>("Types of these columns.")
          .field<&O::domains>("Levels of the categorical ones.")
          .expert()
          .field<&O::cross_validation_models>("Models of the folds.")
          .expert()
          .field<&O::cross_validation_predictions>("What the folds' models predict.")
          .expert()
          .field<&O::cross_validation_holdout_predictions_frame_id>(
              "Predictions of each row by the model that did not see it.")
          .expert()
          .field<&O::cross_validation_fold_assignment_frame_id>("The fold of each row.")
          .expert()
          .field<&O::model_category>("What kind of answer the model gives.")
          .field<&O::model_summary>("The model in a line.")
          .field<&O::scoring_history>("Metrics in the course of training.")
          .secondary()
          .field<&O::cv_scoring_history>("Metrics in the course of training of each fold.")
          .secondary()
          .field<&O::reproducibility_information_table>("What is needed to repeat the run.")
          .secondary()
          .field<&O::training_metrics>("Metrics on the training frame.")
          .as_type("ModelMetrics", "ModelMetricsBaseV3")
          .field<&O::validation_metrics>("Metrics on the validation frame.")
          .as_type("ModelMetrics", "ModelMetricsBaseV3")
          .field<&O::cross_validation_metrics>("Metrics on the holdout predictions.")
          .as_type("ModelMetrics", "ModelMetricsBaseV3")
          .field<&O::cross_validation_metrics_summary>("Metrics of the folds, side by side.")
          .field<&O::status>("Why training ended before its time, if it did.")
          .secondary()
          .field<&O::start_time>("Start of training, in milliseconds since 1970.")
          .secondary()
          .field<&O::end_time>("End of training, in milliseconds since 1970.")
          .secondary()
          .field<&O::run_time>("Length of training in milliseconds.")
          .secondary()
          .field<&O::default_threshold>(
              "Probability of the second class from which it is predicted.")
          .field<&O::help>("What the fields mean.");
  return kSchema;
}

namespace {

template <class Ref>
std::optional<std::vector<Ref>> refs(const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  return std::vector<Ref>(names.begin(), names.end());
}

void fill_cross_validation(const CrossValidation& from, ModelOutput& output) {
  if (from.folds == 0) return;
  output.cross_validation_models = refs<schema::ModelRef>(from.models);
  output.cross_validation_predictions = refs<schema::FrameRef>(from.predictions);
  output.cross_validation_holdout_predictions_frame_id = from.holdout_predictions;
  output.cross_validation_fold_assignment_frame_id = from.fold_assignment;
  if (!from.scoring_histories.empty()) output.cv_scoring_history = from.scoring_histories;
  output.cross_validation_metrics = from.metrics.object();
  output.cross_validation_metrics_summary = from.summary;
}

const char* type_word(frame::ColumnType type) {
  if (type == frame::ColumnType::string) return "String";
  return type == frame::ColumnType::categorical ? "Enum" : "Numeric";
}

}  // namespace

std::optional<TreeView> Model::tree(std::int32_t /*number*/,
                                    const std::string& /*tree_class*/) const {
  return std::nullopt;
}

void fill_output(const Header& header, ModelOutput& output) {
  const ColumnRoles& roles = header.roles;
  output.names = roles.predictors;
  if (!roles.encoding.names.empty()) output.original_names = roles.encoding.names;
  for (std::size_t i = 0; i < roles.predictors.size(); ++i) {
    output.column_types.emplace_back(type_word(roles.types[i]));
    output.domains.emplace_back(roles.domains[i] ? std::optional(*roles.domains[i]) : std::nullopt);
  }
  const auto add = [&output](const std::string& name, const frame::DomainPtr& domain) {
    if (name.empty()) return;
    output.names.push_back(name);
    if (output.original_names) output.original_names->push_back(name);
    output.column_types.emplace_back(domain ? "Enum" : "Numeric");
    output.domains.emplace_back(domain ? std::optional(*domain) : std::nullopt);
  };
  add(roles.weights, nullptr);
  add(roles.offset, nullptr);
  add(roles.response, roles.response_domain);
  output.model_category = header.category;
  if (!header.summary.columns.empty()) output.model_summary = header.summary;
  if (!header.scoring_history.columns.empty()) output.scoring_history = header.scoring_history;
  output.reproducibility_information_table = header.reproducibility;
  output.training_metrics = header.training_metrics.object();
  output.validation_metrics = header.validation_metrics.object();
  fill_cross_validation(header.cross_validation, output);
  if (!header.status.empty()) output.status = header.status;
  output.start_time = header.start_time_ms;
  output.end_time = header.end_time_ms;
  output.run_time = header.end_time_ms - header.start_time_ms;
  output.default_threshold = header.default_threshold;
  for (const schema::Field& field : ModelOutput::schema().fields)
    output.help[field.name] = field.help;
}

std::string history_timestamp(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

std::string history_duration(std::int64_t ms) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%2lld.%03lld sec", static_cast<long long>(ms / 1000),
                    static_cast<long long>(ms % 1000));
  return {text.data(), static_cast<std::size_t>(size)};
}

schema::Table joined_histories(schema::Table earlier, const schema::Table& later) {
  constexpr std::size_t kCount = 3;
  const auto same_name = [](const schema::Table::Column& a, const schema::Table::Column& b) {
    return a.name == b.name;
  };
  if (!std::ranges::equal(earlier.columns, later.columns, same_name)) return later;
  const auto count_at = [](const schema::Table& table, std::size_t row) {
    return std::get<std::int64_t>(table.columns[kCount].cells[row]);
  };
  const std::size_t before = earlier.rows();
  const std::int64_t counted = before == 0 ? -1 : count_at(earlier, before - 1);
  for (std::size_t row = 0; row < later.rows(); ++row) {
    if (count_at(later, row) <= counted) continue;
    for (std::size_t c = 0; c < earlier.columns.size(); ++c) {
      earlier.columns[c].cells.push_back(later.columns[c].cells[row]);
    }
  }
  return earlier;
}

}  // namespace neve::model
