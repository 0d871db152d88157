#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <neve/base/shared_results.hpp>
#include <neve/linalg/symmetric.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/gram.hpp"
#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/penalty.hpp"

namespace neve::algos::linear {

/// All that the likelihood of a gaussian response with the identity link needs to know of the rows.
struct QuadraticSums {
  linalg::Symmetric gram;             ///< X'WX over the columns of a design
  std::vector<double> with_response;  ///< X'W(y - shift)
  double response_squares = 0;        ///< of y - shift, weighted
  double shift = 0;                   ///< the intercept's part; 0 without one

  [[nodiscard]] LikelihoodTask::Partial likelihood(std::vector<double> beta) const;
};

/// The objective of a linear model as a function of its coefficients:
///     deviance / 2 · deviance_scale + penalty.
/// Lives on the driver; every call is one pass over the data, or two, unless sums tell all.
class Surface {
 public:
  struct Data {
    mr::Engine& engine;
    mr::Inputs inputs;
    job::TokenPtr token;
    mr::ScratchId scratch;
    /// Other fits to the same rows, who may need the same X'WX; null without. Of a gaussian
    /// response with the identity link, as others' X'WX is nobody else's.
    SharedResults* shared = nullptr;
  };
  Surface(Data data, Design design, Response response, double deviance_scale);
  /// Of rows that only sums are known of, over the columns of the design.
  Surface(QuadraticSums sums, Design design, const Response& response, double deviance_scale);
  /// Says what X'WX is wherever it is asked for, over the whole design.
  void set_gram(linalg::Symmetric gram) { constant_gram_ = std::move(gram); }
  /// The terms that count now.
  [[nodiscard]] const Design& design() const { return point_.design; }
  [[nodiscard]] const Design& whole_design() const { return whole_design_; }
  [[nodiscard]] const Response& response() const { return point_.response; }
  [[nodiscard]] double deviance_scale() const { return scale_ * of_sample_; }

  /// From now on only terms with a wanted coefficient (by index in the whole design) count, and the
  /// intercept: the others stay at 0, and cost nothing. As terms are whole, `wanted` may grow. To
  /// be asked of a surface that shows all terms.
  void narrow(std::vector<bool>& wanted);
  /// Back to all terms.
  void widen();
  /// Values by coefficient of the whole design as far as these count, and back with 0 for others.
  [[nodiscard]] std::vector<double> part_of(const std::vector<double>& whole) const;
  [[nodiscard]] std::vector<double> whole_of(const std::vector<double>& part) const;

  /// Keeps what the columns hold, of zeros nothing, for all likelihoods of all terms. To be asked
  /// before anything else runs under the scratch.
  void keep_blocks();

  /// Whether there are so many rows that the first steps do well to look at a part of them, and so
  /// far from a parabola that there are several.
  [[nodiscard]] bool is_large() const;
  /// From now on likelihoods, X'WX and the deviance's scale are those of some row groups, or again
  /// of all; how many rows these have. Not for likelihood_and_gram().
  double sample(bool some);

  LikelihoodTask::Partial likelihood(const std::vector<double>& beta);
  /// The same, and keeps X'WX from the same pass for gram(). For numerics only and one set of
  /// coefficients; to the same bits as apart where no column is sparse.
  LikelihoodTask::Partial likelihood_and_gram(const std::vector<double>& beta);
  /// X'WX where likelihood() was asked for last; `largest_weight` is of its answer.
  linalg::Symmetric gram(double largest_weight);

 private:
  [[nodiscard]] mr::RunOptions options() const;
  [[nodiscard]] bool is_parabola() const;
  void keep(const std::vector<std::size_t>& slopes, std::size_t sets);
  void leave_columns(const std::vector<std::size_t>& places);
  [[nodiscard]] linalg::Symmetric part_of(const linalg::Symmetric& whole) const;
  [[nodiscard]] LikelihoodTask::Partial likelihood_of_sums(const std::vector<double>& beta) const;
  std::optional<Data> data_;  ///< nothing where there are sums instead
  std::optional<QuadraticSums> sums_;
  std::optional<linalg::Symmetric> constant_gram_;
  double scale_;
  double of_sample_ = 1;  ///< all rows by those that count
  Point point_;
  bool keeps_blocks_ = false;
  Design whole_design_;
  std::vector<ColumnId> whole_columns_;
  std::optional<linalg::Symmetric> gram_;  ///< where likelihood_and_gram() was asked for last
  std::vector<std::size_t> kept_;  ///< index in the whole design of each coefficient that counts
};

}  // namespace neve::algos::linear
