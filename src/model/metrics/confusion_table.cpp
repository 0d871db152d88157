#include "model/metrics/confusion_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include <neve/base/error.hpp>

namespace neve::model::metrics {
namespace {

/// "1,234" or, for weights, "1234.5000".
std::string amount(double weight, bool whole) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.4f", weight);
  std::string out = text.data();
  if (!whole) return out;
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

std::string rate(double wrong, double all, bool whole) {
  return amount(wrong, whole) + " / " + amount(all, whole);
}

schema::Table::Cell cell(double weight, bool whole) {
  if (whole) return static_cast<std::int64_t>(weight);
  return weight;
}

schema::Table empty_table(const std::vector<std::string>& domain, bool whole) {
  schema::Table table{.name = "Confusion Matrix",
                      .description = "Row labels: Actual class; Column labels: Predicted class",
                      .columns = {}};
  for (const std::string& label : domain) {
    table.columns.push_back({label, whole ? "long" : "double", whole ? "%d" : "%.2f", label, {}});
  }
  table.columns.push_back({"Error", "double", "%.4f", "Error", {}});
  table.columns.push_back({"Rate", "string", "%s", "Rate", {}});
  return table;
}

}  // namespace

schema::Table confusion_table(std::span<const double> weights,
                              const std::vector<std::string>& domain) {
  const std::size_t classes = domain.size();
  NEVE_CHECK(weights.size() == classes * classes, "a confusion matrix of another domain");
  const bool whole = std::ranges::all_of(weights, [](double w) { return w == std::floor(w); });
  schema::Table table = empty_table(domain, whole);
  std::vector<double> predicted(classes);
  double all = 0;
  double all_wrong = 0;
  const auto finish_row = [&](std::vector<schema::Table::Cell> cells, double wrong, double of) {
    cells.emplace_back(wrong / of);
    cells.emplace_back(rate(wrong, of, whole));
    table.add_row(std::move(cells));
  };
  for (std::size_t a = 0; a < classes; ++a) {
    std::vector<schema::Table::Cell> cells;
    double of_class = 0;
    for (std::size_t p = 0; p < classes; ++p) {
      const double weight = weights[a * classes + p];
      cells.push_back(cell(weight, whole));
      of_class += weight;
      predicted[p] += weight;
    }
    const double wrong = of_class - weights[a * classes + a];
    finish_row(std::move(cells), wrong, of_class);
    all += of_class;
    all_wrong += wrong;
  }
  std::vector<schema::Table::Cell> totals;
  for (const double weight : predicted) totals.push_back(cell(weight, whole));
  finish_row(std::move(totals), all_wrong, all);
  std::size_t width = 0;
  for (const auto& text : table.columns.back().cells)
    width = std::max(width, std::get<std::string>(text).size());
  table.columns.back().format = "= %" + std::to_string(width) + "s";
  return table;
}

double mean_per_class_error(std::span<const double> weights, std::size_t classes) {
  double errors = 0;
  for (std::size_t a = 0; a < classes; ++a) {
    const auto row = weights.subspan(a * classes, classes);
    double of_class = 0;
    for (const double weight : row) of_class += weight;
    if (of_class != 0) errors += (of_class - row[a]) / of_class;
  }
  return errors / static_cast<double>(classes);
}

}  // namespace neve::model::metrics
