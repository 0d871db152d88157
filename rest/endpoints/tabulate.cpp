#include <neve/frame/frame.hpp>
#include <neve/munge/frame_verbs.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct TabulateV3 {
  schema::FrameRef dataset;
  schema::ColumnName predictor;
  schema::ColumnName response;
  schema::ColumnName weight;
  std::int32_t nbins_predictor = 20;
  std::int32_t nbins_response = 10;
  std::optional<schema::Table> count_table;
  std::optional<schema::Table> response_table;
  static const schema::Schema& schema() {
    using T = TabulateV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("TabulateV3", "Tabulate")
            .field<&T::dataset>("The frame.")
            .input()
            .required()
            .field<&T::predictor>("The column whose bins are rows of the tables.")
            .inout()
            .required()
            .in_frames({"dataset"})
            .excludes({"col_y"})
            .field<&T::response>("The column that is counted, and averaged, in them.")
            .inout()
            .required()
            .in_frames({"dataset"})
            .excludes({"col_x"})
            .field<&T::weight>("The column of weights; without one, each row counts 1.")
            .inout()
            .in_frames({"dataset"})
            .excludes({"col_x"})
            .field<&T::nbins_predictor>("Bins of the predictor.")
            .input()
            .field<&T::nbins_response>("Bins of the response.")
            .input()
            .field<&T::count_table>("Rows, or weights, of each pair of bins.")
            .field<&T::response_table>("Mean response and weights of each bin of the predictor.");
    return kSchema;
  }
};

/// Row headers of these tables are empty.
schema::Table::Column headers() { return {.name = ""}; }
schema::Table::Column texts(const std::string& name) { return {.name = name}; }
schema::Table::Column numbers(const std::string& name) {
  return {.name = name, .type = "double", .format = "%f"};
}

schema::Table count_table(const TabulateV3& request, const munge::Tabulation& counted) {
  const std::string& x = request.predictor.name;
  const std::string& y = request.response.name;
  schema::Table table{.name = "(Weighted) co-occurrence counts of '" + x + "' and '" + y + "'",
                      .columns = {headers(), texts(x), texts(y), numbers("counts")}};
  const std::size_t along = counted.response_bins.size();
  for (std::size_t r = 0; r < along; ++r) {
    for (std::size_t p = 0; p < counted.predictor_bins.size(); ++p) {
      table.add_row({std::string(), counted.predictor_bins[p], counted.response_bins[r],
                     counted.counts[p * along + r]});
    }
  }
  return table;
}

schema::Table response_table(const TabulateV3& request, const munge::Tabulation& counted) {
  const std::string& x = request.predictor.name;
  const std::string& y = request.response.name;
  schema::Table table{
      .name = "Mean value of '" + y + "' and (weighted) counts for '" + x + "' values",
      .columns = {headers(), texts(x), numbers("mean " + y), numbers("counts")}};
  for (std::size_t p = 0; p < counted.predictor_bins.size(); ++p) {
    table.add_row(
        {std::string(), counted.predictor_bins[p], counted.means[p], counted.responses[p]});
  }
  return table;
}

TabulateV3 tabulate_frame(Call& call, const TabulateV3& request) {
  const frame::Frame frame = call.services.frames->require(request.dataset.name, "dataset");
  const munge::Tabulation counted = munge::tabulate(*call.services.engine, frame,
                                                    {.predictor = request.predictor.name,
                                                     .response = request.response.name,
                                                     .weight = request.weight.name,
                                                     .predictor_bins = request.nbins_predictor,
                                                     .response_bins = request.nbins_response},
                                                    *call.services.rollups, call.token);
  TabulateV3 answer = request;
  answer.count_table = count_table(request, counted);
  answer.response_table = response_table(request, counted);
  return answer;
}

}  // namespace

const Resource& tabulate();
const Resource& tabulate() {
  static const Resource kResource{
      {route("POST", "/99/Tabulate", "_tabulate_run",
             "How often values of two columns meet, and means of one for those of the other.",
             &tabulate_frame)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
