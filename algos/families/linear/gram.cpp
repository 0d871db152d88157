#include "algos/families/linear/gram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/classes.hpp"

namespace neve::algos::linear {
namespace {

constexpr std::size_t kRows = BlockReader::kRows;

/// Bits after the point such that no sum over `rows` values up to `largest` overflows, and every
/// value fits the 50 bits that to_fixed() rounds to.
std::int32_t fixed_point_bits(std::int64_t rows, double largest) {
  if (!(largest > 0)) return 0;
  int exponent = 0;
  std::frexp(largest, &exponent);
  const auto log_rows = static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(rows)));
  return std::min(50, 62 - log_rows) - exponent;
}

void scatter(std::span<const std::int32_t> codes, const std::int64_t* add, std::int64_t* sums) {
  for (std::size_t i = 0; i < codes.size(); ++i) sums[codes[i]] += add[i];
}

void scatter_pairs(std::span<const std::int32_t> a, std::span<const std::int32_t> b,
                   std::int32_t width, const std::int64_t* add, std::int64_t* sums) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    sums[static_cast<std::int64_t>(a[i]) * width + b[i]] += add[i];
  }
}

/// Copies the tables to where the coefficients are.
class Assembly {
 public:
  Assembly(const Design& design, const TableUnits& units, std::span<const std::int64_t> sums,
           linalg::Symmetric& gram)
      : units_(units), design_(design), tables_(design), sums_(sums), gram_(gram) {}

  void run() {
    const double unit = std::ldexp(1.0, -units_.weight_bits);
    for (std::size_t c = 0; c < design_.categoricals.size(); ++c) {
      const CategoricalTerm& term = design_.categoricals[c];
      for (std::int32_t level = term.first_level; level < term.level_count(); ++level) {
        const double weight = unit * sum(tables_.levels(c) + as_size(level));
        const std::size_t at = as_size(term.offset + level - term.first_level);
        gram_.at(at, at) = weight;
        if (design_.intercept) gram_.at(gram_.size() - 1, at) = weight;
        add_numerics(c, level, at);
        for (std::size_t b = c + 1; b < design_.categoricals.size(); ++b)
          add_pairs(c, b, level, at);
      }
    }
  }

 private:
  static std::size_t as_size(std::int32_t value) { return static_cast<std::size_t>(value); }
  [[nodiscard]] double sum(std::size_t at) const { return static_cast<double>(sums_[at]); }
  void add_numerics(std::size_t c, std::int32_t level, std::size_t column) {
    const std::size_t first = as_size(design_.categorical_size());
    for (std::size_t j = 0; j < design_.numerics.size(); ++j) {
      const double unit = std::ldexp(1.0, -units_.numeric_bits[j]);
      gram_.at(first + j, column) = unit * sum(tables_.numeric(c, j) + as_size(level));
    }
  }
  void add_pairs(std::size_t c, std::size_t b, std::int32_t level, std::size_t column) {
    const CategoricalTerm& other = design_.categoricals[b];
    const double unit = std::ldexp(1.0, -units_.weight_bits);
    const std::size_t from = tables_.pairs(c, b) + as_size(level) * as_size(other.level_count());
    for (std::int32_t k = other.first_level; k < other.level_count(); ++k) {
      gram_.at(as_size(other.offset + k - other.first_level), column) =
          unit * sum(from + as_size(k));
    }
  }

  const TableUnits& units_;
  const Design& design_;
  GramTables tables_;
  std::span<const std::int64_t> sums_;
  linalg::Symmetric& gram_;
};

/// Rows that are turned from columns to rows at a time, so that what is written stays in L1.
constexpr std::size_t kTileRows = 32;

struct RowRange {
  std::size_t first;
  std::size_t last;
};

