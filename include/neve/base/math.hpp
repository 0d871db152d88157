#pragma once

#include <span>

/// Transcendental functions that give the same bits on every x86-64-v3 CPU, scalar or in blocks
/// (SLEEF's deterministic FMA variants, 1 ulp). libm's change with the CPU it runs on, so results
/// never depend on those.
namespace neve::math {

double exp(double x);
double expm1(double x);
double log(double x);
double log1p(double x);
double log2(double x);
double log10(double x);
double pow(double base, double exponent);
double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);
double sinh(double x);
double cosh(double x);
double tanh(double x);
double asinh(double x);
double acosh(double x);
double atanh(double x);
double gamma(double x);
double lgamma(double x);
double erf(double x);
double erfc(double x);
double cbrt(double x);

/// In place, the same bits as the scalar forms, four or eight lanes at a time.
void exp(std::span<double> values);
void log(std::span<double> values);

/// 1 / (1 + exp(-x)) without overflow.
double logistic(double x);

}  // namespace neve::math
