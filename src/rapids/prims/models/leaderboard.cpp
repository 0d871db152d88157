#include <algorithm>
#include <cctype>
#include <chrono>
#include <limits>
#include <map>

#include <neve/model/leaderboard.hpp>
#include <neve/model/models.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

constexpr std::string_view kPredictTime = "predict_time_per_row_ms";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The models of these names, and those of the grids among them.
std::vector<model::ModelPtr> models_of(Arguments& arguments) {
  const model::Models& models = arguments.evaluation().models();
  std::vector<model::ModelPtr> found;
  for (const std::string& name : arguments.texts(0)) {
    if (model::ModelPtr model = models.find(name)) {
      found.push_back(std::move(model));
      continue;
    }
    const std::vector<model::ModelPtr> members = models.group(name);
    if (members.empty()) {
      throw InputError::not_found(
          "Unsupported model/grid id: " + name + "! Nothing of this name is there.",
          {{"models", name}});
    }
    found.insert(found.end(), members.begin(), members.end());
  }
  return found;
}

/// Which of their own metrics models are compared by, so that all have them: of cross-validation,
/// else of the validation frame, else of training, beginning with what is asked for.
std::string data_for_all(std::string asked, const std::vector<model::ModelPtr>& models) {
  const auto all_have = [&](const auto& metrics_of) {
    return std::ranges::all_of(
        models, [&](const model::ModelPtr& each) { return !!metrics_of(each->header); });
  };
  if (asked == "auto") asked = "xval";
  if (asked == "xval" &&
      !all_have([](const model::Header& h) -> auto& { return h.cross_validation.metrics; }))
    asked = "valid";
  if (asked == "valid" &&
      !all_have([](const model::Header& h) -> auto& { return h.validation_metrics; }))
    asked = "train";
  return asked;
}

model::Leaderboard of_own_metrics(const std::vector<model::ModelPtr>& models,
                                  const std::string& sort_metric, const std::string& scoring_data) {
  const std::string data = data_for_all(scoring_data, models);
  return model::make_leaderboard(models, sort_metric, [&](const model::Model& model) {
    if (data == "xval") return model.header.cross_validation.metrics;
    return data == "valid" ? model.header.validation_metrics : model.header.training_metrics;
  });
}

/// By metrics on a frame, and how long it took to score it.
model::Leaderboard of_frame(Evaluation& evaluation, const std::vector<model::ModelPtr>& models,
                            const std::string& sort_metric, const frame::Frame& frame) {
  std::map<std::string, double> times;
  model::Leaderboard board =
      model::make_leaderboard(models, sort_metric, [&](const model::Model& model) {
        std::vector<std::string> warnings;
        const auto begin = std::chrono::steady_clock::now();
        auto metrics = evaluation.models().performance(
            evaluation.models().require(model.header.key), frame, evaluation.token(), warnings);
        const std::chrono::duration<double, std::milli> taken =
            std::chrono::steady_clock::now() - begin;
        times[model.header.key] = taken.count() / static_cast<double>(frame.rows());
        return metrics;
      });
  for (model::Leaderboard::Row& row : board.rows)
    row.predict_time_per_row_ms = times.at(row.model->header.key);
  return board;
}

/// A table without its row headers.
LazyFrame as_frame(Evaluation& evaluation, const schema::Table& table) {
  std::vector<Evaluation::NewColumn> columns;
  for (std::size_t c = 1; c < table.columns.size(); ++c) {
    const schema::Table::Column& from = table.columns[c];
    Evaluation::NewColumn column{.name = from.name};
    if (from.type == "string") column.texts.emplace();
    for (const schema::Table::Cell& cell : from.cells) {
      if (column.texts) {
        column.texts->push_back(std::get<std::string>(cell));
      } else if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
        column.numbers.push_back(static_cast<double>(*whole));
      } else {
        const auto* number = std::get_if<double>(&cell);
        column.numbers.push_back(number != nullptr ? *number
                                                   : std::numeric_limits<double>::quiet_NaN());
      }
    }
    columns.push_back(std::move(column));
  }
  return evaluation.new_frame(columns);
}

Value make_leaderboard(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const std::vector<model::ModelPtr> models = models_of(arguments);
  const std::string frame = arguments.text(1);
  const std::string sort_metric = arguments.text(2);
  const StringList extensions = arguments.texts(3);
  const std::string scoring_data = lower(arguments.text(4));
  static constexpr std::string_view kKnown[] = {"auto", "train", "valid", "xval"};
  if (std::ranges::find(kKnown, scoring_data) == std::end(kKnown))
    arguments.fail(4, "It must be one of auto, train, valid, xval, not " + scoring_data);
  const auto asks_for_time = [](const std::string& name) {
    return name == kPredictTime || lower(name) == "all";
  };
  model::Leaderboard board;
  if (!frame.empty()) {
    board = of_frame(evaluation, models, sort_metric,
                     evaluation.frames().require(evaluation.full_name(frame), "leaderboard_frame"));
  } else if (std::ranges::any_of(extensions, asks_for_time)) {
    throw InputError::illegal_argument(std::string(kPredictTime) + " requires a leaderboard frame!",
                                       {{"extensions", std::string(kPredictTime)}});
  } else {
    board = of_own_metrics(models, sort_metric, scoring_data);
  }
  return as_frame(evaluation,
                  model::leaderboard_table(board, evaluation.models().algorithms(), extensions));
}

}  // namespace

const PrimGroup& leaderboard() {
  static const PrimGroup kGroup{{
      {{"makeLeaderboard"},
       "models leaderboard_frame sort_metric extensions scoring_data",
       "Models from best to worst, by their own metrics or those on a frame.",
       make_leaderboard},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
