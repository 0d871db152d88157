#pragma once

#include <neve/mr/task.hpp>

namespace neve::rapids {

/// Every task of this module, for the tables of all nodes.
mr::TaskList tasks();

}  // namespace neve::rapids
