#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace neve {

/// A date and time of day on somebody's wall; no zone.
struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level
/// date algorithms"). `month` is 1 to 12.
std::int64_t days_from_civil(std::int64_t year, int month, int day);
/// The calendar date and time of day at `epoch_ms` in UTC.
CivilTime civil_from_epoch_ms(std::int64_t epoch_ms);
/// Days that the month has: 28 to 31.
int days_in_month(std::int64_t year, int month);

/// A zone of the IANA time zone database, or UTC. Immutable, cheap to copy.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// Nothing where the system's database has no such zone ("Europe/Berlin", "UTC", "EST5EDT").
  static std::optional<TimeZone> find(std::string_view name);
  /// All names that find() accepts, sorted.
  static std::vector<std::string> names();
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Nothing where the fields are out of range, or the clocks skip that time; of a time that comes
  /// twice, the first.
  [[nodiscard]] std::optional<std::int64_t> to_epoch_ms(const CivilTime& local) const;
  [[nodiscard]] CivilTime to_civil(std::int64_t epoch_ms) const;
  /// Milliseconds that local clocks are ahead of UTC at that moment.
  [[nodiscard]] std::int64_t offset_ms(std::int64_t epoch_ms) const;

 private:
  struct Rules;
  std::string name_ = "UTC";
  std::shared_ptr<const Rules> rules_;  // null for UTC
};

}  // namespace neve
