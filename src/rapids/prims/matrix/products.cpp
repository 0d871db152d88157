#include <algorithm>
#include <cmath>

#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

using Columns = std::vector<std::vector<double>>;

/// All columns on this node; at most as many cells as `kMostCells`.
Columns columns_of(Arguments& arguments, std::size_t i) {
  constexpr std::int64_t kMostCells = 50'000'000;
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& frame = arguments.frame(i);
  if (frame.rows() * static_cast<std::int64_t>(frame.width()) > kMostCells) {
    arguments.fail(i, "the frame has too many cells for this.");
  }
  Columns all;
  for (const auto& e : frame.columns) {
    if (!is_number_like(e)) arguments.fail(i, "expected numeric columns.");
    all.push_back(munge::collect(evaluation.engine(), frame.layout, e));
  }
  return all;
}

LazyFrame frame_of(Evaluation& evaluation, Columns columns) {
  std::vector<Evaluation::NewColumn> made;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    made.push_back({.name = "C" + std::to_string(c + 1), .numbers = std::move(columns[c])});
  }
  return evaluation.new_frame(made);
}

Value product(Arguments& arguments) {
  const Columns a = columns_of(arguments, 0);
  const Columns b = columns_of(arguments, 1);
  if (a.empty() || b.empty() || a.size() != b[0].size()) {
    bad_request(
        "Input frames are not compatible (number of columns of the first and rows of the "
        "second must be equal): " +
        std::to_string(a.size()) + " and " + std::to_string(b.empty() ? 0 : b[0].size()));
  }
  Columns result(b.size(), std::vector<double>(a[0].size()));
  arguments.evaluation().engine().pool().for_each(b.size(), [&](std::size_t j) {
    for (std::size_t k = 0; k < a.size(); ++k) {
      for (std::size_t i = 0; i < a[k].size(); ++i) result[j][i] += a[k][i] * b[j][k];
    }
  });
  return frame_of(arguments.evaluation(), std::move(result));
}

double distance_between(const Columns& x, std::size_t i, const Columns& y, std::size_t j,
                        const std::string& measure) {
  double sum = 0;
  double dot = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double a = x[c][i];
    const double b = y[c][j];
    sum += measure == "l1" ? std::fabs(a - b) : (a - b) * (a - b);
    dot += a * b;
    xx += a * a;
    yy += b * b;
  }
  if (measure == "l1") return sum;
  if (measure == "l2") return std::sqrt(sum);
  if (measure == "cosine") return dot / std::sqrt(xx * yy);
  return dot * dot / (xx * yy);
}

/// A row per row of the first frame, a column per row of the second.
Value distance(Arguments& arguments) {
  const Columns x = columns_of(arguments, 0);
  const Columns y = columns_of(arguments, 1);
  const std::string measure = arguments.text(2);
  if (measure != "l1" && measure != "l2" && measure != "cosine" && measure != "cosine_sq") {
    arguments.fail(2, "expected l1, l2, cosine or cosine_sq, not " + measure + ".");
  }
  if (x.empty() || x.size() != y.size())
    bad_request("Frames must have the same number of columns.");
  if (y[0].size() > 10'000) arguments.fail(1, "expected at most 10000 rows.");
  Columns result(y[0].size(), std::vector<double>(x[0].size()));
  arguments.evaluation().engine().pool().for_each(result.size(), [&](std::size_t j) {
    for (std::size_t i = 0; i < x[0].size(); ++i) {
      result[j][i] = distance_between(x, i, y, j, measure);
    }
  });
  return frame_of(arguments.evaluation(), std::move(result));
}

}  // namespace

const PrimGroup& products() {
  static const PrimGroup kGroup{{
      {{"x"}, "left right", "Product of two matrices.", product},
      {{"distance"}, "x y measure", "Distances between the rows of two frames.", distance},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
