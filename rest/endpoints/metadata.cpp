#include <algorithm>
#include <charconv>
#include <map>

#include <neve/base/error.hpp>

#include "rest/endpoints/error_schemas_internal.hpp"
#include "rest/endpoints/metadata_schemas_internal.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

using SchemaMap = std::map<std::string, const schema::Schema*, std::less<>>;

/// Adds a schema and all that its fields hold.
void add_schema(SchemaMap& known, const schema::Schema* schema) {
  if (schema == nullptr || !known.emplace(schema->name, schema).second) return;
  for (const schema::Field& field : schema->fields) {
    if (field.ops->nested != nullptr) add_schema(known, field.ops->nested());
  }
}

/// Every schema that a route takes or gives, and those of errors.
SchemaMap known_schemas(const Services& services) {
  SchemaMap known;
  add_schema(known, &ErrorInfo::schema());
  add_schema(known, &BuilderErrorInfo::schema());
  for (const Route* route : services.router->routes()) {
    add_schema(known, route->input);
    add_schema(known, route->output);
  }
  return known;
}

std::vector<std::string> path_parameters(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{')) {
    const std::size_t close = path.find('}', open);
    names.emplace_back(path.substr(open + 1, close - open - 1));
    path.remove_prefix(close);
  }
  return names;
}

RouteMetadata describe_route(const Route& route) {
  RouteMetadata made;
  made.http_method = route.method;
  made.url_pattern = route.path;
  made.summary = route.summary;
  made.api_name = route.name;
  made.handler_class = "neve.rest";
  made.handler_method = route.name;
  if (route.input != nullptr) made.input_schema = route.input->name;
  if (route.output != nullptr) made.output_schema = route.output->name;
  made.path_params = path_parameters(route.path);
  return made;
}

/// Routes of the API; pages for browsers have no version and are not part of it.
std::vector<const Route*> api_routes(const Services& services) {
  std::vector<const Route*> routes;
  for (const Route* route : services.router->routes()) {
    const bool versioned = route->path.size() > 1 && route->path[1] >= '0' && route->path[1] <= '9';
    if (versioned) routes.push_back(route);
  }
  return routes;
}

Metadata list_endpoints(Call& call, const Metadata& /*input*/) {
  Metadata answer;
  answer.routes.emplace();
  for (const Route* route : api_routes(call.services)) {
    answer.routes->push_back(describe_route(*route));
  }
  return answer;
}

/// The route at a position of the list, or the first with that path.
const Route* find_route(const std::vector<const Route*>& routes, const Metadata& wanted) {
  std::size_t position = 0;
  const char* end = wanted.path.data() + wanted.path.size();
  const auto [rest, error] = std::from_chars(wanted.path.data(), end, position);
  if (error == std::errc{} && rest == end) {
    return position < routes.size() ? routes[position] : nullptr;
  }
  const auto found = std::ranges::find_if(routes, [&](const Route* route) {
    const bool same = route->path == wanted.path || route->path == "/" + wanted.path;
    return same && (wanted.http_method.empty() || wanted.http_method == route->method);
  });
  return found == routes.end() ? nullptr : *found;
}

Metadata show_endpoint(Call& call, const Metadata& input) {
  const Route* route = find_route(api_routes(call.services), input);
  if (route == nullptr) throw InputError::object_not_found(input.path, "path");
  Metadata answer;
  answer.routes.emplace().push_back(describe_route(*route));
  if (route->input != nullptr) {
    answer.schemas.emplace().push_back(describe(*route->input));
  }
  return answer;
}

Metadata list_schemas(Call& call, const Metadata& /*input*/) {
  Metadata answer;
  answer.schemas.emplace();
  for (const auto& [name, schema] : known_schemas(call.services)) {
    answer.schemas->push_back(describe(*schema));
  }
  return answer;
}

Metadata show_schema(Call& call, const Metadata& input) {
  const SchemaMap known = known_schemas(call.services);
  const auto found = known.find(input.schemaname);
  if (found == known.end()) throw InputError::object_not_found(input.schemaname, "schemaname");
  Metadata answer;
  answer.schemas.emplace().push_back(describe(*found->second));
  return answer;
}

Metadata show_schema_of_class(Call& call, const Metadata& input) {
  Metadata answer;
  answer.schemas.emplace();
  for (const auto& [name, schema] : known_schemas(call.services)) {
    if (schema->type == input.classname) answer.schemas->push_back(describe(*schema));
  }
  if (answer.schemas->empty()) throw InputError::object_not_found(input.classname, "classname");
  return answer;
}

}  // namespace

const Resource& metadata() {
  static const Resource kResource = about_nodes(
      {route("GET", "/3/Metadata/endpoints", "endpoints", "All routes.", &list_endpoints),
       route("GET", "/3/Metadata/endpoints/{path}", "endpoint", "One route and its parameters.",
             &show_endpoint),
       route("GET", "/3/Metadata/schemas", "schemas", "All schemas.", &list_schemas),
       route("GET", "/3/Metadata/schemas/{schemaname}", "schema", "One schema.", &show_schema),
       route("GET", "/3/Metadata/schemaclasses/{classname}", "schemaForClass",
             "The schemas of a type.", &show_schema_of_class)});
  return kResource;
}

}  // namespace neve::rest::endpoints
