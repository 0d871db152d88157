#include <neve/base/math.hpp>

#include <immintrin.h>
#include <sleef.h>

namespace neve::math {

double exp(double x) { return Sleef_finz_expd1_u10purecfma(x); }
double expm1(double x) { return Sleef_finz_expm1d1_u10purecfma(x); }
double log(double x) { return Sleef_finz_logd1_u10purecfma(x); }
double log1p(double x) { return Sleef_finz_log1pd1_u10purecfma(x); }
double log2(double x) { return Sleef_finz_log2d1_u10purecfma(x); }
double log10(double x) { return Sleef_finz_log10d1_u10purecfma(x); }
double sin(double x) { return Sleef_finz_sind1_u10purecfma(x); }
double cos(double x) { return Sleef_finz_cosd1_u10purecfma(x); }
double tan(double x) { return Sleef_finz_tand1_u10purecfma(x); }
double asin(double x) { return Sleef_finz_asind1_u10purecfma(x); }
double acos(double x) { return Sleef_finz_acosd1_u10purecfma(x); }
double atan(double x) { return Sleef_finz_atand1_u10purecfma(x); }
double sinh(double x) { return Sleef_finz_sinhd1_u10purecfma(x); }
double cosh(double x) { return Sleef_finz_coshd1_u10purecfma(x); }
double tanh(double x) { return Sleef_finz_tanhd1_u10purecfma(x); }
double asinh(double x) { return Sleef_finz_asinhd1_u10purecfma(x); }
double acosh(double x) { return Sleef_finz_acoshd1_u10purecfma(x); }
double atanh(double x) { return Sleef_finz_atanhd1_u10purecfma(x); }
double gamma(double x) { return Sleef_finz_tgammad1_u10purecfma(x); }
double lgamma(double x) { return Sleef_finz_lgammad1_u10purecfma(x); }
double erf(double x) { return Sleef_finz_erfd1_u10purecfma(x); }
double erfc(double x) { return Sleef_finz_erfcd1_u15purecfma(x); }
double cbrt(double x) { return Sleef_finz_cbrtd1_u10purecfma(x); }
double pow(double base, double exponent) { return Sleef_finz_powd1_u10purecfma(base, exponent); }

namespace {

/// Applies the four-lane form; the last incomplete group goes through it padded.
template <class Lanes>
void in_lanes(std::span<double> values, Lanes lanes) {
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    double* at = values.data() + i;
    _mm256_storeu_pd(at, lanes(_mm256_loadu_pd(at)));
  }
  if (i == values.size()) return;
  alignas(32) double rest[4] = {1, 1, 1, 1};
  for (std::size_t j = i; j < values.size(); ++j) rest[j - i] = values[j];
  _mm256_store_pd(rest, lanes(_mm256_load_pd(rest)));
  for (std::size_t j = i; j < values.size(); ++j) values[j] = rest[j - i];
}

}  // namespace

void exp(std::span<double> values) { in_lanes(values, Sleef_finz_expd4_u10avx2); }
void log(std::span<double> values) { in_lanes(values, Sleef_finz_logd4_u10avx2); }

double logistic(double x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  const double e = exp(x);
  return e / (1 + e);
}

}  // namespace neve::math
