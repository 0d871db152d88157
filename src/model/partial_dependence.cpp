#include <neve/model/partial_dependence.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "model/averages.hpp"
#include "store/api/objects.hpp"

namespace neve::model {
namespace {

using schema::Table;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostPoints = 100'000;  // of one table

[[noreturn]] void refuse(const std::string& message, const std::string& name,
                         const std::string& value) {
  throw InputError::bad_request(message, {{name, value}});
}

const std::vector<double>* given_values(const PartialDependence& asked, const std::string& name) {
  const auto at =
      std::ranges::find(asked.values, name, &std::pair<std::string, std::vector<double>>::first);
  return at == asked.values.end() ? nullptr : &at->second;
}

/// All columns of the order, each once.
std::vector<std::string> columns_of(const PartialDependence& asked) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  };
  std::ranges::for_each(asked.columns, add);
  for (const auto& [first, second] : asked.pairs) {
    add(first);
    add(second);
  }
  return all;
}

void check_model(const Model& model) {
  const Header& header = model.header;
  if (!header.roles.response.empty() &&
      (is_classifier(header.category) || header.category == Category::regression))
    return;
  refuse("Partial dependence plots are only implemented for supervised models; model '" +
             header.key + "' (" + header.algorithm + ") predicts no response.",
         "model_id", header.key);
}

/// The outputs of the model that are looked at.
std::vector<std::int32_t> outputs_of(const Model& model, const std::vector<std::string>& targets) {
  const frame::DomainPtr& classes = model.header.roles.response_domain;
  if (!classes) return {0};
  if (classes->size() == 2) return {1};
  std::vector<std::int32_t> outputs;
  for (const std::string& target : targets) {
    const auto at = std::ranges::find(*classes, target);
    if (at == classes->end()) refuse("Incorrect target class: " + target + ".", "targets", target);
    outputs.push_back(static_cast<std::int32_t>(at - classes->begin()));
  }
  return outputs;
}

void check_targets(const Model& model, const std::vector<std::string>& targets) {
  const bool many = model.header.roles.classes() > 2;
  if (!many && !targets.empty()) {
    refuse(
        "Targets parameter is available only for multinomial classification or ordinal "
        "regression.",
        "targets", targets[0]);
  }
  if (many && targets.empty()) {
    refuse(
        "Targets parameter has to be set for multinomial classification or ordinal regression: "
        "name classes whose probability is to be looked at.",
        "targets", "");
  }
  outputs_of(model, targets);
}

bool has_values(const frame::Column& column) {
  return column.is_categorical() || column.type == frame::ColumnType::numeric ||
         column.type == frame::ColumnType::time;
}

void check_values(const std::string& name, const frame::Column& column,
                  const std::vector<double>& values) {
  if (!column.is_categorical()) return;
  const auto levels = static_cast<double>(column.domain->size());
  for (const double value : values) {
    if (std::isnan(value) || (value >= 0 && value < levels && value == std::floor(value))) continue;
    refuse("Values of column '" + name + "' must be numbers of its levels, from 0 to " +
               std::to_string(column.domain->size() - 1) + ", not " + std::to_string(value) + ".",
           "user_splits", std::to_string(value));
  }
}

void check_column(const PartialDependence& asked, const std::string& name,
                  const frame::Frame& frame) {
  const frame::Column& column = frame.column(frame.require(name));
  if (!has_values(column)) {
    refuse("Column " + name +
               " is neither numeric nor categorical: partial dependence is of such columns only.",
           "cols", name);
  }
  if (const auto* values = given_values(asked, name)) return check_values(name, column, *values);
  if (!asked.values.empty() || !column.is_categorical()) return;
  const std::size_t levels = column.domain->size();
  if (levels <= static_cast<std::size_t>(asked.bins)) return;
  refuse("Column " + name + "'s cardinality of " + std::to_string(levels) + " > nbins of " +
             std::to_string(asked.bins),
         "nbins", std::to_string(asked.bins));
}

void check_weights(std::int32_t weights, const frame::Frame& frame) {
  if (weights < 0) return;
  if (weights < frame.width() &&
      frame.columns[static_cast<std::size_t>(weights)].type == frame::ColumnType::numeric)
    return;
  refuse("Weight column " + std::to_string(weights) + " must be a numerical column.",
         "weight_column_index", std::to_string(weights));
}

/// The most important columns that the frame has, or all of the model.
std::vector<std::string> usual_columns(const Model& model, const frame::Frame& frame) {
  constexpr std::size_t kMost = 10;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const auto at = frame.find(name);
    if (at && has_values(frame.column(*at))) names.push_back(name);
  };
  const Table& importances = model.header.variable_importances;
  if (!importances.columns.empty()) {
    for (const Table::Cell& cell : importances.columns[0].cells) {
      const auto* name = std::get_if<std::string>(&cell);
      if (name != nullptr && names.size() < kMost) add(*name);
    }
  }
  if (!names.empty()) return names;
  const ColumnRoles& roles = model.header.roles;
  std::ranges::for_each(roles.encoding.names.empty() ? roles.predictors : roles.encoding.names,
                        add);
  return names;
}

