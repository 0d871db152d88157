#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::munge {

/// Two categorical columns to one: the level of each pair of codes.
struct InteractTask {
  static constexpr std::string_view name = "munge.interact";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::int64_t> pairs;  ///< ascending, see pair_of
    std::vector<std::int32_t> levels;
    std::int32_t other = -1;   ///< of pairs that are not among them
    bool with_itself = false;  ///< missing stays missing
    template <class Archive>
    void fields(Archive& archive) {
      archive(pairs, levels, other, with_itself);
    }
  };
  using Partial = mr::Nothing;
  /// Codes count from 0, missing is -1.
  static std::int64_t pair_of(std::int32_t left, std::int32_t right) {
    return (std::int64_t{left} + 1) << 32U | (std::int64_t{right} + 1);
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// The cosine transform of each row, which is an array of up to three dimensions, the last one
/// running fastest.
struct CosineTask {
  static constexpr std::string_view name = "munge.cosine";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::array<std::int32_t, 3> sides = {1, 1, 1};
    bool inverse = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(sides, inverse);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// The rows next to a row that hold a value.
struct FindTask {
  static constexpr std::string_view name = "munge.find";
  static constexpr auto reduction = mr::Reduction::exact;
  struct Sought {
    enum class Kind : std::uint8_t { nothing, missing, number, text };
    Kind kind = Kind::nothing;
    double number = 0;
    std::string text = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(kind, number, text);
    }
  };
  struct State {
    std::int64_t row = 0;
    std::vector<Sought> columns;  ///< what each may hold
    template <class Archive>
    void fields(Archive& archive) {
      archive(row, columns);
    }
  };
  struct Partial {
    std::int64_t before = -1;
    std::int64_t behind = std::numeric_limits<std::int64_t>::max();
    template <class Archive>
    void fields(Archive& archive) {
      archive(before, behind);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::munge
