#pragma once

#include <cstdint>

namespace neve {

/// Milliseconds since 1970 UTC, for what people read. Nothing that shapes a result may ask.
std::int64_t now_ms();

}  // namespace neve