/// Makes the tables of an order, one after the other.
class TableMaker {
 public:
  TableMaker(PartialDependence& asked, Models& models, const frame::Frame& frame, job::Job& job)
      : asked_(asked),
        whole_(frame),
        job_(job),
        model_(models.require(asked.model, "model_id")),
        averager_({models, model_,
                   asked.row < 0 ? frame : munge::slice(models.engine(), frame, asked.row, 1),
                   outputs_of(*model_, asked.targets), weights_of(asked), job.token()}) {
    look_at_columns(models.engine());
    if (job.saved() == nullptr) return;
    auto saved = wire::decode<State>(*job.saved());
    // Another model may have taken the name since.
    if (saved.first == model_->header.checksum) asked_.tables = std::move(saved.second);
  }

  void run() {
    std::vector<std::vector<std::string>> all;
    all.reserve(asked_.columns.size() + asked_.pairs.size());
    for (const std::string& column : asked_.columns) all.push_back({column});
    for (const auto& [first, second] : asked_.pairs) all.push_back({first, second});
    const std::size_t each = std::max<std::size_t>(asked_.targets.size(), 1);
    for (std::size_t i = asked_.tables.size() / each; i < all.size(); ++i) {
      job_.begin_part(static_cast<double>(i) / static_cast<double>(all.size()),
                      static_cast<double>(i + 1) / static_cast<double>(all.size()),
                      "Partial dependence");
      add_tables(all[i]);
      job_.keep([this] { return wire::encode(State(model_->header.checksum, asked_.tables)); });
    }
  }

 private:
  /// Of which model there are which tables.
  using State = std::pair<std::int64_t, std::vector<Table>>;
  static std::optional<ColumnIndex> weights_of(const PartialDependence& asked) {
    if (asked.weights < 0) return std::nullopt;
    return ColumnIndex(asked.weights);
  }
  void look_at_columns(mr::Engine& engine) {
    std::vector<std::string> names = columns_of(asked_);
    std::vector<frame::Column> columns;
    columns.reserve(names.size() + 1);
    for (const std::string& name : names) columns.push_back(whole_.column(whole_.require(name)));
    if (asked_.weights >= 0)
      columns.push_back(whole_.columns[static_cast<std::size_t>(asked_.weights)]);
    const auto rollups = munge::roll_up(engine, whole_.layout, columns, job_.token());
    for (std::size_t i = 0; i < names.size(); ++i) rollups_[names[i]] = rollups[i];
    if (asked_.weights < 0 || !(rollups.back().min() < 0)) return;
    refuse("Weights must not be negative, as in column " + std::to_string(asked_.weights) + ".",
           "weight_column_index", std::to_string(asked_.weights));
  }
  [[nodiscard]] const frame::Column& column(const std::string& name) const {
    return whole_.column(whole_.require(name));
  }
  /// The values at which a column is looked at.
  [[nodiscard]] std::vector<double> values_of(const std::string& name) const {
    std::vector<double> values;
    if (const auto* given = given_values(asked_, name)) {
      values = *given;
    } else {
      values = spread(name);
    }
    if (asked_.with_missing) values.push_back(kMissing);
    return values;
  }
  /// From the least to the largest value, in equal steps; whole numbers and levels that are fewer
  /// than bins, each.
  [[nodiscard]] std::vector<double> spread(const std::string& name) const {
    const frame::Rollup& rollup = rollups_.at(name);
    const double low = rollup.min();
    if (std::isnan(low)) {
      refuse("Column " + name + " has no values in the frame: give some (user_splits).", "cols",
             name);
    }
    const double range = rollup.max() - low;
    auto count = static_cast<std::size_t>(asked_.bins);
    const bool whole = rollup.is_int || column(name).is_categorical();
    if (column(name).is_categorical() || (whole && range + 1 < asked_.bins))
      count = static_cast<std::size_t>(range) + 1;
    const double step = count == 1 ? 0 : range / static_cast<double>(count - 1);
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(low + static_cast<double>(i) * step);
    return values;
  }
  /// All combinations of the columns' values; the last column's run fastest.
  [[nodiscard]] std::vector<std::vector<double>> points_of(
      const std::vector<std::string>& names) const {
    std::vector<std::vector<double>> points = {{}};
    for (const std::string& name : names) {
      const std::vector<double> values = values_of(name);
      if (points.size() * values.size() > kMostPoints)
        refuse("Column " + name + " has too many values: partial dependence is computed at " +
                   std::to_string(kMostPoints) + " points at most. Lower nbins.",
               "nbins", std::to_string(asked_.bins));
      std::vector<std::vector<double>> longer;
      for (const std::vector<double>& point : points) {
        for (const double value : values) {
          longer.push_back(point);
          longer.back().push_back(value);
        }
      }
      points = std::move(longer);
    }
    return points;
  }
  void add_tables(const std::vector<std::string>& names) {
    // So many that reading blocks costs little, and so few that jobs can be stopped.
    constexpr std::size_t kPointsAtOnce = 32;
    const std::vector<std::vector<double>> points = points_of(names);
    std::vector<Moments> moments;
    for (std::size_t begin = 0; begin < points.size(); begin += kPointsAtOnce) {
      const std::size_t count = std::min(kPointsAtOnce, points.size() - begin);
      std::ranges::copy(averager_.at(names, std::span(points).subspan(begin, count)),
                        std::back_inserter(moments));
      job_.progress(static_cast<double>(begin + count) / static_cast<double>(points.size()),
                    names.size() == 1 ? names[0] : names[0] + ", " + names[1]);
    }
    const std::size_t targets = std::max<std::size_t>(asked_.targets.size(), 1);
    for (std::size_t t = 0; t < targets; ++t) {
      Table table = empty_table(names, t);
      for (std::size_t p = 0; p < points.size(); ++p)
        table.add_row(cells_of(names, points[p], moments[p * targets + t]));
      asked_.tables.push_back(std::move(table));
    }
  }
  [[nodiscard]] std::vector<Table::Cell> cells_of(const std::vector<std::string>& names,
                                                  const std::vector<double>& point,
                                                  const Moments& moments) const {
    std::vector<Table::Cell> cells;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const frame::DomainPtr& levels = column(names[i]).domain;
      if (!column(names[i]).is_categorical()) {
        cells.emplace_back(point[i]);
      } else if (std::isnan(point[i])) {
        cells.emplace_back(std::string(".missing(NA)"));
      } else {
        cells.emplace_back((*levels)[static_cast<std::size_t>(point[i])]);
      }
    }
    const auto rows = static_cast<double>(asked_.row < 0 ? whole_.rows() : 1);
    cells.emplace_back(moments.mean());
    cells.emplace_back(moments.deviation());
    cells.emplace_back(moments.deviation() / std::sqrt(rows));
    return cells;
  }
  [[nodiscard]] Table empty_table(const std::vector<std::string>& names, std::size_t target) const {
    Table table{.name = names.size() == 1 ? "PartialDependence" : "2D-PartialDependence"};
    table.description = description_of(names, target);
    for (const std::string& name : names) {
      const bool levels = column(name).is_categorical();
      table.columns.push_back({name, levels ? "string" : "double", levels ? "%s" : "%5f", name});
    }
    for (const char* name : {"mean_response", "stddev_response", "std_error_mean_response"})
      table.columns.push_back({name, "double", "%5f", name});
    return table;
  }
  [[nodiscard]] std::string description_of(const std::vector<std::string>& names,
                                           std::size_t target) const {
    std::string text = "Partial Dependence Plot of model " + asked_.model;
    if (names.size() == 1) {
      text += " on column '" + names[0] + "'";
    } else {
      text = "2D " + text + " on 1st column '" + names[0] + "' and 2nd column '" + names[1] + "'";
    }
    if (!asked_.targets.empty()) text += " and class " + asked_.targets[target];
    if (asked_.row >= 0) text += " for row index " + std::to_string(asked_.row);
    return text + ".";
  }

  PartialDependence& asked_;
  const frame::Frame& whole_;
  job::Job& job_;
  ModelPtr model_;
  Averager averager_;
  std::map<std::string, frame::Rollup> rollups_;
};

}  // namespace

