#include "munge/row_records.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include <neve/frame/chunk.hpp>

namespace neve::munge {

using Form = PlainValues::Form;

namespace {

constexpr std::size_t kWidest = sizeof(std::int64_t);

/// The lowest number of so many bytes, which is a missing value among whole numbers of that width.
constexpr std::int64_t lowest(unsigned width) {
  return std::numeric_limits<std::int64_t>::min() >> (64 - 8 * width);
}

/// The fewest bytes that hold all values and a missing one.
template <class Value>
std::uint8_t width_of(const std::vector<Value>& values, Value missing) {
  Value low = 0;
  Value high = 0;
  for (const Value value : values) {
    low = std::min(low, value == missing ? Value{0} : value);
    high = std::max(high, value == missing ? Value{0} : value);
  }
  for (const std::uint8_t width : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}}) {
    if (low > lowest(width) && high <= ~lowest(width)) return width;
  }
  return kWidest;
}

std::uint8_t width_of(const PlainValues& column) {
  switch (column.form()) {
    case Form::codes:
      return width_of(column.codes, frame::kMissingCode);
    case Form::int64s:
    case Form::times:
      return width_of(column.int64s, frame::kMissingInt64);
    case Form::doubles:
      return kWidest;
    case Form::text:
    case Form::uuids:
      break;
  }
  return 0;
}

/// One column's place in records.
struct Target {
  std::uint8_t* begin;
  std::size_t stride;
};

template <class Number, class Value>
void write(const std::vector<Value>& values, Value missing, Target to) {
  for (const Value value : values) {
    const Number number =
        value == missing ? std::numeric_limits<Number>::lowest() : static_cast<Number>(value);
    std::memcpy(to.begin, &number, sizeof number);
    to.begin += to.stride;
  }
}

template <class Value>
void write_whole(const std::vector<Value>& values, Value missing, unsigned width, Target to) {
  if (width == 1) write<std::int8_t>(values, missing, to);
  if (width == 2) write<std::int16_t>(values, missing, to);
  if (width == 4) write<std::int32_t>(values, missing, to);
  if (width == kWidest) write<std::int64_t>(values, missing, to);
}

void write(const PlainValues& column, unsigned width, Target to) {
  if (column.form() == Form::codes) write_whole(column.codes, frame::kMissingCode, width, to);
  if (column.form() == Form::int64s || column.form() == Form::times) {
    write_whole(column.int64s, frame::kMissingInt64, width, to);
  }
  for (const double value : column.doubles) {
    std::memcpy(to.begin, &value, sizeof value);
    to.begin += to.stride;
  }
}

}  // namespace

/// Where records have a number of one column, and how it is read without a branch.
struct RowRecords::Field {
  std::uint32_t offset;
  unsigned shift;  ///< bits that are read behind the number
  std::int64_t missing;
  bool is_double;
  bool operator==(const Field&) const = default;

  [[nodiscard]] std::int64_t whole(const std::uint8_t* record) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, record + offset, sizeof bits);
    return static_cast<std::int64_t>(bits << shift) >> shift;
  }
};

RowRecords::Field RowRecords::field(std::size_t column) const {
  const unsigned width = widths_[column];
  if (width == 0) return {};
  return {offsets_[column], 64U - 8U * width, lowest(width),
          columns_[column].form() == Form::doubles};
}

void RowRecords::lay_out(std::size_t rows) {
  for (const PlainValues& column : columns_) {
    offsets_.push_back(stride_);
    widths_.push_back(width_of(column));
    stride_ += widths_.back();
  }
  cells_.resize(rows * stride_ + kWidest);
}

RowRecords::RowRecords(std::vector<PlainValues> columns) : columns_(std::move(columns)) {
  lay_out(columns_.empty() ? 0 : columns_[0].size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (widths_[c] == 0) continue;
    write(columns_[c], widths_[c], {cells_.data() + offsets_[c], stride_});
    columns_[c] = PlainValues(columns_[c].form());
  }
}

