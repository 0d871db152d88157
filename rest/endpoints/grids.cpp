#include <utility>

#include <neve/base/error.hpp>
#include <neve/grid/grid.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/endpoints/builder_request_internal.hpp"
#include "rest/grid_json.hpp"
#include "rest/model_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct GridsV99 {
  std::vector<GridV99> grids;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<GridsV99>("GridsV99", "Grids", "SchemaV3", 99)
            .field<&GridsV99::grids>("The grids, by name.");
    return kSchema;
  }
};

/// What of the form is not the algorithm's own; takes it out.
GridSearchV99 take_search(schema::Form& form) {
  GridSearchV99 search;
  schema::Form own;
  const schema::Schema& schema = GridSearchV99::schema();
  std::erase_if(form, [&](const auto& given) {
    if (schema.find(given.first) == nullptr) return false;
    own.push_back(given);
    return true;
  });
  schema::throw_problems("", schema::read_form(schema, &search, own));
  return search;
}

void send_search(const std::shared_ptr<Call>& call, const http::Responder& responder,
                 GridSearchV99 answer, const grid::Grid& grid, const job::Job& job) {
  const model::Algorithm& algorithm = *call->services.algorithms->find(grid.algorithm);
  const auto parameters = algorithm.parameters->make();
  schema::read_form(*algorithm.parameters, parameters.get(), grid.form);
  schema::JsonWriter out;
  write_parameter_values(*algorithm.parameters, parameters.get(), out);
  answer.parameters.text = out.take();
  answer.hyper_parameters.text.clear();
  answer.search_criteria.text = criteria_json(grid.criteria);
  answer.grid_id = job.description().destination;
  answer.job = job_v3(job);
  send_json(responder, schema::to_json(answer, call->parameter("_exclude_fields")));
}

void search(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Algorithm& algorithm = require_algorithm(*call);
  schema::Form form = builder_form(*call);
  GridSearchV99 given = take_search(form);
  grid::SearchOrder order{.key = given.grid_id.name,
                          .form = std::move(form),
                          .space = space_of(given.hyper_parameters.text),
                          .criteria = criteria_of(given.search_criteria.text),
                          .parallelism = given.parallelism,
                          .recovery_folder = given.recovery_dir.value_or("")};
  const auto job = call->services.grids->start(algorithm, order, client_word(*call));
  const grid::Grid shown{
      .algorithm = std::string(algorithm.name), .form = order.form, .criteria = order.criteria};
  send_search(call, responder, std::move(given), shown, *job);
}

void resume(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Algorithm& algorithm = require_algorithm(*call);
  schema::Form form = builder_form(*call);
  GridSearchV99 given = take_search(form);
  const grid::Grid grid = call->services.grids->require(given.grid_id.name, "grid_id");
  if (grid.algorithm != algorithm.name) {
    throw InputError::illegal_argument("Grid '" + grid.key + "' has models of " + grid.algorithm +
                                           ", not of " + std::string(algorithm.name) + ".",
                                       {{"grid_id", grid.key}});
  }
  const auto job = call->services.grids->resume(grid.key, given.recovery_dir.value_or(""));
  send_search(call, responder, std::move(given), grid, *job);
}

GridV99 shown(Services& services, const grid::Grid& grid, const std::string& sort_by,
              bool decreasing) {
  const grid::Ranking ranking = services.grids->rank(grid, sort_by, decreasing);
  return grid_v99(grid, ranking, *services.algorithms->find(grid.algorithm));
}

GridV99 fetch(Call& call, const GridV99& input) {
  return shown(call.services, call.services.grids->require(input.grid_id.name, "grid_id"),
               input.sort_by.value_or(""), input.decreasing);
}

GridsV99 list(Call& call, const GridsV99& /*input*/) {
  GridsV99 answer;
  for (const grid::Grid& grid : call.services.grids->list())
    answer.grids.push_back(shown(call.services, grid, "", false));
  return answer;
}

Route search_route(std::string path, std::string name, std::string summary, RouteHandler handle) {
  return {.method = "POST",
          .path = std::move(path),
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &GridSearchV99::schema(),
          .output = &GridSearchV99::schema(),
          .handle = std::move(handle)};
}

}  // namespace

const Resource& grids();
const Resource& grids() {
  static const Resource kResource{
      {search_route("/99/Grid/{algo}", "grid_search",
                    "Starts to search a space of hyper-parameters.", &search),
       search_route("/99/Grid/{algo}/resume", "grid_search_resume",
                    "Goes on with a search that has ended before its end.", &resume),
       route("GET", "/99/Grids/{grid_id}", "grid", "Describes a grid and its models.", &fetch),
       route("GET", "/99/Grids", "grids", "Lists the grids.", &list)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
