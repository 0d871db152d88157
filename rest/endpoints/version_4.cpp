#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_v4.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct ListRequest {
  std::string _fields;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ListRequest>("ListRequestV4", "Iced", "Schema", 4)
            .field<&ListRequest::_fields>("Fields of the answer that are wanted; all are given.")
            .input();
    return kSchema;
  }
};

struct Endpoint {
  std::string url;
  std::string description;
  std::string name;
  std::optional<std::string> input_schema;
  std::optional<std::string> output_schema;
  static const schema::Schema& schema() {
    using T = Endpoint;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("EndpointV4", "Route", "OutputSchemaV4", 4)
            .field<&T::url>("Method and path.")
            .input()
            .field<&T::description>("What it does.")
            .input()
            .field<&T::name>("Its name.")
            .input()
            .field<&T::input_schema>("Schema of what it takes.")
            .input()
            .field<&T::output_schema>("Schema of what it gives.")
            .input();
    return kSchema;
  }
};

struct EndpointList {
  std::vector<Endpoint> endpoints;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<EndpointList>("EndpointsListV4", "Iced", "OutputSchemaV4", 4)
            .field<&EndpointList::endpoints>("All of them.")
            .input();
    return kSchema;
  }
};

struct JobRequest {
  std::string job_id;
  std::string _fields;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<JobRequest>("JobIV4", "Iced", "InputSchemaV4", 4)
            .field<&JobRequest::job_id>("Name of the job.")
            .input()
            .field<&JobRequest::_fields>("Fields of the answer that are wanted; all are given.")
            .input();
    return kSchema;
  }
};

EndpointList list_endpoints(Call& call, const ListRequest& /*input*/) {
  const auto name_of = [](const schema::Schema* schema) {
    return schema == nullptr ? std::nullopt : std::optional(schema->name);
  };
  EndpointList answer;
  for (const Route* route : call.services.router->routes()) {
    answer.endpoints.push_back({.url = route->method + " " + route->path,
                                .description = route->summary,
                                .name = route->name,
                                .input_schema = name_of(route->input),
                                .output_schema = name_of(route->output)});
  }
  return answer;
}

JobV4 tell_job(Call& call, const JobRequest& input) {
  const auto job = call.services.jobs->look(input.job_id);
  if (!job) throw InputError::object_not_found(input.job_id, "job_id");
  return job_v4(*job);
}

}  // namespace

const Resource& version_4();
const Resource& version_4() {
  static const Resource kResource{
      {route("GET", "/4/endpoints", "endpoints4", "Lists all routes.", &list_endpoints),
       route("GET", "/4/jobs/{job_id}", "getJob4", "Tells the state of a job.", &tell_job)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
