#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algos/families/components/decompose.hpp"
#include "algos/families/components/row_products.hpp"

namespace neve::algos::components {

/// The largest eigenvalues of a matrix that is known by its products with some columns only:
/// locally optimal block preconditioned conjugate gradients, without a preconditioner (Knyazev
/// 2001). Each iteration asks for one product with a block of columns, and takes the best block
/// within the span of the present one, its residuals and the last directions. What it is between
/// iterations is what it can go on from.
class Search {
 public:
  using Multiply = std::function<Vectors(const Vectors& columns)>;

  Search() = default;
  /// Begins with `width` random columns of length `size`, of which `count` are wanted.
  Search(std::size_t size, std::size_t count, std::size_t width, std::uint64_t seed);
  /// One iteration; false where the residuals of all that are wanted are small.
  bool iterate(const Multiply& multiply);
  [[nodiscard]] std::int32_t iterations() const { return iterations_; }
  /// The wanted eigenvalues and vectors, as good as they are by now; the trace is not known here.
  [[nodiscard]] Decomposition found() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(count_, columns_, products_, directions_, direction_products_, values_, iterations_);
  }

 private:
  [[nodiscard]] Vectors residuals() const;
  void combine(const Vectors& residuals, const Vectors& residual_products);

  std::uint64_t count_ = 0;
  Vectors columns_;             ///< orthonormal
  Vectors products_;            ///< the matrix times these; empty before the first iteration
  Vectors directions_;          ///< orthonormal, and to the columns
  Vectors direction_products_;  ///< the matrix times these
  std::vector<double> values_;
  std::int32_t iterations_ = 0;
};

}  // namespace neve::algos::components
