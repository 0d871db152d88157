#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/model/common_parameters.hpp>
#include <neve/model/dataset.hpp>
#include <neve/model/model.hpp>
#include <neve/mr/engine.hpp>
#include <neve/schema/schema.hpp>

namespace neve::model {

/// Frames that training reads beside those of rows (constraints, values to fill in), by the
/// parameter that names each.
using FurtherFrames = std::map<std::string, frame::Frame>;
/// Models that training reads beside its checkpoint, likewise.
using FurtherModels = std::map<std::string, ModelPtr>;

/// Turns the state of a part of a job's work into what the job keeps.
using KeepState = std::function<wire::Bytes(wire::Bytes state)>;

class Models;

/// The folds of a cross-validation, trained together.
class TrainedFolds {
 public:
  virtual ~TrainedFolds() = default;
  /// In the order of the folds, headers and all.
  std::vector<std::shared_ptr<Model>> models;
  /// Metrics of all holdout predictions, as those of the main model.
  [[nodiscard]] virtual metrics::Metrics holdout_metrics(const Model& main) const = 0;
};

/// What training may use. The cluster is reached only through this.
struct TrainContext {
  mr::Engine& engine;
  job::Job& job;
  const ColumnRoles& roles;
  const Dataset& training;
  const Dataset* validation;  ///< null without
  Category category;
  std::uint64_t seed;  ///< never -1: drawn where the user left it open
  Header& header;      ///< of the model to be: fill in the tables, metrics and actual_parameters
  const Dataset* calibration = nullptr;  ///< null without
  const Model* checkpoint = nullptr;     ///< what init() goes on from; null without
  bool is_fold = false;  ///< one fold of a cross-validation, measured on its own rows
  /// Of a fold, where finish() knows it anyway: what score() would say of the validation rows of
  /// positive weight, without labels, and anything of others. Without columns where it does not.
  frame::Frame holdout = {};
  /// Frames that belong to the model, by their keys; published with it. Those of folds are not.
  std::vector<frame::Frame> frames = {};
  const FurtherFrames* further = nullptr;         ///< null without
  const FurtherModels* further_models = nullptr;  ///< null without
  /// Of the main model of a cross-validation: those of the folds; empty without.
  std::span<const std::shared_ptr<const Model>> folds = {};
  const TrainedFolds* together = nullptr;  ///< the same where they were trained together
  Models* models = nullptr;                ///< of the node, to find and to train others
  SharedResults* shared = nullptr;         ///< where other trainings need the same; null without
  /// Models that belong to the model; published with it, before it. Those of folds are not.
  std::vector<std::shared_ptr<Model>> made = {};
  /// What the job keeps where save() gives this; for steps that keep states of their own.
  KeepState keep = {};

  /// Options for runs of this job: its token, and nothing else.
  [[nodiscard]] mr::RunOptions run_options() const {
    mr::RunOptions options;
    options.token = job.token();
    return options;
  }
};

/// A model of what a training has come to, to be written into a folder while it goes on.
struct Snapshot {
  std::shared_ptr<Model> model;  ///< its header is complete but for what the life cycle adds
  std::string folder;
  std::string file_suffix;  ///< behind the model's name: ".ntrees_3"
  std::string key_suffix;   ///< that the model in the file is called by: ".3"
};

/// One training run as a resumable state machine: init once, step until it says that it is done,
/// finish once. The life cycle (src/model/training) runs the loop; between steps it looks at cancel
/// and max_runtime_secs, and then ends the loop early: the model equals the one trained with the
/// number of steps that were reached. Keep state in members; parameters outlive the trainer.
class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual void init(TrainContext& context) = 0;
  /// What resume() needs to go on from between two steps.
  [[nodiscard]] virtual wire::Bytes save() const = 0;
  /// Instead of init, on a node that takes the job over: afterwards everything is, to the last bit,
  /// as it was when save() was called.
  virtual void resume(TrainContext& context, const wire::Bytes& saved) = 0;
  /// False when there is nothing left to do.
  virtual bool step(TrainContext& context) = 0;
  /// Between two steps: what is to be written by now, nothing mostly.
  virtual std::optional<Snapshot> snapshot(TrainContext& /*context*/) { return std::nullopt; }
  /// Fills context.header (tables, metrics) and gives the model; its header is set afterwards.
  virtual std::shared_ptr<Model> finish(TrainContext& context) = 0;
};

