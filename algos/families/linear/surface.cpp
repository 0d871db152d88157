#include "algos/families/linear/surface.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "algos/families/linear/shared_sums.hpp"

namespace neve::algos::linear {

LikelihoodTask::Partial QuadraticSums::likelihood(std::vector<double> beta) const {
  if (shift != 0) beta.back() -= shift;
  LikelihoodTask::Partial here;
  here.gradient = linalg::multiply(gram, beta);
  // Of (y - Xb)'W(y - Xb) = y'Wy - b'(X'Wy) - b'(X'W(y - Xb)).
  here.deviance = response_squares;
  for (std::size_t j = 0; j < beta.size(); ++j) {
    here.gradient[j] = with_response[j] - here.gradient[j];
    here.deviance -= beta[j] * (with_response[j] + here.gradient[j]);
  }
  here.deviance = std::max(0.0, here.deviance);
  here.pearson = here.deviance;
  return here;
}

Surface::Surface(Data data, Design design, Response response, double deviance_scale)
    : data_(std::move(data)), scale_(deviance_scale), whole_columns_(data_->inputs.columns) {
  point_.design = design;
  point_.response = response;
  whole_design_ = std::move(design);
  widen();
}

Surface::Surface(QuadraticSums sums, Design design, const Response& response, double deviance_scale)
    : sums_(std::move(sums)), scale_(deviance_scale) {
  NEVE_CHECK(response.family == Family::gaussian && response.canonical());
  NEVE_CHECK(sums_->gram.size() == static_cast<std::size_t>(design.size()));
  point_.design = design;
  point_.response = response;
  whole_design_ = std::move(design);
  widen();
}

void Surface::widen() {
  if (!point_.beta.empty()) point_.beta = whole_of(point_.beta);
  if (data_) data_->inputs.columns = whole_columns_;
  point_.design = whole_design_;
  point_.kept = keeps_blocks_;
  kept_.resize(coefficient_count(whole_design_, point_.response));
  std::iota(kept_.begin(), kept_.end(), std::size_t{0});
}

void Surface::narrow(std::vector<bool>& wanted) {
  gram_.reset();
  point_.kept = false;
  const Design& whole = whole_design_;
  const auto size = static_cast<std::size_t>(whole.size());
  // By coefficient of the design, whatever the class.
  std::vector<bool> any(size, false);
  const auto slopes = static_cast<std::size_t>(whole.slopes());
  const bool multinomial = point_.response.family == Family::multinomial;
  const std::size_t sets = multinomial ? static_cast<std::size_t>(whole.response_classes) : 1;
  for (std::size_t at = 0; at < sets * size; ++at) {
    if (at % size < slopes && wanted[at]) any[at % size] = true;
  }
  Design part = whole;
  part.categoricals.clear();
  part.numerics.clear();
  std::vector<std::size_t> places;  // of columns
  std::vector<std::size_t> kept;
  std::size_t column = 0;
  for (const CategoricalTerm& term : whole.categoricals) {
    const auto first = any.begin() + term.offset;
    const auto end = first + term.coefficients();
    if (std::find(first, end, true) != end) {
      part.categoricals.push_back(term);
      places.push_back(column);
      for (auto j = first; j != end; ++j) kept.push_back(static_cast<std::size_t>(j - any.begin()));
    }
    ++column;
  }
  const auto numeric = static_cast<std::size_t>(whole.categorical_size());
  for (std::size_t j = 0; j < whole.numerics.size(); ++j, ++column) {
    if (!any[numeric + j]) continue;
    part.numerics.push_back(whole.numerics[j]);
    places.push_back(column);
    kept.push_back(numeric + j);
  }
  part.place_coefficients();
  keep(kept, sets);
  for (const std::size_t at : kept_) wanted[at] = true;
  if (!point_.beta.empty()) point_.beta = part_of(point_.beta);
  point_.design = std::move(part);
  if (data_) leave_columns(places);
}

/// Of the terms those in these places, and all that is no term.
void Surface::leave_columns(const std::vector<std::size_t>& places) {
  std::vector<ColumnId> columns;
  for (const std::size_t at : places) columns.push_back(whole_columns_[at]);
  const auto terms = static_cast<std::ptrdiff_t>(whole_design_.categoricals.size() +
                                                 whole_design_.numerics.size());
  columns.insert(columns.end(), whole_columns_.begin() + terms, whole_columns_.end());
  data_->inputs.columns = std::move(columns);
}

/// These slopes of each set of coefficients, and everything that is no slope.
void Surface::keep(const std::vector<std::size_t>& slopes, std::size_t sets) {
  const auto size = static_cast<std::size_t>(whole_design_.size());
  const std::size_t count = coefficient_count(whole_design_, point_.response);
  kept_.clear();
  for (std::size_t set = 0; set < sets; ++set) {
    for (const std::size_t j : slopes) kept_.push_back(set * size + j);
    const std::size_t end = set + 1 < sets ? (set + 1) * size : count;
    for (auto j = set * size + static_cast<std::size_t>(whole_design_.slopes()); j < end; ++j) {
      kept_.push_back(j);
    }
  }
}

std::vector<double> Surface::part_of(const std::vector<double>& whole) const {
  std::vector<double> part;
  part.reserve(kept_.size());
  for (const std::size_t at : kept_) part.push_back(whole[at]);
  return part;
}

std::vector<double> Surface::whole_of(const std::vector<double>& part) const {
  std::vector<double> whole(coefficient_count(whole_design_, point_.response), 0.0);
  for (std::size_t j = 0; j < kept_.size(); ++j) whole[kept_[j]] = part[j];
  return whole;
}

linalg::Symmetric Surface::part_of(const linalg::Symmetric& whole) const {
  return kept_.size() == whole.size() ? whole : linalg::pick(whole, kept_);
}

LikelihoodTask::Partial Surface::likelihood_of_sums(const std::vector<double>& beta) const {
  LikelihoodTask::Partial here = sums_->likelihood(whole_of(beta));
  here.gradient = part_of(here.gradient);
  return here;
}

namespace {

/// Of all row groups a sample has this share, so that it costs little, but no more than are needed
/// to come nearer to the minimum than a step from elsewhere would.
constexpr std::int32_t kShare = 8;
constexpr std::int32_t kMostSampled = 8;
/// With fewer groups there would be no two to sample.
constexpr std::int32_t kLarge = 2 * kShare;

}  // namespace

bool Surface::is_parabola() const {
  return point_.response.family == Family::gaussian && point_.response.canonical();
}

bool Surface::is_large() const {
  return data_ && !constant_gram_ && !is_parabola() && data_->inputs.layout->groups() >= kLarge;
}

double Surface::sample(bool some) {
  const frame::Layout& layout = *data_->inputs.layout;
  point_.every = some ? layout.groups() / std::min(layout.groups() / kShare, kMostSampled) : 1;
  std::int64_t rows = 0;
  for (std::int32_t g = 0; g < layout.groups(); g += point_.every) {
    rows += layout.rows_of(GroupIndex(g));
  }
  of_sample_ = static_cast<double>(layout.rows()) / static_cast<double>(rows);
  return static_cast<double>(rows);
}

mr::RunOptions Surface::options() const {
  return {.token = data_->token, .scratch = data_->scratch, .outputs = {}};
}

LikelihoodTask::Partial Surface::likelihood_and_gram(const std::vector<double>& beta) {
  if (sums_ || constant_gram_) return likelihood(beta);
  point_.beta = beta;
  ++point_.version;
  auto made = shared_sums<LikelihoodGramTask::Partial>(
      is_parabola() ? data_->shared : nullptr, LikelihoodGramTask::name, data_->inputs,
      [&] { return data_->engine.run<LikelihoodGramTask>(data_->inputs, point_, options()); },
      point_.design, point_.response, beta);
  gram_ = std::move(made.gram);
  return made.likelihood;
}

void Surface::keep_blocks() {
  data_->engine.run<KeepBlocksTask>(data_->inputs, point_, options());
  point_.kept = keeps_blocks_ = true;
}

LikelihoodTask::Partial Surface::likelihood(const std::vector<double>& beta) {
  if (sums_) return likelihood_of_sums(beta);
  gram_.reset();
  point_.beta = beta;
  ++point_.version;
  const mr::Inputs nothing{.layout = data_->inputs.layout, .columns = {}};
  return data_->engine.run<LikelihoodTask>(point_.kept ? nothing : data_->inputs, point_,
                                           options());
}

linalg::Symmetric Surface::gram(double largest_weight) {
  if (sums_) return part_of(sums_->gram);
  if (constant_gram_) return part_of(*constant_gram_);
  if (gram_) return *std::exchange(gram_, std::nullopt);
  return shared_sums<linalg::Symmetric>(
      is_parabola() ? data_->shared : nullptr, "linear.gram", data_->inputs,
      [&] { return gram_at(data_->engine, data_->inputs, point_, largest_weight, options()); },
      point_.design, point_.response, largest_weight);
}

}  // namespace neve::algos::linear
