#include "algos/families/linear/tasks.hpp"

#include "algos/families/linear/classes.hpp"
#include "algos/families/linear/expand.hpp"
#include "algos/families/linear/gram.hpp"
#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/moments.hpp"
#include "algos/families/linear/part_sums.hpp"
#include "algos/families/linear/products.hpp"

namespace neve::algos::linear {

mr::TaskList tasks() {
  return {&mr::task_entry<MomentsTask>(),         &mr::task_entry<LikelihoodTask>(),
          &mr::task_entry<CategoricalGramTask>(), &mr::task_entry<NumericGramTask>(),
          &mr::task_entry<LikelihoodGramTask>(),  &mr::task_entry<ThresholdGramTask>(),
          &mr::task_entry<PairsTask>(),           &mr::task_entry<ProductsTask>(),
          &mr::task_entry<CompleteRowsTask>(),    &mr::task_entry<ExpandTask>(),
          &mr::task_entry<PartTablesTask>(),      &mr::task_entry<PartSumsTask>(),
          &mr::task_entry<KeepBlocksTask>()};
}

}  // namespace neve::algos::linear
