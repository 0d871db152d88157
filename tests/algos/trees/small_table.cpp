#include "algos/trees/small_table.hpp"

#include <cmath>
#include <span>

#include <neve/frame/chunk_builder.hpp>

namespace neve::algos::trees::testing {

mr::Inputs put(mr::Engine& engine, const Table& table, std::vector<frame::Column>& held) {
  const auto layout =
      engine.new_layout(frame::row_cuts(static_cast<std::int64_t>(table.rows()), 4));
  std::vector<ColumnId> ids;
  std::vector<mr::OutputColumn> kinds;
  const auto add = [&](const std::vector<double>& values, bool codes) {
    ids.push_back(engine.new_column_id());
    kinds.emplace_back();
    for (std::int32_t g = 0; g < layout->groups(); ++g) {
      const auto first = static_cast<std::size_t>(layout->first_row(GroupIndex(g)));
      const auto count = static_cast<std::size_t>(layout->rows_of(GroupIndex(g)));
      const auto part = std::span(values).subspan(first, count);
      std::vector<std::int32_t> as_codes;
      for (const double v : codes ? part : std::span<const double>())
        as_codes.push_back(std::isnan(v) ? -1 : static_cast<std::int32_t>(v));
      engine.put_chunk(*layout, ids.back(), GroupIndex(g),
                       codes ? frame::encode_codes(as_codes) : frame::encode_doubles(part));
    }
  };
  for (std::size_t c = 0; c < table.predictors.size(); ++c)
    add(table.predictors[c], table.levels[c] > 0);
  add(table.response, false);
  if (!table.weights.empty()) add(table.weights, false);
  held = engine.adopt(ids, kinds);
  return {layout, ids};
}

}  // namespace neve::algos::trees::testing
