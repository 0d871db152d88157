#include "munge/api/tasks.hpp"

#include "munge/distinct_task.hpp"
#include "munge/evaluate_tasks.hpp"
#include "munge/filter_task.hpp"
#include "munge/group_task.hpp"
#include "munge/random_task.hpp"
#include "munge/rollup_task.hpp"

namespace neve::munge {

mr::TaskList tasks() {
  return {&mr::task_entry<EvaluateTask>(),  &mr::task_entry<ReduceTask>(),
          &mr::task_entry<CrossTask>(),     &mr::task_entry<FilterTask>(),
          &mr::task_entry<RollupTask>(),    &mr::task_entry<LevelCountTask>(),
          &mr::task_entry<KeyCountTask>(),  &mr::task_entry<KeyCollectTask>(),
          &mr::task_entry<HistogramTask>(), &mr::task_entry<DistinctTask>(),
          &mr::task_entry<GroupTask>(),     &mr::task_entry<RandomTextTask>(),
          &mr::task_entry<BlankTask>()};
}

}  // namespace neve::munge
