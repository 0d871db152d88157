#include "algos/families/linear/likelihood.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "algos/families/linear/classes.hpp"
#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// Buffers of one block.
struct BlockWork {
  std::array<double, BlockReader::kRows> eta;
  std::array<double, BlockReader::kRows> mu;
  std::array<double, BlockReader::kRows> score;
  std::array<double, BlockReader::kRows> weight;

  /// Fisher weights go where they are kept, where that is wanted.
  Working rows(const BlockReader& reader, FisherWeights* keep) {
    const std::size_t n = reader.rows();
    const auto begin = static_cast<std::size_t>(reader.begin());
    return {.eta = {eta.data(), n},
            .y = reader.response(),
            .prior = reader.weights(),
            .mu = {mu.data(), n},
            .weight = keep == nullptr ? std::span(weight).first(n)
                                      : std::span(keep->values).subspan(begin, n),
            .score = {score.data(), n}};
  }
};

/// Runs `use` on every block of a group after its means, weights and scores are known, with the
/// block's deviance. The Fisher weights of the group are left in `keep`, unless that is null.
template <class Use>
void for_each_block(BlockReader&& reader, const Point& point, FisherWeights* keep, const Use& use) {
  if (keep != nullptr) {
    keep->values.resize(static_cast<std::size_t>(reader.group_rows()));
    keep->version = point.version;
  }
  const Predictor predictor(point.design, point.beta);
  BlockWork buffers;
  while (reader.next()) {
    predictor.predict(reader, {buffers.eta.data(), reader.rows()});
    const Working rows = buffers.rows(reader, keep);
    use(reader, rows, work(point.response, rows));
  }
}

double pearson_of(const Response& response, const Working& rows) {
  return detail::sum_lanes(rows.mu.size(), [&](std::size_t i) {
    const double off = rows.y[i] - rows.mu[i];
    const double variance = response.variance(rows.mu[i]);
    return rows.prior[i] == 0 || variance == 0 ? 0.0 : rows.prior[i] * (off * off / variance);
  });
}

double largest_eta(const Working& rows) {
  return detail::max_lanes(rows.eta.size(), [&](std::size_t i) {
    return rows.prior[i] == 0 ? 0.0 : std::fabs(rows.eta[i]);
  });
}

}  // namespace

std::size_t coefficient_count(const Design& design, const Response& response) {
  const auto classes = static_cast<std::size_t>(design.response_classes);
  if (response.family == Family::multinomial) {
    return classes * static_cast<std::size_t>(design.size());
  }
  if (response.family == Family::ordinal) {
    return static_cast<std::size_t>(design.slopes()) + classes - 1;
  }
  return static_cast<std::size_t>(design.size());
}

namespace {

/// Adds to the sums of levels of some categoricals at once, which costs less than one by one.
template <std::size_t count>
void scatter(std::span<const double> values, const std::array<const std::int32_t*, count>& codes,
             const std::array<double*, count>& sums) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t c = 0; c < count; ++c) sums[c][codes[c][i]] += values[i];
  }
}

/// Adds what the levels of some categoricals are worth, in their order.
template <std::size_t count>
void gather(std::span<double> values, const std::array<const std::int32_t*, count>& codes,
            const std::array<const double*, count>& worth) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    double value = values[i];
    for (std::size_t c = 0; c < count; ++c) value += worth[c][codes[c][i]];
    values[i] = value;
  }
}

}  // namespace

GradientSum::GradientSum(const Design& design)
    : design_(design), numerics_(design.numerics.size(), 0.0) {
  for (const CategoricalTerm& term : design.categoricals) {
    levels_.emplace_back(static_cast<std::size_t>(term.level_count()), 0.0);
  }
}

