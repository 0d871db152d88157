#include <neve/model/metrics/deviance.hpp>

#include <cmath>

#include <neve/base/math.hpp>

namespace neve::model::metrics {
namespace {

constexpr double kSmallestLog = -19;  // stands for log 0, as in H2O-3

double bounded_log(double x) {
  return x > 0 ? std::fmax(kSmallestLog, math::log(x)) : kSmallestLog;
}

double poisson(double y, double f) { return 2 * ((y == 0 ? 0 : y * bounded_log(y / f)) - y + f); }

double gamma(double y, double f) {
  const double ratio = y == 0 && f == 0 ? 1 : y / f;
  return 2 * (bounded_log(f / y) + ratio - 1);
}

/// Compound Poisson-gamma, 1 < power < 2 (Jørgensen 1987).
double tweedie(double y, double f, double power) {
  const double one = 1 - power;
  const double two = 2 - power;
  return 2 *
         (math::pow(y, two) / (one * two) - y * math::pow(f, one) / one + math::pow(f, two) / two);
}

double huber(double y, double f, double delta) {
  const double error = std::abs(y - f);
  return error <= delta ? error * error : (2 * error - delta) * delta;
}

double quantile(double y, double f, double alpha) {
  return y > f ? alpha * (y - f) : (1 - alpha) * (f - y);
}

template <class Unit>
void fill(std::span<const double> actual, std::span<const double> predicted, std::span<double> out,
          const Unit& unit) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = unit(actual[i], predicted[i]);
}

}  // namespace

void unit_deviances(const Deviance& deviance, std::span<const double> actual,
                    std::span<const double> predicted, std::span<double> out) {
  switch (deviance.family) {
    case DevianceFamily::gaussian:
      return fill(actual, predicted, out, [](double y, double f) { return (y - f) * (y - f); });
    case DevianceFamily::poisson:
      return fill(actual, predicted, out, poisson);
    case DevianceFamily::gamma:
      return fill(actual, predicted, out, gamma);
    case DevianceFamily::tweedie:
      return fill(actual, predicted, out,
                  [p = deviance.tweedie_power](double y, double f) { return tweedie(y, f, p); });
    case DevianceFamily::laplace:
      return fill(actual, predicted, out, [](double y, double f) { return std::abs(y - f); });
    case DevianceFamily::quantile:
      return fill(actual, predicted, out,
                  [a = deviance.quantile_alpha](double y, double f) { return quantile(y, f, a); });
    case DevianceFamily::huber:
      return fill(actual, predicted, out,
                  [d = deviance.huber_delta](double y, double f) { return huber(y, f, d); });
  }
}

}  // namespace neve::model::metrics
