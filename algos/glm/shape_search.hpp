#pragma once

#include <cstdint>
#include <vector>

#include "algos/glm/row_likelihood.hpp"

namespace neve::algos::glm {

/// Which numbers of a distribution are to be the likeliest.
struct ShapeWanted {
  bool theta = false;
  bool power = false;
  bool dispersion = false;
  bool zeros = false;  ///< among the responses: the power is below 2
  [[nodiscard]] bool any() const { return theta || power || dispersion; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(theta, power, dispersion, zeros);
  }
};

/// How long a search goes on.
struct ShapeTolerance {
  double step = 1e-4;        ///< ends with a step of less than this share, which is taken
  double shorten = 0.5;      ///< what is left of a step that made things worse
  std::int32_t most = 3000;  ///< steps
  template <class Archive>
  void fields(Archive& archive) {
    archive(step, shorten, most);
  }
};

/// Looks for the likeliest theta of negative binomial rows, or power and dispersion of tweedie
/// ones, around given means: Newton's method on their logarithms (of power - 1; where the power
/// stays below 2, of (power - 1) / (2 - power)), with derivatives by differences. In turns: score
/// the candidates(), advance() with their log-likelihoods, until done(). Plain data.
class ShapeSearch {
 public:
  ShapeSearch() = default;
  ShapeSearch(const Distribution& start, const ShapeWanted& wanted,
              const ShapeTolerance& tolerance);
  [[nodiscard]] std::vector<Distribution> candidates() const;
  void advance(const std::vector<double>& log_likelihoods);
  [[nodiscard]] bool done() const { return done_; }
  /// Whether it ended where it should, not for its number of steps.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] Distribution found() const { return at(best_); }

  template <class Archive>
  void fields(Archive& archive) {
    archive(start_, wanted_, tolerance_, best_, best_value_, next_, steps_, done_, settled_);
  }

 private:
  [[nodiscard]] Distribution at(const std::vector<double>& place) const;
  [[nodiscard]] std::vector<double> newton_step(const std::vector<double>& values) const;
  bool go(const std::vector<double>& step);

  Distribution start_;
  ShapeWanted wanted_;
  ShapeTolerance tolerance_;
  std::vector<double> best_;  ///< coordinates
  double best_value_ = 0;
  std::vector<double> next_;  ///< where the candidates are around
  std::int32_t steps_ = 0;
  bool done_ = false;
  bool settled_ = false;
};

}  // namespace neve::algos::glm
