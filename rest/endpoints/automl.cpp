#include <algorithm>

#include <neve/automl/automl.hpp>
#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/automl_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct LeaderboardsV99 {
  std::string project_name;
  std::vector<std::string> extensions;
  std::vector<LeaderboardV99> leaderboards;
  static const schema::Schema& schema() {
    using T = LeaderboardsV99;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("LeaderboardsV99", "Leaderboards", "RequestSchemaV3", 99)
            .field<&T::project_name>("The project with its response, or its name alone.")
            .input()
            .silent()
            .field<&T::extensions>(
                "Further columns: training_time_ms, predict_time_per_row_ms, algo, or ALL.")
            .input()
            .field<&T::leaderboards>("Of all projects.");
    return kSchema;
  }
};

AutoMlBuildSpecV99 build(Call& call, const AutoMlBuildSpecV99& given) {
  automl::BuildSpec spec{given.build_control, given.input_spec, given.build_models};
  const auto job = call.services.automls->start(spec);
  return {spec.build_control, spec.input_spec, spec.build_models, job_v3(*job)};
}

AutoMlV99 show(Call& call, const AutoMlV99& asked) {
  const automl::AutoMl automl = call.services.automls->require(asked.automl_id.name, "automl_id");
  return automl_v99(automl, call.services.automls->leaderboard(automl), *call.services.algorithms,
                    asked.verbosity);
}

LeaderboardV99 board_of(Services& services, const automl::AutoMl& automl,
                        const std::vector<std::string>& extensions) {
  model::Leaderboard board = services.automls->leaderboard(automl);
  const auto needs_time = [](const std::string& name) {
    return name == "ALL" || name == "predict_time_per_row_ms";
  };
  if (std::ranges::any_of(extensions, needs_time))
    services.automls->time_predictions(automl, board);
  return leaderboard_v99(automl, board, *services.algorithms, extensions);
}

LeaderboardV99 leaderboard(Call& call, const LeaderboardsV99& asked) {
  return board_of(call.services, call.services.automls->require(asked.project_name, "project_name"),
                  asked.extensions);
}

LeaderboardsV99 leaderboards(Call& call, const LeaderboardsV99& asked) {
  LeaderboardsV99 all;
  for (const automl::AutoMl& automl : call.services.automls->list())
    all.leaderboards.push_back(board_of(call.services, automl, asked.extensions));
  return all;
}

}  // namespace

const Resource& automl();
const Resource& automl() {
  static const Resource kResource{
      {route("POST", "/99/AutoMLBuilder", "automl_build",
             "Starts to train models of many kinds, and to stack them.", &build),
       route("GET", "/99/AutoML/{automl_id}", "automl", "Describes a project and its models.",
             &show),
       route("GET", "/99/Leaderboards", "leaderboards", "Ranks the models of all projects.",
             &leaderboards),
       route("GET", "/99/Leaderboards/{project_name}", "leaderboard",
             "Ranks the models of a project.", &leaderboard)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
