#include "algos/families/trees/chosen_rows.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::trees {

ChosenRows ChosenRows::of_weight(const std::vector<double>& weights) {
  constexpr std::size_t kMostRows = 65'536;
  NEVE_CHECK(weights.size() <= kMostRows, "row group too large for 16-bit row numbers");
  ChosenRows made;
  made.all_ = std::ranges::all_of(weights, [](double weight) { return weight > 0; });
  for (std::size_t row = 0; !made.all_ && row < weights.size(); ++row) {
    if (weights[row] > 0) made.rows_.push_back(static_cast<std::uint16_t>(row));
  }
  return made;
}

void ChosenRows::choose(std::vector<double>& values) const {
  if (all_) return;
  for (std::size_t place = 0; place < rows_.size(); ++place) values[place] = values[rows_[place]];
  values.resize(rows_.size());
}

}  // namespace neve::algos::trees
