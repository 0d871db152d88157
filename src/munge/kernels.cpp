#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/munge/calendar.hpp>

#include "munge/program.hpp"

/// The operators, one block at a time. Plain loops over plain arrays, which the compiler turns into
/// vector code; a missing value is NaN and passes through arithmetic by itself.
namespace neve::munge {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class F>
void each(std::span<const double> a, std::span<double> to, F f) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = f(a[i]);
}

template <class F>
void each(const double* a, const double* b, std::span<double> to, F f) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = f(a[i], b[i]);
}

double truth(bool flag) { return flag ? 1 : 0; }

/// Not a number at its poles, 0 among them, as in H2O-3.
double gamma(double x) { return x <= 0 && x == std::floor(x) ? kNaN : math::gamma(x); }

/// Recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18).
double digamma(double x) {
  if (std::isnan(x) || (x <= 0 && x == std::floor(x))) return kNaN;
  if (x < 0) {
    const double pi = std::numbers::pi;
    return digamma(1 - x) - pi / math::tan(pi * x);
  }
  double result = 0;
  for (; x < 10; x += 1) result -= 1 / x;
  const double y = 1 / (x * x);
  const double series =
      y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132))));
  return result + math::log(x) - 0.5 / x - series;
}

/// Recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.4.12).
double trigamma(double x) {
  if (std::isnan(x) || (x <= 0 && x == std::floor(x))) return kNaN;
  if (x < 0) {
    const double s = math::sin(std::numbers::pi * x);
    return -trigamma(1 - x) + std::numbers::pi * std::numbers::pi / (s * s);
  }
  double result = 0;
  for (; x < 10; x += 1) result += 1 / (x * x);
  const double y = 1 / (x * x);
  const double series = y * (1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y / 30)));
  return result + 1 / x + y / 2 + series / x;
}

template <class Part>
void each_time(std::span<const double> a, std::span<double> to, Part part) {
  each(a, to, [part](double ms) {
    return std::isfinite(ms) ? static_cast<double>(part(static_cast<std::int64_t>(ms))) : kNaN;
  });
}

bool time_block(Op op, std::span<const double> a, std::span<double> to) {
  switch (op) {
    case Op::year:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).year; });
      return true;
    case Op::month:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).month; });
      return true;
    case Op::day:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).day; });
      return true;
    case Op::hour:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).hour; });
      return true;
    case Op::minute:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).minute; });
      return true;
    case Op::second:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).second; });
      return true;
    case Op::millis:
      each_time(a, to, [](std::int64_t t) { return civil_of(t).millis; });
      return true;
    case Op::week:
      each_time(a, to, iso_week_of);
      return true;
    case Op::weekday:
      each_time(a, to, weekday_of);
      return true;
    default:
      return false;
  }
}

using Function = double (*)(double);

/// Functions without a vector form.
Function function_of(Op op) {
  constexpr double pi = std::numbers::pi;
  switch (op) {
    case Op::expm1:
      return math::expm1;
    case Op::log1p:
      return math::log1p;
    case Op::log2:
      return math::log2;
    case Op::log10:
      return math::log10;
    case Op::sin:
      return math::sin;
    case Op::cos:
      return math::cos;
    case Op::tan:
      return math::tan;
    case Op::asin:
      return math::asin;
    case Op::acos:
      return math::acos;
    case Op::atan:
      return math::atan;
    case Op::sinh:
      return math::sinh;
    case Op::cosh:
      return math::cosh;
    case Op::tanh:
      return math::tanh;
    case Op::asinh:
      return math::asinh;
    case Op::acosh:
      return math::acosh;
    case Op::atanh:
      return math::atanh;
    case Op::sinpi:
      return [](double x) { return math::sin(pi * x); };
    case Op::cospi:
      return [](double x) { return math::cos(pi * x); };
    case Op::tanpi:
      return [](double x) { return math::tan(pi * x); };
    case Op::gamma:
      return gamma;
    case Op::lgamma:
      return math::lgamma;
    case Op::digamma:
      return digamma;
    case Op::trigamma:
      return trigamma;
    default:
      return nullptr;
  }
}

/// Half a step never reaches the other number, however large both are. Missing equals missing, as
/// for H2O-3's clients, who look for missing cells with it.
bool nearly_equal(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  const double smaller = std::fmin(std::fabs(a), std::fabs(b));
  const double ulp = std::nextafter(smaller, std::numeric_limits<double>::infinity()) - smaller;
  return std::fabs(a - b) <= ulp;
}

double logical_and(double a, double b) {
  if (a == 0 || b == 0) return 0;
  return std::isnan(a) || std::isnan(b) ? kNaN : 1;
}

double logical_or(double a, double b) {
  if ((a != 0 && !std::isnan(a)) || (b != 0 && !std::isnan(b))) return 1;
  return std::isnan(a) || std::isnan(b) ? kNaN : 0;
}

double power_of_ten(int exponent) {
  double result = 1;
  for (int i = 0; i < std::abs(exponent); ++i) result *= 10;
  return result;
}

