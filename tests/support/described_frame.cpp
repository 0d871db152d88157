#include "support/described_frame.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace neve::testing {

void add_column(frame::Frame& frame, mr::Engine& engine, const std::string& name,
                const std::vector<double>& values, const Levels& levels) {
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto first = values.begin() + frame.layout->first_row(GroupIndex(g));
    const std::vector<double> part(first, first + frame.layout->rows_of(GroupIndex(g)));
    // Only codes are whole numbers: a missing number has no int.
    const std::vector<std::int32_t> codes =
        levels.empty() ? std::vector<std::int32_t>()
                       : std::vector<std::int32_t>(part.begin(), part.end());
    engine.put_chunk(*frame.layout, id, GroupIndex(g),
                     levels.empty() ? frame::encode_doubles(part) : frame::encode_codes(codes));
  }
  mr::OutputColumn kind;
  if (!levels.empty()) {
    kind.type = frame::ColumnType::categorical;
    kind.domain = std::make_shared<const Levels>(levels);
  }
  frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
}

frame::Frame described_frame(mr::Engine& engine, const std::string& key,
                             const std::vector<std::pair<std::string, Levels>>& described,
                             const std::vector<std::vector<double>>& columns) {
  frame::Frame frame;
  frame.key = key;
  frame.layout =
      engine.new_layout(frame::row_cuts(static_cast<std::int64_t>(columns.front().size()), 5));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    add_column(frame, engine, described[c].first, columns[c], described[c].second);
  }
  return frame;
}

std::vector<double> values_of(mr::Engine& engine, const frame::Frame& frame,
                              const std::string& name) {
  const ColumnId id = frame.column(frame.require(name)).id;
  std::vector<double> values(static_cast<std::size_t>(frame.rows()));
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto count = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    engine.chunk(*frame.layout, id, GroupIndex(g))
        .decode(0, std::span(values).subspan(first, count));
  }
  return values;
}

}  // namespace neve::testing
