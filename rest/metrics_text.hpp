#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace neve::rest {

/// Writes metrics in the text format 0.0.4 of Prometheus.
class MetricsText {
 public:
  /// A value with its labels, each a name and a value.
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels = {};
    double value = 0;
  };
  void gauge(std::string_view name, std::string_view help, double value);
  void gauges(std::string_view name, std::string_view help, const std::vector<Sample>& samples);
  /// Only ever goes up; its name ends in _total.
  void counter(std::string_view name, std::string_view help, double value);
  void counters(std::string_view name, std::string_view help, const std::vector<Sample>& samples);
  /// `counts` are those of each class alone; one more than there are `ends`.
  struct Histogram {
    std::vector<double> ends;
    std::vector<std::uint64_t> counts;
    double sum = 0;
  };
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type);
  void line(std::string_view name, const Sample& sample);
  std::string text_;
};

}  // namespace neve::rest
