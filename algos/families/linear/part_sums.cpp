#include "algos/families/linear/part_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "algos/families/linear/part_reader.hpp"

namespace neve::algos::linear {
namespace {

constexpr std::size_t kRows = BlockReader::kRows;

std::size_t level_total(const Design& design) {
  std::size_t total = 0;
  for (const CategoricalTerm& term : design.categoricals) {
    total += static_cast<std::size_t>(term.level_count());
  }
  return total;
}

/// Numerics, response and 1.
std::size_t dense_width(const Design& design) { return design.numerics.size() + 2; }

}  // namespace

PartTablesTask::Partial PartTablesTask::zero(const State& state) {
  const auto parts = static_cast<std::size_t>(state.parts.count);
  return {std::vector<std::int64_t>(parts * GramTables(state.parts.design).total(), 0)};
}

std::int64_t PartTablesTask::partial_bytes(const State& state) {
  const auto tables = static_cast<std::int64_t>(GramTables(state.parts.design).total());
  return state.parts.count * tables * static_cast<std::int64_t>(sizeof(std::int64_t));
}

namespace {

/// Where the tables of each row's part begin, and what is added to a cell of them.
struct Additions {
  std::array<std::uint32_t, kRows> begin;
  std::array<std::uint32_t, kRows> cell;
  std::array<std::int64_t, kRows> value;
  void add_to(std::int64_t* sums, std::size_t rows) const {
    for (std::size_t i = 0; i < rows; ++i) sums[cell[i]] += value[i];
  }
};

void scatter(std::span<const std::int32_t> codes, Additions& add, std::int64_t* sums) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    add.cell[i] = add.begin[i] + static_cast<std::uint32_t>(codes[i]);
  }
  add.add_to(sums, codes.size());
}

void scatter_pairs(std::span<const std::int32_t> a, std::span<const std::int32_t> b,
                   std::int32_t width, Additions& add, std::int64_t* sums) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    add.cell[i] = add.begin[i] + static_cast<std::uint32_t>(a[i] * width + b[i]);
  }
  add.add_to(sums, a.size());
}

}  // namespace

void PartTablesTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Design& design = state.parts.design;
  const GramTables tables(design);
  std::array<double, kRows> product;
  Additions add;
  std::int64_t* sums = partial.sums.data();
  PartReader reader(group, design);
  while (reader.next()) {
    const BlockReader& rows = reader.block();
    const auto weights = rows.weights();
    std::ranges::transform(reader.parts(), add.begin.begin(), [&](std::int32_t part) {
      return static_cast<std::uint32_t>(part) * static_cast<std::uint32_t>(tables.total());
    });
    to_fixed(weights, state.units.weight_bits, add.value);
    for (std::size_t a = 0; a < design.categoricals.size(); ++a) {
      scatter(rows.codes(a), add, sums + tables.levels(a));
      for (std::size_t b = a + 1; b < design.categoricals.size(); ++b) {
        scatter_pairs(rows.codes(a), rows.codes(b), design.categoricals[b].level_count(), add,
                      sums + tables.pairs(a, b));
      }
    }
    for (std::size_t j = 0; j < design.numerics.size(); ++j) {
      const auto x = rows.numeric(j);
      for (std::size_t i = 0; i < x.size(); ++i) product[i] = weights[i] * x[i];
      to_fixed({product.data(), x.size()}, state.units.numeric_bits[j], add.value);
      for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
        scatter(rows.codes(c), add, sums + tables.numeric(c, j));
      }
    }
  }
}

void PartTablesTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.sums.size(); ++i) left.sums[i] += right.sums[i];
}

PartSumsTask::Partial PartSumsTask::zero(const State& state) {
  const Part empty{.dense = linalg::Symmetric(dense_width(state.parts.design)),
                   .of_levels = std::vector<double>(level_total(state.parts.design), 0.0)};
  return {std::vector<Part>(static_cast<std::size_t>(state.parts.count), empty)};
}

std::int64_t PartSumsTask::partial_bytes(const State& state) {
  const std::size_t width = dense_width(state.parts.design);
  const auto each = static_cast<std::int64_t>(width * width + level_total(state.parts.design) + 2);
  return state.parts.count * each * static_cast<std::int64_t>(sizeof(double));
}

