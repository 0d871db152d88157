#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/model.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// Says when a share of max_runtime_secs is over. The clock only ends a loop: it shapes nothing
/// else.
class Deadline {
 public:
  /// `start_ms` is the job's, which may have begun on another node; 0 seconds never end.
  Deadline(double seconds, std::int64_t start_ms);
  [[nodiscard]] bool over() const { return limited_ && std::chrono::steady_clock::now() >= end_; }

 private:
  bool limited_;
  std::chrono::steady_clock::time_point end_;
};

/// What all trainings of a job have in common.
struct FitTools {
  mr::Engine& engine;
  job::Job& job;
  const Algorithm& algorithm;
  std::uint64_t seed = 0;
  Models* models = nullptr;         ///< of the node
  KeepState keep = {};              ///< of a job of which this is a part; empty where it is all
  SharedResults* shared = nullptr;  ///< with other trainings; null without
  [[nodiscard]] wire::Bytes kept(wire::Bytes state) const {
    return keep ? keep(std::move(state)) : state;
  }
};

/// One training.
struct FitPlan {
  std::shared_ptr<const void> parameters;
  Header header;  ///< but for what training finds out
  const Dataset* training = nullptr;
  const Dataset* validation = nullptr;   ///< null without
  const Dataset* calibration = nullptr;  ///< null without, and for folds
  const Model* checkpoint = nullptr;     ///< what training goes on from; null without
  Deadline deadline;
  bool is_fold = false;
  std::vector<frame::Frame>* frames = nullptr;  ///< takes those that the trainer made; may be null
  std::vector<std::shared_ptr<Model>>* made = nullptr;  ///< the same of models
  frame::Frame* holdout = nullptr;                ///< takes TrainContext::holdout; may be null
  const FurtherFrames* further = nullptr;         ///< null without
  const FurtherModels* further_models = nullptr;  ///< null without
  std::function<void(Snapshot snapshot)> write_snapshot = {};  ///< empty for folds
  std::vector<std::shared_ptr<const Model>> folds = {};        ///< of the main model
  const TrainedFolds* together = nullptr;                      ///< those, where trained together
};

/// Trains from the beginning, or from what a trainer saved, to the end or the deadline. `keep`
/// turns what the trainer would go on from into what the job would.
std::shared_ptr<Model> fit(const FitTools& tools, FitPlan plan, const wire::Bytes* saved,
                           const KeepState& keep);

/// Whether models are to be written to files as soon as they are there.
inline bool exports(const CommonParameters& parameters) {
  return parameters.export_checkpoints_dir && !parameters.export_checkpoints_dir->empty();
}

/// Says it to who waits for the job, and to who looks at the model later.
void warn_all(job::Job& job, Header& header, const std::vector<std::string>& warnings);

}  // namespace neve::model
