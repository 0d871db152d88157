#include "ingest/formats/records/avro_schema.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <neve/base/error.hpp>
#include <nlohmann/json.hpp>

namespace neve::ingest {

namespace {

using Json = nlohmann::json;
using Kind = AvroField::Kind;
using Meaning = AvroField::Meaning;

constexpr std::array<std::pair<std::string_view, Kind>, 8> kPrimitives = {
    {{"null", Kind::null},
     {"boolean", Kind::boolean},
     {"int", Kind::integer},
     {"long", Kind::integer},
     {"float", Kind::floating},
     {"double", Kind::doubles},
     {"bytes", Kind::bytes},
     {"string", Kind::string}}};

struct LogicalType {
  std::string_view name;
  Kind kind;
  Meaning meaning;
};
/// Others leave values as they are, as the standard asks.
constexpr std::array kLogicalTypes = {
    LogicalType{"date", Kind::integer, Meaning::date},
    LogicalType{"time-millis", Kind::integer, Meaning::time_ms},
    LogicalType{"time-micros", Kind::integer, Meaning::time_us},
    LogicalType{"timestamp-millis", Kind::integer, Meaning::timestamp_ms},
    LogicalType{"timestamp-micros", Kind::integer, Meaning::timestamp_us},
    LogicalType{"local-timestamp-millis", Kind::integer, Meaning::timestamp_ms},
    LogicalType{"local-timestamp-micros", Kind::integer, Meaning::timestamp_us},
    LogicalType{"decimal", Kind::bytes, Meaning::decimal},
    LogicalType{"decimal", Kind::fixed, Meaning::decimal},
    LogicalType{"uuid", Kind::string, Meaning::uuid}};

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

int number_of(const Json& object, const char* key, int most, int otherwise) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number_integer()) return otherwise;
  const auto value = at->get<std::int64_t>();
  return value >= 0 && value <= most ? static_cast<int>(value) : -1;
}

class SchemaReader {
 public:
  explicit SchemaReader(const std::string& place) : place_(place) {}

  std::vector<AvroField> fields_of(const Json& record) {
    const auto list = record.is_object() ? record.find("fields") : record.end();
    if (!record.is_object() || text_of(record, "type") != "record" || list == record.end() ||
        !list->is_array()) {
      refuse("the schema is not that of records");
    }
    space_ = text_of(record, "namespace");
    std::vector<AvroField> fields;
    for (const Json& entry : *list) {
      AvroField& field = fields.emplace_back();
      field.name = entry.is_object() ? text_of(entry, "name") : "";
      if (field.name.empty() || !entry.contains("type"))
        refuse("the schema has a field without name or type");
      read_type(entry["type"], field);
    }
    if (fields.empty()) refuse("the records have no fields");
    return fields;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError::illegal_argument(place_ + ": " + what +
                                       "; Neve reads records of plain fields.");
  }
  [[noreturn]] void refuse(const AvroField& field, const std::string& what) const {
    throw InputError::unsupported(place_ + ": field '" + field.name + "' is " + what +
                                  "; a column holds one value in each row, so flatten the records "
                                  "or leave the field out.");
  }