RowRecords RowRecords::picked(std::span<const std::uint32_t> rows) const {
  RowRecords to;
  to.offsets_ = offsets_;
  to.widths_ = widths_;
  to.stride_ = stride_;
  to.cells_.resize(rows.size() * stride_ + kWidest);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(to.cells_.data() + i * stride_, cells_.data() + std::size_t{rows[i]} * stride_,
                stride_);
  }
  const std::vector<std::int64_t> wanted(rows.begin(), rows.end());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    to.columns_.push_back(widths_[c] > 0 ? columns_[c] : columns_[c].picked(wanted));
  }
  return to;
}

RowRecords RowRecords::missing_row() const {
  RowRecords to = picked({});
  to.cells_.resize(stride_ + kWidest);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (widths_[c] == 0) to.columns_[c].append_missing(1);
    const Field place = field(c);
    const std::int64_t none =
        place.is_double ? std::bit_cast<std::int64_t>(frame::kMissingDouble) : place.missing;
    std::memcpy(to.cells_.data() + offsets_[c], &none, widths_[c]);
  }
  return to;
}

/// Fills columns from records, block by block.
class RowRecords::Collector {
 public:
  Collector(std::span<const RowRecords* const> parts, const RowPlaces& from)
      : from_(from), none_(parts[0]->missing_row()), parts_(parts.begin(), parts.end()) {
    parts_.push_back(&none_);
    for (std::size_t c = 0; c < none_.columns_.size(); ++c) {
      Form form = none_.columns_[c].form();
      for (const RowRecords* part : parts) form = join_forms(form, part->columns_[c].form());
      PlainValues& to = columns_.emplace_back(form);
      std::vector<Field>& fields = fields_.emplace_back();
      for (const RowRecords* part : parts_) fields.push_back(part->field(c));
      // Most columns have the same place everywhere.
      if (std::ranges::all_of(fields, [&](const Field& f) { return f == fields[0]; })) {
        fields.resize(1);
      }
      if (none_.widths_[c] == 0) collect_views(c, to);
    }
  }

