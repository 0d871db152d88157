#include "metrics_columns.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <neve/frame/chunk_builder.hpp>
#include <neve/frame/layout.hpp>

namespace neve::model::metrics::testing {

Columns put(mr::Engine& engine, const std::vector<std::vector<double>>& columns,
            std::int64_t groups) {
  const auto rows = static_cast<std::int64_t>(columns[0].size());
  std::vector<std::int64_t> cuts;
  for (std::int64_t g = 0; g <= groups; ++g) cuts.push_back(rows * g / groups);
  Columns out{engine.new_layout(cuts), {}};
  for (const std::vector<double>& column : columns) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < groups; ++g) {
      const auto first = static_cast<std::size_t>(out.layout->first_row(GroupIndex(g)));
      const auto count = static_cast<std::size_t>(out.layout->rows_of(GroupIndex(g)));
      engine.put_chunk(*out.layout, id, GroupIndex(g),
                       frame::encode_doubles(std::span(column).subspan(first, count)));
    }
    const mr::OutputColumn kind;
    out.held.push_back(engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return out;
}

Binomial binomial_of(const std::vector<double>& p1, const std::vector<double>& actual,
                     const std::vector<double>& weights, std::int32_t gainslift_bins) {
  Pool pool(1);
  BinomialPartial partial;
  partial.add_rows(p1, actual, weights);
  return finish_binomial(pool, partial, {{"no", "yes"}, gainslift_bins});
}

GoldenCase golden_case(const std::string& name) {
  std::ifstream file(NEVE_SOURCE_DIR "/tests/unit/model/golden/metrics.tsv");
  GoldenCase found;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string of_case;
    std::string what;
    std::getline(fields, of_case, '\t');
    std::getline(fields, what, '\t');
    if (of_case != name) continue;
    double value = 0;
    for (std::size_t c = 0; fields >> value; ++c) {
      if (what != "row") {
        found.values[what] = value;
        continue;
      }
      if (found.columns.size() <= c) found.columns.resize(c + 1);
      found.columns[c].push_back(value);
    }
  }
  EXPECT_FALSE(found.values.empty()) << name;
  return found;
}

double number_at(const schema::Table& table, std::size_t column, std::size_t row) {
  const schema::Table::Cell& cell = table.columns.at(column).cells.at(row);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* single = std::get_if<float>(&cell)) return static_cast<double>(*single);
  return std::get<double>(cell);
}

}  // namespace neve::model::metrics::testing
