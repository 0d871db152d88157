#include "algos/families/linear/surface.hpp"

#include <algorithm>
#include <numeric>

namespace neve::algos::linear {

Surface::Surface(Data data, Design design, Response response, double deviance_scale)
    : data_(std::move(data)), scale_(deviance_scale), whole_columns_(data_.inputs.columns) {
  point_.design = design;
  point_.response = response;
  whole_design_ = std::move(design);
  widen();
}

void Surface::widen() {
  data_.inputs.columns = whole_columns_;
  point_.design = whole_design_;
  kept_.resize(static_cast<std::size_t>(whole_design_.size()));
  std::iota(kept_.begin(), kept_.end(), std::size_t{0});
}

void Surface::narrow(std::vector<bool>& wanted) {
  const Design& whole = whole_design_;
  Design part = whole;
  part.categoricals.clear();
  part.numerics.clear();
  kept_.clear();
  std::vector<ColumnId> columns;
  auto column = whole_columns_.begin();
  for (const CategoricalTerm& term : whole.categoricals) {
    const auto first = static_cast<std::size_t>(term.offset);
    const auto size = static_cast<std::size_t>(term.coefficients());
    bool any = false;
    for (std::size_t j = first; j < first + size; ++j) any = any || wanted[j];
    if (any) {
      part.categoricals.push_back(term);
      columns.push_back(*column);
      for (std::size_t j = first; j < first + size; ++j) kept_.push_back(j);
    }
    ++column;
  }
  const auto numeric = static_cast<std::size_t>(whole.categorical_size());
  for (std::size_t j = 0; j < whole.numerics.size(); ++j, ++column) {
    if (!wanted[numeric + j]) continue;
    part.numerics.push_back(whole.numerics[j]);
    columns.push_back(*column);
    kept_.push_back(numeric + j);
  }
  if (whole.intercept) kept_.push_back(static_cast<std::size_t>(whole.slopes()));
  columns.insert(columns.end(), column, whole_columns_.end());
  for (const std::size_t at : kept_) wanted[at] = true;
  part.place_coefficients();
  point_.design = std::move(part);
  data_.inputs.columns = std::move(columns);
}

std::vector<double> Surface::part_of(const std::vector<double>& whole) const {
  std::vector<double> part;
  part.reserve(kept_.size());
  for (const std::size_t at : kept_) part.push_back(whole[at]);
  return part;
}

std::vector<double> Surface::whole_of(const std::vector<double>& part) const {
  std::vector<double> whole(static_cast<std::size_t>(whole_design_.size()), 0.0);
  for (std::size_t j = 0; j < kept_.size(); ++j) whole[kept_[j]] = part[j];
  return whole;
}

mr::RunOptions Surface::options() const {
  return {.token = data_.token, .scratch = data_.scratch, .outputs = {}};
}

LikelihoodTask::Partial Surface::likelihood(const std::vector<double>& beta) {
  point_.beta = beta;
  ++point_.version;
  return data_.engine.run<LikelihoodTask>(data_.inputs, point_, options());
}

linalg::Symmetric Surface::gram(double largest_weight) {
  return gram_at(data_.engine, data_.inputs, point_, largest_weight, options());
}

}  // namespace neve::algos::linear