  std::vector<PlainValues> collect() {
    for (PlainValues& column : columns_) make_room(column);
    for (std::size_t begin = 0; begin < from_.part.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, from_.part.size() - begin);
      std::array<const std::uint8_t*, kBlock> records{};
      for (std::size_t i = 0; i < count; ++i) {
        const RowRecords& part = *parts_[from_.part[begin + i]];
        records[i] = part.cells_.data() + std::size_t{from_.at[begin + i]} * part.stride_;
        __builtin_prefetch(records[i]);
      }
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        collect_block(c, begin, std::span(records).first(count));
      }
    }
    return std::move(columns_);
  }

 private:
  static constexpr std::size_t kBlock = 256;  // whose records stay in the L1 cache

  void make_room(PlainValues& column) const {
    const std::size_t rows = from_.part.size();
    if (column.form() == Form::codes) column.codes.resize(rows);
    if (column.form() == Form::doubles) column.doubles.resize(rows);
    if (column.form() == Form::int64s || column.form() == Form::times) column.int64s.resize(rows);
  }

  void collect_block(std::size_t c, std::size_t begin,
                     std::span<const std::uint8_t* const> records) {
    const std::vector<Field>& fields = fields_[c];
    if (fields.size() == 1) {
      collect_alike(columns_[c], fields[0], begin, records);
    } else {
      const std::uint32_t* const part = from_.part.data() + begin;
      collect_block(c, begin, records, [&](std::size_t i) { return fields[part[i]]; });
    }
  }

  /// From records that all have the number at the same place.
  static void collect_alike(PlainValues& to, const Field& field, std::size_t begin,
                            std::span<const std::uint8_t* const> records) {
    if (to.form() == Form::codes) {
      collect_wide(records, field, frame::kMissingCode, to.codes.data() + begin);
    } else if (to.form() == Form::int64s || to.form() == Form::times) {
      collect_wide(records, field, frame::kMissingInt64, to.int64s.data() + begin);
    } else if (to.form() == Form::doubles && field.is_double) {
      for (std::size_t i = 0; i < records.size(); ++i) {
        std::memcpy(&to.doubles[begin + i], records[i] + field.offset, sizeof(double));
      }
    } else if (to.form() == Form::doubles) {
      collect_wide(records, field, frame::kMissingDouble, to.doubles.data() + begin);
    }
  }

  template <class Value>
  static void collect_wide(std::span<const std::uint8_t* const> records, const Field& field,
                           Value missing, Value* to) {
    const unsigned width = kWidest - field.shift / 8;
    if (width == 1) collect_numbers<std::int8_t>(records, field.offset, missing, to);
    if (width == 2) collect_numbers<std::int16_t>(records, field.offset, missing, to);
    if (width == 4) collect_numbers<std::int32_t>(records, field.offset, missing, to);
    if (width == kWidest) collect_numbers<std::int64_t>(records, field.offset, missing, to);
  }

  template <class Number, class Value>
  static void collect_numbers(std::span<const std::uint8_t* const> records, std::uint32_t offset,
                              Value missing, Value* to) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      Number number = 0;
      std::memcpy(&number, records[i] + offset, sizeof number);
      const bool present = number != std::numeric_limits<Number>::lowest();
      to[i] = present ? static_cast<Value>(number) : missing;
    }
  }

  template <class FieldOf>
  void collect_block(std::size_t c, std::size_t begin, std::span<const std::uint8_t* const> records,
                     const FieldOf& field_of) {
    PlainValues& to = columns_[c];
    if (to.form() == Form::codes) {
      collect_whole(records, field_of, frame::kMissingCode, to.codes.data() + begin);
    } else if (to.form() == Form::int64s || to.form() == Form::times) {
      collect_whole(records, field_of, frame::kMissingInt64, to.int64s.data() + begin);
    } else if (to.form() == Form::doubles) {
      collect_doubles(records, field_of, to.doubles.data() + begin);
    }
  }

  template <class FieldOf, class Value>
  static void collect_whole(std::span<const std::uint8_t* const> records, const FieldOf& field_of,
                            Value missing, Value* to) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Field field = field_of(i);
      const std::int64_t value = field.whole(records[i]);
      to[i] = value == field.missing ? missing : static_cast<Value>(value);
    }
  }

  template <class FieldOf>
  static void collect_doubles(std::span<const std::uint8_t* const> records, const FieldOf& field_of,
                              double* to) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Field field = field_of(i);
      const std::int64_t value = field.whole(records[i]);
      const double number =
          value == field.missing ? frame::kMissingDouble : static_cast<double>(value);
      to[i] = field.is_double ? std::bit_cast<double>(value) : number;
    }
  }

  /// Texts and identifiers, which lie in columns.
  void collect_views(std::size_t c, PlainValues& to) const {
    if (to.form() == Form::text) collect_array(c, &PlainValues::text, to);
    if (to.form() == Form::uuids) collect_array(c, &PlainValues::uuids, to);
    collect_array(c, &PlainValues::missing, to);
    for (const RowRecords* part : parts_) to.keep_texts_of(part->columns_[c]);
  }
  template <class Value>
  void collect_array(std::size_t c, std::vector<Value> PlainValues::*array, PlainValues& to) const {
    std::vector<const Value*> begins;
    begins.reserve(parts_.size());
    for (const RowRecords* part : parts_) begins.push_back((part->columns_[c].*array).data());
    std::vector<Value>& values = to.*array;
    values.resize(from_.part.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = begins[from_.part[i]][from_.at[i]];
    }
  }

  const RowPlaces& from_;
  RowRecords none_;  ///< a row of missing values
  std::vector<const RowRecords*> parts_;
  std::vector<std::vector<Field>> fields_;  ///< of each column in each part, or one for all
  std::vector<PlainValues> columns_;
};

std::vector<PlainValues> RowRecords::collected(std::span<const RowRecords* const> parts,
                                               const RowPlaces& from) {
  return Collector(parts, from).collect();
}

std::int64_t RowRecords::byte_size() const {
  auto sum = static_cast<std::int64_t>(cells_.capacity());
  for (const PlainValues& column : columns_) sum += column.byte_size();
  return sum;
}

}  // namespace neve::munge
