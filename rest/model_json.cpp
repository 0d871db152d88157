#include "rest/model_json.hpp"

#include <algorithm>
#include <string_view>

#include <neve/schema/values.hpp>

namespace neve::rest {
namespace {

using schema::Field;
using schema::JsonWriter;

template <class Write>
void member(JsonWriter& out, std::string_view name, Write write) {
  if (!out.key(name)) return;
  write();
  out.end_member();
}

template <class T>
void value_member(JsonWriter& out, std::string_view name, const T& value) {
  member(out, name, [&] { schema::write_value(value, out); });
}

/// A column parameter's value is an object, and null where no column is named.
void write_parameter_value(const Field& field, const void* object, JsonWriter& out) {
  if (object == nullptr) {
    out.null();
    return;
  }
  const void* value = field.get(object);
  if (field.ops != &schema::ops_of<schema::ColumnName>()) {
    field.ops->write(value, out);
    return;
  }
  schema::write_column(*static_cast<const schema::ColumnName*>(value), out);
}

bool is_key(const Field& field) { return field.type.starts_with("Key<"); }

void write_parameter(const Field& field, const void* defaults, const void* given,
                     const void* actual, JsonWriter& out) {
  out.begin_object();
  schema::write_meta("ModelParameterSchemaV3", "Iced", 3, out);
  value_member(out, "name", field.name);
  value_member(out, "label", field.name);
  value_member(out, "help", field.help);
  value_member(out, "required", field.required);
  value_member(out, "type", field.type);
  member(out, "default_value", [&] { write_parameter_value(field, defaults, out); });
  member(out, "actual_value", [&] { write_parameter_value(field, actual, out); });
  member(out, "input_value",
         [&] { write_parameter_value(field, is_key(field) ? nullptr : given, out); });
  value_member(out, "level", std::string(schema::to_string(field.level)));
  value_member(out, "values", field.values);
  value_member(out, "is_member_of_frames", field.member_of_frames);
  value_member(out, "is_mutually_exclusive_with", field.exclusive_with);
  value_member(out, "gridable", field.gridable);
  out.end_object();
}

std::string_view kind_text(model::Message::Kind kind) {
  constexpr std::string_view kTexts[] = {"ERRR", "WARN", "INFO", "TRACE"};
  return kTexts[static_cast<int>(kind)];
}

/// Level of a message in H2O's log, where 4 is for debugging.
int log_level(model::Message::Kind kind) {
  constexpr int kLevels[] = {1, 2, 3, 5};
  return kLevels[static_cast<int>(kind)];
}

/// The name in a parameter that is a key; null for others.
const std::string* key_name(const Field& field, const void* object) {
  const void* value = field.get(object);
  if (field.ops == &schema::ops_of<schema::FrameRef>())
    return &static_cast<const schema::FrameRef*>(value)->name;
  if (field.ops == &schema::ops_of<schema::ModelRef>())
    return &static_cast<const schema::ModelRef*>(value)->name;
  return nullptr;
}

/// There keys have neither schema nor URL, and columns are plain names.
void write_implementation_value(const Field& field, const void* object, JsonWriter& out) {
  const std::string* key = key_name(field, object);
  if (key == nullptr) {
    field.ops->write(field.get(object), out);
  } else if (key->empty()) {
    out.null();
  } else {
    out.begin_object();
    value_member(out, "name", *key);
    value_member(out, "type", std::string("Key"));
    out.end_object();
  }
}

}  // namespace

void write_parameters(const schema::Schema& parameters, const void* given, const void* actual,
                      JsonWriter& out, const std::vector<std::string>& idle) {
  const auto defaults = parameters.make();
  out.begin_array();
  for (const Field& field : parameters.fields) {
    if (!field.echoed) continue;
    const bool acts = std::ranges::find(idle, field.name) == idle.end();
    write_parameter(field, defaults.get(), given, acts ? actual : nullptr, out);
  }
  out.end_array();
}

void write_parameter_values(const schema::Schema& parameters, const void* values, JsonWriter& out) {
  out.begin_object();
  schema::write_meta(parameters.name, parameters.type, parameters.version, out);
  for (const Field& field : parameters.fields) {
    member(out, field.name, [&] { write_parameter_value(field, values, out); });
  }
  for (const schema::Constant& constant : parameters.constants) {
    if (!constant.internal) member(out, constant.name, [&] { out.raw(constant.json); });
  }
  out.end_object();
}

void write_implementation(const schema::Schema& parameters, const void* values, JsonWriter& out) {
  out.begin_object();
  for (const Field& field : parameters.fields) {
    if (field.implemented_as.empty()) continue;
    member(out, field.implemented_as, [&] { write_implementation_value(field, values, out); });
  }
  for (const schema::Constant& constant : parameters.constants) {
    const std::string name = constant.internal ? constant.name : "_" + constant.name;
    member(out, name, [&] { out.raw(constant.json); });
  }
  out.end_object();
}

void write_implementation(const schema::Schema& parameters, const model::Messages& messages,
                          JsonWriter& out) {
  out.begin_array();
  for (const model::Message& message : messages) {
    out.begin_object();
    value_member(out, "_log_level", log_level(message.kind));
    value_member(out, "_field_name", model::implementation_name(parameters, message.field));
    value_member(out, "_message", message.text);
    out.end_object();
  }
  out.end_array();
}

void write_messages(const model::Messages& messages, JsonWriter& out) {
  out.begin_array();
  for (const model::Message& message : messages) {
    out.begin_object();
    schema::write_meta("ValidationMessageV3", "ValidationMessage", 3, out);
    value_member(out, "message_type", std::string(kind_text(message.kind)));
    value_member(out, "field_name", message.field);
    value_member(out, "message", message.text);
    out.end_object();
  }
  out.end_array();
}

void write_model(const model::Models& models, const model::Model& model, JsonWriter& out) {
  const model::Algorithm& algorithm = models.algorithm_of(model);
  // As in H2O-3, whose Java code of models does not encode columns.
  const bool has_java = !models.is_target_encoded(model);
  const model::Header& header = model.header;
  const auto given = algorithm.parameters->make();
  const auto actual = algorithm.parameters->make();
  schema::read_form(*algorithm.parameters, given.get(), header.parameters);
  schema::read_form(*algorithm.parameters, actual.get(), header.parameters);
  schema::read_form(*algorithm.parameters, actual.get(), header.actual_parameters);
  schema::read_form(*algorithm.parameters, actual.get(), header.settled.values);
  algorithm.common(actual.get()).model_id = header.key;
  out.begin_object();
  schema::write_meta(algorithm.model_schema, algorithm.model_type, algorithm.rest_version, out);
  value_member(out, "model_id", schema::ModelRef(header.key));
  value_member(out, "algo", std::string(algorithm.name));
  value_member(out, "algo_full_name", std::string(algorithm.full_name));
  member(out, "response_column_name",
         [&] { header.roles.response.empty() ? out.null() : out.value(header.roles.response); });
  member(out, "treatment_column_name", [&] { out.null(); });
  value_member(out, "data_frame", schema::FrameRef(header.training_frame));
  value_member(out, "timestamp", header.end_time_ms);
  value_member(out, "have_pojo", algorithm.have_pojo && has_java);
  value_member(out, "have_mojo", algorithm.have_mojo && has_java);
  member(out, "parameters", [&] {
    write_parameters(*algorithm.parameters, given.get(), actual.get(), out, header.settled.idle);
  });
  member(out, "output", [&] {
    const schema::AnyObject output = model.output();
    schema::write_object(*output.schema, output.object.get(), out);
  });
  member(out, "compatible_frames", [&] { out.null(); });
  value_member(out, "checksum", header.checksum);
  out.end_object();
}

}  // namespace neve::rest
