#include "base/lane_kernels.hpp"

#include <immintrin.h>
#include <sleef.h>

namespace neve::math::NEVE_ISA {
namespace {

// SLEEF's finz forms give the same bits with any number of lanes.
#ifdef __AVX512F__
using Lanes = __m512d;
Lanes exp_of(Lanes x) { return Sleef_finz_expd8_u10avx512f(x); }
Lanes log_of(Lanes x) { return Sleef_finz_logd8_u10avx512f(x); }
Lanes load(const double* from) { return _mm512_loadu_pd(from); }
void store(double* to, Lanes x) { _mm512_storeu_pd(to, x); }
#else
using Lanes = __m256d;
Lanes exp_of(Lanes x) { return Sleef_finz_expd4_u10avx2(x); }
Lanes log_of(Lanes x) { return Sleef_finz_logd4_u10avx2(x); }
Lanes load(const double* from) { return _mm256_loadu_pd(from); }
void store(double* to, Lanes x) { _mm256_storeu_pd(to, x); }
#endif

/// The last incomplete group goes through the same form, padded.
template <Lanes (*of)(Lanes)>
void in_lanes(double* values, std::size_t count) {
  constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(double);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(values + i, of(load(values + i)));
  if (i == count) return;
  double rest[kLanes];
  for (double& x : rest) x = 1;
  for (std::size_t j = i; j < count; ++j) rest[j - i] = values[j];
  store(rest, of(load(rest)));
  for (std::size_t j = i; j < count; ++j) values[j] = rest[j - i];
}

}  // namespace

const LaneKernels kLaneKernels = {&in_lanes<exp_of>, &in_lanes<log_of>};

}  // namespace neve::math::NEVE_ISA
