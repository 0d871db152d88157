#include "ingest/formats/arrow/fields.hpp"

#include <arrow/extension_type.h>

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kTextWidth = 16;  // an end, a mark, a few bytes

Sort sort_of(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return Sort::nothing;
    case arrow::Type::BOOL:
      return Sort::boolean;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64:
      return Sort::integer;
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      return Sort::real;
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return Sort::decimal;
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP:
      return Sort::instant;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
    case arrow::Type::DURATION:
      return Sort::span;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return Sort::text;
    default:
      return Sort::unsupported;
  }
}

std::int64_t width_of(Sort sort) {
  switch (sort) {
    case Sort::boolean:
    case Sort::levels:
    case Sort::integer:
      return 4;
    case Sort::text:
    case Sort::uuid:
      return kTextWidth;
    default:
      return 8;
  }
}

/// Of a type without an extension around it.
Sort sort_of_storage(const arrow::DataType& type) {
  if (type.id() != arrow::Type::DICTIONARY) return sort_of(type);
  const Sort sort = sort_of(*static_cast<const arrow::DictionaryType&>(type).value_type());
  return sort == Sort::text ? Sort::levels : sort;
}

}  // namespace

const arrow::DataType& storage_of(const arrow::DataType& type) {
  const arrow::DataType* plain = &type;
  while (plain->id() == arrow::Type::EXTENSION) {
    plain = static_cast<const arrow::ExtensionType&>(*plain).storage_type().get();
  }
  return *plain;
}

Field describe(const arrow::Field& field) {
  const arrow::DataType& type = *field.type();
  Field described{.name = field.name(), .type = type.ToString()};
  const arrow::DataType& storage = storage_of(type);
  described.sort = sort_of_storage(storage);
  const bool named_uuid =
      type.id() == arrow::Type::EXTENSION &&
      static_cast<const arrow::ExtensionType&>(type).extension_name() == "arrow.uuid";
  const bool sixteen = storage.id() == arrow::Type::FIXED_SIZE_BINARY &&
                       static_cast<const arrow::FixedSizeBinaryType&>(storage).byte_width() == 16;
  if (named_uuid && sixteen) described.sort = Sort::uuid;
  described.date = storage.id() == arrow::Type::DATE32 || storage.id() == arrow::Type::DATE64;
  described.width = width_of(described.sort);
  return described;
}

}  // namespace neve::ingest::columnar