PartialDependence checked(PartialDependence asked, const Models& models,
                          const frame::Frame& frame) {
  const ModelPtr model = models.require(asked.model, "model_id");
  check_model(*model);
  check_targets(*model, asked.targets);
  if (asked.bins < 2)
    refuse("_nbins must be >=2, not " + std::to_string(asked.bins) + ".", "nbins",
           std::to_string(asked.bins));
  if (asked.columns.empty() && asked.pairs.empty()) asked.columns = usual_columns(*model, frame);
  for (const auto& [first, second] : asked.pairs) {
    if (first == second)
      refuse("2D pdp must be with different columns, not twice '" + first + "'.", "col_pairs_2dpdp",
             first);
  }
  for (const std::string& name : columns_of(asked)) check_column(asked, name, frame);
  check_weights(asked.weights, frame);
  if (asked.row >= frame.rows())
    refuse("Row " + std::to_string(asked.row) + " is not in frame " + frame.key + ", which has " +
               std::to_string(frame.rows()) + " rows, counted from 0.",
           "row_index", std::to_string(asked.row));
  return asked;
}

void compute(PartialDependence& asked, Models& models, const frame::Frame& frame, job::Job& job) {
  TableMaker(asked, models, frame, job).run();
}

void publish(mr::Engine& engine, const PartialDependence& made) {
  store::put_object(engine.store(), engine.blobs(), made.key, store::Kind::partial_dependence,
                    wire::encode(made));
}

PartialDependence partial_dependence(mr::Engine& engine, std::string_view key) {
  const auto bytes =
      store::find_object(engine.store(), engine.blobs(), key, store::Kind::partial_dependence);
  if (!bytes) throw InputError::object_not_found(std::string(key), "name");
  return wire::decode<PartialDependence>(*bytes);
}

}  // namespace neve::model
