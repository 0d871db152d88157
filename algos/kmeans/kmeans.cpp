#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

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

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

/// Rows that are there now; those of a fold are counted when it is trained.
void check_rows(const void* parameters, double rows, model::Messages& messages) {
  const Parameters& p = given(parameters);
  if (p.estimate_k || rows >= p.k) return;
  model::add_error(messages, "k",
                   "Cannot make " + std::to_string(p.k) + " clusters out of " +
                       std::to_string(static_cast<std::int64_t>(rows)) + " rows.");
}

std::vector<std::pair<std::string, std::string>> further_frames(const void* parameters) {
  const Parameters& p = given(parameters);
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
    model::Algorithm made;
    made.name = "kmeans";
    made.title = "KMeans";
    made.full_name = "K-means";
    made.builder_schema = "KMeansV3";
    made.model_schema = "KMeansModelV3";
    made.model_type = "KMeansModel";
    made.can_build = {model::Category::clustering};
    made.supervised = false;
    made.parameters = &Parameters::schema();
    made.output = &KMeansOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* parameters, model::Messages& messages) {
      kmeans::validate(given(parameters), messages);
    };
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::clustering; };
    made.check_rows = &check_rows;
    made.further_frames = &further_frames;
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<KMeansTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.join_holdouts = &join_holdouts;
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<KMeansModel>(wire::decode<KMeansModel>(bytes));
    };
    made.score = &model::score_with<KMeansModel>;
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
