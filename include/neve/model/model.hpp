#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/base/shared_results.hpp>
#include <neve/base/wire.hpp>
#include <neve/model/category.hpp>
#include <neve/model/dataset.hpp>
#include <neve/model/metrics.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/table.hpp>

namespace neve::model {

/// What a model knows of the models that were trained on all folds but one. Names of what was not
/// kept are empty.
struct CrossValidation {
  std::int32_t folds = 0;  ///< 0: there was none
  std::vector<std::string> models;
  std::vector<std::string> predictions;  ///< frames
  std::string holdout_predictions;
  std::string fold_assignment;
  metrics::Metrics metrics;  ///< of all holdout predictions
  schema::Table summary;
  std::vector<schema::Table> scoring_histories;
  template <class Archive>
  void fields(Archive& archive) {
    archive(folds, models, predictions, holdout_predictions, fold_assignment, metrics, summary,
            scoring_histories);
  }
};

/// Parameters that were left at AUTO.
struct SettledParameters {
  schema::Form values;            ///< what AUTO came to
  std::vector<std::string> idle;  ///< those without effect, which are shown without a value
  template <class Archive>
  void fields(Archive& archive) {
    archive(values, idle);
  }
};

/// What every model knows about itself, whatever its algorithm. Filled by the training life cycle
/// (`src/model/training`), except the tables and metrics, which algorithms fill in finish().
struct Header {
  std::string key;
  std::string algorithm;  ///< "glm"
  Category category = Category::unknown;
  ColumnRoles roles;
  std::string training_frame;
  std::string validation_frame;
  schema::Form parameters;         ///< as the user gave them
  schema::Form actual_parameters;  ///< values that training chose: a drawn seed, its solver
  SettledParameters settled;       ///< nothing where AUTO is shown as it is
  std::int64_t start_time_ms = 0;
  std::int64_t end_time_ms = 0;
  double default_threshold =
      0.5;                    ///< binomial: probability from which the second class is predicted
  std::int64_t checksum = 0;  ///< of what was learnt; without names and times
  std::string status;         ///< empty; or why training ended before its time
  std::vector<std::string> warnings;
  schema::Table summary;
  schema::Table scoring_history;  ///< without columns where there is none
  std::vector<schema::Table> reproducibility;
  schema::Table variable_importances;  ///< without columns where there are none
  metrics::Metrics training_metrics;
  metrics::Metrics validation_metrics;
  CrossValidation cross_validation;

  template <class Archive>
  void fields(Archive& archive) {
    archive(key, algorithm, category, roles, training_frame, validation_frame, parameters,
            actual_parameters, settled, start_time_ms, end_time_ms, default_threshold, checksum,
            status, warnings, summary, scoring_history, reproducibility, variable_importances,
            training_metrics, validation_metrics, cross_validation);
  }
};

/// A block of rows (at most kMostRows) in the model's columns, decoded to plain arrays.
struct ScoreBlock {
  static constexpr std::size_t kMostRows = 1024;
  std::size_t rows = 0;
  /// Per model column; numbers are in `numbers` (NaN missing), categories in `codes` (-1 missing,
  /// the domain's size for a level that training did not see). The other one of the two is empty.
  std::vector<std::span<const double>> numbers;
  std::vector<std::span<const std::int32_t>> codes;
  std::span<const double> offset;  ///< empty where the model has no offset column
  std::int64_t first_row = 0;      ///< its number in the frame, where rows follow each other
  /// Numbers or codes of the training domain, NaN where missing; empty unless a question needs
  /// them.
  std::span<const double> response;
};

/// What can be asked about each row, besides its prediction.
enum class RowQuestion : std::uint8_t {
  leaf_paths,            ///< the way to its leaf in each tree, as "LRR"
  leaf_nodes,            ///< the number of its leaf in each tree
  staged_predictions,    ///< its prediction by the first trees only, for each tree
  feature_frequencies,   ///< how many tests of each predictor it met
  sampled_for_trees,     ///< whether each tree grew on it, were it a row of the training frame
  reconstruction_error,  ///< the mean squared error of what gives back its inputs
  reconstruction_error_per_feature,  ///< squared errors of each input
  hidden_features,                   ///< what units of a hidden layer make of it
  reconstruction,              ///< what a low rank model makes of it, as predictions are shown
  transformed_reconstruction,  ///< the same as it was fitted
  original_reconstruction,     ///< the same with the transformation of numbers undone
  representation               ///< its coordinates in the model's space
};

/// A small frame that a model makes of what it has learnt.
struct PointFrame {
  std::vector<std::string> names;
  std::vector<frame::DomainPtr> domains;     ///< null for numbers
  std::vector<std::vector<double>> columns;  ///< numbers or codes, NaN missing
};

/// Answers one question about rows for a model that lives longer. Immutable; any number of threads.
class RowExplainer {
 public:
  struct Column {
    std::string name;
    frame::DomainPtr domain = nullptr;  ///< null for numbers
  };
  virtual ~RowExplainer() = default;
  [[nodiscard]] virtual std::size_t count() const = 0;
  /// Whether a column is categorical.
  [[nodiscard]] virtual bool has_levels(std::size_t /*index*/) const { return false; }
  [[nodiscard]] virtual Column column(std::size_t index) const = 0;
  /// Writes columns `first` to first + out.size(): numbers or codes, NaN where missing.
  virtual void answer(const ScoreBlock& block, std::size_t first,
                      std::span<const std::span<double>> out) const = 0;
};

struct TreeView;

/// Words, and a vector of `length` numbers for each.
struct WordVectors {
  std::vector<std::string> words;
  std::size_t length = 0;
  std::vector<float> values;
  [[nodiscard]] std::span<const float> of(std::size_t word) const {
    return std::span(values).subspan(word * length, length);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(words, length, values);
  }
};

/// A trained model: immutable, shared by every node that scores with it.
class Model {
 public:
  virtual ~Model() = default;
  Header header;

