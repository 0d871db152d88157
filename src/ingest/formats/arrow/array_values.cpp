#include "ingest/formats/arrow/array_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <arrow/extension_type.h>
#include <arrow/type_traits.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>

#include "ingest/formats/arrow/bridge.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kMissing = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;
constexpr int kMostDecimals = 22;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::string_view kEmptyText = "";  // has an address, as none means missing

std::size_t rows_of(const arrow::Array& array) { return static_cast<std::size_t>(array.length()); }

[[noreturn]] void out_of_range(std::int64_t value, const arrow::Array& array) {
  throw Problem{"the value " + std::to_string(value) + " of type " + array.type()->ToString() +
                " lies beyond the milliseconds that 64 bits hold"};
}

/// `value` of `unit`s as milliseconds: multiplied, or divided and rounded down.
struct Scale {
  std::int64_t multiply = 1;
  std::int64_t divide = 1;
};

Scale scale_of(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return {.multiply = 1000, .divide = 1};
    case arrow::TimeUnit::MILLI:
      return {};
    case arrow::TimeUnit::MICRO:
      return {.multiply = 1, .divide = 1000};
    case arrow::TimeUnit::NANO:
      break;
  }
  return {.multiply = 1, .divide = 1'000'000};
}

/// Digits behind the point of a span of time in milliseconds.
int decimals_of_unit(arrow::TimeUnit::type unit) {
  if (unit == arrow::TimeUnit::MICRO) return 3;
  return unit == arrow::TimeUnit::NANO ? 6 : 0;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

Values ArrayValues::of(const arrow::Array& array) {
  if (array.type_id() == arrow::Type::EXTENSION) {
    return of(*static_cast<const arrow::ExtensionArray&>(array).storage());
  }
  return of_type(array);
}

Values ArrayValues::of_type(const arrow::Array& array) {
  const arrow::Type::type id = array.type_id();
  if (id == arrow::Type::NA) return nothing(array.length());
  if (id == arrow::Type::BOOL || arrow::is_integer(id)) return integers(array);
  if (arrow::is_floating(id)) return reals(array);
  if (arrow::is_decimal(id)) return decimals(array);
  if (arrow::is_temporal(id) || id == arrow::Type::DURATION) return moments(array);
  if (id != arrow::Type::DICTIONARY) return texts(array);
  const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
  const arrow::Type::type values = dictionary.dictionary()->type_id();
  const bool of_texts = arrow::is_base_binary_like(values) || arrow::is_binary_view_like(values) ||
                        values == arrow::Type::FIXED_SIZE_BINARY;
  return of_texts ? codes(dictionary) : gather(dictionary);
}

Values ArrayValues::nothing(std::int64_t rows) {
  integers_.assign(static_cast<std::size_t>(rows), kMissing);
  return {.form = Values::Form::integers, .integers = integers_};
}

template <class Array>
Values ArrayValues::numerals_of(const arrow::Array& array, const auto& text_of) {
  const auto& typed = static_cast<const Array&>(array);
  numerals_.assign(rows_of(array), {});
  texts_.assign(rows_of(array), {});
  for (std::int64_t i = 0; i < array.length(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (array.IsNull(i)) continue;
    numerals_[at] = text_of(typed, i);
    texts_[at] = numerals_[at];
  }
  return {.form = Values::Form::numerals, .texts = texts_};
}

template <class Array>
Values ArrayValues::plain_integers(const arrow::Array& array) {
  const auto& typed = static_cast<const Array&>(array);
  using Value = typename Array::value_type;
  integers_.resize(rows_of(array));
  const Value* values = typed.raw_values();
  bool fits = true;
  const bool any_missing = array.null_count() != 0;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool missing = any_missing && array.IsNull(i);
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): an int8 is a number here
    const auto value = static_cast<std::int64_t>(values[i]);
    if constexpr (sizeof(Value) == 8) {
      // The least int64 means missing, and what an unsigned one has above the largest is negative.
      fits = fits && (missing || (std::is_signed_v<Value> ? value != kMissing : value >= 0));
    }
    integers_[at] = missing ? kMissing : value;
  }
  if (fits) return {.form = Values::Form::integers, .integers = integers_};
  return numerals_of<Array>(
      array, [](const Array& all, std::int64_t i) { return std::to_string(all.Value(i)); });
}