  void read_type(const Json& type, AvroField& field) {
    if (type.is_array()) return read_union(type, field);
    const std::string name = type.is_object() ? text_of(type, "type") : "";
    if (type.is_string()) return read_named(type.get<std::string>(), field);
    if (!type.is_object() || name.empty()) {
      if (type.is_object() && type.contains("type")) return read_type_within(type["type"], field);
      refuse(field, "of no known type");
    }
    if (name == "enum") {
      read_symbols(type, field);
    } else if (name == "fixed") {
      constexpr int kMostBytes = 1 << 20;
      const int size = number_of(type, "size", kMostBytes, -1);
      if (size < 0) refuse(field, "of a fixed type without a proper size");
      field.kind = Kind::fixed;
      field.size = static_cast<std::size_t>(size);
    } else {
      read_named(name, field);
    }
    read_meaning(type, field);
    remember(type, field);
  }
  /// {"type": {"type": …}}, which some writers make; once, as deeper ones mean nothing.
  void read_type_within(const Json& type, AvroField& field) {
    if (!type.is_object() || !type.contains("type") || !type["type"].is_string()) {
      refuse(field, "of no known type");
    }
    read_type(type, field);
  }
  void read_named(const std::string& name, AvroField& field) {
    const auto* primitive =
        std::ranges::find(kPrimitives, name, &std::pair<std::string_view, Kind>::first);
    if (primitive != kPrimitives.end()) {
      field.kind = primitive->second;
      return;
    }
    const auto known =
        named_.find(name.find('.') == name.npos && !space_.empty() ? space_ + "." + name : name);
    const auto found = known != named_.end() ? known : named_.find(name);
    if (found == named_.end()) refuse(field, "of type " + name);
    const std::vector<bool> branches = field.branches;
    const std::string field_name = field.name;
    field = found->second;
    field.name = field_name;
    field.branches = branches;
  }
  void read_union(const Json& types, AvroField& field) {
    const auto is_null = [](const Json& type) { return type.is_string() && type == "null"; };
    const Json* other = nullptr;
    for (const Json& type : types) {
      field.branches.push_back(is_null(type));
      if (is_null(type)) continue;
      if (type.is_array()) refuse(field, "a union within a union");
      if (other != nullptr) refuse(field, "a union of several types");
      other = &type;
    }
    if (field.branches.empty()) refuse(field, "a union of no types");
    if (other != nullptr) read_type(*other, field);
  }
  void read_symbols(const Json& type, AvroField& field) const {
    field.kind = Kind::symbols;
    const auto list = type.find("symbols");
    if (list == type.end() || !list->is_array()) refuse(field, "an enum without symbols");
    for (const Json& symbol : *list) {
      if (!symbol.is_string()) refuse(field, "an enum whose symbols are no texts");
      field.symbols.push_back(symbol.get<std::string>());
    }
  }
  void read_meaning(const Json& type, AvroField& field) const {
    const std::string name = text_of(type, "logicalType");
    const auto* logical = std::ranges::find_if(kLogicalTypes, [&](const LogicalType& known) {
      return known.name == name && known.kind == field.kind;
    });
    if (logical == kLogicalTypes.end()) return;
    field.meaning = logical->meaning;
    constexpr int kMostDigits = 1000;
    if (field.meaning == Meaning::decimal) field.scale = number_of(type, "scale", kMostDigits, 0);
    if (field.scale < 0) refuse(field, "a decimal of an improper scale");
  }
  void remember(const Json& type, const AvroField& field) {
    const std::string name = text_of(type, "name");
    if (name.empty()) return;
    const std::string space = type.contains("namespace") ? text_of(type, "namespace") : space_;
    const bool full = name.find('.') != name.npos || space.empty();
    named_[full ? name : space + "." + name] = field;
  }

  const std::string& place_;
  std::string space_;
  std::map<std::string, AvroField> named_;
};

}  // namespace

frame::ColumnType AvroField::type() const {
  using frame::ColumnType;
  switch (meaning) {
    case Meaning::date:
    case Meaning::time_ms:
    case Meaning::time_us:
    case Meaning::timestamp_ms:
    case Meaning::timestamp_us:
      return ColumnType::time;
    case Meaning::uuid:
      return ColumnType::uuid;
    case Meaning::decimal:
      return ColumnType::numeric;
    case Meaning::plain:
      break;
  }
  switch (kind) {
    case Kind::symbols:
      return ColumnType::categorical;
    case Kind::string:
    case Kind::bytes:
    case Kind::fixed:
      return ColumnType::string;
    case Kind::null:
      return ColumnType::bad;
    default:
      return ColumnType::numeric;
  }
}

std::vector<AvroField> read_avro_schema(std::string_view json, const std::string& place) {
  const Json schema = Json::parse(json, nullptr, false);
  return SchemaReader(place).fields_of(schema);
}

}  // namespace neve::ingest
