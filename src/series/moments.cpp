#include "series/moments.hpp"

#include <algorithm>
#include <span>

#include <neve/frame/chunk.hpp>

namespace neve::series {

void MomentsTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  constexpr std::int64_t kBlock = 1024;
  std::vector<double> cells;
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
      cells.resize(static_cast<std::size_t>(std::min(kBlock, group.rows - begin)));
      group.columns[c].decode(begin, std::span(cells));
      for (std::size_t row = 0; row < cells.size(); ++row) {
        if (std::fabs(cells[row]) <= kLargestCell) {
          partial.add(cells[row]);
        } else {
          partial.bad.note({group.first_row + begin + static_cast<std::int64_t>(row),
                            static_cast<std::int32_t>(c)});
        }
      }
    }
  }
}

}  // namespace neve::series
