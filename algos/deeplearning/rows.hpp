#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/deeplearning/inputs.hpp"
#include "algos/families/linear/moments.hpp"

namespace neve::algos::deeplearning {

/// Where rows are read from, and which of them count: those with a response, a positive weight, an
/// offset where there is one, and all predictors where missing ones are skipped.
struct RowSource {
  model::ScorePlan plan;
  std::int32_t response = -1;  ///< -1: there is none, and it counts as 0
  model::LevelMap response_levels = {};
  std::int32_t classes = 0;  ///< 0: the response is a number
  std::int32_t weights = -1;
  bool skips_missing = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(plan, response, response_levels, classes, weights, skips_missing);
  }
};
RowSource row_source(const model::ColumnRoles& roles, const model::Dataset& data,
                     bool skips_missing);

/// Weighted moments of numeric predictors and of the response over rows that count.
struct MomentsTask {
  static constexpr std::string_view name = "deeplearning.moments";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = RowSource;
  struct Partial {
    std::int64_t rows = 0;
    std::vector<linear::Moments> predictors;  ///< of categories: of no row
    linear::Moments response;
    std::vector<double> class_weights;  ///< weight of each class's rows
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, predictors, response, class_weights);
    }
  };
  static Partial zero(const State& source);
  static void map(const mr::RowGroup& group, const State& source, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Rows as a network takes them, one after the other.
struct HeldRows {
  std::vector<float> numbers;
  std::vector<std::int32_t> codes;
  std::vector<double> responses;  ///< numbers as they are, or classes
  std::vector<double> weights;    ///< empty where all are 1
  std::vector<double> offsets;    ///< empty without; as they are
  [[nodiscard]] std::size_t size() const { return responses.size(); }
  void append(const HeldRows& more);
  template <class Archive>
  void fields(Archive& archive) {
    archive(numbers, codes, responses, weights, offsets);
  }
};

/// Which rows are held: those of a class with this chance, by a hash of the row's number.
struct RowSample {
  std::uint64_t seed = 0;
  std::vector<double> chances;  ///< by class, or one for all; empty: all rows
  [[nodiscard]] bool takes(std::int64_t row, double response) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(seed, chances);
  }
};

/// Brings rows to the node that trains, each group's as one piece.
struct HoldTask {
  static constexpr std::string_view name = "deeplearning.hold";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowSource source;
    InputPlan plan;
    RowSample sample;
    template <class Archive>
    void fields(Archive& archive) {
      archive(source, plan, sample);
    }
  };
  struct Partial {
    std::map<std::int64_t, std::shared_ptr<HeldRows>> pieces;  ///< by group
    template <class Archive>
    void fields(Archive& archive) {
      archive(pieces);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Rows of a frame in its order, with the memory that they take on this node.
struct RowStore {
  HeldRows rows;
  Reservation memory;
};
/// `rows` is at most how many there will be.
RowStore hold_rows(mr::Engine& engine, const mr::Inputs& inputs, const HoldTask::State& state,
                   std::int64_t rows, const mr::RunOptions& options);

}  // namespace neve::algos::deeplearning
