#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/base/shared_results.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/trees/bins.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// Rows of positive weight that cut points rest on, at most.
inline constexpr std::int64_t kSampleRows = 200'000;
/// Columns whose samples are held at a time.
inline constexpr std::size_t kColumnsAtOnce = 16;

/// How many bins columns get, and how their cuts are put.
struct BinSettings {
  std::int32_t bins = 20;  ///< "nbins": at least so many
  std::int32_t bins_top_level = 1024;
  std::int32_t bins_categorical = 1024;
  Cutting cutting = Cutting::by_rank;
};

/// A predictor: its level count, or 0 for numbers.
struct PredictorKind {
  bool categorical = false;
  std::int32_t levels = 0;
};

/// Counts rows of positive weight per row group.
struct CountTask {
  static constexpr std::string_view name = "trees.count";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t groups = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups);
    }
  };
  struct Partial {
    std::vector<std::int64_t> rows;  ///< per group
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows);
    }
  };
  static Partial zero(const State& state) {
    return {std::vector<std::int64_t>(static_cast<std::size_t>(state.groups))};
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Takes values of the sampled rows. Of the n rows of positive weight, numbered in order, one is
/// drawn from each of `sample` runs of equal length, so that rows of weight 0 might as well not be
/// there.
struct SampleTask {
  static constexpr std::string_view name = "trees.sample";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::int32_t> columns;
    std::int32_t weights = -1;
    std::vector<std::int64_t> first;  ///< number of each group's first row of positive weight
    std::int64_t rows = 0;            ///< of positive weight
    std::int64_t sample = 0;
    std::uint64_t seed = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns, weights, first, rows, sample, seed);
    }
  };
  struct Partial {
    std::vector<std::vector<double>> values;   ///< per column; without missing ones
    std::vector<std::vector<double>> weights;  ///< likewise; empty where all weigh 1
    template <class Archive>
    void fields(Archive& archive) {
      archive(values, weights);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Bins of all predictors, from at most 200,000 rows of positive weight.
BinSpec make_bins(mr::Engine& engine, const mr::Inputs& inputs, const RowColumns& columns,
                  std::span<const PredictorKind> kinds, const BinSettings& settings,
                  const mr::RunOptions& options);

/// Who all bins of a model follow from.
wire::Bytes bins_key(const mr::Inputs& inputs, const RowColumns& columns,
                     std::span<const PredictorKind> kinds, const BinSettings& settings);

/// The bins that `make` makes, or those that another model has made alike; `shared` may be null.
template <class Make>
BinSpec shared_bins(SharedResults* shared, const wire::Bytes& key, const Make& make) {
  return shared == nullptr ? make() : *shared->get<BinSpec>(key, make);
}

}  // namespace neve::algos::trees
