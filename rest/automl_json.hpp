#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/automl/automl.hpp>
#include <neve/schema/values.hpp>

#include "rest/job_json.hpp"

namespace neve::rest {

struct AutoMlKind {
  static constexpr std::string_view type = "Key<AutoML>", schema = "AutoMLKeyV3", url = "";
};
using AutoMlRef = schema::Key<AutoMlKind>;

/// A run to be; and the answer that it is on its way.
struct AutoMlBuildSpecV99 {
  automl::BuildControl build_control = {};
  automl::InputSpec input_spec = {};
  automl::BuildModels build_models = {};
  std::optional<JobV3> job = {};
  static const schema::Schema& schema();
};

/// The models of a project, from best to worst.
struct LeaderboardV99 {
  std::string project_name = "<default>";
  std::vector<schema::ModelRef> models = {};
  schema::FrameRef leaderboard_frame = {};
  std::int64_t leaderboard_frame_checksum = 0;
  std::vector<double> sort_metrics = {};
  std::optional<std::string> sort_metric = {};
  bool sort_decreasing = false;
  std::optional<schema::Table> table = {};
  static const schema::Schema& schema();
};

struct EventLogEntryV99 {
  std::int64_t timestamp = 0;
  automl::Severity level = automl::Severity::info;
  automl::Stage stage = automl::Stage::workflow;
  std::string message = {};
  std::optional<std::string> name = {};
  std::string value = {};
  static const schema::Schema& schema();
};

struct EventLogV99 {
  AutoMlRef automl_id = {};
  std::vector<EventLogEntryV99> events = {};
  std::optional<schema::Table> table = {};
  std::optional<automl::Severity> verbosity = {};
  static const schema::Schema& schema();
};

struct AutoMlV99 {
  AutoMlRef automl_id = {};
  std::optional<automl::Severity> verbosity = {};
  schema::FrameRef training_frame = {};
  schema::FrameRef validation_frame = {};
  schema::FrameRef blending_frame = {};
  schema::FrameRef leaderboard_frame = {};
  std::string project_name = {};
  LeaderboardV99 leaderboard = {};
  std::optional<schema::Table> leaderboard_table = {};
  EventLogV99 event_log = {};
  std::optional<schema::Table> event_log_table = {};
  std::optional<std::string> sort_metric = {};
  std::optional<std::vector<automl::StepDefinition>> modeling_steps = {};
  static const schema::Schema& schema();
};

/// With these columns beside the metrics.
LeaderboardV99 leaderboard_v99(const automl::AutoMl& automl, const model::Leaderboard& board,
                               const model::Algorithms& algorithms,
                               const std::vector<std::string>& extensions);
/// With the events of this level and above; all without one.
AutoMlV99 automl_v99(const automl::AutoMl& automl, const model::Leaderboard& board,
                     const model::Algorithms& algorithms,
                     std::optional<automl::Severity> verbosity);

}  // namespace neve::rest
