#include "linalg/gram_tiles.hpp"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <vector>

namespace neve::linalg {
namespace {

// A tile of sums stays in registers while the rows of a chunk go by: twelve of them, three of a
// row's elements and one that they are multiplied by fill the sixteen registers of AVX2.
constexpr std::size_t kLanes = 4;
constexpr std::size_t kGroups = 3;
constexpr std::size_t kWide = kLanes * kGroups;
constexpr std::size_t kNarrow = 4;
/// Rows of a chunk: two panels of it stay in the L1 cache.
constexpr std::size_t kChunk = 128;

/// Columns of a chunk by panels of kWide, each with its rows one after the other; columns that are
/// not there are 0.
class Panels {
 public:
  explicit Panels(std::size_t columns)
      : columns_(columns), values_(count() * kChunk * kWide, 0.0) {}
  void fill(const double* rows, std::size_t count_of_rows) {
    for (std::size_t p = 0; p < count(); ++p) {
      const std::size_t width = std::min(kWide, columns_ - p * kWide);
      double* to = values_.data() + p * kChunk * kWide;
      for (std::size_t r = 0; r < count_of_rows; ++r)
        std::copy_n(rows + r * columns_ + p * kWide, width, to + r * kWide);
    }
  }
  [[nodiscard]] std::size_t count() const { return (columns_ + kWide - 1) / kWide; }
  [[nodiscard]] const double* panel(std::size_t p) const {
    return values_.data() + p * kChunk * kWide;
  }

 private:
  std::size_t columns_;
  std::vector<double> values_;
};

/// sums[j * stride + i] += x[i] * y[j] of each row, for kWide x and kNarrow y.
void add_tile(const double* x, const double* y, std::size_t rows, double* sums,
              std::size_t stride) {
  __m256d tile[kNarrow][kGroups];
#pragma GCC unroll 4
  for (std::size_t j = 0; j < kNarrow; ++j) {
#pragma GCC unroll 4
    for (std::size_t g = 0; g < kGroups; ++g)
      tile[j][g] = _mm256_loadu_pd(sums + j * stride + g * kLanes);
  }
  for (std::size_t r = 0; r < rows; ++r, x += kWide, y += kWide) {
    __m256d of_x[kGroups];
#pragma GCC unroll 4
    for (std::size_t g = 0; g < kGroups; ++g) of_x[g] = _mm256_loadu_pd(x + g * kLanes);
#pragma GCC unroll 4
    for (std::size_t j = 0; j < kNarrow; ++j) {
      const __m256d by = _mm256_broadcast_sd(y + j);
#pragma GCC unroll 4
      for (std::size_t g = 0; g < kGroups; ++g)
        tile[j][g] = _mm256_fmadd_pd(of_x[g], by, tile[j][g]);
    }
  }
#pragma GCC unroll 4
  for (std::size_t j = 0; j < kNarrow; ++j) {
#pragma GCC unroll 4
    for (std::size_t g = 0; g < kGroups; ++g)
      _mm256_storeu_pd(sums + j * stride + g * kLanes, tile[j][g]);
  }
}

/// Where a tile's sums are: of rows from `row` on, of columns from `column` on.
struct Corner {
  std::size_t row;
  std::size_t column;
};

/// A tile that reaches over the matrix's edge or its diagonal.
void add_cut_tile(const double* x, const double* y, std::size_t rows, const Corner& at,
                  Symmetric& sum) {
  std::array<double, kNarrow * kWide> tile{};
  const auto for_each = [&](const auto& use) {
    for (std::size_t j = at.column; j < std::min(at.column + kNarrow, sum.size()); ++j) {
      for (std::size_t i = std::max(at.row, j); i < std::min(at.row + kWide, sum.size()); ++i)
        use(tile[(j - at.column) * kWide + i - at.row], sum.at(i, j));
    }
  };
  for_each([](double& here, const double& there) { here = there; });
  add_tile(x, y, rows, tile.data(), kWide);
  for_each([](const double& here, double& there) { there = here; });
}

void add_chunk(const Panels& panels, std::size_t rows, Symmetric& sum) {
  const std::size_t n = sum.size();
  for (std::size_t p = 0; p < panels.count(); ++p) {
    const std::size_t row = p * kWide;
    for (std::size_t column = 0; column < std::min(row + kWide, n); column += kNarrow) {
      const double* y = panels.panel(column / kWide) + column % kWide;
      const bool is_whole = row + kWide <= n && column + kNarrow <= row + 1;
      if (is_whole) {
        add_tile(panels.panel(p), y, rows, sum.values().data() + column * n + row, n);
      } else {
        add_cut_tile(panels.panel(p), y, rows, {row, column}, sum);
      }
    }
  }
}

}  // namespace

void add_gram_by_tiles(std::span<const double> row_major, std::size_t rows, Symmetric& sum) {
  Panels panels(sum.size());
  for (std::size_t first = 0; first < rows; first += kChunk) {
    const std::size_t count = std::min(kChunk, rows - first);
    panels.fill(row_major.data() + first * sum.size(), count);
    add_chunk(panels, count, sum);
  }
}

}  // namespace neve::linalg
