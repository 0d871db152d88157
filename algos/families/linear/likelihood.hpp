#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/design.hpp"
#include "algos/families/linear/response.hpp"

namespace neve::algos::linear {

/// Where a fit stands: all that a row's mean and weight depend on.
struct Point {
  Design design;
  Response response;
  std::vector<double> beta;   ///< of centred and scaled columns
  std::uint64_t version = 0;  ///< differs for different beta, within a job
  bool kept = false;          ///< runs have no columns, and read what KeepBlocksTask has kept
  std::int32_t every = 1;     ///< sums are over row groups whose number this divides

  [[nodiscard]] bool counts(const mr::RowGroup& group) const {
    return group.index.value() % every == 0;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(design, response, beta, version, kept, every);
  }
};

/// Coefficients of a model: as many as the design's, for a multinomial response that for each class
/// in turn; for an ordinal one the slopes, and a threshold for each class but the last.
std::size_t coefficient_count(const Design& design, const Response& response);

/// A point, and which share of X'WX there is asked for: that of two classes of a multinomial
/// response. For others both are 0.
struct PairPoint {
  Point point;
  std::int32_t first = 0;
  std::int32_t second = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(point, first, second);
  }
};

/// The Fisher weights of a row group at one point, kept between the passes of an iteration. For a
/// multinomial response these are probabilities, all rows' of one class after the other.
struct FisherWeights {
  std::uint64_t version = 0;
  std::vector<double> values;
  KeptBlocks kept;  ///< of KeepBlocksTask
  [[nodiscard]] std::int64_t byte_size() const {
    return static_cast<std::int64_t>(values.capacity() * sizeof(double)) + kept.byte_size();
  }
};

/// Keeps a design's blocks for all later runs under the same scratch, of which it is to be the
/// first, so that what is kept is charged to the budget.
struct KeepBlocksTask {
  static constexpr std::string_view name = "linear.keep_blocks";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = Point;
  using Scratch = FisherWeights;
  using Partial = mr::Nothing;
  static void rebuild(const mr::RowGroup& group, const State& point, Scratch& scratch);
  static void map(const mr::RowGroup& /*group*/, const State& /*point*/, Scratch& /*scratch*/,
                  Partial& /*partial*/) {}
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Deviance and its gradient at a point, in one pass; leaves the Fisher weights behind.
struct LikelihoodTask {
  static constexpr std::string_view name = "linear.likelihood";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Point;
  using Scratch = FisherWeights;
  struct Partial {
    double deviance = 0;
    double largest_weight = 0;
    double largest_eta = 0;        ///< in absolute value, offset included
    double pearson = 0;            ///< sum of prior · (y - mu)² / variance
    std::vector<double> gradient;  ///< of minus half the deviance, by beta
    template <class Archive>
    void fields(Archive& archive) {
      archive(deviance, largest_weight, largest_eta, pearson, gradient);
    }
  };
  static Partial zero(const State& point);
  static std::int64_t partial_bytes(const State& point);
  static void rebuild(const mr::RowGroup& group, const State& point, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& point, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Reads the blocks of a group, zeros left out: those that were kept where the point says so.
BlockReader read_blocks(const mr::RowGroup& group, const Point& point,
                        const FisherWeights& scratch);

/// The weights of a group at a point, from the scratch where they are of this point.
const std::vector<double>& weights_at(const mr::RowGroup& group, const Point& point,
                                      FisherWeights& scratch);

/// LikelihoodTask::map for one set of coefficients. `also` gets every block with its Fisher
/// weights, all columns as plain arrays.
void map_likelihood(
    const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
    LikelihoodTask::Partial& partial,
    const std::function<void(const BlockReader&, std::span<const double>)>& also = nullptr);

/// The weights of the reader's block, whose group's weights_at() is `kept`; `buffer` has a block's
/// room.
std::span<const double> block_weights(const BlockReader& reader, const PairPoint& at,
                                      const std::vector<double>& kept, std::span<double> buffer);

/// Adds up the scores of rows by coefficient of the design, of a row group a block at a time.
class GradientSum {
 public:
  explicit GradientSum(const Design& design);
  void add(const BlockReader& reader, std::span<const double> score);
  void add_to(std::span<double> gradient) const;

 private:
  const Design& design_;
  std::vector<std::vector<double>> levels_;  ///< per categorical, reference level included
  std::vector<double> numerics_;
  double total_ = 0;
};

/// Linear predictors of the reader's block.
class Predictor {
 public:
  Predictor(const Design& design, const std::vector<double>& beta);
  void predict(const BlockReader& rows, std::span<double> eta) const;

 private:
  std::vector<std::vector<double>> of_level_;  ///< per categorical, 0 for a reference level
  std::vector<double> slopes_;
  double intercept_ = 0;
};

}  // namespace neve::algos::linear
