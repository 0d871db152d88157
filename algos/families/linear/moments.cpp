#include "algos/families/linear/moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/frame/rollup.hpp>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// Rows of a block.
struct Rows {
  std::span<const double> weights;
  double weight = 0;       ///< of all
  bool all_count = false;  ///< none has weight 0
};

/// Weighted sums of distances from a value, and of their squares.
struct Distances {
  double sum = 0;
  double squares = 0;
};

Distances distances_of(std::span<const double> values, std::span<const double> weights,
                       double from) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::array<double, kLanes> squares{};
  const auto add = [&](std::size_t lane, std::size_t i) {
    const double off = values[i] - from;
    const double weighted = weights[i] * off;
    sums[lane] += weighted;
    squares[lane] += weighted * off;
  };
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) add(l, i + l);
  }
  for (std::size_t l = 0; i + l < values.size(); ++l) add(l, i + l);
  return {.sum = sum(sums), .squares = sum(squares)};
}

/// Of a block whose values all count, about the mean of those before: what the square of the sum
/// takes off the sum of squares is no more than what merging with those adds, so that no digits of
/// the whole are lost.
Moments of_full_block(std::span<const double> values, const Rows& rows, const frame::Survey& seen,
                      const Moments& before) {
  const std::span<const double> weights = rows.weights;
  Moments made{.weight = rows.weight, .min = seen.least, .max = seen.most};
  if (before.weight > 0) {
    const Distances off = distances_of(values, weights, before.mean);
    const double shift = off.sum / made.weight;
    made.mean = before.mean + shift;
    made.squares = std::max(0.0, off.squares - off.sum * shift);
    return made;
  }
  const double base = made.min;
  const double shifted = detail::sum_lanes(
      values.size(), [&](std::size_t i) { return weights[i] * (values[i] - base); });
  made.mean = base + shifted / made.weight;
  made.squares = detail::sum_lanes(values.size(), [&](std::size_t i) {
    const double off = values[i] - made.mean;
    return weights[i] * off * off;
  });
  return made;
}

/// Moments of one block that comes after others; values that are NaN do not count.
Moments of_block(std::span<const double> values, const Rows& rows, const Moments& before) {
  const std::span<const double> weights = rows.weights;
  const frame::Survey seen = frame::survey(values);
  if (rows.all_count && seen.finite == static_cast<std::int64_t>(values.size())) {
    return of_full_block(values, rows, seen, before);
  }
  Moments made;
  const auto counts = [&](std::size_t i) { return weights[i] != 0 && !std::isnan(values[i]); };
  made.weight =
      detail::sum_lanes(values.size(), [&](std::size_t i) { return counts(i) ? weights[i] : 0.0; });
  if (made.weight == 0) return made;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!counts(i)) continue;
    made.min = std::min(made.min, values[i]);
    made.max = std::max(made.max, values[i]);
  }
  // Sums are taken from the block's first value: a column far from 0 keeps its digits.
  const double base = made.min;
  const double shifted = detail::sum_lanes(values.size(), [&](std::size_t i) {
    return counts(i) ? weights[i] * (values[i] - base) : 0.0;
  });
  made.mean = base + shifted / made.weight;
  made.squares = detail::sum_lanes(values.size(), [&](std::size_t i) {
    const double off = values[i] - made.mean;
    return counts(i) ? weights[i] * off * off : 0.0;
  });
  return made;
}

/// The same of a column that is 0 but for the stored values.
Moments of_stored(const BlockReader::Stored& stored, const Rows& rows) {
  const std::span<const double> weights = rows.weights;
  Moments made;
  made.weight = rows.weight;
  double above = 0;
  double weight_above = 0;
  bool all_stored = stored.rows.size() == weights.size();
  for (std::size_t i = 0; i < stored.rows.size(); ++i) {
    const double weight = weights[stored.rows[i]];
    const double value = stored.values[i];
    if (std::isnan(value)) made.weight -= weight;
    if (weight == 0 || std::isnan(value)) continue;
    above += weight * value;
    weight_above += weight;
    made.min = std::min(made.min, value);
    made.max = std::max(made.max, value);
  }
  const double weight_of_zeros = made.weight - weight_above;
  if (!all_stored && weight_of_zeros > 0) {
    made.min = std::min(made.min, 0.0);
    made.max = std::max(made.max, 0.0);
  }
  if (made.weight <= 0) return {};
  made.mean = above / made.weight;
  for (std::size_t i = 0; i < stored.rows.size(); ++i) {
    const double off = stored.values[i] - made.mean;
    if (!std::isnan(off)) made.squares += weights[stored.rows[i]] * off * off;
  }
  made.squares += weight_of_zeros * made.mean * made.mean;
  return made;
}

