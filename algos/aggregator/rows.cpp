#include "algos/aggregator/rows.hpp"

namespace neve::algos::aggregator {

points::Points RowsPlan::empty_points() const {
  points::Points made;
  made.axes = expansion.numbers.size();
  made.categories = expansion.categories.size();
  return made;
}

void read_rows(const RowsPlan& rows, const model::ScoreBlock& block, points::Points& out) {
  out.resize(block.rows);
  for (std::size_t j = 0; j < out.axes; ++j) {
    const components::Number& number = rows.expansion.numbers[j];
    const auto from = block.numbers[static_cast<std::size_t>(number.column)];
    double* to = out.numbers.data() + j;
    for (std::size_t i = 0; i < block.rows; ++i)
      to[i * out.axes] = (from[i] - number.shift) * number.factor;
  }
  for (std::size_t c = 0; c < out.categories; ++c) {
    const auto from = block.codes[static_cast<std::size_t>(rows.expansion.categories[c].column)];
    std::int32_t* to = out.codes.data() + c;
    for (std::size_t i = 0; i < block.rows; ++i) to[i * out.categories] = from[i];
  }
}

}  // namespace neve::algos::aggregator
