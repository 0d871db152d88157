#pragma once

namespace neve {

/// Gives memory that was freed back to the system, which the allocator else keeps for itself. For
/// ends of long work; any thread.
void return_free_memory();

}  // namespace neve
