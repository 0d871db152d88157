#include <algorithm>
#include <cmath>
#include <sstream>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/rng.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

}  // namespace

std::size_t Primitive::least() const {
  std::size_t count = 0;
  for (const std::string& word : words(arguments)) {
    if (!word.ends_with('?') && !word.ends_with("...")) ++count;
  }
  return count;
}

std::size_t Primitive::most() const {
  const auto all = words(arguments);
  return !all.empty() && all.back().ends_with("...") ? std::string::npos : all.size();
}

Arguments::Arguments(Evaluation& evaluation, const Function& function, std::vector<Value> values)
    : evaluation_(evaluation), function_(function), asts_(values.size()) {
  for (Value& value : values) values_.emplace_back(std::move(value));
}

const Value& Arguments::value(std::size_t i) {
  NEVE_CHECK(i < values_.size(), "primitive reads an argument it does not have");
  // Calls may name temporaries that arguments behind them use, so they go first, in their order.
  for (std::size_t j = 0; j <= i; ++j) {
    const bool wanted = j == i || (asts_[j] && std::holds_alternative<Ast::Call>(asts_[j]->node));
    if (wanted && !values_[j]) values_[j] = evaluation_.evaluate(asts_[j]);
  }
  return *values_[i];
}

void Arguments::fail(std::size_t i, const std::string& message) {
  const auto names = words(function_.primitive->arguments);
  std::string name = i < names.size() ? names[i] : std::to_string(i + 1);
  if (name.ends_with('?')) name.pop_back();
  throw InputError::bad_request("Argument " + name + " of (" + function_.name + "): " + message,
                                {{"argument", name}, {"function", function_.name}});
}

void Arguments::wrong_kind(std::size_t i, std::string_view expected) {
  fail(i, "expected " + std::string(expected) + " but found " + std::string(kind_name(value(i))) +
              ".");
}

const LazyFrame& Arguments::frame(std::size_t i) {
  const auto* frame = get<LazyFrame>(i);
  if (frame == nullptr) wrong_kind(i, "a frame");
  return *frame;
}

const munge::ExpressionPtr& Arguments::column(std::size_t i) {
  const LazyFrame& one = frame(i);
  if (one.width() != 1) {
    fail(i, "expected a frame of one column, but it has " + std::to_string(one.width()) + ".");
  }
  return one.columns[0];
}

const LazyFrame& Arguments::coded_frame(std::size_t i) {
  const LazyFrame& all = frame(i);
  for (std::size_t c = 0; c < all.width(); ++c) {
    const frame::ColumnType type = all.columns[c]->type;
    if (type != frame::ColumnType::string && type != frame::ColumnType::uuid) continue;
    fail(i, "expected numbers, times or categories, but column " + all.names[c] +
                " has none; use as.factor or as.numeric first.");
  }
  return all;
}

double Arguments::number(std::size_t i) {
  const Value& value = this->value(i);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* list = std::get_if<NumberList>(&value); list != nullptr && list->size() == 1) {
    return list->first();
  }
  wrong_kind(i, "a number");
}

std::int64_t Arguments::integer(std::size_t i) {
  const double value = number(i);
  if (!(std::fabs(value) < 0x1p62)) fail(i, "expected a whole number.");
  return static_cast<std::int64_t>(value);
}

std::uint64_t Arguments::seed(std::size_t i) {
  const std::int64_t given = integer(i);
  return static_cast<std::uint64_t>(given == -1 ? draw_seed() : given);
}

bool Arguments::flag(std::size_t i) {
  const double value = number(i);
  if (value != 0 && value != 1) fail(i, "expected 0 or 1, not " + java_double(value) + ".");
  return value == 1;
}

std::string Arguments::text(std::size_t i) {
  const Value& value = this->value(i);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<StringList>(&value); list != nullptr && list->size() == 1) {
    return list->front();
  }
  wrong_kind(i, "a string");
}

NumberList Arguments::numbers(std::size_t i) {
  const Value& value = this->value(i);
  if (const auto* list = std::get_if<NumberList>(&value)) return *list;
  if (const auto* number = std::get_if<double>(&value)) return NumberList({*number});
  if (is_empty_list(i)) return {};
  wrong_kind(i, "a list of numbers");
}

StringList Arguments::texts(std::size_t i) {
  const Value& value = this->value(i);
  if (const auto* list = std::get_if<StringList>(&value)) return *list;
  if (const auto* text = std::get_if<std::string>(&value)) return {*text};
  if (is_empty_list(i)) return {};
  wrong_kind(i, "a list of strings");
}

std::string Arguments::word(std::size_t i) {
  if (asts_[i] != nullptr) {
    if (const std::string* name = asts_[i]->name()) return *name;
  }
  return text(i);
}

bool Arguments::is_empty_list(std::size_t i) {
  const Value& value = this->value(i);
  if (const auto* list = std::get_if<NumberList>(&value)) return list->empty();
  const auto* list = std::get_if<StringList>(&value);
  return list != nullptr && list->empty();
}

std::vector<std::int64_t> Arguments::columns(std::size_t i, const LazyFrame& of) {
  const Value& value = this->value(i);
  if (std::holds_alternative<double>(value) || std::holds_alternative<NumberList>(value)) {
    return numbers(i).expand_integers();
  }
  std::vector<std::int64_t> found;
  for (const std::string& name : texts(i)) {
    const auto at = std::find(of.names.begin(), of.names.end(), name);
    if (at == of.names.end()) {
      fail(i, "Column " + name + " not found");
    }
    found.push_back(at - of.names.begin());
  }
  return found;
}

std::vector<std::size_t> Arguments::column_positions(std::size_t i, const LazyFrame& of) {
  std::vector<std::size_t> found;
  for (const std::int64_t position : columns(i, of)) {
    if (position < 0 || position >= static_cast<std::int64_t>(of.width())) {
      fail(i, "Selection must be an integer from 0 to " + std::to_string(of.width()) + ", not " +
                  std::to_string(position) + ".");
    }
    found.push_back(static_cast<std::size_t>(position));
  }
  return found;
}

std::size_t Arguments::column_position(std::size_t i, const LazyFrame& of) {
  const auto found = column_positions(i, of);
  if (found.size() != 1) {
    fail(i, "expected one column, not " + std::to_string(found.size()) + ".");
  }
  return found[0];
}

}  // namespace neve::rapids
