#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/frame/chunk_builder.hpp>
#include <neve/mr/engine.hpp>

namespace neve::testing {

using Levels = std::vector<std::string>;

/// A frame of these columns, cut as a parse cuts it: by name, with levels where the values are
/// codes. It is not published.
inline frame::Frame described_frame(mr::Engine& engine, const std::string& key,
                                    const std::vector<std::pair<std::string, Levels>>& described,
                                    const std::vector<std::vector<double>>& columns) {
  const auto rows = static_cast<std::int64_t>(columns.front().size());
  frame::Frame frame;
  frame.key = key;
  frame.layout = engine.new_layout(frame::row_cuts(rows, 5));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto& [name, levels] = described[c];
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = columns[c].begin() + frame.layout->first_row(GroupIndex(g));
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
  return frame;
}

}  // namespace neve::testing
