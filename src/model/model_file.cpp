#include "model/model_file.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "base/api/sealed_file.hpp"
#include "model/encoding.hpp"

namespace neve::model {
namespace {

constexpr SealedFile kFile{.head = "NEVEMDL\n", .version = 2, .what = "a model"};

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
  neve::refuse(kFile, source, why);
}

/// As many cells in each column.
bool is_even(const schema::Table& table) {
  return std::ranges::all_of(table.columns, [&](const schema::Table::Column& column) {
    return column.cells.size() == table.rows();
  });
}

bool is_even(const std::optional<schema::Table>& table) { return !table || is_even(*table); }

bool is_even(const std::optional<metrics::ConfusionMatrix>& matrix) {
  return !matrix || is_even(matrix->table);
}

template <class... Parts>
bool all_even(const Parts&... parts) {
  return (is_even(parts) && ...);
}

bool is_sound(Category category) { return category <= Category::binomial_uplift; }

bool is_sound(const metrics::Metrics& metrics) {
  if (const auto* header = metrics.header(); header != nullptr && header->model_category) {
    if (!is_sound(*header->model_category)) return false;
  }
  if (const auto* two = metrics.binomial()) {
    return all_even(two->cm, two->thresholds_and_metric_scores, two->max_criteria_and_metric_scores,
                    two->gains_lift_table);
  }
  if (const auto* clusters = metrics.clustering()) return all_even(clusters->centroid_stats);
  if (const auto* many = metrics.multinomial()) {
    return all_even(many->cm, many->hit_ratio_table, many->multinomial_auc_table,
                    many->multinomial_aucpr_table);
  }
  return true;
}

/// A model that reads text has one predictor, of strings; others have none such.
bool has_sound_types(const ColumnRoles& roles, bool reads_text) {
  const std::vector<frame::ColumnType> text = {frame::ColumnType::string};
  return reads_text
             ? roles.types == text && roles.encoding.names.empty()
             : std::ranges::find(roles.types, frame::ColumnType::string) == roles.types.end();
}

bool is_sound(const ColumnRoles& roles) {
  const std::size_t columns = roles.predictors.size();
  if (roles.types.size() != columns || roles.domains.size() != columns) return false;
  for (std::size_t c = 0; c < columns; ++c) {
    const bool categorical = roles.types[c] == frame::ColumnType::categorical;
    if (!categorical && roles.types[c] != frame::ColumnType::numeric &&
        roles.types[c] != frame::ColumnType::string) {
      return false;
    }
    if (categorical != (roles.domains[c] != nullptr)) return false;
  }
  return is_sound_encoding(roles);
}

/// Classes are predicted by classifiers only; what knows a response without predicting it may have
/// either kind.
bool has_sound_response(const Header& header) {
  const bool predicts =
      header.category != Category::anomaly_detection && header.category != Category::target_encoder;
  const bool has_classes = header.roles.response_domain != nullptr;
  return !predicts || is_classifier(header.category) == has_classes;
}

bool is_sound(const Header& header) {
  const CrossValidation& folds = header.cross_validation;
  const auto tables = {&header.reproducibility, &folds.scoring_histories};
  return is_sound(header.category) && is_sound(header.roles) && has_sound_response(header) &&
         (header.category != Category::binomial || header.roles.classes() == 2) &&
         all_even(header.summary, header.scoring_history, header.variable_importances,
                  folds.summary) &&
         std::ranges::all_of(tables,
                             [](const auto* list) {
                               return std::ranges::all_of(
                                   *list, [](const auto& table) { return is_even(table); });
                             }) &&
         is_sound(header.training_metrics) && is_sound(header.validation_metrics) &&
         is_sound(folds.metrics);
}

/// The form's values, as descriptions of the model read them.
bool is_readable(const Algorithm& algorithm, const Header& header) {
  const auto parameters = algorithm.parameters->make();
  // What was given has all that is required; the others take the place of some of it.
  const auto reads_with = [&](schema::Form form) {
    const schema::Form others = form;
    for (const auto& given : header.parameters) {
      const bool replaced = std::ranges::any_of(
          others, [&](const auto& other) { return other.first == given.first; });
      if (!replaced) form.push_back(given);
    }
    return schema::read_form(*algorithm.parameters, parameters.get(), form).empty();
  };
  return reads_with({}) && reads_with(header.actual_parameters) &&
         reads_with(header.settled.values);
}

}  // namespace

wire::Bytes write_model_file(const ModelFile& file) { return seal(kFile, wire::encode(file)); }

ModelFile read_model_file(std::span<const std::byte> bytes, const std::string& source) {
  const auto body = unseal(kFile, bytes, source);
  try {
    return wire::decode<ModelFile>(body);
  } catch (const InternalError&) {
    refuse(source, "its parts do not fit together.");
  }
}

void Models::add_parts(const Model& model, const std::vector<std::shared_ptr<Model>>& fresh,
                       ModelFile& file) const {
  for (const std::string& name : model.made_of()) {
    const auto made =
        std::ranges::find(fresh, name, [](const auto& each) { return each->header.key; });
    const ModelPtr part = made != fresh.end() ? *made : find(name);
    if (part == nullptr) {
      throw InputError::illegal_argument("Model '" + model.header.key +
                                             "' cannot be saved: model '" + name +
                                             "', which it is made of, has been deleted.",
                                         {{"model", name}});
    }
    const wire::Bytes bytes = part->encode();
    const bool there =
        std::ranges::any_of(file.made_of, [&](const auto& other) { return other.bytes == bytes; });
    if (there) continue;
    file.made_of.push_back({part->header.algorithm, bytes});
    add_parts(*part, fresh, file);
  }
}

wire::Bytes Models::file_of(const Model& model,
                            const std::vector<std::shared_ptr<Model>>& fresh) const {
  ModelFile file{parts_.version, {model.header.algorithm, model.encode()}, {}};
  add_parts(model, fresh, file);
  return write_model_file(file);
}

wire::Bytes Models::to_file(const Model& model) const { return file_of(model, {}); }

std::shared_ptr<Model> Models::read_filed(const FiledModel& filed,
                                          const std::string& source) const {
  const Algorithm* algorithm = parts_.algorithms.find(filed.algorithm);
  if (algorithm == nullptr) {
    refuse(source, "this server has no algorithm '" + filed.algorithm + "'.");
  }
  std::shared_ptr<Model> model;
  try {
    model = algorithm->decode(filed.bytes);
  } catch (const InternalError&) {
    refuse(source, "its parts do not fit together.");
  }
  const Header& header = model->header;
  const bool sound = header.algorithm == algorithm->name && is_sound(header) &&
                     has_sound_types(header.roles, algorithm->reads_text) &&
                     is_readable(*algorithm, header) && model->is_sound() &&
                     model->encode() == filed.bytes;
  if (!sound) refuse(source, "its parts do not fit together.");
  return model;
}

ModelPtr Models::from_file(std::span<const std::byte> bytes, const std::string& source,
                           const std::string& key) {
  const ModelFile file = read_model_file(bytes, source);
  if (file.neve_version != parts_.version) {
    refuse(source, "Neve " + file.neve_version + " wrote it; this is Neve " + parts_.version +
                       ". Load it with that version.");
  }
  std::vector<std::shared_ptr<Model>> models;
  for (const FiledModel& part : file.made_of) models.push_back(read_filed(part, source));
  models.push_back(read_filed(file.model, source));
  if (!key.empty()) models.back()->header.key = key;
  for (const auto& model : models) {
    if (model->header.key.empty()) refuse(source, "its model has no name.");
  }
  publish_all(models, {});
  return models.back();
}

}  // namespace neve::model
