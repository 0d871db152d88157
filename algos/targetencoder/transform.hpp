#pragma once

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>

#include "algos/targetencoder/targetencoder_model.hpp"

namespace neve::algos::targetencoder {

/// How a frame is encoded: as training rows, with the model's way to keep responses out of their
/// own encodings, or as others.
struct TransformOrder {
  bool as_training = false;
  Blending blending;
  double noise = 0;  ///< below 0: a hundredth of the range of the frame's response, if it is there
};

/// What the model's parameters say for rows that it was not trained on.
TransformOrder default_order(const TargetEncoderModel& model);

/// The frame with the encodings of the model's columns that it has; the frame itself, by its key,
/// where it has none. Columns come in H2O-3's order: training columns that are not categorical,
/// encodings, the other columns, the fold column and the response. Missing values of a column that
/// is encoded by itself become a level. Throws InputError where the frame lacks a column that the
/// model needs for training rows, or is of another type than in training.
frame::Frame transform(mr::Engine& engine, const TargetEncoderModel& model,
                       const frame::Frame& frame, const TransformOrder& order,
                       const job::TokenPtr& token);

}  // namespace neve::algos::targetencoder
