#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/automl/spec.hpp>
#include <neve/grid/grid.hpp>
#include <neve/job/job.hpp>
#include <neve/model/leaderboard.hpp>
#include <neve/model/models.hpp>

/// Automatic machine learning: a run trains models of several algorithms, searches, and stacks what
/// is there, until the time or the number of models that the user gave is used up.
namespace neve::automl {

enum class Severity : std::uint8_t { trace, debug, info, warn, error };
enum class Stage : std::uint8_t {
  validation,
  workflow,
  data_import,
  feature_analysis,
  feature_reduction,
  feature_creation,
  model_training,
  model_selection
};

/// What a run tells of itself.
struct Event {
  std::int64_t time_ms = 0;  ///< since the epoch
  Severity level = Severity::info;
  Stage stage = Stage::workflow;
  std::string message = {};
  std::optional<std::string> name = {};  ///< of a value that clients look up
  std::string value = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, level, stage, message, name, value);
  }
};

/// A model of a project.
struct Entry {
  std::string model = {};
  std::string provider = {};  ///< of the step that made it: "GBM"
  std::string step = {};
  std::vector<std::string> bases = {};  ///< of an ensemble, by name
  /// On the leaderboard frame; empty without one.
  model::metrics::Metrics metrics = {};
  [[nodiscard]] bool is_ensemble() const { return provider == "StackedEnsemble"; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(model, provider, step, bases, metrics);
  }
};

/// A project: its latest run, and the models of all. Immutable but for its run.
struct AutoMl {
  static constexpr std::string_view kType = "Key<AutoML>";
  std::string key = {};  ///< project and response
  std::string project = {};
  std::string instance = {};     ///< "AutoML_1_20261123_135804", part of its models' names
  BuildSpec spec = {};           ///< with what was left open settled
  std::string sort_metric = {};  ///< as the columns of leaderboards are called; empty: no model yet
  std::int64_t leaderboard_checksum = 0;   ///< of the leaderboard frame; 0 without
  std::vector<Entry> entries = {};         ///< in the order in which they were made
  std::vector<Event> events = {};          ///< of the latest run
  std::vector<StepDefinition> steps = {};  ///< that the latest run has done
  bool ended = false;
  /// Rows that the latest run has taken from the training frame, to stop and to rank by.
  schema::FrameRef held_out = {};
  std::vector<std::string> belongings = {};  ///< target encoders and frames that its runs have made
  /// The rows that models are ranked on, where it is not by cross-validation.
  [[nodiscard]] const schema::FrameRef& ranked_on() const;
  [[nodiscard]] const schema::FrameRef& validation_frame() const {
    return held_out.empty() ? spec.input_spec.validation_frame : held_out;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, project, instance, spec, sort_metric, leaderboard_checksum, entries, events, steps,
            ended, held_out, belongings);
  }
};

/// Runs, keeps and ranks projects. One per node. Thread-safe.
class AutoMls {
 public:
  struct Parts {
    model::Models& models;
    grid::Grids& grids;
    job::Jobs& jobs;
    const model::Algorithms& algorithms;
  };
  explicit AutoMls(const Parts& parts) : parts_(parts) {}
  /// Says how jobs run, and to the models which of them are a project's.
  void define_jobs(job::Jobs& jobs);

  /// Starts a run, which goes on with the project of this name and response where there is one.
  /// `spec` gets what was left open. Throws InputError.
  std::shared_ptr<job::Job> start(BuildSpec& spec);

  /// By the key, or by the name of the project: its latest one. Nothing where there is none.
  [[nodiscard]] std::optional<AutoMl> find(std::string_view name) const;
  /// Throws InputError (404) naming `argument`.
  [[nodiscard]] AutoMl require(std::string_view name, std::string_view argument) const;
  [[nodiscard]] std::vector<AutoMl> list() const;
  void publish(const AutoMl& automl);
  /// The models of a project that are there, from best to worst.
  [[nodiscard]] model::Leaderboard leaderboard(const AutoMl& automl) const;
  /// Lets each of the models predict some rows, of the leaderboard frame or else of the training
  /// frame, and says how long a row takes it; nothing where neither frame is there any more.
  void time_predictions(const AutoMl& automl, model::Leaderboard& board) const;

 private:
  friend class Run;
  struct Request;
  [[nodiscard]] std::optional<AutoMl> read(std::string_view key) const;
  [[nodiscard]] std::string new_instance() const;
  void refuse_running(const std::string& key) const;
  [[nodiscard]] model::NamedFrames frames_of(const InputSpec& input,
                                             std::vector<ColumnId>& columns) const;
  Parts parts_;
  std::mutex mutex_;  ///< of new names
};

}  // namespace neve::automl

template <>
struct neve::schema::EnumText<neve::automl::Severity> {
  static constexpr std::string_view name = "LoggingLoggingLevel";
  static constexpr std::array<std::string_view, 5> values = {"TRACE", "DEBUG", "INFO", "WARN",
                                                             "ERROR"};
};
template <>
struct neve::schema::EnumText<neve::automl::Stage> {
  static constexpr std::string_view name = "H2oautomleventsEventLogEntryStage";
  static constexpr std::array<std::string_view, 8> values = {
      "Validation",       "Workflow",        "DataImport",    "FeatureAnalysis",
      "FeatureReduction", "FeatureCreation", "ModelTraining", "ModelSelection"};
};
