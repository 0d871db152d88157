#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/frame/column_type.hpp>
#include <neve/mr/task.hpp>
#include <neve/munge/random_frame.hpp>

namespace neve::munge {

/// What the cells of a made-up column are.
enum class RandomKind : std::uint8_t {
  categorical,
  integer,
  real,
  binary,
  time,
  text,
  response_class,
  response_number
};

/// Writes made-up columns, each cell drawn by seed, row and the column's place in the frame.
struct RandomCellsTask {
  static constexpr std::string_view name = "munge.random_cells";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RandomFrame like;
    std::vector<RandomKind> kinds;     ///< of the outputs
    std::vector<std::int64_t> places;  ///< of the outputs in the frame
    template <class Archive>
    void fields(Archive& archive) {
      archive(like, kinds, places);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Copies columns but for cells that a draw by seed, row and place makes missing.
struct BlankTask {
  static constexpr std::string_view name = "munge.blank";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::uint64_t seed = 0;
    double fraction = 0;
    std::vector<std::int64_t> places = {};  ///< of the columns in the frame
    std::vector<frame::ColumnType> types = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(seed, fraction, places, types);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::munge
