#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include <neve/base/error.hpp>

#include "model/encoding.hpp"

namespace neve::model {

std::optional<std::int32_t> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

namespace {

using frame::Domain;
using frame::DomainPtr;

constexpr std::int32_t kInNoRow = -2;  ///< a code that no row has

/// Numbers the levels that training did not see, from the training domain's size on.
void number_unseen(std::int32_t size, LevelMap& map) {
  std::int32_t next = size;
  for (std::int32_t& code : map.to_training) code = code == size ? next++ : code;
}

/// Where each training code is among the codes of the other frame.
std::vector<std::int32_t> inverse_of(const LevelMap& map, std::size_t size) {
  std::vector<std::int32_t> inverse(size + 1, kInNoRow);
  for (std::size_t code = 0; code < map.to_training.size(); ++code)
    inverse[static_cast<std::size_t>(map.to_training[code])] = static_cast<std::int32_t>(code);
  return inverse;
}

/// Numbers by the codes of a frame with this domain.
std::vector<double> numbers_of(const Encoded& each, const LevelMap& map, const Domain* levels) {
  if (map.identity) return each.numbers;
  std::vector<double> numbers;
  for (std::size_t code = 0; code < map.to_training.size(); ++code) {
    const auto level = static_cast<std::size_t>(map.to_training[code]);
    double number = std::numeric_limits<double>::quiet_NaN();
    if (level < each.numbers.size()) {
      number = each.numbers[level];
    } else if (each.form == EncodedForm::text && levels != nullptr) {
      if (const auto whole = whole_number((*levels)[code])) number = *whole;
    }
    numbers.push_back(number);
  }
  return numbers;
}

/// The same of a target encoder's numbers, and behind them that of what is missing.
std::vector<double> target_numbers(const Encoded& each, const LevelMap& map) {
  const std::size_t levels = each.numbers.size() - 2;
  std::vector<double> numbers;
  if (map.identity) {
    numbers.assign(each.numbers.begin(), each.numbers.end() - 2);
  } else {
    for (const std::int32_t code : map.to_training) {
      const auto level = static_cast<std::size_t>(code);
      numbers.push_back(level < levels ? each.numbers[level] : each.numbers.back());
    }
  }
  numbers.push_back(each.numbers[levels]);
  return numbers;
}

LevelMap grouped(const Encoded& each, const LevelMap& map) {
  LevelMap made{.identity = false, .form = EncodedForm::group};
  if (map.identity) {
    made.to_training.assign(each.groups.begin(), each.groups.end() - 1);
    return made;
  }
  for (const std::int32_t code : map.to_training)
    made.to_training.push_back(each.groups[static_cast<std::size_t>(code)]);
  return made;
}

/// Makes the levels' maps of a frame's predictors.
class LevelEncoder {
 public:
  LevelEncoder(const Encoding& encoding, const Dataset& data) : encoding_(encoding), data_(data) {}
  LevelMap encode(const Encoded& each) {
    const auto source = static_cast<std::size_t>(each.source);
    const LevelMap& map = data_.levels[source];
    LevelMap made{.form = each.form, .which = each.which};
    switch (each.form) {
      case EncodedForm::whole:
        return map;
      case EncodedForm::group:
        return grouped(each, map);
      case EncodedForm::indicator:
        made.which = code_of(each, map);
        return made;
      case EncodedForm::bit:
      case EncodedForm::code:
        made.identity = map.identity;
        made.to_training = map.to_training;
        number_unseen(static_cast<std::int32_t>(encoding_.domains[source]->size()), made);
        return made;
      case EncodedForm::target:
        made.numbers = target_numbers(each, map);
        return made;
      case EncodedForm::text:
      case EncodedForm::number: {
        const auto index = data_.frame.find(encoding_.names[source]);
        const DomainPtr levels = index ? data_.frame.column(*index).domain : nullptr;
        made.numbers = numbers_of(each, map, levels.get());
        return made;
      }
    }
    throw InternalError("an unknown form of encoded predictors");
  }

