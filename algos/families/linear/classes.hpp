#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/linear/likelihood.hpp"

namespace neve::algos::linear {

/// LikelihoodTask::map for responses that are one of several classes: the multinomial logistic
/// model, or proportional odds (McCullagh 1980), where the chance of a class or one below it is
/// logistic(threshold + eta).
void map_classes(const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
                 LikelihoodTask::Partial& partial);

/// The part of an ordinal model's X'WX that thresholds take part in.
struct ThresholdGramTask {
  static constexpr std::string_view name = "linear.gram_thresholds";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Point;
  struct Partial {
    std::vector<double> slopes;    ///< of each threshold in turn, with each slope
    std::vector<double> diagonal;  ///< of each threshold with itself
    std::vector<double> next;      ///< with the next one
    template <class Archive>
    void fields(Archive& archive) {
      archive(slopes, diagonal, next);
    }
  };
  static Partial zero(const State& point);
  static std::int64_t partial_bytes(const State& point);
  static void map(const mr::RowGroup& group, const State& point, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Shares of the classes of an ordinal response.
class Thresholds {
 public:
  explicit Thresholds(std::span<const double> values)
      : values_(values.begin(), values.end()), shares_(values.size() + 1), rises_(values.size()) {}
  /// Goes to a linear predictor.
  void look(double eta);
  /// Of each class; not positive where thresholds are out of order.
  [[nodiscard]] const std::vector<double>& shares() const { return shares_; }
  /// How fast the chance of a class or one below it rises with eta; 0 beyond either end.
  [[nodiscard]] double rise(std::size_t k) const { return k < rises_.size() ? rises_[k] : 0; }
  [[nodiscard]] double rise_before(std::size_t k) const { return k == 0 ? 0 : rises_[k - 1]; }

 private:
  std::vector<double> values_;
  std::vector<double> shares_;
  std::vector<double> rises_;
};

/// Turns linear predictors, those of a class after the other in blocks of `stride`, into
/// probabilities.
void softmax(std::span<double> values, std::size_t stride, std::size_t rows);

}  // namespace neve::algos::linear
