#pragma once

#include <neve/mr/task.hpp>

namespace neve::algos::components {

/// Tasks of this family and of those it stands on; an algorithm that uses it lists them among its
/// own.
mr::TaskList tasks();

}  // namespace neve::algos::components
