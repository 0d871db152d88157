#include "algos/families/trees/chosen_rows.hpp"

#include <algorithm>

namespace neve::algos::trees {

ChosenRows ChosenRows::of_weight(const std::vector<double>& weights) {
  const auto counts = [](double weight) { return weight > 0; };
  ChosenRows made;
  made.all_ = std::ranges::all_of(weights, counts);
  if (!made.all_) made.rows_ = model::pick_rows(weights, counts);
  return made;
}

void ChosenRows::choose(std::vector<double>& values) const {
  if (all_) return;
  for (std::size_t place = 0; place < rows_.size(); ++place) values[place] = values[rows_[place]];
  values.resize(rows_.size());
}

}  // namespace neve::algos::trees