namespace {

/// Puts the rows of a block side by side that are of one part, and adds them up.
class PartRows {
 public:
  PartRows(const PartSumsTask::State& state, PartSumsTask::Partial& partial)
      : design_(state.parts.design),
        center_(state.response_center),
        parts_(partial.parts),
        width_(dense_width(design_)),
        places_(parts_.size()),
        rows_((kRows + 1) * width_) {}

  void add(const PartReader& reader) {
    const BlockReader& block = reader.block();
    count(reader);
    places_.find(reader);
    fill(block);
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const std::size_t count = places_.count(k);
      if (count == 0) continue;
      const auto rows = std::span(rows_).subspan(places_.begin(k) * width_, count * width_);
      linalg::add_gram(rows, count, parts_[k].dense);
    }
    add_levels(reader);
  }

 private:
  void count(const PartReader& reader) {
    const auto weights = reader.block().weights();
    const auto parts = reader.parts();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      PartSumsTask::Part& part = parts_[static_cast<std::size_t>(parts[i])];
      part.rows += weights[i] != 0 ? 1 : 0;
      part.largest_weight = std::max(part.largest_weight, weights[i]);
    }
  }
  /// Each row times the root of its weight.
  void fill(const BlockReader& block) {
    const auto weights = block.weights();
    const auto y = block.response();
    for (std::size_t i = 0; i < weights.size(); ++i) root_[i] = std::sqrt(weights[i]);
    const auto put = [&](std::size_t column, auto value) {
      for (std::size_t i = 0; i < weights.size(); ++i) {
        rows_[places_[i] * width_ + column] = root_[i] * value(i);
      }
    };
    for (std::size_t j = 0; j < design_.numerics.size(); ++j) {
      const auto x = block.numeric(j);
      put(j, [&](std::size_t i) { return x[i]; });
    }
    put(width_ - 2, [&](std::size_t i) { return y[i] - center_; });
    put(width_ - 1, [](std::size_t) { return 1.0; });
  }
  void add_levels(const PartReader& reader) {
    const BlockReader& block = reader.block();
    const auto parts = reader.parts();
    std::array<double, kRows> weighted;
    std::array<double*, kRows> sums;
    for (std::size_t i = 0; i < block.rows(); ++i) {
      weighted[i] = block.weights()[i] * (block.response()[i] - center_);
      sums[i] = parts_[static_cast<std::size_t>(parts[i])].of_levels.data();
    }
    std::size_t first = 0;
    for (std::size_t c = 0; c < design_.categoricals.size(); ++c) {
      const auto codes = block.codes(c);
      for (std::size_t i = 0; i < codes.size(); ++i) {
        sums[i][first + static_cast<std::size_t>(codes[i])] += weighted[i];
      }
      first += static_cast<std::size_t>(design_.categoricals[c].level_count());
    }
  }

  const Design& design_;
  double center_;
  std::vector<PartSumsTask::Part>& parts_;
  std::size_t width_;
  PartPlaces places_;
  std::array<double, kRows> root_;
  std::vector<double> rows_;
};

void add_to(linalg::Symmetric& sum, const linalg::Symmetric& more) {
  const auto from = more.values();
  const auto to = sum.values();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void add_to(std::vector<double>& sum, const std::vector<double>& more) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

}  // namespace

void PartSumsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  PartReader reader(group, state.parts.design);
  PartRows rows(state, partial);
  while (reader.next()) rows.add(reader);
}

void PartSumsTask::merge(Partial& left, const Partial& right) {
  for (std::size_t k = 0; k < left.parts.size(); ++k) {
    Part& part = left.parts[k];
    const Part& more = right.parts[k];
    part.rows += more.rows;
    part.largest_weight = std::max(part.largest_weight, more.largest_weight);
    add_to(part.dense, more.dense);
    add_to(part.of_levels, more.of_levels);
  }
}

void RowSums::add(const RowSums& other) {
  rows += other.rows;
  add_to(gram, other.gram);
  for (std::size_t c = 0; c < level_weights.size(); ++c) {
    add_to(level_weights[c], other.level_weights[c]);
  }
  add_to(with_response, other.with_response);
  response_squares += other.response_squares;
}