Values ArrayValues::integers(const arrow::Array& array) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      return plain_integers<arrow::Int8Array>(array);
    case arrow::Type::INT16:
      return plain_integers<arrow::Int16Array>(array);
    case arrow::Type::INT32:
      return plain_integers<arrow::Int32Array>(array);
    case arrow::Type::INT64:
      return plain_integers<arrow::Int64Array>(array);
    case arrow::Type::UINT8:
      return plain_integers<arrow::UInt8Array>(array);
    case arrow::Type::UINT16:
      return plain_integers<arrow::UInt16Array>(array);
    case arrow::Type::UINT32:
      return plain_integers<arrow::UInt32Array>(array);
    case arrow::Type::UINT64:
      return plain_integers<arrow::UInt64Array>(array);
    default:
      break;
  }
  const auto& bits = static_cast<const arrow::BooleanArray&>(array);
  integers_.resize(rows_of(array));
  for (std::int64_t i = 0; i < array.length(); ++i) {
    integers_[static_cast<std::size_t>(i)] = array.IsNull(i) ? kMissing : bits.Value(i) ? 1 : 0;
  }
  return {.form = Values::Form::integers, .integers = integers_};
}

template <class Array>
Values ArrayValues::scaled(const arrow::Array& array, std::int64_t multiply, std::int64_t divide) {
  const auto& typed = static_cast<const Array&>(array);
  integers_.resize(rows_of(array));
  const bool any_missing = array.null_count() != 0;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    std::int64_t& out = integers_[static_cast<std::size_t>(i)];
    if (any_missing && array.IsNull(i)) {
      out = kMissing;
      continue;
    }
    const auto value = static_cast<std::int64_t>(typed.Value(i));
    if (__builtin_mul_overflow(value, multiply, &out)) out_of_range(value, array);
    if (divide != 1) out = floor_divide(out, divide);
  }
  return {.form = Values::Form::integers, .integers = integers_};
}

Values ArrayValues::moments(const arrow::Array& array) {
  const arrow::DataType& type = *array.type();
  const auto span = [&](Values values, arrow::TimeUnit::type unit) {
    values.decimals = decimals_of_unit(unit);
    return values;
  };
  switch (type.id()) {
    case arrow::Type::DATE32:
      return scaled<arrow::Date32Array>(array, kDayMs, 1);
    case arrow::Type::DATE64:
      return scaled<arrow::Date64Array>(array, 1, 1);
    case arrow::Type::TIMESTAMP: {
      const Scale scale = scale_of(static_cast<const arrow::TimestampType&>(type).unit());
      return scaled<arrow::TimestampArray>(array, scale.multiply, scale.divide);
    }
    case arrow::Type::TIME32: {
      const auto unit = static_cast<const arrow::Time32Type&>(type).unit();
      return scaled<arrow::Time32Array>(array, scale_of(unit).multiply, 1);
    }
    case arrow::Type::TIME64: {
      const auto unit = static_cast<const arrow::Time64Type&>(type).unit();
      return span(scaled<arrow::Time64Array>(array, 1, 1), unit);
    }
    case arrow::Type::DURATION: {
      const auto unit = static_cast<const arrow::DurationType&>(type).unit();
      return span(scaled<arrow::DurationArray>(array, scale_of(unit).multiply, 1), unit);
    }
    default:
      throw Problem{"there are no values of type " + type.ToString() + " here", true};
  }
}