  /// Values per row: class probabilities in domain order (binomial: two), or the prediction.
  [[nodiscard]] virtual std::size_t outputs() const {
    return is_classifier(header.category) ? static_cast<std::size_t>(header.roles.classes()) : 1;
  }
  /// What their columns are called; "predict" or the classes, unless said otherwise.
  [[nodiscard]] virtual std::vector<std::string> output_names() const;
  /// Names of further columns behind these, such as GLM's "StdErr"; score() fills them too.
  [[nodiscard]] virtual std::vector<std::string> extra_outputs() const { return {}; }
  /// Writes outputs() + extra_outputs() values of each row: out[k] has block.rows places. Pure.
  virtual void score(const ScoreBlock& block, std::span<const std::span<double>> out) const = 0;
  /// Null where models of this kind do not answer that question.
  [[nodiscard]] virtual std::unique_ptr<const RowExplainer> explainer(RowQuestion) const {
    return nullptr;
  }
  /// The answers to RowQuestion::hidden_features about one hidden layer, from 0 on. Null where
  /// models of this kind have no such layers; throws InputError where this one has fewer.
  [[nodiscard]] virtual std::unique_ptr<const RowExplainer> hidden_features(std::int32_t) const {
    return nullptr;
  }
  /// One of the model's trees, see model_output.hpp. Throws InputError where it has none of that
  /// number and class; nothing where it is not made of trees. The class may be left empty where
  /// there is but one.
  [[nodiscard]] virtual std::optional<TreeView> tree(std::int32_t number,
                                                     const std::string& tree_class) const;
  /// What a model of words has learnt; null for others.
  [[nodiscard]] virtual const WordVectors* word_vectors() const { return nullptr; }
  /// What a target encoder makes of levels; null for others. Throws InputError where it cannot say.
  [[nodiscard]] virtual std::unique_ptr<const ColumnEncoder> column_encoder() const { return {}; }
  /// What the mean residual deviance of a regression is the deviance of.
  [[nodiscard]] virtual metrics::Deviance deviance() const { return {}; }
  /// Groups of the gains/lift table, as the parameter of that name.
  [[nodiscard]] virtual std::int32_t gainslift_bins() const { return -1; }
  /// Turns the metrics of its category into the algorithm's own kind, if it has one (GLM adds
  /// deviances). `scored` holds what score() gave for `data`.
  virtual void complete_metrics(mr::Engine& /*engine*/, const Dataset& /*data*/,
                                const struct Scored& /*scored*/,
                                metrics::Metrics& /*metrics*/) const {}
  /// Metrics of a model without a response on all rows of positive weight; nothing where its kind
  /// has none.
  [[nodiscard]] virtual metrics::Metrics measure_rows(mr::Engine& /*engine*/,
                                                      const Dataset& /*data*/,
                                                      const job::TokenPtr& /*token*/) const {
    return {};
  }
  /// Names of the models that it cannot be scored without; they are in its file.
  [[nodiscard]] virtual std::vector<std::string> made_of() const { return {}; }
  /// Names of models and frames that are removed with it.
  [[nodiscard]] virtual std::vector<std::string> belongings() const { return {}; }
  /// Archetypes of a low rank model as rows of its columns, in the units of the data or as they
  /// were fitted; nothing where its kind has none.
  [[nodiscard]] virtual std::optional<PointFrame> archetype_points(bool /*original_units*/) const {
    return std::nullopt;
  }
  /// The object "output" of GET /3/Models: "GLMModelOutputV3" with the shared fields (see
  /// model_output.hpp) and the algorithm's own.
  [[nodiscard]] virtual schema::AnyObject output() const = 0;
  /// Whether scoring and output() find everything that they look for, whatever bytes the model was
  /// decoded from; the header is looked at elsewhere. Models that cannot say so are not loaded from
  /// files.
  [[nodiscard]] virtual bool is_sound() const { return false; }
  /// The whole model as bytes, and what was learnt only (for the checksum).
  [[nodiscard]] virtual wire::Bytes encode() const = 0;
  [[nodiscard]] virtual wire::Bytes encode_learnt() const = 0;
};

using ModelPtr = std::shared_ptr<const Model>;

/// Of what was learnt.
std::int64_t checksum_of(const Model& model);

/// Frames by value that take the place of what has their names by now.
using NamedFrames = std::map<std::string, frame::Frame>;

/// What a training has come to, of which nobody knows yet.
struct Made {
  std::vector<std::shared_ptr<Model>> models;  ///< those of folds that are kept; the model is last
  std::vector<std::shared_ptr<Model>> belongings;  ///< further models that belong to it
  std::vector<frame::Frame> frames;
  std::string export_folder;  ///< for files of the models; empty: there are none
};

/// How a training that is one of many differs from one that is asked for alone.
struct TrainingTerms {
  std::int64_t seed = -1;           ///< in the place of a drawn one
  double most_seconds = 0;          ///< beside max_runtime_secs; 0: no limit
  SharedResults* shared = nullptr;  ///< of all of them; null without
};

}  // namespace neve::model