/// A cross-validation to be.
struct FoldsOrder {
  mr::Engine& engine;
  job::Job& job;
  const Dataset& training;      ///< all rows
  ColumnId folds;               ///< the fold of each row, from 0 on
  std::vector<Header> headers;  ///< of the folds' models to be
  std::uint64_t seed;
  const FurtherFrames* further;  ///< null without
};

/// Calls back with what one fold of a cross-validation was trained on, and with what was held out.
using FoldUse = std::function<void(const Dataset& training, const Dataset& holdout)>;
using WithFold = std::function<void(std::size_t fold, const FoldUse& use)>;

/// What a training takes from models that are there.
struct FromModels {
  schema::Form parameters = {};                           ///< in place of those that were given
  std::vector<std::shared_ptr<const Model>> models = {};  ///< must not change before its end
  /// Frames that it reads, by their names in TrainContext::further.
  std::vector<std::pair<std::string, std::string>> frames = {};
};

/// What an algorithm's own request gives back: an object, or a model that is shown as one.
struct ActionAnswer {
  schema::AnyObject object = {};
  ModelPtr model = nullptr;
};

/// A request of an algorithm's own about its models, beside training and scoring: a route of the
/// REST API.
struct Action {
  std::string_view method;   ///< "GET"
  std::string_view path;     ///< "/3/GetGLMRegPath"
  std::string_view name;     ///< H2O's api_name
  std::string_view summary;  ///< "Lists …."
  const schema::Schema* input = nullptr;
  const schema::Schema* output = nullptr;  ///< of the object, or the algorithm's model_schema
  /// `input` points to the struct that the input's table makes.
  ActionAnswer (*run)(Models& models, const void* input) = nullptr;
};

