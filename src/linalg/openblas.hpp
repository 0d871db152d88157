#pragma once

#include <mutex>

/// The few Fortran routines of LAPACK that Neve calls. The library is opened at first use,
/// which keeps an idle node small, with one thread and the Haswell kernels on every CPU, so that
/// all nodes get the same bits.
namespace neve::linalg {

struct OpenBlas {
  using Potrf = void (*)(const char* uplo, const int* n, double* a, const int* lda, int* info);
  using Potrs = void (*)(const char* uplo, const int* n, const int* columns, const double* a,
                         const int* lda, double* b, const int* ldb, int* info);
  using Syevd = void (*)(const char* job, const char* uplo, const int* n, double* a, const int* lda,
                         double* values, double* work, const int* work_size, int* whole_work,
                         const int* whole_work_size, int* info);
  Potrf potrf = nullptr;
  Potrf potri = nullptr;
  Potrs potrs = nullptr;
  Syevd syevd = nullptr;
};

/// The library, for one call: builds of it for one thread hand out their work space without a lock,
/// so that two calls at a time would write into the same one.
class LockedOpenBlas {
 public:
  LockedOpenBlas(const OpenBlas& library, std::mutex& mutex) : library_(library), lock_(mutex) {}
  const OpenBlas* operator->() const { return &library_; }

 private:
  const OpenBlas& library_;
  std::unique_lock<std::mutex> lock_;
};

/// Opens the library at the first call. Throws Error (503) where it is not installed or lacks a
/// routine; a later call tries again. Thread-safe: whoever comes second waits.
LockedOpenBlas openblas();

}  // namespace neve::linalg
