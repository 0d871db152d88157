#include "ingest/formats/arrow/output_arrays.hpp"

#include <cmath>
#include <limits>

#include <arrow/array/array_dict.h>
#include <arrow/builder.h>
#include <arrow/extension/uuid.h>

#include "ingest/formats/arrow/bridge.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kMissing = std::numeric_limits<std::int64_t>::min();

std::shared_ptr<arrow::DataType> type_of(OutputField::Type type) {
  switch (type) {
    case OutputField::Type::integer:
      return arrow::int64();
    case OutputField::Type::real:
      return arrow::float64();
    case OutputField::Type::instant:
      return arrow::timestamp(arrow::TimeUnit::MILLI);
    case OutputField::Type::text:
      return arrow::utf8();
    case OutputField::Type::levels:
      return arrow::dictionary(arrow::int32(), arrow::utf8());
    case OutputField::Type::uuid:
      break;
  }
  return arrow::extension::uuid();
}

std::shared_ptr<arrow::Array> finish(arrow::ArrayBuilder& builder) {
  return require(builder.Finish());
}

/// `is_missing` of each value.
template <class Builder, class Values>
std::shared_ptr<arrow::Array> build(Builder& builder, const Values& values,
                                    const auto& is_missing) {
  require(builder.Reserve(static_cast<std::int64_t>(values.size())));
  for (const auto& value : values) {
    if (is_missing(value)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(value);
    }
  }
  return finish(builder);
}

std::shared_ptr<arrow::Array> dictionary_of(std::span<const std::string> levels,
                                            arrow::MemoryPool& pool) {
  arrow::StringBuilder builder(&pool);
  for (const std::string& level : levels) require(builder.Append(level));
  return finish(builder);
}

/// Texts of up to 2 GB in one array, as of a row group.
template <class Builder>
std::shared_ptr<arrow::Array> build_texts(Builder& builder,
                                          std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) {
    require(text.data() == nullptr ? builder.AppendNull() : builder.Append(text));
  }
  return finish(builder);
}

}  // namespace

OutputArrays::OutputArrays(std::span<const OutputField> fields, arrow::MemoryPool& pool)
    : fields_(fields.begin(), fields.end()), pool_(pool), dictionaries_(fields.size()) {
  std::vector<std::shared_ptr<arrow::Field>> described;
  for (std::size_t c = 0; c < fields_.size(); ++c) {
    described.push_back(arrow::field(fields_[c].name, columnar::type_of(fields_[c].type)));
    if (fields_[c].type == OutputField::Type::levels) {
      dictionaries_[c] = dictionary_of(fields_[c].levels, pool_);
    }
  }
  schema_ = arrow::schema(std::move(described));
}

std::shared_ptr<arrow::Array> OutputArrays::array(std::size_t column, const OutputValues& values) {
  const auto missing_integer = [](std::int64_t value) { return value == kMissing; };
  switch (fields_[column].type) {
    case OutputField::Type::integer: {
      arrow::Int64Builder builder(&pool_);
      return build(builder, values.integers, missing_integer);
    }
    case OutputField::Type::real: {
      arrow::DoubleBuilder builder(&pool_);
      return build(builder, values.reals, [](double value) { return std::isnan(value); });
    }
    case OutputField::Type::instant: {
      arrow::TimestampBuilder builder(schema_->field(static_cast<int>(column))->type(), &pool_);
      return build(builder, values.integers, missing_integer);
    }
    case OutputField::Type::text: {
      arrow::StringBuilder builder(&pool_);
      return build_texts(builder, values.texts);
    }
    case OutputField::Type::levels: {
      arrow::Int32Builder builder(&pool_);
      const auto codes = build(builder, values.codes, [](std::int32_t code) { return code < 0; });
      return require(arrow::DictionaryArray::FromArrays(
          schema_->field(static_cast<int>(column))->type(), codes, dictionaries_[column]));
    }
    case OutputField::Type::uuid:
      break;
  }
  arrow::FixedSizeBinaryBuilder builder(arrow::fixed_size_binary(16), &pool_);
  return arrow::ExtensionType::WrapArray(schema_->field(static_cast<int>(column))->type(),
                                         build_texts(builder, values.texts));
}

std::shared_ptr<arrow::RecordBatch> OutputArrays::batch(std::span<const OutputValues> columns,
                                                        std::int64_t rows) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (std::size_t c = 0; c < columns.size(); ++c) arrays.push_back(array(c, columns[c]));
  return arrow::RecordBatch::Make(schema_, rows, std::move(arrays));
}

}  // namespace neve::ingest::columnar