void GradientSum::add(const BlockReader& reader, std::span<const double> score) {
  const auto codes = [&](std::size_t c) { return reader.codes(c).data(); };
  const auto sums = [&](std::size_t c) { return levels_[c].data(); };
  std::size_t c = 0;
  for (; c + 3 <= levels_.size(); c += 3) {
    scatter<3>(score, {codes(c), codes(c + 1), codes(c + 2)}, {sums(c), sums(c + 1), sums(c + 2)});
  }
  for (; c < levels_.size(); ++c) scatter<1>(score, {codes(c)}, {sums(c)});
  const double total = sum(score);
  total_ += total;
  for (std::size_t j = 0; j < numerics_.size(); ++j) {
    if (reader.is_sparse(j)) {
      const auto [rows, values] = reader.stored(j);
      double above = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) above += score[rows[i]] * values[i];
      numerics_[j] += reader.zero(j) * total + above;
    } else {
      numerics_[j] += dot(score, reader.numeric(j));
    }
  }
}

void GradientSum::add_to(std::span<double> gradient) const {
  for (std::size_t c = 0; c < levels_.size(); ++c) {
    const CategoricalTerm& term = design_.categoricals[c];
    double* of_level = gradient.data() + term.offset;
    for (std::int32_t l = term.first_level; l < term.level_count(); ++l) {
      of_level[l - term.first_level] += levels_[c][static_cast<std::size_t>(l)];
    }
  }
  const auto first = static_cast<std::size_t>(design_.categorical_size());
  for (std::size_t j = 0; j < numerics_.size(); ++j) gradient[first + j] += numerics_[j];
  if (design_.intercept) gradient.back() += total_;
}

Predictor::Predictor(const Design& design, const std::vector<double>& beta) {
  NEVE_CHECK(beta.size() == static_cast<std::size_t>(design.size()));
  for (const CategoricalTerm& term : design.categoricals) {
    std::vector<double> of_level(static_cast<std::size_t>(term.first_level), 0.0);
    const auto begin = beta.begin() + term.offset;
    of_level.insert(of_level.end(), begin, begin + term.coefficients());
    of_level_.push_back(std::move(of_level));
  }
  const auto first = beta.begin() + design.categorical_size();
  slopes_.assign(first, first + static_cast<std::ptrdiff_t>(design.numerics.size()));
  if (design.intercept) intercept_ = beta.back();
}

void Predictor::predict(const BlockReader& rows, std::span<double> eta) const {
  const auto offset = rows.offset();
  double base = intercept_;
  for (std::size_t j = 0; j < slopes_.size(); ++j) {
    if (slopes_[j] != 0 && rows.is_sparse(j)) base += slopes_[j] * rows.zero(j);
  }
  for (std::size_t i = 0; i < eta.size(); ++i) eta[i] = base + offset[i];
  const auto codes = [&](std::size_t c) { return rows.codes(c).data(); };
  const auto worth = [&](std::size_t c) { return of_level_[c].data(); };
  std::size_t c = 0;
  for (; c + 3 <= of_level_.size(); c += 3) {
    gather<3>(eta, {codes(c), codes(c + 1), codes(c + 2)}, {worth(c), worth(c + 1), worth(c + 2)});
  }
  for (; c < of_level_.size(); ++c) gather<1>(eta, {codes(c)}, {worth(c)});
  for (std::size_t j = 0; j < slopes_.size(); ++j) {
    const double slope = slopes_[j];
    if (slope == 0) continue;
    if (rows.is_sparse(j)) {
      const auto [stored_rows, values] = rows.stored(j);
      for (std::size_t i = 0; i < stored_rows.size(); ++i) {
        eta[stored_rows[i]] += slope * values[i];
      }
      continue;
    }
    const double* x = rows.numeric(j).data();
    for (std::size_t i = 0; i < eta.size(); ++i) eta[i] += slope * x[i];
  }
}

const std::vector<double>& weights_at(const mr::RowGroup& group, const Point& point,
                                      FisherWeights& scratch) {
  if (scratch.version == point.version && !scratch.values.empty()) return scratch.values;
  if (point.design.response_classes > 1) {
    auto ignored = LikelihoodTask::zero(point);
    map_classes(group, point, scratch, ignored);
    return scratch.values;
  }
  for_each_block(read_blocks(group, point, scratch), point, &scratch,
                 [](const BlockReader&, const Working&, double) {});
  return scratch.values;
}

