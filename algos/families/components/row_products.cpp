#include "algos/families/components/row_products.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algos/families/linear/block_reader.hpp"

namespace neve::algos::components {
namespace {

constexpr std::size_t kRows = linear::BlockReader::kRows;

void add_scaled(double by, const double* __restrict from, std::size_t count,
                double* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = std::fma(by, from[i], to[i]);
}

/// A block of rows of XQ and what it adds to the sums.
class RowBlock {
 public:
  explicit RowBlock(const RowProductsTask::State& state)
      : state_(state),
        first_number_(static_cast<std::size_t>(state.design.categorical_size())),
        projected_(kRows * state.count) {}

  void add(const linear::BlockReader& reader, RowProductsTask::Partial& partial) {
    project(reader);
    const std::size_t count = state_.count;
    for (std::size_t i = 0; i < reader.rows(); ++i) {
      if (reader.weights()[i] > 0) {
        add_scaled(1, row(i), count, partial.sums.data());
      } else {
        std::fill_n(row(i), count, 0.0);
      }
    }
    for (std::size_t c = 0; c < state_.design.categoricals.size(); ++c)
      add_levels(reader, c, partial);
    for (std::size_t j = 0; j < state_.design.numerics.size(); ++j) add_number(reader, j, partial);
  }

 private:
  double* row(std::size_t i) { return projected_.data() + i * state_.count; }
  /// Place of a level; -1 where it has none.
  [[nodiscard]] std::ptrdiff_t place(std::size_t c, std::int32_t code) const {
    const linear::CategoricalTerm& term = state_.design.categoricals[c];
    return code < term.first_level ? -1 : term.offset + code - term.first_level;
  }
  void project(const linear::BlockReader& reader) {
    const std::size_t count = state_.count;
    for (std::size_t i = 0; i < reader.rows(); ++i) std::ranges::copy(state_.constant, row(i));
    for (std::size_t c = 0; c < state_.design.categoricals.size(); ++c) {
      const auto codes = reader.codes(c);
      for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::ptrdiff_t at = place(c, codes[i]);
        if (at >= 0)
          add_scaled(1, state_.scaled.data() + static_cast<std::size_t>(at) * count, count, row(i));
      }
    }
    for (std::size_t j = 0; j < state_.design.numerics.size(); ++j) {
      const auto x = reader.numeric(j);
      const double* of_column = state_.scaled.data() + (first_number_ + j) * count;
      for (std::size_t i = 0; i < x.size(); ++i) add_scaled(x[i], of_column, count, row(i));
    }
  }
  void add_levels(const linear::BlockReader& reader, std::size_t c,
                  RowProductsTask::Partial& partial) {
    const auto codes = reader.codes(c);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const std::ptrdiff_t at = place(c, codes[i]);
      if (at < 0 || !(reader.weights()[i] > 0)) continue;
      add_scaled(1, row(i), state_.count,
                 partial.products.data() + static_cast<std::size_t>(at) * state_.count);
      partial.squares += 1;
    }
  }
  void add_number(const linear::BlockReader& reader, std::size_t j,
                  RowProductsTask::Partial& partial) {
    const std::size_t at = first_number_ + j;
    const double factor = state_.elements.factors[at];
    const double shift = state_.elements.shifts[at];
    double* to = partial.products.data() + at * state_.count;
    const auto x = reader.numeric(j);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(reader.weights()[i] > 0)) continue;
      add_scaled(x[i], row(i), state_.count, to);
      const double element = std::fma(factor, x[i], shift);
      partial.squares = std::fma(element, element, partial.squares);
    }
  }

  const RowProductsTask::State& state_;
  std::size_t first_number_;
  std::vector<double> projected_;
};

void add(std::vector<double>& left, const std::vector<double>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace

RowProductsTask::Partial RowProductsTask::zero(const State& state) {
  return {.products = std::vector<double>(state.scaled.size()),
          .sums = std::vector<double>(state.count)};
}

std::int64_t RowProductsTask::partial_bytes(const State& state) {
  return static_cast<std::int64_t>(sizeof(double) * (state.scaled.size() + state.count + 1));
}

void RowProductsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  RowBlock block(state);
  linear::BlockReader reader(state.design, group);
  while (reader.next()) block.add(reader, partial);
}

void RowProductsTask::merge(Partial& left, const Partial& right) {
  add(left.products, right.products);
  add(left.sums, right.sums);
  left.squares += right.squares;
}

RowProducts multiply_rows(mr::Engine& engine, const Expanded& expanded, const Vectors& columns,
                          const mr::RunOptions& options) {
  const std::size_t size = expanded.expansion.size();
  const std::size_t count = columns.size();
  RowProductsTask::State state{.design = expanded.prepared.design,
                               .elements = elements_of(expanded),
                               .count = count,
                               .scaled = std::vector<double>(size * count),
                               .constant = std::vector<double>(count)};
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t c = 0; c < count; ++c) {
      state.scaled[j * count + c] = state.elements.factors[j] * columns[c][j];
      state.constant[c] += state.elements.shifts[j] * columns[c][j];
    }
  }
  const auto sums = engine.run<RowProductsTask>(expanded.inputs, state, options);
  RowProducts made{.columns = Vectors(count, std::vector<double>(size)), .squares = sums.squares};
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t c = 0; c < count; ++c)
      made.columns[c][j] = state.elements.factors[j] * sums.products[j * count + c] +
                           state.elements.shifts[j] * sums.sums[c];
  }
  return made;
}

std::int64_t row_products_bytes(const Expanded& expanded, std::size_t columns, int threads) {
  const std::size_t block =
      (expanded.expansion.size() + kRows) * columns + kRows * expanded.inputs.columns.size();
  return static_cast<std::int64_t>(sizeof(double) * block) * (threads + 2);
}

}  // namespace neve::algos::components
