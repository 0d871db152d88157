#pragma once

#include <neve/automl/automl.hpp>

namespace neve::automl {

/// Whether a run that has not been told how many folds to make does without, so that its models are
/// ready in time: ensembles then learn from rows that models have not seen. Only where time alone
/// is limited, as it goes by the number of threads, and nobody wants to keep what folds give.
bool blends_by_itself(const BuildSpec& spec, const frame::Frame& training, std::size_t threads);

/// Divides the training frame of a run without cross-validation at random, by its seed: a tenth of
/// the rows to stop and to rank by, unless there is a validation frame, and, where it blends by
/// itself, a fifth for ensembles, unless there is a blending frame. The spec names the parts, which
/// `frames` gets beside the whole; their names begin with `prefix`. The same parts each time.
void hold_out(mr::Engine& engine, BuildSpec& spec, model::NamedFrames& frames, bool blends,
              const std::string& prefix, const job::TokenPtr& token);

}  // namespace neve::automl
