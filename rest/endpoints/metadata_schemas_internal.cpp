#include "rest/endpoints/metadata_schemas_internal.hpp"

namespace neve::rest::endpoints {

const schema::Schema& FieldMetadata::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<FieldMetadata>("FieldMetadataV3", "FieldMetadata")
          .field<&FieldMetadata::name>("Name of the field.")
          .field<&FieldMetadata::type>("Its type.")
          .field<&FieldMetadata::is_schema>("Whether its values are objects with a schema.")
          .field<&FieldMetadata::schema_name>("Name of that schema, or of the enum.")
          .input()
          .field<&FieldMetadata::value>("Value where none is given.")
          .field<&FieldMetadata::help>("What it means.")
          .field<&FieldMetadata::label>("Name for people.")
          .field<&FieldMetadata::required>("Whether it must be given.")
          .field<&FieldMetadata::level>("critical, secondary or expert.")
          .as_type("enum", "ApiAPILevel")
          .field<&FieldMetadata::direction>("INPUT, OUTPUT or INOUT.")
          .as_type("enum", "ApiAPIDirection")
          .field<&FieldMetadata::is_inherited>("Whether another schema declares it.")
          .field<&FieldMetadata::inherited_from>("Name of that schema.")
          .field<&FieldMetadata::is_gridable>("Whether a grid search may vary it.")
          .field<&FieldMetadata::values>("Constants that are allowed.")
          .field<&FieldMetadata::json>("Whether it is part of the JSON.")
          .field<&FieldMetadata::is_member_of_frames>("Frame fields whose columns it names.")
          .field<&FieldMetadata::is_mutually_exclusive_with>("Fields that exclude it.");
  return kSchema;
}

const schema::Schema& SchemaMetadata::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<SchemaMetadata>("SchemaMetadataV3", "SchemaMetadata")
          .field<&SchemaMetadata::version>("Version of the schema.")
          .input()
          .field<&SchemaMetadata::name>("Its name.")
          .input()
          .field<&SchemaMetadata::label>("Name for people.")
          .field<&SchemaMetadata::superclass>("Schema that it extends.")
          .input()
          .field<&SchemaMetadata::type>("What it describes.")
          .input()
          .field<&SchemaMetadata::fields>("Its fields.")
          .field<&SchemaMetadata::markdown>("The schema as a page of text.");
  return kSchema;
}

const schema::Schema& RouteMetadata::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<RouteMetadata>("RouteV3", "Route")
          .field<&RouteMetadata::http_method>("Method.")
          .field<&RouteMetadata::url_pattern>("Path, with {names} for what varies.")
          .field<&RouteMetadata::summary>("What it does.")
          .field<&RouteMetadata::api_name>("Name in client bindings.")
          .field<&RouteMetadata::handler_class>("The resource that answers.")
          .field<&RouteMetadata::handler_method>("Its function.")
          .field<&RouteMetadata::input_schema>("Schema of the parameters.")
          .field<&RouteMetadata::output_schema>("Schema of the answer.")
          .field<&RouteMetadata::path_params>("Parameters that are part of the path.")
          .field<&RouteMetadata::markdown>("Always null.");
  return kSchema;
}

const schema::Schema& Metadata::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Metadata>("MetadataV3", "Iced", "RequestSchemaV3")
          .field<&Metadata::num>("Position of a route in the list.")
          .input()
          .silent()
          .field<&Metadata::http_method>("Method of a route.")
          .input()
          .silent()
          .field<&Metadata::path>("Path of a route, or its position.")
          .input()
          .silent()
          .field<&Metadata::classname>("Type that a schema describes.")
          .input()
          .silent()
          .field<&Metadata::schemaname>("Name of a schema.")
          .input()
          .silent()
          .field<&Metadata::routes>("Routes.")
          .field<&Metadata::schemas>("Schemas.")
          .field<&Metadata::markdown>("Always null.");
  return kSchema;
}