double round_to(double x, int digits) {
  if (!std::isfinite(x) || digits > 308) return x;
  if (digits < -308) return 0;
  const double scale = power_of_ten(digits);
  if (digits < 0) return std::nearbyint(x / scale) * scale;
  const double scaled = x * scale;
  return std::isfinite(scaled) ? std::nearbyint(scaled) / scale : x;
}

/// A number of digits with a fraction is the nearest whole one, as for R.
double whole_digits(double digits) { return std::floor(digits + 0.5); }

/// More digits than any double has change nothing, and fewer than none leave nothing.
double round(double x, double digits) {
  if (std::isnan(digits)) return kNaN;
  return round_to(x, static_cast<int>(whole_digits(std::clamp(digits, -400.0, 400.0))));
}

/// By the shortest way that never rounds twice: through the decimal digits themselves.
double signif(double x, double digits) {
  if (std::isnan(digits)) return kNaN;
  // No double has more than 767 digits that are not 0.
  const int wanted = static_cast<int>(std::clamp(whole_digits(digits), 1.0, 767.0));
  std::array<char, 800> text{};
  const auto end =
      std::to_chars(text.begin(), text.end(), x, std::chars_format::scientific, wanted - 1).ptr;
  double rounded = x;
  std::from_chars(text.begin(), end, rounded);
  return rounded;
}

double integer_divide(double a, double b) { return b == 0 ? kNaN : std::trunc(a / b); }

bool compare_block(Op op, const double* a, const double* b, std::span<double> to) {
  switch (op) {
    case Op::equal:
      each(a, b, to, [](double x, double y) { return truth(nearly_equal(x, y)); });
      return true;
    case Op::not_equal:
      each(a, b, to, [](double x, double y) { return truth(!nearly_equal(x, y)); });
      return true;
    case Op::less:
      each(a, b, to, [](double x, double y) { return truth(x < y); });
      return true;
    case Op::less_equal:
      each(a, b, to, [](double x, double y) { return truth(x <= y); });
      return true;
    case Op::greater:
      each(a, b, to, [](double x, double y) { return truth(x > y); });
      return true;
    case Op::greater_equal:
      each(a, b, to, [](double x, double y) { return truth(x >= y); });
      return true;
    case Op::logical_and:
      each(a, b, to, logical_and);
      return true;
    case Op::logical_or:
      each(a, b, to, logical_or);
      return true;
    default:
      return false;
  }
}

}  // namespace

void unary_block(Op op, std::span<const double> a, std::span<double> to) {
  switch (op) {
    case Op::negate:
      return each(a, to, [](double x) { return -x; });
    case Op::absolute:
      return each(a, to, [](double x) { return std::fabs(x); });
    case Op::ceiling:
      return each(a, to, [](double x) { return std::ceil(x); });
    case Op::floor:
      return each(a, to, [](double x) { return std::floor(x); });
    case Op::trunc:
      return each(a, to, [](double x) { return std::trunc(x); });
    case Op::sqrt:
      return each(a, to, [](double x) { return std::sqrt(x); });
    case Op::sign:
      return each(a, to, [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; });
    case Op::logical_not:
      return each(a, to, [](double x) { return std::isnan(x) ? kNaN : truth(x == 0); });
    case Op::is_missing:
      return each(a, to, [](double x) { return truth(std::isnan(x)); });
    case Op::is_finite:
      return each(a, to, [](double x) { return truth(std::isfinite(x)); });
    case Op::exp:
      each(a, to, [](double x) { return x; });
      return math::exp(to);
    case Op::log:
      each(a, to, [](double x) { return x; });
      return math::log(to);
    default:
      break;
  }
  if (time_block(op, a, to)) return;
  const Function function = function_of(op);
  NEVE_CHECK(function != nullptr, "not an operator of one value");
  each(a, to, function);
}

void binary_block(Op op, const double* a, const double* b, std::span<double> to) {
  if (compare_block(op, a, b, to)) return;
  switch (op) {
    case Op::add:
      return each(a, b, to, [](double x, double y) { return x + y; });
    case Op::subtract:
      return each(a, b, to, [](double x, double y) { return x - y; });
    case Op::multiply:
      return each(a, b, to, [](double x, double y) { return x * y; });
    case Op::divide:
      return each(a, b, to, [](double x, double y) { return x / y; });
    case Op::modulo:
      return each(a, b, to, [](double x, double y) { return std::fmod(x, y); });
    case Op::integer_divide:
      return each(a, b, to, integer_divide);
    case Op::power:
      return each(a, b, to, [](double x, double y) { return y == 2 ? x * x : math::pow(x, y); });
    case Op::round:
      return each(a, b, to, round);
    case Op::signif:
      return each(a, b, to, signif);
    case Op::minimum:
      return each(a, b, to, [](double x, double y) { return x < y || std::isnan(x) ? x : y; });
    case Op::maximum:
      return each(a, b, to, [](double x, double y) { return x > y || std::isnan(x) ? x : y; });
    default:
      throw InternalError("not an operator of two values");
  }
}

}  // namespace neve::munge
