#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "mr/api/exchange.hpp"
#include "munge/row_records.hpp"
#include "munge/rows_by_group.hpp"

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
    std::optional<RowRecords> decoded;  ///< none where few rows are wanted
    [[nodiscard]] std::int64_t byte_size() const { return decoded ? decoded->byte_size() : 0; }
  };
  using Partial = mr::Nothing;
  /// Rows of the group; they are listed only where somebody reads them, which the node that asks
  /// itself for decoded rows does not.
  struct Question {
    const RowsByGroup* wanted = nullptr;
    std::size_t place = 0;           ///< among the groups of `wanted`
    std::vector<std::uint32_t> own;  ///< where it has come from elsewhere
    [[nodiscard]] std::span<const std::uint32_t> rows() const {
      return wanted == nullptr ? own : wanted->rows_of(place);
    }
    template <class Archive>
    void fields(Archive& archive) {
      if constexpr (std::is_same_v<Archive, wire::Writer>) {
        std::vector<std::uint32_t> listed(rows().begin(), rows().end());
        archive(listed);
      } else {
        archive(own);
      }
    }
  };
  /// The rows that were asked for: on the same node by their places among all, else picked.
  struct Answer {
    const RowRecords* decoded = nullptr;
    const Question* question = nullptr;  ///< where `decoded` is
    RowRecords picked;
    [[nodiscard]] const RowRecords& records() const { return is_whole() ? *decoded : picked; }
    /// Whether records() has all rows of the group, not just those asked for.
    [[nodiscard]] bool is_whole() const { return decoded != nullptr; }
    template <class Archive>
    void fields(Archive& archive) {
      if constexpr (std::is_same_v<Archive, wire::Writer>) {
        if (is_whole()) picked = decoded->picked(question->rows());
      }
      archive(picked);
    }
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
