#pragma once

/// The few Fortran routines of BLAS and LAPACK that Neve calls. The library is opened at first use,
/// which keeps an idle node small, with one thread and the Haswell kernels on every CPU, so that
/// all nodes get the same bits.
namespace neve::linalg {

struct OpenBlas {
  using Syrk = void (*)(const char* uplo, const char* trans, const int* n, const int* k,
                        const double* alpha, const double* a, const int* lda, const double* beta,
                        double* c, const int* ldc);
  using Potrf = void (*)(const char* uplo, const int* n, double* a, const int* lda, int* info);
  using Potrs = void (*)(const char* uplo, const int* n, const int* columns, const double* a,
                         const int* lda, double* b, const int* ldb, int* info);
  using Syevd = void (*)(const char* job, const char* uplo, const int* n, double* a, const int* lda,
                         double* values, double* work, const int* work_size, int* whole_work,
                         const int* whole_work_size, int* info);
  Syrk syrk = nullptr;
  Potrf potrf = nullptr;
  Potrf potri = nullptr;
  Potrs potrs = nullptr;
  Syevd syevd = nullptr;
};

/// Opens the library at the first call. Throws Error (503) where it is not installed or lacks a
/// routine; a later call tries again. Thread-safe.
const OpenBlas& openblas();

}  // namespace neve::linalg
