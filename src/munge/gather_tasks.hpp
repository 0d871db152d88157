#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "mr/api/exchange.hpp"
#include "munge/plain_values.hpp"

namespace neve::munge {

/// Columns of which rows will be picked: decoded once where most rows are wanted.
struct PickTask {
  static constexpr std::string_view name = "munge.pick";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    bool dense = true;
    template <class Archive>
    void fields(Archive& archive) {
      archive(dense);
    }
  };
  struct Scratch {
    std::vector<frame::Chunk> chunks;
    std::vector<PlainValues> decoded;  ///< none where few rows are wanted
    [[nodiscard]] std::int64_t byte_size() const;
  };
  using Partial = mr::Nothing;
  struct Question {
    std::vector<std::uint32_t> rows;  ///< of the group
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows);
    }
  };
  /// Values of the rows that were asked for: on the same node by their places among all, else
  /// picked.
  struct Answer {
    std::span<const PlainValues> decoded;
    std::span<const std::uint32_t> rows;
    std::vector<PlainValues> picked;
    [[nodiscard]] const PlainValues& column(std::size_t c) const {
      return decoded.empty() ? picked[c] : decoded[c];
    }
    /// Whether column(c) has all rows of the group, not just those asked for.
    [[nodiscard]] bool is_whole() const { return !decoded.empty(); }
    template <class Archive>
    void fields(Archive& archive) {
      if constexpr (std::is_same_v<Archive, wire::Writer>) {
        if (!decoded.empty()) pick();
      }
      archive(picked);
    }
    void pick();
  };
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& /*scratch*/,
                  Partial& /*partial*/) {}
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// Writes columns from rows elsewhere, by a column of row numbers (-1: missing values).
struct GatherTask {
  static constexpr std::string_view name = "munge.gather";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    mr::Source from;
    template <class Archive>
    void fields(Archive& archive) {
      archive(from);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::munge
