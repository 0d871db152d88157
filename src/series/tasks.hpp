#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/series/index.hpp>

#include "series/search.hpp"

namespace neve::series {

/// Writes the index of each row group of a frame, as a column of bytes.
struct BuildTask {
  static constexpr std::string_view name = "series.build";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape);
    }
  };
  struct Partial {
    BadRow bad;
    std::uint64_t checksum = 0;  ///< of all parts; additive
    std::int64_t bytes = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(bad, checksum, bytes);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& left, const Partial& right);
};

/// Series by row, in no order.
struct SeriesRows {
  BadRow bad;
  std::vector<std::int64_t> rows;
  std::vector<float> series;  ///< Shape::stride() floats each
  template <class Archive>
  void fields(Archive& archive) {
    archive(bad, rows, series);
  }
  void add(std::int64_t row, const float* begin, std::size_t length, std::size_t stride);
  void append(const SeriesRows& more);
};

/// Reads rows [first, end) of a frame as series.
struct ReadTask {
  static constexpr std::string_view name = "series.read";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    std::int64_t first = 0;
    std::int64_t end = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape, first, end);
    }
  };
  using Partial = SeriesRows;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.append(right); }
};

/// Takes the series of some rows out of an index.
struct FetchTask {
  static constexpr std::string_view name = "series.fetch";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    std::vector<std::int64_t> rows;  ///< ascending
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape, rows);
    }
  };
  using Partial = SeriesRows;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.append(right); }
};

/// Looks for the nearest series of each query in an index.
struct SearchTask {
  static constexpr std::string_view name = "series.search";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    std::int64_t most = 1;       ///< neighbours of a query
    std::vector<float> series;   ///< of the queries, Shape::stride() floats each
    std::vector<double> within;  ///< squared distance of each query beyond which none counts
    std::vector<std::int64_t> own_rows;  ///< empty, or the row that each query is
    bool only_after = false;             ///< neighbours are rows behind the own one
    std::int32_t leaves = 0;             ///< looked at in each row group; 0: whatever is needed
    double enough = 0;  ///< no nearer one than below this squared distance is looked for
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape, most, series, within, own_rows, only_after, leaves, enough);
    }
  };
  struct Partial {
    std::int64_t most = 1;
    std::vector<std::vector<Near>> nearest;  ///< of each query, in order
    template <class Archive>
    void fields(Archive& archive) {
      archive(most, nearest);
    }
  };
  static Partial zero(const State& state) {
    return {state.most, std::vector<std::vector<Near>>(state.within.size())};
  }
  static std::int64_t partial_bytes(const State& state) {
    return static_cast<std::int64_t>(state.within.size()) *
           (state.most * static_cast<std::int64_t>(sizeof(Near)) + 32);
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Two rows, first < second, and their squared distance; ordered by that, then by row.
struct Close {
  double squared = 0;
  std::int64_t first = -1;
  std::int64_t second = -1;
  friend auto operator<=>(const Close&, const Close&) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(squared, first, second);
  }
};

/// The `most` closest pairs, in order.
struct ClosestPairs {
  std::int64_t most = 1;
  std::vector<Close> pairs = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(most, pairs);
  }
  [[nodiscard]] double bound() const {
    const bool full = static_cast<std::int64_t>(pairs.size()) == most;
    return full ? pairs.back().squared : std::numeric_limits<double>::infinity();
  }
  void offer(const Close& pair);
};

/// Finds the closest pairs of which both lie in one leaf.
struct LeafPairsTask {
  static constexpr std::string_view name = "series.leaf_pairs";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    std::int64_t most = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape, most);
    }
  };
  using Partial = ClosestPairs;
  static Partial zero(const State& state) { return {.most = state.most}; }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) {
    for (const Close& pair : right.pairs) left.offer(pair);
  }
};

/// The squared distance of each row to the nearest one of its leaf, by first row of the group;
/// infinite where it is alone.
struct LeafNearestTask {
  static constexpr std::string_view name = "series.leaf_nearest";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Shape shape;
    template <class Archive>
    void fields(Archive& archive) {
      archive(shape);
    }
  };
  struct Partial {
    std::vector<std::pair<std::int64_t, std::vector<double>>> groups;
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) {
    left.groups.insert(left.groups.end(), right.groups.begin(), right.groups.end());
  }
};

}  // namespace neve::series
