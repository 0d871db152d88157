#include <neve/base/math.hpp>

#include <sleef.h>

#include <neve/base/isa.hpp>

#include "base/lane_kernels.hpp"

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

const LaneKernels& kernels() { return kernels_at_process_isa(v3::kLaneKernels, v4::kLaneKernels); }

}  // namespace

void exp(std::span<double> values) { kernels().exp(values.data(), values.size()); }
void log(std::span<double> values) { kernels().log(values.data(), values.size()); }

double logistic(double x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  const double e = exp(x);
  return e / (1 + e);
}

}  // namespace neve::math
