#include "rest/automl_json.hpp"

#include <array>
#include <ctime>

#include <neve/schema/schema_of.hpp>

namespace neve::rest {
namespace {

/// "13:58:04.464"
std::string time_of_day(std::int64_t time_ms) {
  constexpr std::int64_t kSecond = 1000;
  const auto seconds = static_cast<std::time_t>(time_ms / kSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  (void)std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
  const std::string millis = std::to_string(kSecond + time_ms % kSecond);
  return std::string(text.data()) + "." + millis.substr(1);
}

schema::Table events_table(const automl::AutoMl& automl,
                           const std::vector<EventLogEntryV99>& events) {
  schema::Table table{.name = "Event Log for:" + automl.key,
                      .description = "Actions taken and discoveries made by AutoML"};
  table.columns = {{.name = "", .description = "#"}};
  for (const char* name : {"timestamp", "level", "stage", "message", "name", "value"})
    table.columns.push_back({.name = name, .description = name});
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EventLogEntryV99& event = events[i];
    table.add_row({std::to_string(i), time_of_day(event.timestamp),
                   std::string(schema::enum_text(event.level)),
                   std::string(schema::enum_text(event.stage)), event.message,
                   event.name.value_or(""), event.value});
  }
  return table;
}

EventLogV99 event_log(const automl::AutoMl& automl, std::optional<automl::Severity> verbosity) {
  EventLogV99 log{.verbosity = verbosity};
  for (const automl::Event& event : automl.events) {
    if (verbosity && event.level < *verbosity) continue;
    log.events.push_back(
        {event.time_ms, event.level, event.stage, event.message, event.name, event.value});
  }
  log.table = events_table(automl, log.events);
  return log;
}

}  // namespace

const schema::Schema& AutoMlBuildSpecV99::schema() {
  using T = AutoMlBuildSpecV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLBuildSpecV99", "AutoMLBuildSpec", "SchemaV3", 99)
          .field<&T::build_control>("How long the run goes on, and what it keeps.")
          .input()
          .field<&T::input_spec>("Frames and columns.")
          .input()
          .field<&T::build_models>("Algorithms, steps and their parameters.")
          .input()
          .field<&T::job>("The job.");
  return kSchema;
}

const schema::Schema& LeaderboardV99::schema() {
  using T = LeaderboardV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("LeaderboardV99", "Leaderboard", "SchemaV3", 99)
          .field<&T::project_name>("The project.")
          .inout()
          .field<&T::models>("Its models, from best to worst.")
          .field<&T::leaderboard_frame>(
              "The frame that they are ranked on, if it is one of its own.")
          .field<&T::leaderboard_frame_checksum>("Checksum of its values.")
          .field<&T::sort_metrics>("What each model has of the metric.")
          .field<&T::sort_metric>("The metric that ranks them.")
          .inout()
          .field<&T::sort_decreasing>("Whether more of it is better.")
          .inout()
          .field<&T::table>("The models and their metrics.");
  return kSchema;
}

const schema::Schema& EventLogEntryV99::schema() {
  using T = EventLogEntryV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("EventLogEntryV99", "EventLogEntry", "SchemaV3", 99)
          .field<&T::timestamp>("Milliseconds since 1970.")
          .field<&T::level>("How much it matters.")
          .field<&T::stage>("Part of the run that it is of.")
          .field<&T::message>("What has happened.")
          .field<&T::name>("Name of a value that clients look up.")
          .field<&T::value>("That value.");
  return kSchema;
}

const schema::Schema& EventLogV99::schema() {
  using T = EventLogV99;
  static const schema::Schema kSchema = schema::SchemaOf<T>("EventLogV99", "EventLog", "Schema", 99)
                                            .field<&T::automl_id>("The project.")
                                            .inout()
                                            .field<&T::events>("What has happened, in order.")
                                            .field<&T::table>("The same as a table.")
                                            .field<&T::verbosity>("The least level that is told.")
                                            .inout();
  return kSchema;
}

const schema::Schema& AutoMlV99::schema() {
  using T = AutoMlV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLV99", "AutoML", "SchemaV3", 99)
          .field<&T::automl_id>("The project with its response, or its name alone.")
          .input()
          .field<&T::verbosity>("The least level of events that are told.")
          .inout()
          .field<&T::training_frame>("The rows that models learn from.")
          .field<&T::validation_frame>("The rows that models are checked on.")
          .field<&T::blending_frame>("The rows that ensembles learn from.")
          .field<&T::leaderboard_frame>("The rows that models are ranked on.")
          .field<&T::project_name>("Name of the project.")
          .inout()
          .field<&T::leaderboard>("Its models, from best to worst.")
          .field<&T::leaderboard_table>("The same as a table.")
          .field<&T::event_log>("What has happened in the latest run.")
          .field<&T::event_log_table>("The same as a table.")
          .field<&T::sort_metric>("Not used: the leaderboard tells it.")
          .input()
          .field<&T::modeling_steps>("The steps that the latest run has done, once it has ended.");
  return kSchema;
}

LeaderboardV99 leaderboard_v99(const automl::AutoMl& automl, const model::Leaderboard& board,
                               const model::Algorithms& algorithms,
                               const std::vector<std::string>& extensions) {
  LeaderboardV99 shown{.project_name = automl.key,
                       .leaderboard_frame = automl.ranked_on(),
                       .leaderboard_frame_checksum = automl.leaderboard_checksum,
                       .sort_decreasing = board.decreasing};
  if (!board.sort_metric.empty()) shown.sort_metric = board.sort_metric;
  for (const model::Leaderboard::Row& row : board.rows) {
    shown.models.emplace_back(row.model->header.key);
    shown.sort_metrics.push_back(row.values.front());
  }
  schema::Table table = model::leaderboard_table(board, algorithms, extensions);
  table.name = "Leaderboard for project " + automl.key;
  table.columns[0].description = "#";
  for (std::size_t i = 0; i < table.rows(); ++i) table.columns[0].cells[i] = std::to_string(i);
  for (std::size_t i = 1; i < table.columns.size(); ++i)
    table.columns[i].description = table.columns[i].name;
  shown.table = std::move(table);
  return shown;
}

AutoMlV99 automl_v99(const automl::AutoMl& automl, const model::Leaderboard& board,
                     const model::Algorithms& algorithms,
                     std::optional<automl::Severity> verbosity) {
  const automl::InputSpec& input = automl.spec.input_spec;
  AutoMlV99 shown{.automl_id = AutoMlRef(automl.key),
                  .verbosity = verbosity,
                  .training_frame = input.training_frame,
                  .validation_frame = automl.validation_frame(),
                  .blending_frame = input.blending_frame,
                  .leaderboard_frame = automl.ranked_on(),
                  .project_name = automl.project,
                  .leaderboard = leaderboard_v99(automl, board, algorithms, {}),
                  .event_log = event_log(automl, verbosity)};
  shown.leaderboard_table = shown.leaderboard.table;
  shown.event_log_table = shown.event_log.table;
  if (automl.ended) shown.modeling_steps = automl.steps;
  return shown;
}

}  // namespace neve::rest
