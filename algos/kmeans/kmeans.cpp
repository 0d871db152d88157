#include <neve/model/describe.hpp>

#include "algos/families/linear/tasks.hpp"
#include "algos/kmeans/grow.hpp"
#include "algos/kmeans/kmeans_output.hpp"
#include "algos/kmeans/lloyd.hpp"
#include "algos/kmeans/measure.hpp"
#include "algos/kmeans/sample.hpp"
#include "algos/kmeans/train.hpp"
#include "algos/kmeans/validate.hpp"

namespace neve::algos::kmeans {
namespace {

/// Rows that are there now; those of a fold are counted when it is trained.
void check_rows(const Parameters& p, double rows, model::Messages& messages) {
  if (p.estimate_k || rows >= p.k) return;
  model::add_error(messages, "k",
                   "Cannot make " + std::to_string(p.k) + " clusters out of " +
                       std::to_string(static_cast<std::int64_t>(rows)) + " rows.");
}

std::vector<std::pair<std::string, std::string>> further_frames(const Parameters& p) {
  if (p.user_points.empty()) return {};
  return {{"user_points", p.user_points.name}};
}

model::metrics::Metrics join_holdouts(std::span<const std::shared_ptr<model::Model>> folds) {
  std::vector<const model::metrics::Clustering*> parts;
  for (const auto& fold : folds) parts.push_back(fold->header.validation_metrics.clustering());
  return model::metrics::join_clusterings(parts);
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = model::describe<Parameters, KMeansTrainer, KMeansModel, KMeansOutput>(
        {.name = "kmeans",
         .title = "KMeans",
         .full_name = "K-means",
         .builder_schema = "KMeansV3",
         .model_schema = "KMeansModelV3",
         .model_type = "KMeansModel"});
    made.can_build = {model::Category::clustering};
    made.supervised = false;
    made.validate = model::with_parameters<&validate>;
    made.category = &model::always<model::Category::clustering>;
    made.check_rows = model::with_parameters<&check_rows>;
    made.further_frames = model::with_parameters<&further_frames>;
    made.join_holdouts = &join_holdouts;
    made.tasks = {
        &mr::task_entry<SampleTask>(),      &mr::task_entry<AssignTask>(),
        &mr::task_entry<FurthestTask>(),    &mr::task_entry<MeasureTask>(),
        &mr::task_entry<MeasureKeptTask>(), &mr::task_entry<BoxTask>(),
        &mr::task_entry<HalvesTask>(),      &mr::task_entry<model::ScoreTask<KMeansModel>>()};
    for (const mr::TaskEntry* task : linear::tasks()) made.tasks.push_back(task);
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::kmeans