 private:
  /// The frame's code of the level that an indicator stands for.
  std::int32_t code_of(const Encoded& each, const LevelMap& map) {
    const std::size_t size = encoding_.domains[static_cast<std::size_t>(each.source)]->size();
    const auto level = static_cast<std::size_t>(each.which);
    if (level == size) return frame::kMissingCode;
    if (map.identity) return each.which;
    auto& inverse = inverses_[each.source];
    if (inverse.empty()) inverse = inverse_of(map, size);
    return inverse[level];
  }
  const Encoding& encoding_;
  const Dataset& data_;
  std::map<std::int32_t, std::vector<std::int32_t>> inverses_;  ///< by source
};

}  // namespace

void LevelMap::fill_numbers(std::span<const std::int32_t> codes, std::span<double> out) const {
  const auto fill = [&](const auto& number) { std::ranges::transform(codes, out.begin(), number); };
  switch (form) {
    case EncodedForm::whole:
    case EncodedForm::group:
      throw InternalError("a predictor of codes has no numbers");
    case EncodedForm::indicator:
      return fill([this](std::int32_t code) { return code == which ? 1.0 : 0.0; });
    case EncodedForm::bit:
      return fill([this](std::int32_t code) {
        return static_cast<double>(((map(code) + 1) >> which) & 1);
      });
    case EncodedForm::code:
      return fill([this](std::int32_t code) {
        return code < 0 ? frame::kMissingDouble : static_cast<double>(map(code));
      });
    case EncodedForm::text:
    case EncodedForm::number:
      return fill([this](std::int32_t code) {
        return code < 0 ? frame::kMissingDouble : numbers[static_cast<std::size_t>(code)];
      });
    case EncodedForm::target:
      return fill([this](std::int32_t code) {
        return code < 0 ? numbers.back() : numbers[static_cast<std::size_t>(code)];
      });
  }
}

std::vector<LevelMap> encode_levels(const Encoding& encoding, const Dataset& data) {
  LevelEncoder encoder(encoding, data);
  std::vector<LevelMap> made;
  made.reserve(encoding.predictors.size());
  for (const Encoded& each : encoding.predictors) made.push_back(encoder.encode(each));
  return made;
}

namespace {

bool is_sound(const Encoded& each, const Encoding& encoding, const DomainPtr& made) {
  if (each.source < 0 || static_cast<std::size_t>(each.source) >= encoding.names.size())
    return false;
  const DomainPtr& domain = encoding.domains[static_cast<std::size_t>(each.source)];
  if (each.form == EncodedForm::whole) {
    return (domain == nullptr) == (made == nullptr) && (!domain || *domain == *made);
  }
  if (!domain || (made != nullptr) != (each.form == EncodedForm::group)) return false;
  const std::size_t size = domain->size();
  constexpr std::int32_t kMostDigits = 31;
  const auto is_group = [&](std::int32_t group) {
    return group >= 0 && static_cast<std::size_t>(group) <= made->size();
  };
  switch (each.form) {
    case EncodedForm::indicator:
      return each.which >= 0 && static_cast<std::size_t>(each.which) <= size;
    case EncodedForm::bit:
      return each.which >= 0 && each.which < kMostDigits;
    case EncodedForm::text:
    case EncodedForm::number:
      return each.numbers.size() == size;
    case EncodedForm::target:
      return each.numbers.size() == size + 2;
    case EncodedForm::group:
      return each.groups.size() == size + 1 && std::ranges::all_of(each.groups, is_group);
    default:
      return each.form == EncodedForm::code;
  }
}

}  // namespace

bool is_sound_encoding(const ColumnRoles& roles) {
  const Encoding& encoding = roles.encoding;
  const std::size_t columns = encoding.names.size();
  if (columns == 0) return encoding.predictors.empty();
  if (encoding.types.size() != columns || encoding.domains.size() != columns ||
      encoding.predictors.size() != roles.predictors.size()) {
    return false;
  }
  for (std::size_t c = 0; c < columns; ++c) {
    const bool categorical = encoding.types[c] == frame::ColumnType::categorical;
    if (categorical != (encoding.domains[c] != nullptr)) return false;
  }
  for (std::size_t c = 0; c < roles.predictors.size(); ++c) {
    if (!is_sound(encoding.predictors[c], encoding, roles.domains[c])) return false;
  }
  return true;
}

}  // namespace neve::model
