#pragma once

#include <string_view>

namespace neve::rest::endpoints {

/// A page that shows the state of the cluster, with all it needs in it.
extern const std::string_view kStatusPage;

}  // namespace neve::rest::endpoints
