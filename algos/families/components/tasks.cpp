#include "algos/families/components/tasks.hpp"

#include "algos/families/components/row_products.hpp"
#include "algos/families/linear/tasks.hpp"

namespace neve::algos::components {

mr::TaskList tasks() {
  mr::TaskList made = linear::tasks();
  made.push_back(&mr::task_entry<RowProductsTask>());
  return made;
}

}  // namespace neve::algos::components
