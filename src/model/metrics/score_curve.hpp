#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/model/metrics/binomial.hpp>

namespace neve::model::metrics {

/// Every distinct score, largest first, with the weights of positives and negatives from there up:
/// all points of the ROC curve. Sums of weights are exact where these are integers.
class ScoreCurve {
 public:
  /// Sorts on the pool's threads; the result does not depend on their number. A partial that is
  /// moved here is freed as soon as its scores are taken, so that no more than 16 bytes a row are
  /// held at a time, 40 where weights differ from 1.
  ScoreCurve(Pool& pool, BinomialPartial partial);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double score(std::size_t i) const;
  [[nodiscard]] double tp(std::size_t i) const { return at(tps_, i); }
  [[nodiscard]] double fp(std::size_t i) const { return at(fps_, i); }
  [[nodiscard]] double total(std::size_t i) const { return tp(i) + fp(i); }
  /// Weights of all; zero where there are no rows.
  [[nodiscard]] double positives() const { return size_ == 0 ? 0 : tp(size_ - 1); }
  [[nodiscard]] double negatives() const { return size_ == 0 ? 0 : fp(size_ - 1); }
  /// The number of points before the first for which `reached` holds; it holds from there on.
  template <class Predicate>
  [[nodiscard]] std::size_t first(Predicate reached) const {
    std::size_t low = 0;
    std::size_t high = size_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      reached(middle) ? high = middle : low = middle + 1;
    }
    return low;
  }

 private:
  /// Sums of weights up to each point: counts where all weights are 1.
  struct Sums {
    std::unique_ptr<std::uint32_t[]> counts;
    std::unique_ptr<double[]> weights;
  };
  static double at(const Sums& sums, std::size_t i) {
    return sums.counts ? static_cast<double>(sums.counts[i]) : sums.weights[i];
  }
  void build_counts(Pool& pool, BinomialPartial partial);
  void build_weights(Pool& pool, BinomialPartial partial);

  std::unique_ptr<std::uint64_t[]> keys_;  ///< of the scores, ascending
  Sums tps_;
  Sums fps_;
  std::size_t size_ = 0;
};

/// Points that one thread takes at a time; fixed, as sums depend on it.
inline constexpr std::size_t kCurveBlock = 1U << 14U;

/// Calls body(block, begin, end) for the blocks of [0, count), in parallel.
template <class Body>
void for_curve_blocks(Pool& pool, std::size_t count, const Body& body) {
  pool.for_each((count + kCurveBlock - 1) / kCurveBlock, [&](std::size_t block) {
    const std::size_t begin = block * kCurveBlock;
    body(block, begin, begin + kCurveBlock < count ? begin + kCurveBlock : count);
  });
}

}  // namespace neve::model::metrics
