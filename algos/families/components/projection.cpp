#include "algos/families/components/projection.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <neve/model/model_output.hpp>

namespace neve::algos::components {
namespace {

using schema::Table;

void add_category(const Category& category, std::span<const std::int32_t> codes,
                  std::span<const double> vector, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool known = codes[i] >= 0 && codes[i] < category.levels;
    const std::int32_t place = (known ? codes[i] : category.fill) - category.first_level;
    if (place >= 0) out[i] += vector[static_cast<std::size_t>(category.offset + place)];
  }
}

void add_number(const Number& number, std::span<const double> values, double loading,
                std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double value = std::isnan(values[i]) ? number.fill : values[i];
    out[i] += (value - number.shift) * number.factor * loading;
  }
}

}  // namespace

bool Projection::is_sound(const model::ColumnRoles& roles) const {
  std::vector<std::size_t> levels;
  for (const frame::DomainPtr& domain : roles.domains)
    levels.push_back(domain ? domain->size() : 0);
  return expansion.is_sound(levels) && !values.empty() && vectors.size() % values.size() == 0 &&
         vectors.size() / values.size() == expansion.size();
}

void project(const Projection& projection, const model::ScoreBlock& block,
             std::span<const std::span<double>> out) {
  const Expansion& expansion = projection.expansion;
  const std::size_t first = expansion.size() - expansion.numbers.size();
  for (std::size_t k = 0; k < projection.count(); ++k) {
    const auto vector = projection.vector(k);
    const auto scores = out[k].first(block.rows);
    std::ranges::fill(scores, 0);
    for (const Category& category : expansion.categories)
      add_category(category, block.codes[static_cast<std::size_t>(category.column)], vector,
                   scores);
    for (std::size_t j = 0; j < expansion.numbers.size(); ++j) {
      const Number& number = expansion.numbers[j];
      add_number(number, block.numbers[static_cast<std::size_t>(number.column)], vector[first + j],
                 scores);
    }
  }
}

std::vector<std::string> score_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < count; ++k) names.push_back("PC" + std::to_string(k + 1));
  return names;
}

Table vectors_table(const Projection& projection, std::string name, const std::string& column) {
  Table table{.name = std::move(name), .columns = {{.name = ""}}};
  for (const std::string& element : projection.expansion.names)
    table.columns[0].cells.emplace_back(element);
  for (std::size_t k = 0; k < projection.count(); ++k) {
    table.columns.push_back(
        {.name = column + std::to_string(k + 1), .type = "double", .format = "%5f"});
    for (const double value : projection.vector(k)) table.columns.back().cells.emplace_back(value);
  }
  return table;
}

Table history_table(std::string name, std::int64_t time_ms, std::int64_t start_time_ms,
                    std::int32_t iterations) {
  Table table{.name = std::move(name),
              .columns = {{.name = ""},
                          {.name = "timestamp"},
                          {.name = "duration"},
                          {.name = "iterations", .type = "long", .format = "%d"}}};
  table.add_row({std::string(), model::history_timestamp(time_ms),
                 model::history_duration(time_ms - start_time_ms),
                 static_cast<std::int64_t>(iterations)});
  return table;
}

}  // namespace neve::algos::components
