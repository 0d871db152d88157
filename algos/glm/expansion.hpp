#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/products.hpp"

namespace neve::algos::glm {

/// How the terms of a design come from the predictors: each is a predictor (by position), or of a
/// product (~ its position). Terms of a product of kind slopes follow on each other.
struct Expansion {
  std::vector<linear::Product> products;
  std::vector<std::int32_t> categoricals;  ///< source of each categorical term
  std::vector<std::int32_t> numerics;      ///< of each numeric term

  template <class Archive>
  void fields(Archive& archive) {
    archive(products, categoricals, numerics);
  }
  /// Whether this is how the design's terms come from predictors of these roles.
  [[nodiscard]] bool is_sound(const linear::Design& design, const model::ColumnRoles& roles) const;
};

/// The values of a design's terms in a block of rows.
class TermBlock {
 public:
  TermBlock(const Expansion& expansion, const linear::Design& design,
            const model::ScoreBlock& block);
  [[nodiscard]] std::size_t rows() const { return block_.rows; }
  [[nodiscard]] std::span<const double> offset() const { return block_.offset; }
  /// -1 where missing, the number of levels or more where the level was not seen.
  [[nodiscard]] std::span<const std::int32_t> codes(std::size_t categorical) const {
    return codes_[categorical];
  }
  /// NaN where missing. Of a term of slopes: the numeric factor.
  [[nodiscard]] std::span<const double> numbers(std::size_t numeric) const {
    return numbers_[numeric];
  }
  /// The product of slopes that a numeric term is of; null for others.
  [[nodiscard]] const linear::Product* slopes(std::size_t numeric) const;
  /// The level of such a product that each row is in.
  [[nodiscard]] std::span<const std::int32_t> slope_levels(std::size_t numeric) const {
    const std::int32_t product = ~expansion_.numerics[numeric];
    return product_codes_[static_cast<std::size_t>(product)];
  }
  /// One cell of a numeric term, whatever its kind.
  [[nodiscard]] double number(std::size_t numeric, std::size_t row) const;

 private:
  void fill_product(std::size_t product);

  const Expansion& expansion_;
  const model::ScoreBlock& block_;
  std::vector<std::vector<std::int32_t>> product_codes_;
  std::vector<std::vector<double>> product_numbers_;
  std::vector<std::span<const std::int32_t>> codes_;
  std::vector<std::span<const double>> numbers_;
  std::vector<std::int32_t> term_levels_;  ///< of numeric terms of slopes: the level; else -1
};

}  // namespace neve::algos::glm
