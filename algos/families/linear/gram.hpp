#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/linear/likelihood.hpp"

namespace neve::algos::linear {

/// Where the sums of CategoricalGramTask lie, from the numbers of levels only. All levels have a
/// place, reference levels too, so that the loops have no branches.
class GramTables {
 public:
  explicit GramTables(const Design& design);
  /// Weight of each level of categorical c.
  [[nodiscard]] std::size_t levels(std::size_t c) const { return levels_[c]; }
  /// Weight of each pair of levels of a < b, [level of a][level of b].
  [[nodiscard]] std::size_t pairs(std::size_t a, std::size_t b) const {
    return pairs_[a * count_ + b];
  }
  /// Weight times numeric j, of each level of c.
  [[nodiscard]] std::size_t numeric(std::size_t c, std::size_t j) const {
    return numerics_[c * numeric_count_ + j];
  }
  [[nodiscard]] std::size_t total() const { return total_; }

 private:
  std::size_t count_;
  std::size_t numeric_count_;
  std::size_t total_ = 0;
  std::vector<std::size_t> levels_;
  std::vector<std::size_t> pairs_;
  std::vector<std::size_t> numerics_;
};

/// The units that sums of these tables are counted in.
struct TableUnits {
  std::int32_t weight_bits = 0;            ///< a weight is counted in units of 2^-weight_bits
  std::vector<std::int32_t> numeric_bits;  ///< likewise weight times numeric j
  template <class Archive>
  void fields(Archive& archive) {
    archive(weight_bits, numeric_bits);
  }
  /// The finest in which no sum over so many rows overflows.
  static TableUnits finest(const Design& design, double largest_weight, std::int64_t rows);
};

/// Rounds values to whole units of 2^-bits.
void to_fixed(std::span<const double> values, std::int32_t bits, std::span<std::int64_t> out);

/// Copies the tables to where the coefficients of X'WX are.
void place_tables(const Design& design, const TableUnits& units, std::span<const std::int64_t> sums,
                  linalg::Symmetric& gram);

/// Numerics and intercept: the size of X'WX without its categoricals.
std::size_t dense_size(const Design& design);

/// The blocks of X'WX that a categorical takes part in, as scatter sums in fixed point: exact, so
/// merged in any order.
struct CategoricalGramTask {
  static constexpr std::string_view name = "linear.gram_categorical";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    PairPoint at;
    TableUnits units;
    template <class Archive>
    void fields(Archive& archive) {
      archive(at, units);
    }
  };
  using Scratch = FisherWeights;
  struct Partial {
    std::vector<std::int64_t> sums;
    template <class Archive>
    void fields(Archive& archive) {
      archive(sums);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// The dense block of X'WX: numerics and intercept.
struct NumericGramTask {
  static constexpr std::string_view name = "linear.gram_numeric";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = PairPoint;
  using Scratch = FisherWeights;
  using Partial = linalg::Symmetric;
  static Partial zero(const State& at);
  static std::int64_t partial_bytes(const State& at);
  static void rebuild(const mr::RowGroup& group, const State& at, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& at, Scratch& scratch, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// LikelihoodTask and X'WX in one pass, for designs of numerics only and one set of coefficients.
struct LikelihoodGramTask {
  static constexpr std::string_view name = "linear.likelihood_gram";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Point;
  using Scratch = FisherWeights;
  struct Partial {
    LikelihoodTask::Partial likelihood;
    linalg::Symmetric gram;
    template <class Archive>
    void fields(Archive& archive) {
      archive(likelihood, gram);
    }
  };
  static Partial zero(const State& point);
  static std::int64_t partial_bytes(const State& point);
  static void rebuild(const mr::RowGroup& group, const State& point, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& point, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// X'WX at a point, over all coefficients of its design. `largest_weight` is that of
/// LikelihoodTask at the same point, which ran before under the same scratch.
linalg::Symmetric gram_at(mr::Engine& engine, const mr::Inputs& inputs, const Point& point,
                          double largest_weight, const mr::RunOptions& options);

/// Bytes that gram_at needs on one node with `threads` threads.
std::int64_t gram_bytes(const Design& design, const Response& response, int threads);

}  // namespace neve::algos::linear
