#include <neve/rapids/value.hpp>

#include <array>
#include <cmath>

#include <neve/base/error.hpp>

namespace neve::rapids {
namespace {

constexpr std::int64_t kLongestExpanded = 200'000'000;

}  // namespace

NumberList::NumberList(std::vector<double> values) {
  for (const double v : values) add({.base = v});
}

void NumberList::add(Run run) {
  runs_.push_back(run);
  size_ += run.count;
}

std::vector<double> NumberList::expand() const {
  if (size_ > kLongestExpanded) {
    throw InputError::bad_request("A list of " + std::to_string(size_) +
                                  " numbers is too long here; the most is " +
                                  std::to_string(kLongestExpanded) + ".");
  }
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(size_));
  for (const Run& run : runs_) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      values.push_back(run.base + static_cast<double>(i) * run.stride);
    }
  }
  return values;
}

std::vector<std::int64_t> NumberList::expand_integers() const {
  std::vector<std::int64_t> integers;
  for (const double v : expand()) {
    if (!(std::fabs(v) < 0x1p62)) {
      throw InputError::bad_request("Expected whole numbers in a list, found " + std::to_string(v) +
                                    ".");
    }
    integers.push_back(static_cast<std::int64_t>(v));
  }
  return integers;
}

bool NumberList::ascending() const {
  double last = -std::numeric_limits<double>::infinity();
  for (const Run& run : runs_) {
    if (run.count == 0) continue;
    if (run.base < last || (run.count > 1 && run.stride < 0)) return false;
    last = run.base + static_cast<double>(run.count - 1) * run.stride;
  }
  return true;
}

LazyFrame LazyFrame::select(const std::vector<std::size_t>& picked) const {
  LazyFrame made;
  made.layout = layout;
  for (const std::size_t i : picked) made.add(names[i], columns[i]);
  return made;
}

LazyFrame lazy(const frame::Frame& frame) {
  LazyFrame made;
  made.key = frame.key;
  made.names = frame.names;
  made.layout = frame.layout;
  for (const frame::Column& column : frame.columns) {
    made.columns.push_back(munge::column_of(column));
  }
  return made;
}

std::string_view kind_name(const Value& value) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "nothing", "a number", "a string",   "a list of numbers", "a list of strings",
      "a frame", "a row",    "a function", "a map of frames"};
  return kNames[value.index()];
}

}  // namespace neve::rapids
