#include <neve/munge/frame_verbs.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

#include "munge/verb_tasks.hpp"

namespace neve::munge {
namespace {

/// Rows that are transformed at once: each step is then a loop over neighbours.
constexpr std::int64_t kRowsAtOnce = 64;

/// cos(π i / 2n) for i of 0 to 4n - 1, which are all that a transform of n numbers needs.
std::vector<double> cosines_of(std::int32_t n) {
  std::vector<double> table(4 * static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = math::cos(std::numbers::pi * static_cast<double>(i) / (2.0 * n));
  }
  return table;
}

/// One dimension of an array: `side` numbers, `stride` apart.
struct Line {
  std::size_t side = 1;
  std::size_t stride = 1;
};

/// Transforms one line of cells in place; a cell is kRowsAtOnce numbers, one for each row.
class LineTransform {
 public:
  LineTransform(std::int32_t side, bool inverse)
      : side_(static_cast<std::size_t>(side)),
        inverse_(inverse),
        scale_(std::sqrt(2.0 / side)),
        mean_scale_(std::sqrt(1.0 / side)),
        cosines_(cosines_of(side)),
        sums_(side_ * kRowsAtOnce) {}

  void run(double* first, std::size_t stride) {
    std::ranges::fill(sums_, 0.0);
    for (std::size_t to = 0; to < side_; ++to) {
      for (std::size_t from = 0; from < side_; ++from) {
        const double factor = factor_of(to, from);
        const double* in = first + from * stride * kRowsAtOnce;
        double* out = sums_.data() + to * kRowsAtOnce;
        for (std::int64_t r = 0; r < kRowsAtOnce; ++r) out[r] += factor * in[r];
      }
    }
    for (std::size_t to = 0; to < side_; ++to) {
      std::copy_n(sums_.data() + to * kRowsAtOnce, kRowsAtOnce, first + to * stride * kRowsAtOnce);
    }
  }

 private:
  /// Of the orthonormal matrix, whose inverse is its transpose.
  [[nodiscard]] double factor_of(std::size_t to, std::size_t from) const {
    const std::size_t frequency = inverse_ ? from : to;
    const std::size_t place = inverse_ ? to : from;
    return (frequency == 0 ? mean_scale_ : scale_) *
           cosines_[(2 * place + 1) * frequency % cosines_.size()];
  }
  std::size_t side_;
  bool inverse_;
  double scale_;
  double mean_scale_;
  std::vector<double> cosines_;
  std::vector<double> sums_;
};

}  // namespace

void CosineTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  std::vector<LineTransform> transforms;
  for (const std::int32_t side : state.sides) transforms.emplace_back(side, state.inverse);
  const std::size_t cells = group.columns.size();
  std::vector<double> block(cells * kRowsAtOnce);
  for (std::int64_t begin = 0; begin < group.rows; begin += kRowsAtOnce) {
    const auto rows = static_cast<std::size_t>(std::min(kRowsAtOnce, group.rows - begin));
    for (std::size_t c = 0; c < cells; ++c) {
      group.columns[c].decode(begin, std::span(block).subspan(c * kRowsAtOnce, rows));
    }
    std::size_t stride = cells;
    for (std::size_t d = 0; d < transforms.size(); ++d) {
      const auto side = static_cast<std::size_t>(state.sides[d]);
      stride /= side;
      if (side == 1) continue;
      for (std::size_t line = 0; line < cells / side; ++line) {
        const std::size_t first = line / stride * stride * side + line % stride;
        transforms[d].run(block.data() + first * kRowsAtOnce, stride);
      }
    }
    for (std::size_t c = 0; c < cells; ++c) {
      std::copy_n(block.data() + c * kRowsAtOnce, rows,
                  outputs.doubles(c).subspan(static_cast<std::size_t>(begin)).begin());
    }
  }
}

void check(const CosineShape& shape, const frame::Frame& frame, Rollups& rollups) {
  std::int64_t cells = 1;
  for (const std::int32_t side : shape.sides) {
    if (side < 1) {
      throw InputError::illegal_argument(
          "dimensions must be at least 1 each, not " + std::to_string(side) + ".",
          {{"dimensions", std::to_string(side)}});
    }
    cells = std::min<std::int64_t>(cells * side, std::int64_t{1} << 31U);
  }
  if (cells != frame.width()) {
    throw InputError::illegal_argument("The product of dimensions must be the number of columns, " +
                                           std::to_string(frame.width()) + ", not " +
                                           std::to_string(cells) + ".",
                                       {{"dimensions", std::to_string(cells)}});
  }
  const std::vector<frame::Rollup> figures = rollups.of(frame);
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    const bool is_numeric = frame.columns[c].type == frame::ColumnType::numeric;
    if (is_numeric && figures[c].missing == 0) continue;
    throw InputError::illegal_argument(
        "A cosine transform takes numeric columns without missing values; column " +
            frame.names[c] + (is_numeric ? " has some missing." : " is not numeric."),
        {{"dataset", frame.key}, {"column", frame.names[c]}});
  }
}

frame::Frame cosine_transform(mr::Engine& engine, const frame::Frame& frame,
                              const CosineShape& shape, const job::TokenPtr& token) {
  engine.budget().check(engine.most_rows(*frame.layout) * frame.width() * 8,
                        "the transformed frame");
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  options.outputs.resize(frame.columns.size());
  frame::Frame made;
  made.layout = frame.layout;
  auto result = engine.run_with_outputs<CosineTask>(mr::inputs_of(frame),
                                                    {shape.sides, shape.inverse}, options);
  for (std::size_t c = 0; c < result.columns.size(); ++c) {
    made.add("C" + std::to_string(c + 1), std::move(result.columns[c]));
  }
  return made;
}

}  // namespace neve::munge