template <class Array>
Values ArrayValues::plain_reals(const arrow::Array& array) {
  const auto& typed = static_cast<const Array&>(array);
  reals_.resize(rows_of(array));
  const bool any_missing = array.null_count() != 0;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    double value = 0;
    if constexpr (std::is_same_v<Array, arrow::HalfFloatArray>) {
      value = arrow::util::Float16::FromBits(typed.Value(i)).ToDouble();
    } else {
      value = static_cast<double>(typed.Value(i));
    }
    const bool missing = any_missing && array.IsNull(i);
    reals_[static_cast<std::size_t>(i)] = missing ? std::nan("") : value;
  }
  return {.form = Values::Form::reals, .reals = reals_};
}

Values ArrayValues::reals(const arrow::Array& array) {
  if (array.type_id() == arrow::Type::FLOAT) return plain_reals<arrow::FloatArray>(array);
  if (array.type_id() == arrow::Type::DOUBLE) return plain_reals<arrow::DoubleArray>(array);
  return plain_reals<arrow::HalfFloatArray>(array);
}

template <class Array>
Values ArrayValues::decimals_of(const arrow::Array& array, int scale) {
  using Decimal = typename arrow::TypeTraits<typename Array::TypeClass>::CType;
  const auto& typed = static_cast<const Array&>(array);
  const std::int64_t most = scale == 0 ? std::numeric_limits<std::int64_t>::max() : kExactDouble;
  const Decimal largest(most);
  const Decimal smallest(-most);
  integers_.resize(rows_of(array));
  bool fits = scale >= 0 && scale <= kMostDecimals;
  for (std::int64_t i = 0; fits && i < array.length(); ++i) {
    std::int64_t& out = integers_[static_cast<std::size_t>(i)];
    out = kMissing;
    if (array.IsNull(i)) continue;
    const Decimal value(typed.GetValue(i));
    fits = value <= largest && value >= smallest;
    out = static_cast<std::int64_t>(value.low_bits());
  }
  if (fits) return {.form = Values::Form::integers, .decimals = scale, .integers = integers_};
  return numerals_of<Array>(array, [scale](const Array& all, std::int64_t i) {
    return Decimal(all.GetValue(i)).ToString(scale);
  });
}

Values ArrayValues::decimals(const arrow::Array& array) {
  const int scale = static_cast<const arrow::DecimalType&>(*array.type()).scale();
  switch (array.type_id()) {
    case arrow::Type::DECIMAL32:
      return decimals_of<arrow::Decimal32Array>(array, scale);
    case arrow::Type::DECIMAL64:
      return decimals_of<arrow::Decimal64Array>(array, scale);
    case arrow::Type::DECIMAL128:
      return decimals_of<arrow::Decimal128Array>(array, scale);
    default:
      return decimals_of<arrow::Decimal256Array>(array, scale);
  }
}

/// Texts behind offsets, which may be wrong.
template <class Array>
void ArrayValues::view_binary(const arrow::Array& array, std::vector<std::string_view>& views) {
  const auto& typed = static_cast<const Array&>(array);
  const std::int64_t bytes = typed.value_data() == nullptr ? 0 : typed.value_data()->size();
  const char* data = reinterpret_cast<const char*>(typed.raw_data());
  for (std::int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) continue;
    const auto begin = static_cast<std::int64_t>(typed.value_offset(i));
    const auto end = static_cast<std::int64_t>(typed.value_offset(i + 1));
    if (begin < 0 || end < begin || end > bytes) throw Problem{"a text lies outside of its buffer"};
    views[static_cast<std::size_t>(i)] =
        begin == end ? kEmptyText
                     : std::string_view(data + begin, static_cast<std::size_t>(end - begin));
  }
}

