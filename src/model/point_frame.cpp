#include <cmath>

#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

namespace neve::model {
namespace {

frame::Chunk encode(std::span<const double> values, bool levels) {
  if (!levels) return frame::encode_doubles(values);
  std::vector<std::int32_t> codes;
  for (const double value : values)
    codes.push_back(std::isnan(value) ? frame::kMissingCode : static_cast<std::int32_t>(value));
  return frame::encode_codes(codes);
}

}  // namespace

frame::Frame Models::publish_points(const PointFrame& points, const std::string& key) {
  mr::Engine& engine = parts_.engine;
  const auto rows = static_cast<std::int64_t>(points.columns.at(0).size());
  frame::Frame made;
  made.key = key;
  made.layout =
      engine.new_layout(frame::row_cuts(rows, static_cast<std::int64_t>(points.columns.size())));
  std::vector<ColumnId> ids;
  std::vector<mr::OutputColumn> kinds;
  for (std::size_t c = 0; c < points.columns.size(); ++c) {
    const bool levels = points.domains[c] != nullptr;
    ids.push_back(engine.new_column_id());
    kinds.push_back({.domain = points.domains[c]});
    if (levels) kinds.back().type = frame::ColumnType::categorical;
    for (std::int32_t g = 0; g < made.layout->groups(); ++g) {
      const auto first = static_cast<std::size_t>(made.layout->first_row(GroupIndex(g)));
      const auto count = static_cast<std::size_t>(made.layout->rows_of(GroupIndex(g)));
      engine.put_chunk(*made.layout, ids.back(), GroupIndex(g),
                       encode(std::span(points.columns[c]).subspan(first, count), levels));
    }
  }
  const auto columns = engine.adopt(ids, kinds);
  for (std::size_t c = 0; c < columns.size(); ++c) made.add(points.names[c], columns[c]);
  parts_.frames.publish(made);
  return made;
}

}  // namespace neve::model