/// Rows [first, last) of the block, each times its root, as numerics and 1 for the intercept.
void fill_tile(const BlockReader& reader, const Design& design, RowRange range,
               const std::array<double, kRows>& root, std::vector<double>& rows) {
  const std::size_t n = rows.size() / kRows;
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const auto x = reader.numeric(j);
    for (std::size_t i = range.first; i < range.last; ++i) rows[i * n + j] = root[i] * x[i];
  }
  if (!design.intercept) return;
  for (std::size_t i = range.first; i < range.last; ++i) rows[i * n + n - 1] = root[i];
}

}  // namespace

std::size_t dense_size(const Design& design) {
  return design.numerics.size() + (design.intercept ? 1 : 0);
}

TableUnits TableUnits::finest(const Design& design, double largest_weight, std::int64_t rows) {
  TableUnits units;
  units.weight_bits = fixed_point_bits(rows, largest_weight);
  for (const NumericTerm& term : design.numerics) {
    units.numeric_bits.push_back(fixed_point_bits(rows, largest_weight * term.reach));
  }
  return units;
}

/// Adding 1.5 · 2^52 leaves integers in the low bits of the sum.
void to_fixed(std::span<const double> values, std::int32_t bits, std::span<std::int64_t> out) {
  constexpr double kShift = 6755399441055744.0;
  const double scale = std::ldexp(1.0, bits);
  const auto zero = std::bit_cast<std::int64_t>(kShift);
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[i] = std::bit_cast<std::int64_t>(values[i] * scale + kShift) - zero;
  }
}

void place_tables(const Design& design, const TableUnits& units, std::span<const std::int64_t> sums,
                  linalg::Symmetric& gram) {
  Assembly(design, units, sums, gram).run();
}

GramTables::GramTables(const Design& design)
    : count_(design.categoricals.size()),
      numeric_count_(design.numerics.size()),
      pairs_(count_ * count_, 0) {
  const auto width = [&](std::size_t c) {
    return static_cast<std::size_t>(design.categoricals[c].level_count());
  };
  const auto take = [&](std::size_t cells) {
    const std::size_t begin = total_;
    total_ += cells;
    return begin;
  };
  for (std::size_t c = 0; c < count_; ++c) levels_.push_back(take(width(c)));
  for (std::size_t a = 0; a < count_; ++a) {
    for (std::size_t b = a + 1; b < count_; ++b) pairs_[a * count_ + b] = take(width(a) * width(b));
  }
  for (std::size_t c = 0; c < count_; ++c) {
    for (std::size_t j = 0; j < numeric_count_; ++j) numerics_.push_back(take(width(c)));
  }
}

CategoricalGramTask::Partial CategoricalGramTask::zero(const State& state) {
  return {std::vector<std::int64_t>(GramTables(state.at.point.design).total(), 0)};
}

std::int64_t CategoricalGramTask::partial_bytes(const State& state) {
  return static_cast<std::int64_t>(GramTables(state.at.point.design).total() *
                                   sizeof(std::int64_t));
}

void CategoricalGramTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  LikelihoodTask::rebuild(group, state.at.point, scratch);
}

void CategoricalGramTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                              Partial& partial) {
  if (!state.at.point.counts(group)) return;
  const Design& design = state.at.point.design;
  const GramTables tables(design);
  const std::vector<double>& weights = weights_at(group, state.at.point, scratch);
  std::array<std::int64_t, kRows> fixed;
  std::array<double, kRows> product;
  std::array<double, kRows> buffer;
  std::int64_t* sums = partial.sums.data();
  BlockReader reader(design, group);
  while (reader.next()) {
    const auto weight = block_weights(reader, state.at, weights, buffer);
    to_fixed(weight, state.units.weight_bits, fixed);
    for (std::size_t a = 0; a < design.categoricals.size(); ++a) {
      scatter(reader.codes(a), fixed.data(), sums + tables.levels(a));
      for (std::size_t b = a + 1; b < design.categoricals.size(); ++b) {
        scatter_pairs(reader.codes(a), reader.codes(b), design.categoricals[b].level_count(),
                      fixed.data(), sums + tables.pairs(a, b));
      }
    }
    for (std::size_t j = 0; j < design.numerics.size(); ++j) {
      const auto x = reader.numeric(j);
      for (std::size_t i = 0; i < x.size(); ++i) product[i] = weight[i] * x[i];
      to_fixed({product.data(), x.size()}, state.units.numeric_bits[j], fixed);
      for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
        scatter(reader.codes(c), fixed.data(), sums + tables.numeric(c, j));
      }
    }
  }
}

void CategoricalGramTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.sums.size(); ++i) left.sums[i] += right.sums[i];
}

NumericGramTask::Partial NumericGramTask::zero(const State& at) {
  return Partial(dense_size(at.point.design));
}

std::int64_t NumericGramTask::partial_bytes(const State& at) {
  const auto n = static_cast<std::int64_t>(dense_size(at.point.design));
  return n * n * static_cast<std::int64_t>(sizeof(double));
}

void NumericGramTask::rebuild(const mr::RowGroup& group, const State& at, Scratch& scratch) {
  LikelihoodTask::rebuild(group, at.point, scratch);
}

namespace {

/// Adds blocks of rows to the dense block of X'WX.
class DenseRows {
 public:
  explicit DenseRows(const Design& design) : design_(design), rows_(kRows * dense_size(design)) {}
  void add(const BlockReader& reader, std::span<const double> weight, linalg::Symmetric& sum) {
    std::array<double, kRows> root;
    for (std::size_t i = 0; i < weight.size(); ++i) root[i] = std::sqrt(weight[i]);
    for (std::size_t first = 0; first < weight.size(); first += kTileRows) {
      const std::size_t last = std::min(first + kTileRows, weight.size());
      fill_tile(reader, design_, {first, last}, root, rows_);
    }
    linalg::add_gram(rows_, weight.size(), sum);
  }

 private:
  const Design& design_;
  std::vector<double> rows_;
};

}  // namespace

void NumericGramTask::map(const mr::RowGroup& group, const State& at, Scratch& scratch,
                          Partial& partial) {
  if (!at.point.counts(group)) return;
  const Design& design = at.point.design;
  const std::vector<double>& weights = weights_at(group, at.point, scratch);
  DenseRows rows(design);
  // A missing level may still cost a row its weight.
  const bool skip = design.missing == Missing::skip;
  BlockReader reader(design, group, BlockReader::Zeros::written,
                     skip ? BlockReader::Codes::read : BlockReader::Codes::left_out);
  std::array<double, kRows> buffer;
  while (reader.next()) {
    rows.add(reader, block_weights(reader, at, weights, buffer), partial);
  }
}

void NumericGramTask::merge(Partial& left, const Partial& right) {
  const auto add = right.values();
  const auto sum = left.values();
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += add[i];
}

LikelihoodGramTask::Partial LikelihoodGramTask::zero(const State& point) {
  return {LikelihoodTask::zero(point), linalg::Symmetric(dense_size(point.design))};
}

std::int64_t LikelihoodGramTask::partial_bytes(const State& point) {
  return LikelihoodTask::partial_bytes(point) + NumericGramTask::partial_bytes({point});
}

void LikelihoodGramTask::rebuild(const mr::RowGroup& group, const State& point, Scratch& scratch) {
  LikelihoodTask::rebuild(group, point, scratch);
}

void LikelihoodGramTask::map(const mr::RowGroup& group, const State& point, Scratch& scratch,
                             Partial& partial) {
  DenseRows rows(point.design);
  map_likelihood(group, point, scratch, partial.likelihood,
                 [&](const BlockReader& reader, std::span<const double> weights) {
                   rows.add(reader, weights, partial.gram);
                 });
}

void LikelihoodGramTask::merge(Partial& left, const Partial& right) {
  LikelihoodTask::merge(left.likelihood, right.likelihood);
  NumericGramTask::merge(left.gram, right.gram);
}

