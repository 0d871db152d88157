#include "munge/api/tasks.hpp"

#include "munge/distinct_task.hpp"
#include "munge/evaluate_tasks.hpp"
#include "munge/filter_task.hpp"
#include "munge/gather_tasks.hpp"
#include "munge/group_tasks.hpp"
#include "munge/key_plan.hpp"
#include "munge/look_up_task.hpp"
#include "munge/order_tasks.hpp"
#include "munge/random_columns.hpp"
#include "munge/random_task.hpp"
#include "munge/rollup_task.hpp"
#include "munge/verb_tasks.hpp"
#include "munge/whole_counts.hpp"

namespace neve::munge {

mr::TaskList tasks() {
  return {&mr::task_entry<EvaluateTask>(),    &mr::task_entry<ReduceTask>(),
          &mr::task_entry<CrossTask>(),       &mr::task_entry<FilterTask>(),
          &mr::task_entry<RollupTask>(),      &mr::task_entry<LevelCountTask>(),
          &mr::task_entry<KeyCountTask>(),    &mr::task_entry<KeyCollectTask>(),
          &mr::task_entry<HistogramTask>(),   &mr::task_entry<DistinctTask>(),
          &mr::task_entry<GroupRowsTask>(),   &mr::task_entry<GroupsTask>(),
          &mr::task_entry<PlaceGroupsTask>(), &mr::task_entry<RandomCellsTask>(),
          &mr::task_entry<BlankTask>(),       &mr::task_entry<KeyRangeTask>(),
          &mr::task_entry<KeysTask>(),        &mr::task_entry<SortTask>(),
          &mr::task_entry<JoinTask>(),        &mr::task_entry<PlaceTask>(),
          &mr::task_entry<PickTask>(),        &mr::task_entry<GatherTask>(),
          &mr::task_entry<LookUpTask>(),      &mr::task_entry<RandomTextTask>(),
          &mr::task_entry<InteractTask>(),    &mr::task_entry<CosineTask>(),
          &mr::task_entry<FindTask>(),        &mr::task_entry<WholeCountTask>()};
}

}  // namespace neve::munge