namespace {

/// JSON of a default. What has no value before a request (texts, lists, objects) is null.
std::string default_json(const schema::Field& field, const void* object) {
  schema::JsonWriter out;
  field.ops->write(field.get(object), out);
  std::string text = out.take();
  return text == "\"\"" || text == "[]" || text.starts_with('{') ? "null" : text;
}

FieldMetadata describe_field(const schema::Field& field, const void* defaults) {
  const bool goes_in = field.direction != schema::Direction::output;
  FieldMetadata made;
  made.name = field.name;
  made.type = field.type;
  made.is_schema = field.ops->is_schema || (!field.schema_name.empty() && field.values.empty() &&
                                            !field.type.starts_with("enum"));
  if (!field.schema_name.empty()) made.schema_name = field.schema_name;
  made.value.text = defaults == nullptr ? "null" : default_json(field, defaults);
  made.help = field.help;
  made.label = field.name;
  if (goes_in) made.required = field.required;
  made.level = schema::to_string(field.level);
  made.direction = schema::to_string(field.direction);
  made.is_inherited = !field.inherited_from.empty();
  if (made.is_inherited) made.inherited_from = field.inherited_from;
  if (goes_in) made.is_gridable = field.gridable;
  made.values = field.values;
  made.is_member_of_frames = field.member_of_frames;
  made.is_mutually_exclusive_with = field.exclusive_with;
  return made;
}

FieldMetadata exclusions_field() {
  FieldMetadata made;
  made.name = made.label = "_exclude_fields";
  made.type = "string";
  made.value.text = "\"\"";
  made.help = "Paths of answer fields that are left out, separated by commas.";
  made.required = false;
  made.level = "critical";
  made.direction = "INPUT";
  made.is_inherited = true;
  made.inherited_from = "RequestSchemaV3";
  made.is_gridable = false;
  return made;
}

/// Version 3 answers say what they are in a nested object, version 4 in one string.
FieldMetadata meta_field(const schema::Schema& schema) {
  FieldMetadata made;
  made.level = "critical";
  made.is_inherited = true;
  if (schema.version == 4) {
    made.name = made.label = "__schema";
    made.type = "string";
    made.value.text = "\"/4/schemas/" + schema.name + "\"";
    made.help = "Name of this schema.";
    made.direction = "INPUT";
    made.inherited_from = schema.superclass;
    return made;
  }
  schema::JsonWriter meta;
  meta.begin_object();
  schema::write_meta(schema.name, schema.type, schema.version, meta);
  meta.end_object();
  constexpr std::string_view kBefore = R"({"__meta":)";
  made.name = made.label = "__meta";
  made.type = "Schema.Meta";
  made.value.text = meta.text().substr(kBefore.size(), meta.text().size() - kBefore.size() - 1);
  made.help = "Version, name and type of this schema.";
  made.direction = "OUTPUT";
  made.inherited_from = "SchemaV3";
  return made;
}

/// The schema as a page for people.
std::string page_of(const SchemaMetadata& schema) {
  std::string page = "# " + schema.name + "\n\n";
  for (const FieldMetadata& field : schema.fields) {
    page += "* `" + field.name + "` (" + field.type + ", " + field.direction + "): " + field.help +
            "\n";
  }
  return page;
}

}  // namespace

SchemaMetadata describe(const schema::Schema& schema) {
  SchemaMetadata made;
  made.version = schema.version;
  made.name = made.label = schema.name;
  made.superclass = schema.superclass;
  made.type = schema.type;
  const auto defaults = schema.make == nullptr ? nullptr : schema.make();
  for (const schema::Field& field : schema.fields) {
    made.fields.push_back(describe_field(field, defaults.get()));
  }
  if (schema.is_request() && schema.find("_exclude_fields") == nullptr) {
    made.fields.push_back(exclusions_field());
  }
  if (schema.version == 4 || schema.superclass != "Schema")
    made.fields.push_back(meta_field(schema));
  made.markdown = page_of(made);
  return made;
}

}  // namespace neve::rest::endpoints
