#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

#include <neve/frame/rollup.hpp>
#include <neve/mr/task.hpp>
#include <neve/munge/rollups.hpp>

#include "munge/program.hpp"

namespace neve::munge {

/// Summaries of whole columns.
struct RollupTask {
  static constexpr std::string_view name = "munge.rollup";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = mr::Nothing;
  struct Partial {
    std::vector<frame::ChunkSummary> columns;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// A vector of counts that grows to the longer one when merged.
struct Counts {
  std::vector<std::int64_t> counts;
  void merge(const Counts& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(counts);
  }
};

/// Rows per code.
struct LevelCountTask {
  static constexpr std::string_view name = "munge.levels";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t levels = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels);
    }
  };
  using Partial = Counts;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Rows per equal-width bin.
struct HistogramTask {
  static constexpr std::string_view name = "munge.histogram";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program program;
    double low = 0;
    double high = 1;
    std::int32_t bins = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, low, high, bins);
    }
  };
  using Partial = Counts;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Values by their order-preserving 64-bit keys: how many have each next part of the key behind
/// a prefix, and the least and largest of them.
struct KeyCountTask {
  static constexpr std::string_view name = "munge.keys";
  static constexpr auto reduction = mr::Reduction::exact;
  static constexpr int kBits = 12;
  struct State {
    Program program;
    int known_bits = 0;
    std::vector<std::uint64_t> prefixes;  ///< sorted; the keys' top known_bits
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, known_bits, prefixes);
    }
  };
  struct Bin {
    std::int64_t count = 0;
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(count, least, most);
    }
  };
  struct Partial {
    std::vector<Bin> bins;  ///< 2^kBits per prefix
    template <class Archive>
    void fields(Archive& archive) {
      archive(bins);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// The keys behind some prefixes.
struct KeyCollectTask {
  static constexpr std::string_view name = "munge.collect_keys";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = KeyCountTask::State;
  struct Partial {
    std::map<std::uint64_t, std::vector<std::uint64_t>> keys;  ///< by prefix, in any order
    template <class Archive>
    void fields(Archive& archive) {
      archive(keys);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::munge
