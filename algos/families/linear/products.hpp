#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/linear/design.hpp"

namespace neve::algos::linear {

/// The product of two predictors (an interaction): a term, or terms, beside those of the two.
struct Product {
  enum class Kind : std::uint8_t {
    numbers,  ///< of two numerics: a numeric term
    levels,   ///< of two categoricals: a categorical term whose levels are pairs of levels
    slopes    ///< of a categorical and a numeric: for each level a numeric, which is 0 in others
  };
  Kind kind = Kind::numbers;
  std::string name;         ///< "a_b"
  std::int32_t first = 0;   ///< predictors, by position
  std::int32_t second = 0;  ///< likewise
  /// Of kind levels: the pairs that were seen, ascending, each first code · `width` + second code,
  /// and the level of each among `levels`. Pairs with a reference level share level 0 where
  /// `first_level` is 1.
  std::vector<std::int64_t> pairs = {};
  std::vector<std::int32_t> level_of_pair = {};
  std::int32_t width = 0;
  /// Of kinds levels and slopes. Terms are of those from `first_level` on.
  std::vector<std::string> levels = {};
  std::int32_t first_level = 0;
  bool categorical_first = false;  ///< of kind slopes
  std::int32_t fill = 0;           ///< of kind slopes: level that stands in for a missing one

  [[nodiscard]] std::int32_t level_count() const {
    return static_cast<std::int32_t>(levels.size());
  }
  /// Columns that it makes.
  [[nodiscard]] std::int32_t columns() const {
    return kind == Kind::slopes ? std::max(0, level_count() - first_level) : 1;
  }
  /// Of kind levels: -1 where one of the codes is missing, level_count() for a pair that was not
  /// seen.
  [[nodiscard]] std::int32_t pair_level(std::int32_t a, std::int32_t b) const;
  [[nodiscard]] std::int32_t categorical() const { return categorical_first ? first : second; }
  [[nodiscard]] std::int32_t numeric() const { return categorical_first ? second : first; }
  /// Of kind slopes: the level that counts.
  [[nodiscard]] std::int32_t slope_level(std::int32_t code) const {
    return code >= 0 && code < level_count() ? code : fill;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(kind, name, first, second, pairs, level_of_pair, width, levels, first_level,
            categorical_first, fill);
  }
};

/// Which pairs of levels there are, and which level of a categorical is the most frequent, in all
/// rows.
struct PairsTask {
  static constexpr std::string_view name = "linear.pairs";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<Product> products;
    template <class Archive>
    void fields(Archive& archive) {
      archive(products);
    }
  };
  struct Partial {
    std::vector<std::vector<std::int64_t>> pairs;   ///< per product of kind levels, ascending
    std::vector<std::vector<std::int64_t>> counts;  ///< per product of kind slopes, by level
    template <class Archive>
    void fields(Archive& archive) {
      archive(pairs, counts);
    }
  };
  static Partial zero(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Writes the columns of products, one after the other.
struct ProductsTask {
  static constexpr std::string_view name = "linear.products";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = PairsTask::State;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Writes a column of weights that are 0 where a predictor is missing. Columns: predictors, then
/// weights where there are any.
struct CompleteRowsTask {
  static constexpr std::string_view name = "linear.complete_rows";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t predictors = 0;
    bool has_weights = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(predictors, has_weights);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Completes products (kind, name, factors, and levels of those of kind slopes are set) with what
/// the data holds. `inputs` are the predictors, `domains` their levels. With `references` the first
/// level of each categorical has no terms.
void learn_products(mr::Engine& engine, const mr::Inputs& inputs,
                    const std::vector<frame::DomainPtr>& domains, bool references,
                    const mr::RunOptions& options, std::vector<Product>& products);

}  // namespace neve::algos::linear
