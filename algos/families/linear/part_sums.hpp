#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/linear/gram.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/families/linear/surface.hpp"

namespace neve::algos::linear {

/// Rows in parts, as a last column tells that holds the part of each.
struct Parts {
  Design design;
  std::int32_t count = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(design, count);
  }
};

/// CategoricalGramTask by parts, at weights that no coefficient changes.
struct PartTablesTask {
  static constexpr std::string_view name = "linear.part_tables";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Parts parts;
    TableUnits units;
    template <class Archive>
    void fields(Archive& archive) {
      archive(parts, units);
    }
  };
  struct Partial {
    std::vector<std::int64_t> sums;  ///< the tables of a part after those of the other
    template <class Archive>
    void fields(Archive& archive) {
      archive(sums);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// What else X'WX of each part needs, and what goes with it of the response.
struct PartSumsTask {
  static constexpr std::string_view name = "linear.part_sums";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Parts parts;
    double response_center = 0;  ///< what sums of the response are about
    template <class Archive>
    void fields(Archive& archive) {
      archive(parts, response_center);
    }
  };
  struct Part {
    std::int64_t rows = 0;  ///< that count
    double largest_weight = 0;
    linalg::Symmetric dense;        ///< numerics, response and 1
    std::vector<double> of_levels;  ///< weight times response by level of each categorical in turn
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, largest_weight, dense, of_levels);
    }
  };
  struct Partial {
    std::vector<Part> parts;
    template <class Archive>
    void fields(Archive& archive) {
      archive(parts);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// What a linear model of a gaussian response has to know of some rows: sums over columns that are
/// centred and scaled as in the whole of the rows. Sums of parts add up.
struct RowSums {
  std::int64_t rows = 0;
  linalg::Symmetric gram;  ///< X'WX, the intercept last
  std::vector<std::vector<double>> level_weights;
  std::vector<double> with_response;  ///< X'W(y - center)
  double response_squares = 0;
  void add(const RowSums& other);
};

/// Sums over each part of the rows, from two passes.
class PartSums {
 public:
  struct Order {
    const mr::Inputs& inputs;  ///< columns of `whole` and, last, the part, from 0 to below `parts`
    const Prepared& whole;     ///< of all rows
    std::int32_t parts;
  };
  PartSums(mr::Engine& engine, const Order& order, const mr::RunOptions& options);
  /// What a node needs with so many threads, the driver with copies for a fit of each part.
  static std::int64_t bytes(const Design& design, std::int32_t parts, int threads);

  /// Columns as the sums have them: centred, with an intercept.
  [[nodiscard]] const Design& design() const { return whole_.design; }
  [[nodiscard]] const RowSums& part(std::size_t part) const { return parts_[part]; }
  [[nodiscard]] RowSums all() const;
  [[nodiscard]] const RowSums& all_but(std::size_t part) const { return others_[part]; }
  /// Whether enough is left of the variance of each column, and of the response, among these rows
  /// that sums about the means of all rows keep their digits.
  [[nodiscard]] bool keeps_digits(const RowSums& rows) const;
  /// What prepare() would learn from these rows; extremes are those of all rows.
  [[nodiscard]] Prepared prepared(const RowSums& rows, Design bare) const;
  /// The sums over the columns of another design of the same terms.
  [[nodiscard]] QuadraticSums in_design(const RowSums& rows, const Design& other) const;
  [[nodiscard]] Moments response_moments(const RowSums& rows) const;

 private:
  [[nodiscard]] Moments numeric_moments(const RowSums& rows, std::size_t numeric) const;
  [[nodiscard]] RowSums sums_of(const PartSumsTask::Part& from,
                                std::span<const std::int64_t> tables,
                                const TableUnits& units) const;
  Prepared whole_;  ///< centred, with an intercept
  std::vector<RowSums> parts_;
  std::vector<RowSums> others_;  ///< all but each
};

}  // namespace neve::algos::linear
