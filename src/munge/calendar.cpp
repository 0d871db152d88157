#include <neve/munge/calendar.hpp>

#include <absl/time/time.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <neve/base/error.hpp>

namespace neve::munge {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - static_cast<std::int64_t>(a % b < 0);
}

/// Days since 1970-01-01. Years start in March, so that the leap day is their last; 400 of them
/// have 146097 days.
constexpr std::int64_t days_of(std::int64_t year, int month, int day) {
  const std::int64_t shifted = month > 2 ? year : year - 1;
  const std::int64_t era = floor_div(shifted, 400);
  const std::int64_t of_era = shifted - era * 400;
  const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

}  // namespace

std::int64_t millis_of(const CivilTime& time) {
  const std::int64_t months = time.year * 12 + time.month - 1;
  const std::int64_t year = floor_div(months, 12);
  const int month = static_cast<int>(months - year * 12) + 1;
  const std::int64_t days = days_of(year, month, 1) + time.day - 1;
  const std::int64_t seconds = (time.hour * 60LL + time.minute) * 60 + time.second;
  return days * kDayMs + seconds * 1000 + time.millis;
}

CivilTime civil_of(std::int64_t millis) {
  const std::int64_t days = floor_div(millis, kDayMs);
  const std::int64_t of_day = millis - days * kDayMs;
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_div(shifted, 146097);
  const std::int64_t of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * of_year + 2) / 153;
  CivilTime time;
  time.day = static_cast<int>(of_year - (153 * march_month + 2) / 5 + 1);
  time.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  time.year = year_of_era + era * 400 + (time.month <= 2 ? 1 : 0);
  time.hour = static_cast<int>(of_day / 3'600'000);
  time.minute = static_cast<int>(of_day / 60'000 % 60);
  time.second = static_cast<int>(of_day / 1000 % 60);
  time.millis = static_cast<int>(of_day % 1000);
  return time;
}

int weekday_of(std::int64_t millis) {
  const std::int64_t days = floor_div(millis, kDayMs) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(days - floor_div(days, 7) * 7);
}

int iso_week_of(std::int64_t millis) {
  const std::int64_t thursday = floor_div(millis, kDayMs) - weekday_of(millis) + 3;
  const std::int64_t year = civil_of(thursday * kDayMs).year;
  return static_cast<int>((thursday - days_of(year, 1, 1)) / 7) + 1;
}

struct TimeZone::Rules {
  absl::TimeZone zone;
  bool utc = false;
};

TimeZone::TimeZone(std::string_view name) {
  auto rules = std::make_shared<Rules>();
  const std::string text(name.empty() ? "UTC" : name);
  if (!absl::LoadTimeZone(text, &rules->zone)) {
    throw InputError::bad_request("Unacceptable timezone " + text +
                                      " given. For a list of acceptable names, use "
                                      "listTimezone().",
                                  {{"timezone", text}});
  }
  rules->utc = text == "UTC" || text == "Etc/UTC" || text == "GMT";
  rules_ = std::move(rules);
}

bool TimeZone::is_utc() const { return rules_->utc; }

std::int64_t TimeZone::to_local(std::int64_t utc_millis) const {
  if (rules_->utc) return utc_millis;
  const std::int64_t seconds = floor_div(utc_millis, 1000);
  return utc_millis + rules_->zone.At(absl::FromUnixSeconds(seconds)).offset * 1000LL;
}

std::int64_t TimeZone::to_utc(std::int64_t local_millis) const {
  if (rules_->utc) return local_millis;
  const std::int64_t seconds = floor_div(local_millis, 1000);
  const auto civil = absl::ToCivilSecond(absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
  const std::int64_t utc = absl::ToUnixSeconds(rules_->zone.At(civil).pre);
  return utc * 1000 + (local_millis - seconds * 1000);
}

std::map<std::string, std::vector<std::string>> time_zones() {
  std::map<std::string, std::vector<std::string>> zones = {{"UTC", {}}, {"GMT", {}}};
  std::vector<std::pair<std::string, std::string>> links;
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind;
    std::string first;
    std::string second;
    words >> kind >> first >> second;
    if (kind == "Z") zones[first];
    if (kind == "L" && !zones.contains(second)) links.emplace_back(first, second);
  }
  for (const auto& [zone, alias] : links) zones[zone].push_back(alias);
  for (auto& [zone, aliases] : zones) std::ranges::sort(aliases);
  return zones;
}

}  // namespace neve::munge
