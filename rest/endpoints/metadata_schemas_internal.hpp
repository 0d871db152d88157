#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/schema/schema_of.hpp>

namespace neve::rest::endpoints {

/// One member of a schema, as clients read it.
struct FieldMetadata {
  std::string name;
  std::string type;
  bool is_schema = false;
  std::optional<std::string> schema_name;
  schema::RawJson value;  ///< the default
  std::string help;
  std::string label;
  std::optional<bool> required;
  std::string level;
  std::string direction;
  bool is_inherited = false;
  std::optional<std::string> inherited_from;
  std::optional<bool> is_gridable;
  std::vector<std::string> values;
  bool json = true;
  std::vector<std::string> is_member_of_frames;
  std::vector<std::string> is_mutually_exclusive_with;
  static const schema::Schema& schema();
};

struct SchemaMetadata {
  std::int32_t version = 3;
  std::string name;
  std::string label;
  std::string superclass;
  std::string type;
  std::vector<FieldMetadata> fields;
  std::optional<std::string> markdown;
  static const schema::Schema& schema();
};

struct RouteMetadata {
  std::string http_method;
  std::string url_pattern;
  std::string summary;
  std::string api_name;
  std::string handler_class;
  std::string handler_method;
  std::string input_schema;
  std::string output_schema;
  std::vector<std::string> path_params;
  std::optional<std::string> markdown;
  static const schema::Schema& schema();
};

struct Metadata {
  std::int32_t num = 0;
  std::string http_method;
  std::string path;
  std::string classname;
  std::string schemaname;
  std::optional<std::vector<RouteMetadata>> routes;
  std::optional<std::vector<SchemaMetadata>> schemas;
  std::optional<std::string> markdown;
  static const schema::Schema& schema();
};

/// The metadata of a table: its fields, then those that every answer of its kind carries.
SchemaMetadata describe(const schema::Schema& schema);

}  // namespace neve::rest::endpoints
