#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/components/expansion.hpp"

namespace neve::algos::components {

/// X'XQ for the rows' vectors X and some columns Q, in one pass and without X'X.
struct RowProductsTask {
  static constexpr std::string_view name = "components.row_products";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    linear::Design design;
    Elements elements;
    std::size_t count = 0;         ///< columns of Q
    std::vector<double> scaled;    ///< Q of what the design reads: elements x count
    std::vector<double> constant;  ///< what the shifts add to a row of XQ
    template <class Archive>
    void fields(Archive& archive) {
      archive(design, elements, count, scaled, constant);
    }
  };
  struct Partial {
    std::vector<double> products;  ///< Z'XQ of what the design reads: elements x count
    std::vector<double> sums;      ///< of the rows of XQ
    double squares = 0;            ///< of the rows' vectors
    template <class Archive>
    void fields(Archive& archive) {
      archive(products, sums, squares);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Columns of equal length.
using Vectors = std::vector<std::vector<double>>;

/// X'X times columns, and the sum of the squares in X.
struct RowProducts {
  Vectors columns;
  double squares = 0;
};
RowProducts multiply_rows(mr::Engine& engine, const Expanded& expanded, const Vectors& columns,
                          const mr::RunOptions& options);

/// Bytes that a node of so many threads needs for that.
std::int64_t row_products_bytes(const Expanded& expanded, std::size_t columns, int threads);

}  // namespace neve::algos::components