/// Rows of the raw columns, without centers, scales and fills.
struct RawDesign {
  Design design;
  explicit RawDesign(const Design& from) : design(from) {
    for (NumericTerm& term : design.numerics) {
      term.center = 0;
      term.scale = 1;
      term.fill = std::numeric_limits<double>::quiet_NaN();
    }
    // A code of its own for missing levels, counted apart.
    for (CategoricalTerm& term : design.categoricals) term.fill = term.level_count();
  }
};

}  // namespace

void Moments::merge(const Moments& right) {
  if (right.weight == 0) return;
  if (weight == 0) {
    *this = right;
    return;
  }
  const double together = weight + right.weight;
  const double off = right.mean - mean;
  mean += off * (right.weight / together);
  squares += right.squares + off * off * (weight * (right.weight / together));
  weight = together;
  min = std::min(min, right.min);
  max = std::max(max, right.max);
}

double Moments::variance() const {
  if (weight <= 0) return 0;
  return squares / (weight >= 2 ? weight - 1 : weight);
}

MomentsTask::Partial MomentsTask::zero(const State& design) {
  Partial partial;
  partial.numerics.resize(design.numerics.size());
  for (const CategoricalTerm& term : design.categoricals) {
    partial.level_weights.emplace_back(static_cast<std::size_t>(term.level_count()) + 1, 0.0);
  }
  if (design.response_classes > 1) {
    partial.class_weights.assign(static_cast<std::size_t>(design.response_classes), 0.0);
  }
  return partial;
}

std::int64_t MomentsTask::partial_bytes(const State& design) {
  std::int64_t numbers = 16 + 5 * static_cast<std::int64_t>(design.numerics.size());
  for (const CategoricalTerm& term : design.categoricals) numbers += term.level_count() + 1;
  return numbers * static_cast<std::int64_t>(sizeof(double));
}

namespace {

/// Counts the rows of a block.
Rows count_rows(const BlockReader& reader, MomentsTask::Partial& partial) {
  const auto weights = reader.weights();
  std::int64_t counted = 0;
  for (std::size_t i = 0; i < reader.rows(); ++i) {
    counted += weights[i] != 0 ? 1 : 0;
    partial.smallest_weight = std::min(partial.smallest_weight, weights[i]);
    const double y = reader.response()[i];
    if (weights[i] != 0 && y != 0 && y != 1) ++partial.fractional_responses;
    if (partial.class_weights.empty()) continue;
    partial.class_weights[static_cast<std::size_t>(y)] += weights[i];
  }
  const auto all = static_cast<std::int64_t>(reader.rows());
  partial.rows += counted;
  partial.rows_left_out += all - counted;
  return {.weights = weights, .weight = sum(weights), .all_count = counted == all};
}

}  // namespace

void MomentsTask::map(const mr::RowGroup& group, const State& design, Partial& partial) {
  const RawDesign raw(design);
  BlockReader reader(raw.design, group, BlockReader::Zeros::left_out);
  while (reader.next()) {
    const Rows rows = count_rows(reader, partial);
    partial.weight += rows.weight;
    partial.response.merge(of_block(reader.response(), rows, partial.response));
    partial.offset.merge(of_block(reader.offset(), rows, partial.offset));
    for (std::size_t j = 0; j < partial.numerics.size(); ++j) {
      const bool sparse = reader.is_sparse(j);
      partial.stored +=
          static_cast<std::int64_t>(sparse ? reader.stored(j).rows.size() : reader.rows());
      partial.numerics[j].merge(sparse ? of_stored(reader.stored(j), rows)
                                       : of_block(reader.numeric(j), rows, partial.numerics[j]));
    }
    for (std::size_t c = 0; c < partial.level_weights.size(); ++c) {
      const auto codes = reader.codes(c);
      double* of_level = partial.level_weights[c].data();
      for (std::size_t i = 0; i < codes.size(); ++i) of_level[codes[i]] += rows.weights[i];
    }
  }
}

void MomentsTask::merge(Partial& left, const Partial& right) {
  left.rows += right.rows;
  left.stored += right.stored;
  left.rows_left_out += right.rows_left_out;
  left.smallest_weight = std::min(left.smallest_weight, right.smallest_weight);
  left.weight += right.weight;
  left.fractional_responses += right.fractional_responses;
  left.response.merge(right.response);
  for (std::size_t k = 0; k < left.class_weights.size(); ++k) {
    left.class_weights[k] += right.class_weights[k];
  }
  left.offset.merge(right.offset);
  for (std::size_t j = 0; j < left.numerics.size(); ++j) {
    left.numerics[j].merge(right.numerics[j]);
  }
  for (std::size_t c = 0; c < left.level_weights.size(); ++c) {
    for (std::size_t l = 0; l < left.level_weights[c].size(); ++l) {
      left.level_weights[c][l] += right.level_weights[c][l];
    }
  }
}

}  // namespace neve::algos::linear
