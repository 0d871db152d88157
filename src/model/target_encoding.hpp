#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/mr/task.hpp>

#include "model/folds.hpp"

namespace neve::model {

/// Predictors of one training that are numbers which a target encoder makes of levels. The model
/// keeps these numbers among its roles, so that it predicts on frames as they are. Its training
/// rows get the numbers by the rows of other folds, where the encoder knows folds; those of a
/// fold's model, by the rows that are neither in their own fold nor in the one held out, so that
/// nothing tells of that. Lives on the node that drives the training.
class TargetEncoding {
 public:
  /// What it is made of; outlives the encoding.
  struct Order {
    mr::Engine& engine;
    const Model& encoder;
    const frame::Frame& training;
    const CommonParameters& parameters;
    job::TokenPtr token;
  };
  /// Lets numbers take the place of the predictors that the encoder knows; they come first. Throws
  /// InputError for an encoder of other folds, levels or responses, and for names that are taken.
  TargetEncoding(const Order& order, ColumnRoles& roles);

  /// The data with columns of numbers for the training rows.
  [[nodiscard]] Dataset main_rows(Dataset data) const;
  /// The same for the model of a fold, and for the rows held out: of what main_rows() gave.
  [[nodiscard]] Dataset rows_of_fold(Dataset data, std::int32_t fold) const;
  /// Lets the roles of a fold's model know nothing of the rows held out.
  void set_fold(std::int32_t fold, ColumnRoles& roles) const;

 private:
  /// Column and output of the encoder, for each predictor that is encoded.
  struct Target {
    std::size_t column = 0;
    std::size_t output = 0;
    std::int32_t source = 0;  ///< of Encoding::names
  };
  void check(const ColumnRoles& roles) const;
  void add_target(const ColumnEncoder::Column& of, const Target& target, Encoding& encoding,
                  ColumnRoles& roles);
  [[nodiscard]] std::vector<frame::Column> columns(std::optional<std::int32_t> held_out) const;
  Order order_;
  std::unique_ptr<const ColumnEncoder> encoder_;
  std::vector<Target> targets_;
  std::optional<Folds> folds_;  ///< nothing where rows are encoded by all
};

/// Writes numbers by the code of a row and its fold. Columns: the fold, then what is encoded.
struct TargetTask {
  static constexpr std::string_view name = "model.target_numbers";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::int32_t> columns;  ///< per output: the column that it is made of
    /// Per output and fold: numbers of codes, then of a missing one.
    std::vector<std::vector<std::vector<double>>> numbers;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns, numbers);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::model
