#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <neve/base/time_zone.hpp>
#include <neve/frame/column_type.hpp>

namespace neve::ingest {

/// Milliseconds since 1970 UTC of a text that is a date, a time or both in one of the forms that
/// H2O-3 knows; nothing where it is none. Dates: yyyy-MM[-dd], yyyyMMdd- (with a time only),
/// [dd[-]]MMM[-]yy[yy] with the month's English name, yy-MMM, MM/dd/yy[yy] and MM-dd-yy[yy];
/// two-digit years from 69 on are in the 1900s. Times: HH:mm:ss[.SSS…][ AM|PM], also with dots;
/// without a date they count from the first day of 1970 and know no zone.
std::optional<std::int64_t> parse_time(std::string_view text, const TimeZone& zone);

/// A UUID in its 8-4-4-4-12 form.
std::optional<frame::Uuid> parse_uuid(std::string_view text);

}  // namespace neve::ingest
