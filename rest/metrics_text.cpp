#include "rest/metrics_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace neve::rest {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string escaped(std::string_view label) {
  std::string text;
  for (const char c : label) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

}  // namespace

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::line(std::string_view name, const Sample& sample) {
  text_.append(name);
  char before = '{';
  for (const auto& [label, value] : sample.labels) {
    text_.append(1, before).append(label).append("=\"").append(escaped(value)).append("\"");
    before = ',';
  }
  if (before == ',') text_ += '}';
  text_.append(" ").append(number_text(sample.value)).append("\n");
}

void MetricsText::gauges(std::string_view name, std::string_view help,
                         const std::vector<Sample>& samples) {
  head(name, help, "gauge");
  for (const Sample& sample : samples) line(name, sample);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value) {
  gauges(name, help, {{.value = value}});
}

void MetricsText::counters(std::string_view name, std::string_view help,
                           const std::vector<Sample>& samples) {
  head(name, help, "counter");
  for (const Sample& sample : samples) line(name, sample);
}

void MetricsText::counter(std::string_view name, std::string_view help, double value) {
  counters(name, help, {{.value = value}});
}

void MetricsText::histogram(std::string_view name, std::string_view help,
                            const Histogram& histogram) {
  head(name, help, "histogram");
  const std::string bucket = std::string(name) + "_bucket";
  double so_far = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    so_far += static_cast<double>(histogram.counts[i]);
    const bool last = i >= histogram.ends.size();
    line(bucket,
         {.labels = {{"le", last ? "+Inf" : number_text(histogram.ends[i])}}, .value = so_far});
  }
  line(std::string(name) + "_sum", {.value = histogram.sum});
  line(std::string(name) + "_count", {.value = so_far});
}

}  // namespace neve::rest
