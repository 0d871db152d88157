#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/grid/grid.hpp>

namespace neve::grid {

/// How long the models of a search by successive halving are trained.
struct Rungs {
  std::string parameter = {};            ///< that says how long: ntrees, epochs
  std::vector<std::string> values = {};  ///< from the least to what was asked for
};
/// The largest value is the form's own; each of the others is the eta-th part of the next one,
/// rounded up where it counts, as long as it is not below min_resource. Throws InputError where the
/// algorithm is not trained by steps, or the criteria leave no such value.
Rungs rungs_of(const model::Algorithm& algorithm, const schema::Form& form, const Space& space,
               const Criteria& criteria);

/// Which points of a walk are trained for how long: the rule of ASHA (L. Li, K. Jamieson, A.
/// Rostamizadeh, E. Gonina, J. Ben-tzur, M. Hardt, B. Recht, A. Talwalkar, A System for Massively
/// Parallel Hyperparameter Tuning, 2020, algorithm 2). Points begin on the lowest rung; whenever a
/// point is among the best eta-th part of the results of its rung, it goes on to the next one, and
/// a new point is begun where there is none like that.
///
/// What "whenever" means is settled by the plan, not by who is finished first: a step is a function
/// of the steps before it and of the results of all but the latest ones of them.
class Halving {
 public:
  struct Step {
    std::uint64_t point = 0;  ///< place in the walk
    std::uint32_t rung = 0;
    bool idle = false;  ///< nothing is to be done before more results are there
    template <class Archive>
    void fields(Archive& archive) {
      archive(point, rung, idle);
    }
    bool operator==(const Step&) const = default;
  };
  /// So many steps, this one included, may be under way when a step is chosen.
  static constexpr std::uint64_t kUnderWay = 8;

  /// The first `points` of the walk take part. eta >= 2.
  Halving(std::uint64_t points, std::uint32_t rungs, std::uint32_t eta)
      : points_(points), rungs_(rungs), eta_(eta) {}
  /// How many results there must be before the step of a place can be chosen.
  static std::uint64_t needed(std::uint64_t place) {
    return place < kUnderWay ? 0 : place - kUnderWay + 1;
  }
  /// `before` has the steps of all places before this one, `results` what came of the first of
  /// them, needed() at least: the less the better, NaN where there is none. Nothing where the
  /// search has come to its end.
  [[nodiscard]] std::optional<Step> next(std::span<const Step> before,
                                         std::span<const double> results) const;
  /// About how many steps there will be.
  [[nodiscard]] double steps() const;

 private:
  struct Rung;
  [[nodiscard]] std::vector<Rung> rungs_after(std::span<const Step> before,
                                              std::span<const double> results) const;
  std::uint64_t points_;
  std::uint32_t rungs_;
  std::uint32_t eta_;
};

}  // namespace neve::grid