PartSums::PartSums(mr::Engine& engine, const Order& order, const mr::RunOptions& options) {
  Design bare = order.whole.design;
  bare.intercept = true;
  whole_ = complete(std::move(bare), order.whole.moments);
  const Parts parts{whole_.design, order.parts};
  const auto sums =
      engine.run<PartSumsTask>(order.inputs, {parts, whole_.moments.response.mean}, options);
  double largest_weight = 0;
  for (const auto& part : sums.parts)
    largest_weight = std::max(largest_weight, part.largest_weight);
  const auto units = TableUnits::finest(whole_.design, largest_weight, order.inputs.layout->rows());
  std::vector<std::int64_t> tables;
  if (!whole_.design.categoricals.empty()) {
    tables = engine.run<PartTablesTask>(order.inputs, {parts, units}, options).sums;
  }
  const std::size_t each = tables.size() / sums.parts.size();
  for (std::size_t k = 0; k < sums.parts.size(); ++k) {
    parts_.push_back(sums_of(sums.parts[k], std::span(tables).subspan(k * each, each), units));
  }
  // Sums of those before each, then of those behind it too.
  others_.push_back(parts_[1]);
  for (std::size_t k = 1; k < parts_.size(); ++k) {
    others_.push_back(k == 1 ? parts_[0] : others_[k - 1]);
    if (k > 1) others_[k].add(parts_[k - 1]);
  }
  RowSums behind = parts_.back();
  for (std::size_t k = parts_.size() - 1; k-- > 1;) {
    others_[k].add(behind);
    behind.add(parts_[k]);
  }
  others_[0] = std::move(behind);
}

RowSums PartSums::sums_of(const PartSumsTask::Part& from, std::span<const std::int64_t> tables,
                          const TableUnits& units) const {
  const Design& design = whole_.design;
  const auto size = static_cast<std::size_t>(design.size());
  const auto first = static_cast<std::size_t>(design.categorical_size());
  const std::size_t response = design.numerics.size();
  RowSums made;
  made.rows = from.rows;
  made.gram = linalg::Symmetric(size);
  if (!tables.empty()) place_tables(design, units, tables, made.gram);
  // The dense sums have the response between numerics and intercept.
  const auto place = [&](std::size_t at) { return at < response ? at : at + 1; };
  for (std::size_t j = 0; j <= response; ++j) {
    for (std::size_t i = j; i <= response; ++i) {
      made.gram.at(first + i, first + j) = from.dense.at(place(i), place(j));
    }
  }
  const GramTables lie(design);
  std::size_t before = 0;
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const CategoricalTerm& term = design.categoricals[c];
    std::vector<double>& weights = made.level_weights.emplace_back();
    for (std::int32_t level = 0; level < term.level_count(); ++level) {
      const auto at = static_cast<std::size_t>(level);
      weights.push_back(
          std::ldexp(static_cast<double>(tables[lie.levels(c) + at]), -units.weight_bits));
      if (level >= term.first_level) made.with_response.push_back(from.of_levels[before + at]);
    }
    weights.push_back(0);  // missing ones
    before += static_cast<std::size_t>(term.level_count());
  }
  for (std::size_t j = 0; j < response; ++j) {
    made.with_response.push_back(from.dense.at(response, j));
  }
  made.with_response.push_back(from.dense.at(response + 1, response));
  made.response_squares = from.dense.at(response, response);
  return made;
}

std::int64_t PartSums::bytes(const Design& design, std::int32_t parts, int threads) {
  const auto size = static_cast<std::int64_t>(design.size()) + 1;
  const auto tables = static_cast<std::int64_t>(GramTables(design).total());
  constexpr std::int64_t kCopies = 5;  // of the part's sums: all others', these scaled, a factor
  return static_cast<std::int64_t>(sizeof(double)) * parts *
         (kCopies * size * size + (threads + 1) * tables);
}

RowSums PartSums::all() const {
  RowSums sum = others_[0];
  sum.add(parts_[0]);
  return sum;
}

