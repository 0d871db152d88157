#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <shared_mutex>

#include <neve/munge/calendar.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids::prims {
namespace {

using munge::ExpressionPtr;
using munge::Op;

std::string zone_name(Evaluation& evaluation) {
  const std::shared_lock lock(evaluation.parts().zone_mutex);
  return evaluation.parts().time_zone;
}

Value set_zone(Arguments& arguments) {
  const std::string name = arguments.text(0);
  const munge::TimeZone known(name);
  Interpreter::Parts& parts = arguments.evaluation().parts();
  const std::unique_lock lock(parts.zone_mutex);
  parts.time_zone = name.empty() ? "UTC" : name;
  return parts.time_zone;
}

Value get_zone(Arguments& arguments) { return zone_name(arguments.evaluation()); }

/// "+01:00": of a northern or southern winter, whichever is less, as it is without summer time.
std::string standard_offset(const std::string& zone) {
  const munge::TimeZone rules(zone);
  std::int64_t minutes = std::numeric_limits<std::int64_t>::max();
  for (const int month : {1, 7}) {
    const std::int64_t moment = munge::millis_of({.year = 2025, .month = month});
    minutes = std::min(minutes, (rules.to_local(moment) - moment) / 60'000);
  }
  const std::int64_t size = std::abs(minutes);
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return (minutes < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60);
}

/// As clients print and cut them: a head, then offset, name and further names of each zone.
Value list_zones(Arguments& arguments) {
  StringList lines;
  for (const auto& [name, aliases] : munge::time_zones()) {
    std::string line = standard_offset(name) + " " + name;
    for (const std::string& alias : aliases) line += ", " + alias;
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  lines.insert(lines.begin(), "StandardOffset CanonicalID, Aliases");
  std::vector<double> codes(lines.size());
  std::iota(codes.begin(), codes.end(), 0.0);
  return arguments.evaluation().new_frame(
      {{.name = "Timezones",
        .numbers = std::move(codes),
        .domain = std::make_shared<const frame::Domain>(std::move(lines))}});
}

/// Milliseconds on the wall clock of the zone in force.
ExpressionPtr local(Evaluation& evaluation, const ExpressionPtr& times) {
  const std::string name = zone_name(evaluation);
  if (munge::TimeZone(name).is_utc()) return times;
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::zone;
  made->a = times;
  made->text = name;
  made->size = times->size + 1;
  return made;
}

template <Op part>
Value time_part(Arguments& arguments) {
  if (const auto* number = arguments.get<double>(0)) return munge::apply_unary(part, *number);
  return map_columns(arguments, [&](const ExpressionPtr& column) {
    if (!is_number_like(column)) return missing_column();
    return munge::unary(part, local(arguments.evaluation(), column));
  });
}

Value whole_millis(Arguments& arguments) {
  return map_columns(arguments, [](const ExpressionPtr& column) {
    if (!is_number_like(column)) return missing_column();
    return munge::retyped(column, frame::ColumnType::numeric, nullptr);
  });
}

Value weekday(Arguments& arguments) {
  static const auto kDays = std::make_shared<const frame::Domain>(
      frame::Domain{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
  return map_columns(arguments, [&](const ExpressionPtr& column) {
    const ExpressionPtr times = is_number_like(column) ? column : missing_column();
    const auto day = munge::unary(Op::weekday, local(arguments.evaluation(), times));
    return munge::retyped(day, frame::ColumnType::categorical, kDays);
  });
}

Value as_date(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  TextWork work{.kind = TextWork::Kind::date};
  work.texts = {arguments.text(1), zone_name(evaluation)};
  const TextWorker worker(work);
  for (ExpressionPtr& column : result.columns) {
    if (column->type == frame::ColumnType::categorical) {
      std::vector<double> table;
      for (const std::string& level : *column->domain) table.push_back(worker.number(level));
      column = munge::retyped(munge::look_up(column, std::move(table)), frame::ColumnType::time,
                              nullptr);
    } else if (column->type == frame::ColumnType::string) {
      const mr::OutputColumn output{.kind = mr::OutputKind::times, .type = frame::ColumnType::time};
      column = munge::column_of(
          measure_texts(evaluation.engine(), result.layout, column->column, work, output));
    } else if (column->type != frame::ColumnType::time) {
      arguments.fail(0, "expected columns of strings or categories.");
    }
  }
  return result;
}

/// Seven parts, each a number or a column, to a moment. `base` is the number of the first month and
/// day.
template <int base, bool always_frame>
Value moment(Arguments& arguments) {
  const LazyFrame* like = nullptr;
  for (std::size_t i = 0; i < 7; ++i) {
    if (const auto* frame = arguments.get<LazyFrame>(i)) like = like == nullptr ? frame : like;
  }
  Evaluation& evaluation = arguments.evaluation();
  const munge::TimeZone zone(zone_name(evaluation));
  const std::int64_t rows = like == nullptr ? 1 : like->rows();
  std::vector<std::vector<double>> parts(7);
  for (std::size_t i = 0; i < 7; ++i) {
    const auto* frame = arguments.get<LazyFrame>(i);
    if (frame == nullptr) {
      parts[i].assign(static_cast<std::size_t>(rows), arguments.number(i));
      continue;
    }
    if (!is_number_like(arguments.column(i))) arguments.fail(i, "expected numbers.");
    const LazyFrame aligned = evaluation.on_layout(*frame, like->layout);
    parts[i] = munge::collect(evaluation.engine(), like->layout, aligned.columns[0]);
  }
  std::vector<double> times(static_cast<std::size_t>(rows), std::nan(""));
  for (std::size_t r = 0; r < times.size(); ++r) {
    const auto part = [&](std::size_t i) { return static_cast<int>(parts[i][r]); };
    bool complete = true;
    // What is beyond the calendar is no time.
    for (std::size_t i = 0; i < 7; ++i) complete = complete && std::fabs(parts[i][r]) < 1e8;
    if (!complete) continue;
    const munge::CivilTime time{
        part(0), part(1) + 1 - base, part(2) + 1 - base, part(3), part(4), part(5), part(6)};
    times[r] = static_cast<double>(zone.to_utc(munge::millis_of(time)));
  }
  if (like == nullptr && !always_frame) return times[0];
  const auto type = always_frame ? frame::ColumnType::time : frame::ColumnType::numeric;
  return evaluation.new_frame({{.name = "C1", .numbers = std::move(times), .type = type}});
}

}  // namespace

const PrimGroup& zones() {
  static const PrimGroup kGroup{{
      {{"setTimeZone"}, "zone", "Sets the zone in which times are read and shown.", set_zone},
      {{"getTimeZone"}, "", "The zone in which times are read and shown.", get_zone},
      {{"listTimeZones"}, "", "Names of time zones.", list_zones},
      {{"year"}, "times", "Calendar year.", time_part<Op::year>},
      {{"month"}, "times", "Month, 1 to 12.", time_part<Op::month>},
      {{"day"}, "times", "Day of the month.", time_part<Op::day>},
      {{"hour"}, "times", "Hour of the day.", time_part<Op::hour>},
      {{"minute"}, "times", "Minute of the hour.", time_part<Op::minute>},
      {{"second"}, "times", "Second of the minute.", time_part<Op::second>},
      {{"week"}, "times", "ISO week of the year.", time_part<Op::week>},
      {{"millis"}, "times", "Milliseconds since 1970.", whole_millis},
      {{"dayOfWeek"}, "times", "Day of the week by its name.", weekday},
      {{"as.Date"}, "texts format", "Times from texts.", as_date},
      {{"mktime"},
       "year month day hour minute second millis",
       "Milliseconds from parts; months and days count from 0.",
       moment<0, false>},
      {{"moment"},
       "year month day hour minute second millis",
       "Times from parts; months and days count from 1.",
       moment<1, true>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
