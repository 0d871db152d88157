#pragma once

#include <neve/mr/task.hpp>

namespace neve::algos::linear {

/// Tasks of this family; an algorithm that uses it lists them among its own.
mr::TaskList tasks();

}  // namespace neve::algos::linear
