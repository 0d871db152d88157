#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Times as milliseconds since 1970-01-01 UTC, and the proleptic Gregorian calendar.
namespace neve::munge {

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
};

/// Parts outside their ranges carry over into the next larger one.
std::int64_t millis_of(const CivilTime& time);
CivilTime civil_of(std::int64_t millis);
/// 0 is Monday.
int weekday_of(std::int64_t millis);
/// ISO 8601: week 1 holds the year's first Thursday.
int iso_week_of(std::int64_t millis);

/// The offset of a time zone over time, by the system's tz database. Cheap to copy.
class TimeZone {
 public:
  /// Throws InputError (400) where the name is not known.
  explicit TimeZone(std::string_view name);
  [[nodiscard]] bool is_utc() const;
  /// Milliseconds of the wall clock at this moment, as if it were UTC.
  [[nodiscard]] std::int64_t to_local(std::int64_t utc_millis) const;
  /// The moment at which the wall clock shows this; of two, the first.
  [[nodiscard]] std::int64_t to_utc(std::int64_t local_millis) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

/// The zones that TimeZone knows, with their other names, sorted; of the system's tz database.
std::map<std::string, std::vector<std::string>> time_zones();

}  // namespace neve::munge
