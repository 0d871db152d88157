#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/schema/json_writer.hpp>

/// What a struct looks like to clients, declared once beside the struct: from the one table come
/// its JSON, the reading of forms and JSON bodies, validation, and the metadata that clients ask
/// for.
namespace neve::schema {

struct Schema;

enum class Level { critical, secondary, expert };
enum class Direction { input, output, inout };

std::string_view to_string(Level level);
std::string_view to_string(Direction direction);

/// How values of one C++ type are named, written and read; one per type, made by ops_of<T>().
struct ValueOps {
  std::string type;                      ///< H2O's name: "int", "string[]", "Key<Frame>"
  std::string schema_name;               ///< of the nested schema or the enum; may be empty
  bool is_schema = false;                ///< written as an object (or list of objects)
  std::vector<std::string> values = {};  ///< constants of an enum
  void (*write)(const void* value, JsonWriter& out) = nullptr;
  /// Reads a form value; says what is wrong, or nothing where it could be read. Null for types that
  /// only go out.
  std::optional<std::string> (*read)(void* value, std::string_view text) = nullptr;
  const Schema* (*nested)() = nullptr;  ///< the schema of the objects inside, if there is one
  /// The value as a number, for bounds; null for types without order.
  double (*number)(const void* value) = nullptr;
};

/// One member of a struct, as clients see it.
struct Field {
  std::string name;
  std::string help;
  const ValueOps* ops = nullptr;
  std::string type;         ///< as `ops`, unless the table says otherwise
  std::string schema_name;  ///< as `ops`, unless the table says otherwise
  Level level = Level::critical;
  Direction direction = Direction::output;
  bool required = false;
  bool gridable = false;
  std::string inherited_from = {};
  bool echoed = true;  ///< false: read, but not part of the answer
  /// Name of the member in H2O's implementation, which errors of builders show; empty: not there.
  std::string implemented_as = {};
  std::optional<double> at_least = {};
  std::optional<double> at_most = {};
  bool above_minimum = false;  ///< at_least itself is not allowed
  bool below_maximum = false;  ///< at_most itself is not allowed
  std::vector<std::string> values = {};
  std::vector<std::string> member_of_frames = {};
  std::vector<std::string> exclusive_with = {};
  const void* (*get)(const void* object) = nullptr;
  void* (*get_mutable)(void* object) = nullptr;
};

/// A member that H2O's objects of a schema have and Neve's struct has not, with the value that it
/// has there by default: nothing here changes it, but clients find it where they look for it.
struct Constant {
  std::string name;
  std::string json;
  /// Only in H2O's implementation, not on the wire.
  bool internal = false;
};

/// The table of one struct.
struct Schema {
  std::string name;           ///< "CloudV3"
  std::string type = "Iced";  ///< H2O's implementation class, schema_type on the wire
  std::string superclass = "SchemaV3";
  int version = 3;
  std::vector<Field> fields = {};
  std::vector<Constant> constants = {};
  std::shared_ptr<void> (*make)() = nullptr;  ///< a value with every default

  [[nodiscard]] const Field* find(std::string_view field_name) const;
  /// Requests and their answers carry `_exclude_fields`.
  [[nodiscard]] bool is_request() const {
    return superclass == "RequestSchemaV3" || echoes_exclusions;
  }
  bool echoes_exclusions = false;
};

/// {"__meta":{…}, fields …}; version 4 schemas write "__schema" instead.
void write_object(const Schema& schema, const void* object, JsonWriter& out);
/// {"schema_version":3,"schema_name":…,"schema_type":…} as the member "__meta".
void write_meta(std::string_view name, std::string_view type, int version, JsonWriter& out);

/// What is wrong with one parameter.
struct Problem {
  std::string field;
  std::string message;
  bool unknown_constant = false;  ///< of an enum: the request cannot be understood
};

/// Pairs of a form, query or JSON body, in the order they came.
using Form = std::vector<std::pair<std::string, std::string>>;

/// The members of a JSON object as form pairs: strings as they are, everything else as JSON text,
/// null left out. Throws InputError where the body is not a JSON object.
Form form_of_json(std::string_view body);

/// Reads the pairs into `object`. Unknown names, unreadable values and missing required fields are
/// all reported; values within bounds are not checked here. A name that comes twice is an array.
std::vector<Problem> read_form(const Schema& schema, void* object, const Form& form);
/// Checks every bounded field.
std::vector<Problem> check_bounds(const Schema& schema, const void* object);
/// Throws InputError naming every problem; does nothing where there are none. Status 412, or 400
/// where a constant is unknown.
void throw_problems(std::string_view what, const std::vector<Problem>& problems);

/// The elements of "[a, "b", [c]]": quotes taken off, inner lists as text; a bare value is a list
/// of one, empty and null are nothing. Nullopt where brackets or quotes do not match.
std::optional<std::vector<std::string>> split_list(std::string_view text);

/// Any struct with a table, for members whose type is only known at run time.
struct AnyObject {
  const Schema* schema = nullptr;
  std::shared_ptr<const void> object = nullptr;
  [[nodiscard]] explicit operator bool() const { return object != nullptr; }
};

/// Wraps a value whose struct has `static const Schema& schema()`.
template <class T>
AnyObject any_object(T value) {
  return {&T::schema(), std::make_shared<const T>(std::move(value))};
}

template <class T>
std::string to_json(const T& value, std::string_view excluded = {}) {
  JsonWriter out(excluded);
  write_object(T::schema(), &value, out);
  return out.take();
}

}  // namespace neve::schema