Moments PartSums::numeric_moments(const RowSums& rows, std::size_t numeric) const {
  const NumericTerm& term = whole_.design.numerics[numeric];
  const std::size_t last = rows.gram.size() - 1;
  const auto at = static_cast<std::size_t>(whole_.design.categorical_size()) + numeric;
  const double total = rows.gram.at(last, at);
  Moments made = whole_.moments.numerics[numeric];
  made.weight = rows.gram.at(last, last);
  const double mean = total / made.weight;
  const double squares = std::max(0.0, rows.gram.at(at, at) - total * mean);
  // A column that is the same in all rows.
  if (made.squares == 0) return made;
  made.mean = term.center + term.scale * mean;
  made.squares = term.scale * term.scale * squares;
  return made;
}

Moments PartSums::response_moments(const RowSums& rows) const {
  Moments made = whole_.moments.response;
  const std::size_t last = rows.gram.size() - 1;
  const double total = rows.with_response[last];
  made.weight = rows.gram.at(last, last);
  made.mean += total / made.weight;
  made.squares = std::max(0.0, rows.response_squares - total * (total / made.weight));
  return made;
}

bool PartSums::keeps_digits(const RowSums& rows) const {
  constexpr double kLeast = 1e-3;
  const auto keeps = [](const Moments& here, const Moments& all) {
    return here.squares / here.weight >= kLeast * (all.squares / all.weight);
  };
  if (!(rows.gram.at(rows.gram.size() - 1, rows.gram.size() - 1) > 0)) return false;
  for (std::size_t j = 0; j < whole_.design.numerics.size(); ++j) {
    if (!keeps(numeric_moments(rows, j), whole_.moments.numerics[j])) return false;
  }
  return keeps(response_moments(rows), whole_.moments.response);
}

Prepared PartSums::prepared(const RowSums& rows, Design bare) const {
  MomentsTask::Partial moments = whole_.moments;
  moments.rows_left_out += moments.rows - rows.rows;
  moments.rows = rows.rows;
  moments.weight = rows.gram.at(rows.gram.size() - 1, rows.gram.size() - 1);
  for (std::size_t j = 0; j < moments.numerics.size(); ++j) {
    moments.numerics[j] = numeric_moments(rows, j);
  }
  moments.level_weights = rows.level_weights;
  moments.response = response_moments(rows);
  return complete(std::move(bare), std::move(moments));
}

QuadraticSums PartSums::in_design(const RowSums& rows, const Design& other) const {
  const auto first = static_cast<std::size_t>(other.categorical_size());
  const auto size = static_cast<std::size_t>(other.size());
  const std::size_t last = rows.gram.size() - 1;
  // Each column is `by` times one of the sums', and `more` times the intercept.
  std::vector<double> by(size, 1.0);
  std::vector<double> more(size, 0.0);
  for (std::size_t j = 0; j < other.numerics.size(); ++j) {
    const NumericTerm& from = whole_.design.numerics[j];
    const NumericTerm& to = other.numerics[j];
    by[first + j] = from.scale / to.scale;
    more[first + j] = (from.center - to.center) / to.scale;
  }
  const double weight = rows.gram.at(last, last);
  QuadraticSums made{.gram = linalg::Symmetric(size), .with_response = rows.with_response};
  made.with_response.resize(size);
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = j; i < size; ++i) {
      made.gram.at(i, j) = by[i] * by[j] * rows.gram.at(i, j) +
                           by[i] * more[j] * rows.gram.at(last, i) +
                           more[i] * by[j] * rows.gram.at(last, j) + more[i] * more[j] * weight;
    }
  }
  const double center = whole_.moments.response.mean;
  const double response = rows.with_response[last];
  for (std::size_t j = 0; j < size; ++j) {
    made.with_response[j] = by[j] * made.with_response[j] + more[j] * response;
  }
  made.response_squares = rows.response_squares;
  made.shift = other.intercept ? center : 0;
  if (other.intercept) return made;
  for (std::size_t j = 0; j < size; ++j) {
    made.with_response[j] += center * (by[j] * rows.gram.at(last, j) + more[j] * weight);
  }
  made.response_squares += center * (2 * response + center * weight);
  return made;
}

}  // namespace neve::algos::linear
