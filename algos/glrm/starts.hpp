#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// Numbers of the standard normal distribution.
std::vector<double> random_columns(std::size_t count, std::uint64_t seed);

/// Targets of rows that are drawn by chance, in their order; gaps are 0.
struct DrawTask {
  static constexpr std::string_view name = "glrm.draw";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Space space;
    model::ScorePlan plan;
    double share = 1;  ///< of the rows
    std::uint64_t seed = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(space, plan, share, seed);
    }
  };
  struct Partial {
    std::vector<double> targets;  ///< rows x cells
    template <class Archive>
    void fields(Archive& archive) {
      archive(targets);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Y of cluster centers of some rows: k-means++ (Arthur and Vassilvitskii 2007) and a few of
/// Lloyd's iterations, then a little noise, so that no two columns are alike. cells x k.
std::vector<double> center_columns(const std::vector<double>& rows, std::size_t cells,
                                   std::size_t k, std::uint64_t seed);

/// Y of a frame with k rows: a column for each cell, or, where levels are to be expanded, one for
/// each feature, which names a level by its number. Throws InputError where it does not fit.
std::vector<double> read_user_y(mr::Engine& engine, const frame::Frame& frame, const Space& space,
                                std::size_t k, bool expand);

/// Numbers of a small frame, rows x columns. Throws InputError naming `argument` where a column has
/// none, or a value is missing or infinite.
std::vector<double> read_numbers(mr::Engine& engine, const frame::Frame& frame,
                                 const std::string& argument);

}  // namespace neve::algos::glrm
