#pragma once

#include <string_view>

namespace neve {

/// Names the calling thread for those who look at the process, GET /3/JStack first of all. The
/// system keeps 15 bytes.
void name_this_thread(std::string_view name);

}  // namespace neve
