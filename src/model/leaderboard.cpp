#include <neve/model/leaderboard.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

namespace neve::model {
namespace {

/// The headings of columns, by which find_measure() knows them.
std::vector<std::string> usual_metrics(Category category) {
  if (category == Category::binomial)
    return {"auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse"};
  if (is_classifier(category)) return {"mean_per_class_error", "logloss", "rmse", "mse"};
  return {"rmse", "mse", "mae", "rmsle", "mean_residual_deviance"};
}

/// Whether it predicts a response: not so where a response serves another purpose.
bool is_ranked(const Header& header) {
  return !header.roles.response.empty() &&
         (is_classifier(header.category) || header.category == Category::regression);
}

/// Clients look for the status of a failed server here.
void refuse_unsupervised(const Model& model) {
  if (is_ranked(model.header)) return;
  throw InputError(501, "java.lang.UnsupportedOperationException",
                   "Leaderboard supports only supervised models: model '" + model.header.key +
                       "' (" + model.header.algorithm + ") predicts no response.",
                   {{"model", model.header.key}});
}

void check_alike(std::span<const ModelPtr> models) {
  for (const ModelPtr& model : models) {
    refuse_unsupervised(*model);
    if (usual_metrics(model->header.category) == usual_metrics(models[0]->header.category))
      continue;
    throw InputError::illegal_argument("Models don't have the same metrics (e.g. model \"" +
                                           models[0]->header.key + "\" and model \"" +
                                           model->header.key + "\").",
                                       {{"models", model->header.key}});
  }
}

std::vector<ModelPtr> each_once(std::span<const ModelPtr> models) {
  std::vector<ModelPtr> kept;
  for (const ModelPtr& model : models) {
    const auto same = [&](const ModelPtr& other) { return other->header.key == model->header.key; };
    if (std::ranges::none_of(kept, same)) kept.push_back(model);
  }
  return kept;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The heading of the column that a leaderboard is sorted by.
std::string heading_of(const std::string& asked, Category category) {
  std::string name = lower(asked);
  if (name.empty() || name == "auto") return usual_metrics(category).front();
  if (name == "pr_auc") return "aucpr";
  if (name == "deviance" || name == "residual_deviance") return "mean_residual_deviance";
  return name;
}

/// The usual columns, with the one that is sorted by as the first.
std::vector<std::string> headings(const std::string& sorted_by, Category category) {
  std::vector<std::string> names = usual_metrics(category);
  std::erase(names, sorted_by);
  names.insert(names.begin(), sorted_by);
  return names;
}

/// Throws where a metric was asked for that none of the models has.
Measure sort_measure(const std::string& asked, const std::string& heading,
                     std::span<const metrics::Metrics> measured) {
  const auto measure = find_measure(heading);
  const bool known = measure && std::ranges::any_of(measured, [&](const metrics::Metrics& of) {
                       return value_of(of, *measure).has_value();
                     });
  const bool automatic = asked.empty() || lower(asked) == "auto";
  if (measure && (known || automatic)) return *measure;
  throw InputError::illegal_argument("Invalid argument for sort_metric: '" + asked +
                                         "'. Must be one of [" +
                                         names_of_measures(measured.front()) + "]",
                                     {{"sort_metric", asked}});
}

std::vector<double> values_of(const metrics::Metrics& metrics,
                              std::span<const std::string> headings) {
  std::vector<double> values;
  for (const std::string& heading : headings)
    values.push_back(value_of(metrics, *find_measure(heading))
                         .value_or(std::numeric_limits<double>::quiet_NaN()));
  return values;
}

void sort_rows(Leaderboard& board) {
  std::ranges::stable_sort(board.rows, [&](const auto& left, const auto& right) {
    const double a = left.values[0];
    const double b = right.values[0];
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return board.decreasing ? a > b : a < b;
  });
}

/// A further column that clients may ask for.
struct Extension {
  std::string_view name;
  std::string_view type;
  std::string_view format;
  schema::Table::Cell (*cell)(const Leaderboard::Row& row, const Algorithms& algorithms);
};

constexpr Extension kExtensions[] = {
    {"training_time_ms", "long", "%s",
     [](const Leaderboard::Row& row, const Algorithms& /*algorithms*/) -> schema::Table::Cell {
       return row.model->header.end_time_ms - row.model->header.start_time_ms;
     }},
    {"predict_time_per_row_ms", "double", "%.6f",
     [](const Leaderboard::Row& row, const Algorithms& /*algorithms*/) -> schema::Table::Cell {
       if (!row.predict_time_per_row_ms) return {};
       return *row.predict_time_per_row_ms;
     }},
    {"algo", "string", "%s",
     [](const Leaderboard::Row& row, const Algorithms& algorithms) -> schema::Table::Cell {
       const std::string& name = row.model->header.algorithm;
       const Algorithm* algorithm = algorithms.find(name);
       return algorithm == nullptr ? name : std::string(algorithm->title);
     }},
};

std::vector<const Extension*> chosen(std::span<const std::string> names) {
  const bool all = names.size() == 1 && lower(names[0]) == "all";
  std::vector<const Extension*> found;
  if (all) {
    for (const Extension& extension : kExtensions) found.push_back(&extension);
    return found;
  }
  for (const std::string& name : names) {
    const auto* const at = std::ranges::find(kExtensions, name, &Extension::name);
    if (at != std::end(kExtensions)) found.push_back(at);
  }
  return found;
}

}  // namespace

Leaderboard make_leaderboard(std::span<const ModelPtr> models, const std::string& sort_metric,
                             const MetricsOf& metrics_of) {
  Leaderboard board;
  if (models.empty()) return board;
  check_alike(models);
  const std::vector<ModelPtr> ranked = each_once(models);
  std::vector<metrics::Metrics> measured;
  measured.reserve(ranked.size());
  for (const ModelPtr& model : ranked) measured.push_back(metrics_of(*model));
  const Category category = ranked[0]->header.category;
  board.sort_metric = heading_of(sort_metric, category);
  board.decreasing = sort_measure(sort_metric, board.sort_metric, measured).more_is_better;
  board.metrics = headings(board.sort_metric, category);
  for (std::size_t i = 0; i < ranked.size(); ++i)
    board.rows.push_back({.model = ranked[i], .values = values_of(measured[i], board.metrics)});
  sort_rows(board);
  return board;
}

Leaderboard make_leaderboard(std::span<const ModelPtr> models, const std::string& sort_metric) {
  return make_leaderboard(models, sort_metric,
                          [](const Model& model) { return metrics_of(model); });
}

std::vector<std::string> leaderboard_extensions() {
  std::vector<std::string> names;
  for (const Extension& extension : kExtensions) names.emplace_back(extension.name);
  return names;
}

schema::Table leaderboard_table(const Leaderboard& board, const Algorithms& algorithms,
                                std::span<const std::string> extensions) {
  schema::Table table{.name = "Leaderboard"};
  table.description = board.rows.empty()
                          ? "no models in this leaderboard"
                          : "models sorted in order of " + board.sort_metric + ", best first";
  table.columns = {{.name = ""}, {.name = "model_id"}};
  for (const std::string& name : board.metrics)
    table.columns.push_back({.name = name, .type = "double", .format = "%.6f"});
  const std::vector<const Extension*> further = chosen(extensions);
  for (const Extension* extension : further) {
    table.columns.push_back({.name = std::string(extension->name),
                             .type = std::string(extension->type),
                             .format = std::string(extension->format)});
  }
  for (const Leaderboard::Row& row : board.rows) {
    std::vector<schema::Table::Cell> cells = {std::string(), row.model->header.key};
    cells.insert(cells.end(), row.values.begin(), row.values.end());
    for (const Extension* extension : further) cells.push_back(extension->cell(row, algorithms));
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace neve::model
