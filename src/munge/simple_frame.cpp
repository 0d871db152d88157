#include <neve/munge/random_frame.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "munge/random_columns.hpp"

namespace neve::munge {
namespace {

/// A million row groups: as many as a layout lists without being a burden itself.
constexpr std::int64_t kMostRows = std::int64_t{1} << 36U;
constexpr std::int64_t kMostColumns = 1'000'000;
constexpr std::int32_t kMostLevels = 10'000'000;
constexpr std::int32_t kMostLetters = 1'000'000;
/// Above, not every whole number is a double.
constexpr std::int64_t kMostExact = std::int64_t{1} << 53U;

void refuse(const std::string& name, const std::string& value, const std::string& allowed) {
  throw InputError::bad_request(name + " must be " + allowed + ", not " + value + ".",
                                {{name, value}});
}

void check_count(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return;
  refuse(name, std::to_string(value),
         "between " + std::to_string(least) + " and " + std::to_string(most));
}

void check_share(const char* name, double value) {
  if (!(value >= 0 && value <= 1)) refuse(name, java_double(value), "between 0 and 1");
}

/// Bounds `<name>_lb` and `<name>_ub`.
void check_bounds(const std::string& name, double low, double high) {
  if (!std::isfinite(low)) refuse(name + "_lb", java_double(low), "a finite number");
  if (!std::isfinite(high)) refuse(name + "_ub", java_double(high), "a finite number");
  if (low > high) refuse(name + "_lb", java_double(low), "at most " + name + "_ub");
}

std::int64_t width_of(const SimpleFrame& like) {
  return std::int64_t{like.reals} + like.integers + like.categories + like.booleans + like.texts +
         like.times + (like.response == SimpleFrame::Response::none ? 0 : 1);
}

ExpressionPtr whole_between(std::uint64_t seed, double low, double high) {
  return whole(seed, low, high - low + 1);
}

ExpressionPtr time_between(std::uint64_t seed, double low, double high) {
  return retyped(whole_between(seed, low, high), frame::ColumnType::time, nullptr);
}

ExpressionPtr ones_at(std::uint64_t seed, double share) {
  return binary(Op::less, random_of(seed), constant_of(share));
}

/// Collects the columns: texts are made at once, all others in one pass at the end.
class Columns {
 public:
  Columns(mr::Engine& engine, const SimpleFrame& like, const job::TokenPtr& token)
      : engine_(engine), like_(like), token_(token) {
    frame_.layout = engine.new_layout(frame::row_cuts(like.rows, width_of(like)));
  }
  [[nodiscard]] std::uint64_t next_seed() const {
    return seed_of(like_.seed, kValueStream, frame_.names.size());
  }
  void add(std::string name, ExpressionPtr values) {
    gaps_.push_back(frame_.names.size());
    expressions_.push_back(std::move(values));
    frame_.add(std::move(name), {});
  }
  void add_text(std::string name) {
    frame_.add(std::move(name),
               random_texts(engine_, frame_.layout, {next_seed(), like_.letters}, token_));
  }
  frame::Frame finish() {
    fill_gaps(engine_, expressions_, token_, frame_, gaps_);
    return std::move(frame_);
  }
  [[nodiscard]] const frame::Layout& layout() const { return *frame_.layout; }

 private:
  mr::Engine& engine_;
  const SimpleFrame& like_;
  const job::TokenPtr& token_;
  frame::Frame frame_;
  std::vector<ExpressionPtr> expressions_;
  std::vector<std::size_t> gaps_;
};

void add_response(const SimpleFrame& like, Columns& to) {
  using Response = SimpleFrame::Response;
  const std::uint64_t seed = to.next_seed();
  const double low = like.response_low;
  const double high = like.response_high;
  switch (like.response) {
    case Response::none:
      return;
    case Response::real:
      return to.add("response", between(seed, low, high));
    case Response::integer:
      return to.add("response", whole_between(seed, std::trunc(low), std::trunc(high)));
    case Response::boolean:
      return to.add("response", ones_at(seed, like.response_ones));
    case Response::categorical:
      return to.add("response", categories(seed, "", like.response_levels));
    case Response::time:
      return to.add("response", time_between(seed, std::trunc(low), std::trunc(high)));
  }
}

}  // namespace

void check(const SimpleFrame& like) {
  check_count("nrows", like.rows, 1, kMostRows);
  const std::pair<const char*, std::int32_t> counts[] = {
      {"ncols_real", like.reals},    {"ncols_int", like.integers}, {"ncols_enum", like.categories},
      {"ncols_bool", like.booleans}, {"ncols_str", like.texts},    {"ncols_time", like.times}};
  for (const auto& [name, count] : counts) check_count(name, count, 0, kMostColumns);
  const std::int64_t width = width_of(like);
  if (width < 1 || width > kMostColumns) {
    refuse("ncols", std::to_string(width), "between 1 and " + std::to_string(kMostColumns));
  }
  check_bounds("real", like.real_low, like.real_high);
  check_bounds("int", static_cast<double>(like.integer_low),
               static_cast<double>(like.integer_high));
  check_count("time_lb", like.time_low, -kMostExact, kMostExact);
  check_count("time_ub", like.time_high, -kMostExact, kMostExact);
  check_bounds("time", static_cast<double>(like.time_low), static_cast<double>(like.time_high));
  check_bounds("response", like.response_low, like.response_high);
  check_share("bool_p", like.ones);
  check_share("response_p", like.response_ones);
  check_share("missing_fraction", like.missing);
  check_count("enum_nlevels", like.levels, 1, kMostLevels);
  check_count("response_nlevels", like.response_levels, 2, kMostLevels);
  check_count("str_length", like.letters, 1, kMostLetters);
}

frame::Frame make_simple_frame(mr::Engine& engine, const SimpleFrame& like,
                               const job::TokenPtr& token) {
  check(like);
  Columns columns(engine, like, token);
  constexpr double kMost = 0x1p62;
  const double row_bytes = 8.0 * static_cast<double>(width_of(like)) +
                           static_cast<double>(like.texts) * static_cast<double>(like.letters);
  const double bytes = row_bytes * static_cast<double>(engine.most_rows(columns.layout()));
  engine.budget().check(static_cast<std::int64_t>(std::min(bytes, kMost)), "the frame");
  add_response(like, columns);
  const auto add = [&](const char* letter, std::int32_t count, int first, const auto& make) {
    for (std::int32_t i = 0; i < count; ++i) {
      columns.add(letter + std::to_string(first + i), make(columns.next_seed()));
    }
  };
  const auto seeded = [](const auto& make, double low, double high) {
    return [=](std::uint64_t seed) { return make(seed, low, high); };
  };
  add("R", like.reals, 1, seeded(between, like.real_low, like.real_high));
  add("I", like.integers, 1,
      seeded(whole_between, static_cast<double>(like.integer_low),
             static_cast<double>(like.integer_high)));
  std::int32_t place = 0;
  add("E", like.categories, 0, [&](std::uint64_t seed) {
    return categories(seed, "c" + std::to_string(place++) + ".l", like.levels);
  });
  add("B", like.booleans, 1, [&](std::uint64_t seed) { return ones_at(seed, like.ones); });
  add("T", like.times, 0,
      seeded(time_between, static_cast<double>(like.time_low),
             static_cast<double>(like.time_high)));
  for (std::int32_t i = 0; i < like.texts; ++i) columns.add_text("S" + std::to_string(i));
  return with_missing(engine, columns.finish(), like.missing, like.seed, token);
}

}  // namespace neve::munge
