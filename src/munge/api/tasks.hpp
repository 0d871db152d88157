#pragma once

#include <neve/mr/task.hpp>

namespace neve::munge {

/// Every task of this module, for the tables of all nodes.
mr::TaskList tasks();

}  // namespace neve::munge
