#include "automl/holdouts.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/rng.hpp>
#include <neve/munge/rows.hpp>

#include "automl/plan.hpp"

namespace neve::automl {
namespace {

constexpr double kForValidation = 0.1;
constexpr double kForBlending = 0.2;

/// The rows whose random number is in [from, to), as a frame of this name.
frame::Frame part_of(mr::Engine& engine, const frame::Frame& whole, std::uint64_t seed,
                     std::pair<double, double> range, const job::TokenPtr& token) {
  using munge::Op;
  const munge::ExpressionPtr random = munge::random_of(seed);
  const auto beside = [&](Op op, double bound) {
    return munge::binary(op, random, munge::constant_of(bound));
  };
  return munge::filter(engine,
                       {munge::binary(Op::logical_and, beside(Op::greater_equal, range.first),
                                      beside(Op::less, range.second)),
                        whole},
                       token);
}

}  // namespace

/// H2O-3 blends from 2,064 values for each second of a thread on, in which it trains an eighth of
/// what is trained here.
bool blends_by_itself(const BuildSpec& spec, const frame::Frame& training, std::size_t threads) {
  constexpr double kMostValues = 8 * 2064;
  const BuildControl& control = spec.build_control;
  const StoppingCriteria& criteria = control.stopping_criteria;
  if (control.nfolds != -1 || !spec.input_spec.fold_column.empty() || criteria.max_models > 0)
    return false;
  if (control.keep_cross_validation_predictions || control.keep_cross_validation_models ||
      control.keep_cross_validation_fold_assignment) {
    return false;
  }
  const auto predictors = std::ranges::count_if(
      training.names, [&](const std::string& name) { return is_predictor(spec.input_spec, name); });
  const double values = static_cast<double>(predictors) * static_cast<double>(training.rows());
  const double seconds = criteria.max_runtime_secs * static_cast<double>(threads);
  return seconds > 0 && values / seconds > kMostValues;
}

void hold_out(mr::Engine& engine, BuildSpec& spec, model::NamedFrames& frames, bool blends,
              const std::string& prefix, const job::TokenPtr& token) {
  // Models draw by the seed itself.
  constexpr std::uint64_t kStream = 0x686f6c646f7574;
  InputSpec& input = spec.input_spec;
  const frame::Frame whole = frames.at(input.training_frame.name);
  const std::uint64_t seed =
      CounterRng(static_cast<std::uint64_t>(spec.build_control.stopping_criteria.seed), kStream)
          .bits(0);
  double end = 1;
  const auto take = [&](schema::FrameRef& place, const char* purpose, double share) {
    frame::Frame part = part_of(engine, whole, seed, {std::max(end - share, 0.0), end}, token);
    // A few rows may leave none for a part.
    if (part.rows() == 0) return;
    end -= share;
    part.key = prefix + "_" + purpose + "_" + whole.key;
    place.name = part.key;
    frames[part.key] = std::move(part);
  };
  if (blends && input.blending_frame.empty()) take(input.blending_frame, "blending", kForBlending);
  if (input.validation_frame.empty()) take(input.validation_frame, "validation", kForValidation);
  if (end < 1) take(input.training_frame, "training", 1);
}

}  // namespace neve::automl
