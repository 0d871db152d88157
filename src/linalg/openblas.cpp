#include "linalg/openblas.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <string>

#include <neve/base/error.hpp>

namespace neve::linalg {
namespace {

// The serial build first: a threaded one works too, as it is told to use one thread.
constexpr std::array kNames = {"/usr/lib/x86_64-linux-gnu/openblas-serial/libopenblas.so.0",
                               "libopenblas.so.0", "libopenblas.so"};

[[noreturn]] void fail(const std::string& what) {
  throw Error(503, "java.lang.UnsatisfiedLinkError",
              what +
                  " Linear models need OpenBLAS with LAPACK: install the package "
                  "libopenblas0-serial (or another libopenblas with LAPACK) and try again.");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr)
    fail("The OpenBLAS that was found lacks the routine '" + std::string(name) + "'.");
  function = reinterpret_cast<Function>(symbol);
}

OpenBlas open() {
  // Read by the library's constructor: results differ between its kernels and thread counts.
  setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void* library = nullptr;
  for (const char* name : kNames) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
  }
  if (library == nullptr) fail("The library libopenblas.so.0 cannot be opened.");
  OpenBlas made;
  find(library, "dpotrf_", made.potrf);
  find(library, "dpotri_", made.potri);
  find(library, "dpotrs_", made.potrs);
  find(library, "dsyevd_", made.syevd);
  return made;
}

}  // namespace

LockedOpenBlas openblas() {
  static const OpenBlas kLibrary = open();
  static std::mutex mutex;
  return {kLibrary, mutex};
}

}  // namespace neve::linalg