/// Everything the server knows about an algorithm: a plain table entry. An algorithm's folder
/// defines `const Algorithm& algorithm();` in its namespace; CMake lists the folders.
struct Algorithm {
  std::string_view name;            ///< "gbm": in URLs and model objects
  std::string_view title;           ///< "GBM": in job names, messages and automatic model ids
  std::string_view full_name;       ///< "Gradient Boosting Machine"
  std::string_view builder_schema;  ///< "GBMV3"
  std::string_view model_schema;    ///< "GBMModelV3"
  std::string_view model_type;      ///< "GBMModel"
  std::vector<Category> can_build;
  bool supervised = true;
  /// Whether a supervised algorithm needs a response with these parameters; null: always.
  bool (*has_response)(const void* parameters) = nullptr;
  [[nodiscard]] bool needs_response(const void* with_parameters) const {
    return supervised && (has_response == nullptr || has_response(with_parameters));
  }
  bool reads_text = false;  ///< its only predictor is the first column of the frame, of strings
  std::string_view visibility = "Stable";
  int rest_version = 3;
  bool have_pojo = true;
  bool have_mojo = true;
  const schema::Schema* parameters = nullptr;  ///< "GBMParametersV3"
  const schema::Schema* output = nullptr;      ///< "GBMModelOutputV3"
  /// The shared part of a parameters object.
  CommonParameters& (*common)(void* parameters) = nullptr;
  /// Checks that need no data; bounds are checked before.
  void (*validate)(const void* parameters, Messages& messages) = nullptr;
  /// The category that these parameters give with this response; adds messages where they do not
  /// fit (regression distribution with a categorical response, …). `classes` is 1 for numbers.
  Category (*category)(const void* parameters, const ColumnRoles& roles,
                       Messages& messages) = nullptr;
  /// Checks of names against the training frame before training starts; may be null.
  void (*check_training)(const void* parameters, const frame::Frame& training,
                         Messages& messages) = nullptr;
  /// Checks of how many rows, or what weight of rows, there are to learn from; may be null.
  void (*check_rows)(const void* parameters, double weight, Messages& messages) = nullptr;
  /// Checks of a numeric response before training starts; may be null.
  void (*check_response)(const void* parameters, const ColumnRange& response,
                         Messages& messages) = nullptr;
  /// The frame that probabilities are calibrated with, empty for none; null where that is not
  /// built.
  std::string (*calibration_frame)(const void* parameters) = nullptr;
  /// Parameters that name further frames, and what they name; null where there are none.
  std::vector<std::pair<std::string, std::string>> (*further_frames)(const void* parameters) =
      nullptr;
  /// Parameters that name models, and what they name; null where there are none.
  std::vector<std::pair<std::string, std::string>> (*further_models)(const void* parameters) =
      nullptr;
  /// Whether training can use these models; not null where some are named.
  void (*check_further_models)(const void* parameters, const FurtherModels& models,
                               Messages& messages) = nullptr;
  /// The frame that is trained on where no training_frame is named, empty for none; null where one
  /// must be named.
  std::string (*frame_instead)(const void* parameters) = nullptr;
  /// Checks the models that the parameters name against each other and the training frame, and says
  /// what training takes from them; null where there are none.
  FromModels (*from_models)(const Models& models, const void* parameters,
                            const frame::Frame& training, Messages& messages) = nullptr;
  /// Whether training can go on from this model; null where it never can.
  void (*check_checkpoint)(const void* parameters, const Model& checkpoint,
                           Messages& messages) = nullptr;
  /// The folder of the trainer's snapshots, empty for none; null where there are never any.
  std::string (*snapshot_folder)(const void* parameters) = nullptr;
  bool balances_classes = false;  ///< knows balance_classes
  /// What categorical_encoding AUTO makes of columns.
  CategoricalEncoding automatic_encoding = CategoricalEncoding::automatic;
  /// categorical_encoding SortByResponse: columns of at most so many levels need not be sorted, as
  /// the algorithm does so itself; null where it does not.
  std::int32_t (*sorts_levels)(const void* parameters) = nullptr;
  std::unique_ptr<Trainer> (*make_trainer)(std::shared_ptr<const void> parameters) = nullptr;
  /// Cross-validation: parameters that the main model takes from the folds' models, such as the
  /// number of trees after early stopping; null where there are none.
  schema::Form (*from_folds)(const void* parameters,
                             std::span<const std::shared_ptr<const Model>> folds) = nullptr;
  /// Cross-validation: trains the folds in fewer passes over the rows than one after the other
  /// would take; null where that cannot be done, or does not give what it would. Done again by who
  /// takes over the job, to the same bits.
  std::shared_ptr<const TrainedFolds> (*train_folds)(std::shared_ptr<const void> parameters,
                                                     FoldsOrder& order) = nullptr;
  /// Cross-validation: makes the folds' models what they are only together, such as those of the
  /// penalty that is best for all, once they are there; null where each is final.
  void (*agree)(mr::Engine& engine, const job::TokenPtr& token,
                std::span<const std::shared_ptr<Model>> folds, const WithFold& with_fold) = nullptr;
  /// Cross-validation without a response: metrics of all rows held out, from those of the folds'
  /// models. Null for what has a response or cannot be cross-validated.
  metrics::Metrics (*join_holdouts)(std::span<const std::shared_ptr<Model>> folds) = nullptr;
  /// A model from the bytes of Model::encode().
  std::shared_ptr<Model> (*decode)(std::span<const std::byte> bytes) = nullptr;
  /// score_with<TheModel> of score.hpp.
  struct Scored (*score)(mr::Engine& engine, const ModelPtr& model, const Dataset& data,
                         const struct ScoreRequest& request) = nullptr;
  /// average_with<TheModel> of partial_dependence.hpp; null where other models score, too.
  std::vector<struct Moments> (*average)(mr::Engine& engine, const ModelPtr& model,
                                         const struct AverageOrder& order) = nullptr;
  mr::TaskList tasks;
  std::vector<Action> actions = {};
};

}  // namespace neve::model