std::span<const double> block_weights(const BlockReader& reader, const PairPoint& at,
                                      const std::vector<double>& kept, std::span<double> buffer) {
  const auto begin = static_cast<std::size_t>(reader.begin());
  if (at.point.response.family != Family::multinomial) {
    return {kept.data() + begin, reader.rows()};
  }
  const std::size_t rows = kept.size() / static_cast<std::size_t>(at.point.design.response_classes);
  const double* p = kept.data() + static_cast<std::size_t>(at.first) * rows + begin;
  const double* q = kept.data() + static_cast<std::size_t>(at.second) * rows + begin;
  const auto prior = reader.weights();
  for (std::size_t i = 0; i < prior.size(); ++i) {
    buffer[i] = prior[i] * (p[i] * (at.first == at.second ? 1 - p[i] : q[i]));
  }
  return buffer.first(prior.size());
}

LikelihoodTask::Partial LikelihoodTask::zero(const State& point) {
  Partial partial;
  partial.gradient.assign(coefficient_count(point.design, point.response), 0.0);
  return partial;
}

void KeepBlocksTask::rebuild(const mr::RowGroup& group, const State& point, Scratch& scratch) {
  LikelihoodTask::rebuild(group, point, scratch);
  scratch.kept = BlockReader::keep(point.design, group);
}

BlockReader read_blocks(const mr::RowGroup& group, const Point& point,
                        const FisherWeights& scratch) {
  if (point.kept) return {point.design, group, scratch.kept};
  return {point.design, group, BlockReader::Zeros::left_out};
}

std::int64_t LikelihoodTask::partial_bytes(const State& point) {
  const auto size = static_cast<std::int64_t>(coefficient_count(point.design, point.response));
  const std::int64_t bytes = (4 + size) * static_cast<std::int64_t>(sizeof(double));
  // How many row groups a block has, and so the last bits of sums, goes by this over the columns'
  // size. It is not to matter whether the columns are asked for or were kept.
  const auto columns =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(point.design.input_count()));
  const std::int64_t per_column = (bytes + columns - 1) / columns;
  return point.kept ? per_column : per_column * columns;
}

void LikelihoodTask::rebuild(const mr::RowGroup& group, const State& /*point*/, Scratch& scratch) {
  // Only the room: map() and weights_at() fill it for the point that they are asked for.
  scratch.values.reserve(static_cast<std::size_t>(group.rows));
}

void LikelihoodTask::map(const mr::RowGroup& group, const State& point, Scratch& scratch,
                         Partial& partial) {
  if (!point.counts(group)) return;
  if (point.design.response_classes > 1) return map_classes(group, point, scratch, partial);
  map_likelihood(group, point, scratch, partial);
}

void map_likelihood(const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
                    LikelihoodTask::Partial& partial,
                    const std::function<void(const BlockReader&, std::span<const double>)>& also) {
  GradientSum gradient(point.design);
  const auto use = [&](const BlockReader& reader, const Working& rows, double deviance) {
    partial.deviance += deviance;
    if (!point.response.fixed_dispersion()) partial.pearson += pearson_of(point.response, rows);
    partial.largest_weight = std::max(partial.largest_weight, largest(rows.weight));
    partial.largest_eta = std::max(partial.largest_eta, largest_eta(rows));
    gradient.add(reader, rows.score);
    if (also) also(reader, rows.weight);
  };
  if (also) {
    for_each_block(BlockReader(point.design, group), point, &scratch, use);
  } else {
    // Blocks are kept for fits by gradients, which hardly ever ask for the weights.
    FisherWeights* const keep = point.kept ? nullptr : &scratch;
    for_each_block(read_blocks(group, point, scratch), point, keep, use);
  }
  gradient.add_to(partial.gradient);
}

void LikelihoodTask::merge(Partial& left, const Partial& right) {
  left.deviance += right.deviance;
  left.pearson += right.pearson;
  left.largest_weight = std::max(left.largest_weight, right.largest_weight);
  left.largest_eta = std::max(left.largest_eta, right.largest_eta);
  for (std::size_t i = 0; i < left.gradient.size(); ++i) left.gradient[i] += right.gradient[i];
}

}  // namespace neve::algos::linear
