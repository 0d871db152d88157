#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <neve/munge/calendar.hpp>

namespace neve::rapids {

/// Reads dates by a pattern of strptime's kind (%Y-%m-%d %H:%M:%S, %y %b %B %d %e %j %I %p %T %D %R
/// …) or of Java's kind (yyyy-MM-dd HH:mm:ss), which is used where there is no percent sign.
class DateFormat {
 public:
  /// Throws InputError for a directive that is not known.
  DateFormat(const std::string& pattern, const std::string& zone);
  /// Milliseconds since 1970 UTC; NaN where the text does not have this form.
  [[nodiscard]] double parse(std::string_view text) const;

 private:
  struct Step {
    char directive = 0;  ///< 0: the literal text
    std::string literal = {};
    int digits = 9;  ///< the most of a number
  };
  void add_percent(const std::string& pattern);
  void add_java(const std::string& pattern);
  void add(char directive, int digits = 9);
  std::vector<Step> steps_;
  munge::TimeZone zone_;
};

}  // namespace neve::rapids
