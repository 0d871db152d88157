#include <neve/base/time_zone.hpp>

#include <algorithm>
#include <filesystem>

#include <absl/time/time.h>

namespace neve {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr const char* kZoneFolder = "/usr/share/zoneinfo";

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool in_range(const CivilTime& t) {
  return t.year >= -100'000 && t.year <= 100'000 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
         t.day <= days_in_month(t.year, t.month) && t.hour >= 0 && t.hour <= 23 && t.minute >= 0 &&
         t.minute <= 59 && t.second >= 0 && t.second <= 59 && t.millisecond >= 0 &&
         t.millisecond <= 999;
}

std::int64_t as_utc_ms(const CivilTime& t) {
  const std::int64_t seconds = (t.hour * 60 + t.minute) * 60 + t.second;
  return days_from_civil(t.year, t.month, t.day) * kDayMs + seconds * 1000 + t.millisecond;
}

bool is_utc(std::string_view name) {
  return name == "UTC" || name == "Etc/UTC" || name == "UCT" || name == "Zulu" ||
         name == "Etc/UCT" || name == "Etc/Zulu";
}

}  // namespace

struct TimeZone::Rules {
  absl::TimeZone zone;
};

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilTime civil_from_epoch_ms(std::int64_t epoch_ms) {
  const std::int64_t days = floor_divide(epoch_ms, kDayMs);
  const std::int64_t ms = epoch_ms - days * kDayMs;
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = floor_divide(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilTime t;
  t.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  t.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  t.year = year_of_era + era * 400 + (t.month <= 2 ? 1 : 0);
  t.hour = static_cast<int>(ms / 3'600'000);
  t.minute = static_cast<int>(ms / 60'000 % 60);
  t.second = static_cast<int>(ms / 1000 % 60);
  t.millisecond = static_cast<int>(ms % 1000);
  return t;
}

int days_in_month(std::int64_t year, int month) {
  if (month == 2) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return leap ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone found;
  if (is_utc(name)) return found;
  const bool plain = !name.empty() && name.find("..") == std::string_view::npos && name[0] != '/' &&
                     name.find(':') == std::string_view::npos;
  auto rules = std::make_shared<Rules>();
  if (!plain || name == "localtime" || !absl::LoadTimeZone(std::string(name), &rules->zone))
    return {};
  found.name_ = name;
  found.rules_ = std::move(rules);
  return found;
}

std::vector<std::string> TimeZone::names() {
  namespace fs = std::filesystem;
  std::vector<std::string> all = {"UTC"};
  std::error_code ignored;  // without the database there is only UTC
  for (fs::recursive_directory_iterator it(kZoneFolder, ignored), end; it != end;
       it.increment(ignored)) {
    const std::string name = fs::relative(it->path(), kZoneFolder, ignored).string();
    const bool other = name.starts_with("posix") || name.starts_with("right") ||
                       name.find('.') != std::string::npos || it->is_directory(ignored);
    if (!other && find(name)) all.push_back(name);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::optional<std::int64_t> TimeZone::to_epoch_ms(const CivilTime& local) const {
  if (!in_range(local)) return {};
  if (!rules_) return as_utc_ms(local);
  const absl::CivilSecond second(local.year, local.month, local.day, local.hour, local.minute,
                                 local.second);
  const absl::TimeZone::TimeInfo info = rules_->zone.At(second);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return {};
  return absl::ToUnixMillis(info.pre) + local.millisecond;
}

std::int64_t TimeZone::offset_ms(std::int64_t epoch_ms) const {
  if (!rules_) return 0;
  return std::int64_t{rules_->zone.At(absl::FromUnixMillis(epoch_ms)).offset} * 1000;
}

CivilTime TimeZone::to_civil(std::int64_t epoch_ms) const {
  return civil_from_epoch_ms(epoch_ms + offset_ms(epoch_ms));
}

}  // namespace neve
