#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

namespace neve::algos::aggregator {

/// These rows of a frame, all its columns, and a column `counts`, named "counts0" and so on where
/// the frame has one of that name.
frame::Frame exemplar_frame(model::TrainContext& context, std::span<const std::int64_t> rows,
                            std::span<const std::int64_t> counts);

/// The training frame with counts of 1: each row is an exemplar.
frame::Frame all_rows_frame(model::TrainContext& context);
/// A column "exemplar_assignment" of the number of each row.
frame::Frame all_rows_mapping(model::TrainContext& context);

}  // namespace neve::algos::aggregator
