#include <neve/schema/schema.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/schema/values.hpp>

namespace neve::schema {

std::string_view to_string(Level level) {
  constexpr std::string_view kNames[] = {"critical", "secondary", "expert"};
  return kNames[static_cast<int>(level)];
}

std::string_view to_string(Direction direction) {
  constexpr std::string_view kNames[] = {"OUTPUT", "INPUT", "INOUT"};
  switch (direction) {
    case Direction::input:
      return kNames[1];
    case Direction::inout:
      return kNames[2];
    default:
      return kNames[0];
  }
}

const Field* Schema::find(std::string_view field_name) const {
  const auto at = std::ranges::find(fields, field_name, &Field::name);
  return at == fields.end() ? nullptr : &*at;
}

void write_meta(std::string_view name, std::string_view type, int version, JsonWriter& out) {
  if (!out.key("__meta")) return;
  out.begin_object();
  out.key("schema_version");
  out.value(version);
  out.end_member();
  out.key("schema_name");
  out.value(name);
  out.end_member();
  out.key("schema_type");
  out.value(type);
  out.end_member();
  out.end_object();
  out.end_member();
}

void write_object(const Schema& schema, const void* object, JsonWriter& out) {
  out.begin_object();
  if (schema.version == 4) {
    out.key("__schema");
    out.value("/4/schemas/" + schema.name);
    out.end_member();
  } else if (schema.superclass != "Schema") {  // as in H2O-3, where SchemaV3 brings it
    write_meta(schema.name, schema.type, schema.version, out);
  }
  if (schema.is_request() && schema.find("_exclude_fields") == nullptr) {
    out.key("_exclude_fields");
    out.value("");
    out.end_member();
  }
  for (const Field& field : schema.fields) {
    if (!field.echoed || !out.key(field.name)) continue;
    if (field.ops == &ops_of<ColumnName>()) {
      write_column(*static_cast<const ColumnName*>(field.get(object)), out);
    } else {
      field.ops->write(field.get(object), out);
    }
    out.end_member();
  }
  out.end_object();
}

void write_column(const ColumnName& column, JsonWriter& out) {
  if (column.empty()) {
    out.null();
    return;
  }
  out.begin_object();
  write_meta("ColSpecifierV3", "VecSpecifier", 3, out);
  if (out.key("column_name")) {
    out.value(column.name);
    out.end_member();
  }
  if (out.key("is_member_of_frames")) {
    out.null();
    out.end_member();
  }
  out.end_object();
}

void write_key(std::string_view name, std::string_view type, std::string_view schema_name,
               std::string_view url, JsonWriter& out) {
  if (name.empty()) {
    out.null();
    return;
  }
  out.begin_object();
  write_meta(schema_name, type, 3, out);
  out.key("name");
  out.value(name);
  out.end_member();
  out.key("type");
  out.value(type);
  out.end_member();
  out.key("URL");
  url.empty() ? out.null() : out.value(std::string(url) + std::string(name));
  out.end_member();
  out.end_object();
}

namespace {

/// A name that came more than once stands for the list of its values.
std::map<std::string, std::string, std::less<>> merge_repeats(const Form& form) {
  std::map<std::string, std::vector<std::string>, std::less<>> all;
  for (const auto& [name, value] : form) all[name].push_back(value);
  std::map<std::string, std::string, std::less<>> merged;
  for (auto& [name, values] : all) {
    if (values.size() == 1) {
      merged[name] = values[0];
      continue;
    }
    JsonWriter list;
    list.begin_array();
    for (const std::string& value : values) list.value(value);
    list.end_array();
    merged[name] = list.take();
  }
  return merged;
}

std::string known_names(const Schema& schema) {
  std::string names;
  for (const Field& field : schema.fields) {
    if (field.direction == Direction::output) continue;
    names += (names.empty() ? "" : ", ") + field.name;
  }
  return names.empty() ? "none" : names;
}

std::optional<Problem> read_field(const Schema& schema, void* object, const std::string& name,
                                  const std::string& value) {
  if (name == "_exclude_fields" && schema.is_request()) return std::nullopt;
  const Field* field = schema.find(name);
  if (field == nullptr) {
    return Problem{
        name, "Unknown parameter: " + name + ". Known here: " + known_names(schema) + ".", false};
  }
  // Clients send back whole objects, so that what only goes out may come in; it is not read.
  if (field->direction == Direction::output || field->ops->read == nullptr) return std::nullopt;
  auto wrong = field->ops->read(field->get_mutable(object), value);
  if (!wrong) return std::nullopt;
  return Problem{name, "Field '" + name + "' (" + field->type + ") " + *wrong,
                 field->type == "enum"};
}

}  // namespace

std::vector<Problem> read_form(const Schema& schema, void* object, const Form& form) {
  const auto merged = merge_repeats(form);
  std::vector<Problem> problems;
  for (const auto& [name, value] : merged) {
    if (auto problem = read_field(schema, object, name, value)) problems.push_back(*problem);
  }
  for (const Field& field : schema.fields) {
    if (field.required && field.direction != Direction::output && !merged.contains(field.name)) {
      problems.push_back({field.name, "Required field " + field.name + " not specified", false});
    }
  }
  return problems;
}

std::vector<Problem> check_bounds(const Schema& schema, const void* object) {
  std::vector<Problem> problems;
  for (const Field& field : schema.fields) {
    if (field.ops->number == nullptr || field.direction == Direction::output) continue;
    const double value = field.ops->number(field.get(object));
    if (std::isnan(value)) {
      problems.push_back({field.name, field.name + " must be a number, but is NaN"});
      continue;
    }
    const bool low = field.at_least &&
                     (value < *field.at_least || (field.above_minimum && value == *field.at_least));
    const bool high = field.at_most &&
                      (value > *field.at_most || (field.below_maximum && value == *field.at_most));
    if (!low && !high) continue;
    std::string allowed;
    if (field.at_least)
      allowed += (field.above_minimum ? "> " : ">= ") + java_double(*field.at_least);
    if (field.at_least && field.at_most) allowed += " and ";
    if (field.at_most)
      allowed += (field.below_maximum ? "< " : "<= ") + java_double(*field.at_most);
    problems.push_back(
        {field.name, field.name + " must be " + allowed + ", but is " + java_double(value)});
  }
  return problems;
}

void throw_problems(std::string_view what, const std::vector<Problem>& problems) {
  if (problems.empty()) return;
  std::string message(what);
  Error::Values values;
  for (const Problem& problem : problems) {
    message += (message.empty() ? "" : " ") + problem.message;
    values.emplace_back("field", problem.field);
  }
  if (std::ranges::any_of(problems, &Problem::unknown_constant)) {
    throw InputError::bad_request(message, std::move(values));
  }
  throw InputError::illegal_argument(message, std::move(values));
}

}  // namespace neve::schema