namespace {

/// Over the coefficients of the design.
linalg::Symmetric design_gram(mr::Engine& engine, const mr::Inputs& inputs, const PairPoint& at,
                              double largest_weight, const mr::RunOptions& options) {
  const Design& design = at.point.design;
  linalg::Symmetric gram(static_cast<std::size_t>(design.size()));
  if (!design.categoricals.empty()) {
    const auto units = TableUnits::finest(design, largest_weight, inputs.layout->rows());
    const auto tables = engine.run<CategoricalGramTask>(inputs, {at, units}, options);
    place_tables(design, units, tables.sums, gram);
  }
  const std::size_t dense = dense_size(design);
  if (dense == 0) return gram;
  const auto block = engine.run<NumericGramTask>(inputs, at, options);
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < dense; ++j) {
    for (std::size_t i = j; i < dense; ++i) gram.at(first + i, first + j) = block.at(i, j);
  }
  return gram;
}

/// Where the share of classes first >= second goes.
void place_pair(const linalg::Symmetric& share, const PairPoint& at, linalg::Symmetric& gram) {
  const std::size_t n = share.size();
  const bool same = at.first == at.second;
  const std::size_t row = static_cast<std::size_t>(at.first) * n;
  const std::size_t column = static_cast<std::size_t>(at.second) * n;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = same ? j : 0; i < n; ++i) {
      gram.at(row + i, column + j) = same ? share.at(i, j) : -share.get(i, j);
    }
  }
}

void place_thresholds(const ThresholdGramTask::Partial& of, linalg::Symmetric& gram) {
  const std::size_t thresholds = of.diagonal.size();
  const std::size_t slopes = gram.size() - thresholds;
  for (std::size_t k = 0; k < thresholds; ++k) {
    for (std::size_t j = 0; j < slopes; ++j) gram.at(slopes + k, j) = of.slopes[k * slopes + j];
    gram.at(slopes + k, slopes + k) = of.diagonal[k];
    if (k + 1 < thresholds) gram.at(slopes + k + 1, slopes + k) = of.next[k];
  }
}

}  // namespace

linalg::Symmetric gram_at(mr::Engine& engine, const mr::Inputs& inputs, const Point& point,
                          double largest_weight, const mr::RunOptions& options) {
  const Family family = point.response.family;
  PairPoint at{.point = point};
  if (family != Family::multinomial && family != Family::ordinal) {
    return design_gram(engine, inputs, at, largest_weight, options);
  }
  linalg::Symmetric gram(coefficient_count(point.design, point.response));
  if (family == Family::ordinal) {
    const auto slopes = design_gram(engine, inputs, at, largest_weight, options);
    for (std::size_t j = 0; j < slopes.size(); ++j) {
      for (std::size_t i = j; i < slopes.size(); ++i) gram.at(i, j) = slopes.at(i, j);
    }
    mr::RunOptions plain;
    plain.token = options.token;
    place_thresholds(engine.run<ThresholdGramTask>(inputs, point, plain), gram);
    return gram;
  }
  for (at.first = 0; at.first < point.design.response_classes; ++at.first) {
    for (at.second = 0; at.second <= at.first; ++at.second) {
      place_pair(design_gram(engine, inputs, at, largest_weight, options), at, gram);
    }
  }
  return gram;
}

std::int64_t gram_bytes(const Design& design, const Response& response, int threads) {
  const auto size = static_cast<std::int64_t>(coefficient_count(design, response));
  const auto dense = static_cast<std::int64_t>(dense_size(design));
  const auto tables = static_cast<std::int64_t>(GramTables(design).total());
  // The whole matrix and its factor; per worker the tables, a dense partial and a block of rows.
  const std::int64_t each = tables + dense * dense + dense * static_cast<std::int64_t>(kRows);
  return static_cast<std::int64_t>(sizeof(double)) * (3 * size * size + (threads + 1) * each);
}

}  // namespace neve::algos::linear
