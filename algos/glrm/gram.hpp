#pragma once

#include <cstdint>
#include <string_view>

#include <neve/linalg/symmetric.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// A'A of the targets A; a gap counts as 0.
struct GramTask {
  static constexpr std::string_view name = "glrm.gram";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Space space;
    model::ScorePlan plan;
    template <class Archive>
    void fields(Archive& archive) {
      archive(space, plan);
    }
  };
  using Partial = linalg::Symmetric;
  static Partial zero(const State& state) { return Partial(state.space.cells()); }
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Alternating least squares without the rows: where losses are quadratic, penalties too, and
/// nothing is missing, X = A P with P = Y'(YY' + γ)⁻¹, so that all that the iterations need of A is
/// A'A.
class GramDescent {
 public:
  GramDescent(linalg::Symmetric gram, double gamma_x, double gamma_y)
      : gram_(std::move(gram)), gamma_x_(gamma_x), gamma_y_(gamma_y) {}
  /// One iteration: X for Y, then Y for X. Gives the objective of Y as it was, with its X.
  double iterate(Factors& factors) const;
  /// Σ of the squared targets.
  [[nodiscard]] double total() const;
  [[nodiscard]] const linalg::Symmetric& gram() const { return gram_; }

 private:
  linalg::Symmetric gram_;
  double gamma_x_;
  double gamma_y_;
};

/// The span of columns, cells x k, turned towards where A'A is largest, orthonormal: what as many
/// iterations without a penalty come to.
std::vector<double> turned_to_leading(const linalg::Symmetric& gram, std::vector<double> columns,
                                      std::size_t k, int passes);

/// Orthonormal columns that span where A'A is largest, cells x k: subspace iteration from random
/// columns.
std::vector<double> leading_subspace(const linalg::Symmetric& gram, std::size_t k,
                                     std::uint64_t seed);

}  // namespace neve::algos::glrm
