#include <neve/munge/frame_verbs.hpp>

#include <cmath>
#include <cstdio>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/group_by.hpp>

namespace neve::munge {
namespace {

/// A column cut into bins.
struct Binned {
  ExpressionPtr value;  ///< numbers or codes, as the mean of a response takes them
  ExpressionPtr bin;    ///< from 0, missing where the value is
  std::vector<std::string> labels;
};

/// Values cut into `bins` equal parts of their range; the greatest one belongs to the last.
Binned cut(ExpressionPtr value, const frame::Rollup& figures, std::int32_t bins) {
  const double low = figures.min();
  const double range = figures.max() - low;
  Binned binned{.value = value, .bin = nullptr, .labels = {}};
  const ExpressionPtr above = binary(Op::subtract, std::move(value), constant_of(low));
  if (figures.is_int && range + 1 <= bins) {
    binned.bin = above;
    for (double at = low; at <= figures.max(); ++at) {
      binned.labels.push_back(std::to_string(static_cast<std::int64_t>(at)));
    }
    return binned;
  }
  const double width = range / bins;
  // A constant that is no whole number has a range of no width, which all of it is at the low end.
  const ExpressionPtr place = binary(Op::divide, above, constant_of(width > 0 ? width : 1));
  binned.bin = binary(Op::minimum, unary(Op::floor, place), constant_of(bins - 1));
  for (std::int32_t bin = 0; bin < bins; ++bin) {
    char text[64];
    std::snprintf(text, sizeof text, "%5f", low + (bin + 0.5) * width);
    binned.labels.emplace_back(text);
  }
  return binned;
}

/// Where a column comes from, and how it is called in errors.
struct Source {
  mr::Engine& engine;
  const frame::Frame& frame;
  Rollups& rollups;
  const job::TokenPtr& token;
};

frame::Column require(const Source& from, const std::string& name, const char* argument) {
  const auto at = from.frame.find(name);
  if (!at) {
    throw InputError::illegal_argument(
        std::string(argument) + ": column '" + name + "' is not in frame " + from.frame.key + ".",
        {{argument, name}});
  }
  return from.frame.column(*at);
}

Binned bin_column(const Source& from, const std::string& name, std::int32_t bins,
                  const char* argument) {
  frame::Column column = require(from, name, argument);
  if (column.is_categorical()) {
    if (column.cardinality() > bins) {
      column = interact(from.engine, from.frame.layout, column, column,
                        {.most_levels = bins - 1, .least_rows = 1}, from.token);
    }
    const ExpressionPtr codes = column_of(column);
    const ExpressionPtr numbers = retyped(codes, frame::ColumnType::numeric, nullptr);
    return {.value = numbers, .bin = numbers, .labels = *column.domain};
  }
  if (column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid) {
    throw InputError::illegal_argument(
        std::string(argument) + ": column '" + name + "' holds neither numbers nor levels.",
        {{argument, name}});
  }
  const frame::Rollup figures = from.rollups.of(from.frame.layout, column);
  const ExpressionPtr numbers = retyped(column_of(column), frame::ColumnType::numeric, nullptr);
  if (figures.rows == figures.missing) return {.value = numbers, .bin = numbers, .labels = {}};
  if (figures.positive_infinities + figures.negative_infinities > 0) {
    throw InputError::illegal_argument(
        std::string(argument) + ": column '" + name + "' has infinite values, which fit no bin.",
        {{argument, name}});
  }
  return cut(numbers, figures, bins);
}

ExpressionPtr weight_of(const Source& from, const std::string& name) {
  if (name.empty()) return constant_of(1);
  const frame::Column column = require(from, name, "weight");
  const bool is_numeric = column.type == frame::ColumnType::numeric;
  if (is_numeric && !(from.rollups.of(from.frame.layout, column).min() < 0))
    return column_of(column);
  throw InputError::illegal_argument(
      "weight: column '" + name + "' must hold numbers of at least 0.", {{"weight", name}});
}

/// The place of a bin in its axis, where a bin of missing values may come first.
struct Axis {
  std::vector<std::string> labels;
  bool has_missing = false;
  Axis(std::vector<std::string> bins, bool missing)
      : labels(std::move(bins)), has_missing(missing) {
    if (missing) labels.insert(labels.begin(), "missing(NA)");
  }
  [[nodiscard]] std::size_t place(double bin) const {
    if (std::isnan(bin)) return 0;
    return static_cast<std::size_t>(bin) + (has_missing ? 1 : 0);
  }
};

bool has_missing(const Groups& groups, std::size_t key) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (std::isnan(groups.key(g, key))) return true;
  }
  return false;
}

void check(const TabulateOrder& order) {
  const std::pair<const char*, std::int32_t> bins[] = {{"nbins_predictor", order.predictor_bins},
                                                       {"nbins_response", order.response_bins}};
  // As many cells as a table for people can have, and more.
  constexpr std::int32_t kMostBins = 10'000;
  for (const auto& [name, count] : bins) {
    if (count >= 1 && count <= kMostBins) continue;
    throw InputError::illegal_argument(std::string(name) + " must be between 1 and " +
                                           std::to_string(kMostBins) + ", not " +
                                           std::to_string(count) + ".",
                                       {{name, std::to_string(count)}});
  }
}

}  // namespace

Tabulation tabulate(mr::Engine& engine, const frame::Frame& frame, const TabulateOrder& order,
                    Rollups& rollups, const job::TokenPtr& token) {
  check(order);
  const Source from{engine, frame, rollups, token};
  const Binned x = bin_column(from, order.predictor, order.predictor_bins, "predictor");
  const Binned y = bin_column(from, order.response, order.response_bins, "response");
  const ExpressionPtr weight = weight_of(from, order.weight);
  const std::vector<ExpressionPtr> keys = {x.bin, y.bin};
  const std::vector<ExpressionPtr> values = {weight, binary(Op::multiply, weight, y.value)};
  const Groups groups = group_by(engine, frame.layout, keys, values, token);
  Axis across(x.labels, has_missing(groups, 0));
  Axis along(y.labels, has_missing(groups, 1));
  Tabulation table{.predictor_bins = across.labels,
                   .response_bins = along.labels,
                   .counts = std::vector<double>(across.labels.size() * along.labels.size()),
                   .means = std::vector<double>(across.labels.size()),
                   .responses = std::vector<double>(across.labels.size())};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::size_t row = across.place(groups.key(g, 0));
    const double bin = groups.key(g, 1);
    table.counts[row * along.labels.size() + along.place(bin)] = groups.figure(g, 0).sum;
    if (std::isnan(bin)) continue;
    table.means[row] += groups.figure(g, 1).sum;
    table.responses[row] += groups.figure(g, 0).sum;
  }
  for (std::size_t row = 0; row < table.means.size(); ++row) {
    table.means[row] /= table.responses[row];
  }
  return table;
}

}  // namespace neve::munge
