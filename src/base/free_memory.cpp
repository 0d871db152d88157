#include <neve/base/free_memory.hpp>

#include <malloc.h>

// There where the address sanitizer is.
extern "C" [[gnu::weak]] void
__asan_init();  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)

namespace neve {

void return_free_memory() {
  // The sanitizer has an allocator of its own; glibc's, which then nobody has called before, does
  // not bear to be trimmed by several threads at once.
  if (__asan_init != nullptr) return;
  ::malloc_trim(0);
}

}  // namespace neve