void ArrayValues::view(const arrow::Array& array, std::vector<std::string_view>& views) {
  views.assign(rows_of(array), {});
  if (array.length() == 0) return;
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return view_binary<arrow::BinaryArray>(array, views);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return view_binary<arrow::LargeBinaryArray>(array, views);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW: {
      require(array.ValidateFull());
      const auto& typed = static_cast<const arrow::BinaryViewArray&>(array);
      for (std::int64_t i = 0; i < array.length(); ++i) {
        if (array.IsNull(i)) continue;
        const std::string_view text = typed.GetView(i);
        views[static_cast<std::size_t>(i)] = text.empty() ? kEmptyText : text;
      }
      return;
    }
    case arrow::Type::FIXED_SIZE_BINARY: {
      const auto& typed = static_cast<const arrow::FixedSizeBinaryArray&>(array);
      for (std::int64_t i = 0; i < array.length(); ++i) {
        if (array.IsNull(i)) continue;
        const std::string_view text = typed.GetView(i);
        views[static_cast<std::size_t>(i)] = text.empty() ? kEmptyText : text;
      }
      return;
    }
    default:
      throw Problem{"there are no values of type " + array.type()->ToString() + " here", true};
  }
}

Values ArrayValues::texts(const arrow::Array& array) {
  view(array, texts_);
  return {.form = Values::Form::texts, .texts = texts_};
}

template <class Array>
void ArrayValues::indices_of(const arrow::Array& array, std::int64_t count) {
  const auto& typed = static_cast<const Array&>(array);
  for (std::int64_t i = 0; i < array.length(); ++i) {
    std::int32_t& code = codes_[static_cast<std::size_t>(i)];
    code = -1;
    if (array.IsNull(i)) continue;
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): an int8 is a number here
    const auto index = static_cast<std::int64_t>(typed.Value(i));
    if (index < 0 || index >= count) throw Problem{"a code lies outside of its dictionary"};
    code = static_cast<std::int32_t>(index);
  }
}

void ArrayValues::read_indices(const arrow::DictionaryArray& array) {
  const arrow::Array& indices = *array.indices();
  const std::int64_t count = array.dictionary()->length();
  if (count > std::numeric_limits<std::int32_t>::max()) {
    throw Problem{"the dictionary has more than 2^31 entries", true};
  }
  codes_.resize(rows_of(array));
  switch (indices.type_id()) {
    case arrow::Type::INT8:
      return indices_of<arrow::Int8Array>(indices, count);
    case arrow::Type::UINT8:
      return indices_of<arrow::UInt8Array>(indices, count);
    case arrow::Type::INT16:
      return indices_of<arrow::Int16Array>(indices, count);
    case arrow::Type::UINT16:
      return indices_of<arrow::UInt16Array>(indices, count);
    case arrow::Type::INT32:
      return indices_of<arrow::Int32Array>(indices, count);
    case arrow::Type::UINT32:
      return indices_of<arrow::UInt32Array>(indices, count);
    case arrow::Type::INT64:
      return indices_of<arrow::Int64Array>(indices, count);
    default:
      return indices_of<arrow::UInt64Array>(indices, count);
  }
}

Values ArrayValues::codes(const arrow::DictionaryArray& array) {
  read_indices(array);
  if (dictionary_ == nullptr || dictionary_->data() != array.dictionary()->data()) {
    dictionary_ = array.dictionary();
    view(*dictionary_, levels_);
  }
  return {.form = Values::Form::codes,
          .codes = codes_,
          .levels = levels_,
          .levels_of = dictionary_->data().get()};
}

/// Of a dictionary whose entries are no texts: the entries themselves.
Values ArrayValues::gather(const arrow::DictionaryArray& array) {
  read_indices(array);
  if (of_dictionary_ == nullptr) of_dictionary_ = std::make_unique<ArrayValues>();
  Values values = of_dictionary_->of(*array.dictionary());
  const auto pick = [&](auto from, auto& into, auto missing) {
    into.resize(codes_.size());
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      into[i] = codes_[i] < 0 ? missing : from[static_cast<std::size_t>(codes_[i])];
    }
  };
  if (values.form == Values::Form::reals) {
    pick(values.reals, reals_, std::nan(""));
    values.reals = reals_;
  } else if (values.form == Values::Form::integers) {
    pick(values.integers, integers_, kMissing);
    values.integers = integers_;
  } else {
    pick(values.texts, texts_, std::string_view());
    values.texts = texts_;
  }
  return values;
}

}  // namespace neve::ingest::columnar
