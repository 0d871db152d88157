#include "rapids/sax_task.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include <neve/frame/chunk.hpp>

namespace neve::rapids {
namespace {

constexpr std::int64_t kBlock = 1024;

/// What is known of a block of series, piece by piece.
class Series {
 public:
  Series(std::size_t rows, std::size_t pieces)
      : cells_(rows), sums_(rows), squares_(rows), means_(pieces, std::vector<double>(rows)) {}

  /// The spread about the means of pieces is what H2O-3 measures by, not the one about the series'.
  void add_piece(std::size_t piece, std::span<const frame::Chunk> points, std::int64_t begin) {
    std::vector<double>& mean = means_[piece];
    double count = 0;
    for (const frame::Chunk& point : points) {
      point.decode(begin, std::span(cells_));
      ++count;
      for (std::size_t row = 0; row < cells_.size(); ++row) {
        const double before = mean[row];
        mean[row] += (cells_[row] - before) / count;
        squares_[row] += (cells_[row] - before) * (cells_[row] - mean[row]);
        sums_[row] += cells_[row];
      }
    }
    points_ += count;
  }

  /// NaN where cells are missing or nothing varies.
  [[nodiscard]] double score(std::size_t piece, std::size_t row) const {
    const double deviation = std::sqrt(squares_[row] / (points_ - 1));
    return (means_[piece][row] - sums_[row] / points_) / deviation;
  }

 private:
  double points_ = 0;
  std::vector<double> cells_;
  std::vector<double> sums_;
  std::vector<double> squares_;
  std::vector<std::vector<double>> means_;
};

/// The first interval stands for what has no score, as in H2O-3.
double interval_of(double score, const std::vector<double>& breaks) {
  if (std::isnan(score)) return 0;
  return static_cast<double>(std::ranges::lower_bound(breaks, score) - breaks.begin());
}

}  // namespace

void SaxTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                  mr::Outputs& outputs) {
  const std::size_t pieces = outputs.count();
  const std::size_t step = group.columns.size() / pieces;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    Series series(rows, pieces);
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      const std::size_t first = piece * step;
      const std::size_t points = std::min(first + step, group.columns.size() - first);
      series.add_piece(piece, group.columns.subspan(first, points), begin);
    }
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      const auto out = outputs.doubles(piece).subspan(static_cast<std::size_t>(begin), rows);
      for (std::size_t row = 0; row < rows; ++row) {
        out[row] = interval_of(series.score(piece, row), state.breaks);
      }
    }
  }
}

void SaxTextTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                      mr::Outputs& outputs) {
  std::vector<double> cells;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    std::vector<std::string> texts(rows);
    cells.resize(rows);
    for (std::size_t piece = 0; piece < group.columns.size(); ++piece) {
      group.columns[piece].decode(begin, std::span(cells));
      const std::string intervals = "^" + std::to_string(state.intervals[piece]);
      for (std::size_t row = 0; row < rows; ++row) {
        if (piece > 0) texts[row] += '_';
        texts[row] += std::to_string(static_cast<std::int64_t>(cells[row])) + intervals;
      }
    }
    for (const std::string& text : texts) outputs.text(0).append(text);
  }
}

}  // namespace neve::rapids
