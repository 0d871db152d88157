#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/series/index.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// An index, or what is asked of it.
struct SeriesIndexV3 {
  schema::AnyRef index_id;
  schema::FrameRef frame;
  std::int32_t segments = 0;
  bool normalize = true;
  std::int64_t rows = 0;
  std::int32_t length = 0;
  std::int64_t byte_size = 0;
  std::string checksum;
  static const schema::Schema& schema() {
    using T = SeriesIndexV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("SeriesIndexV3", "SeriesIndex", "RequestSchemaV3")
            .field<&T::index_id>("Name of the index; made up where it is left out.")
            .inout()
            .field<&T::frame>(
                "The frame whose rows are series, a point in time from column to "
                "column. The index needs it no more.")
            .inout()
            .field<&T::segments>("Segments of a word; 0 for 16, or as many as there are points.")
            .inout()
            .at_least(0)
            .field<&T::normalize>("Whether series are compared with mean 0 and deviation 1.")
            .inout()
            .field<&T::rows>("Number of series.")
            .field<&T::length>("Points of a series.")
            .field<&T::byte_size>("Bytes of one copy.")
            .field<&T::checksum>("Of the index: the same for the same frame and settings.");
    return kSchema;
  }
};

struct SeriesIndexesV3 {
  std::vector<SeriesIndexV3> indexes;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<SeriesIndexesV3>("SeriesIndexesV3")
            .field<&SeriesIndexesV3::indexes>("The indexes, by name.");
    return kSchema;
  }
};

struct SeriesSearchV3 {
  schema::AnyRef index_id;
  std::int64_t k = 1;
  schema::FrameRef destination_frame;
  static const schema::Schema& schema() {
    using T = SeriesSearchV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("SeriesSearchV3", "SeriesSearch", "RequestSchemaV3")
            .field<&T::index_id>("Name of the index.")
            .inout()
            .field<&T::k>("How many are looked for.")
            .inout()
            .field<&T::destination_frame>("Name of the frame of results; drawn where left out.")
            .inout();
    return kSchema;
  }
};

struct SeriesNeighborsV3 : SeriesSearchV3 {
  schema::FrameRef queries;
  std::int32_t leaves = 0;
  static const schema::Schema& schema() {
    using T = SeriesNeighborsV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("SeriesNeighborsV3", "SeriesNeighbors", "RequestSchemaV3")
            .inherit<&T::index_id, &T::k, &T::destination_frame>(SeriesSearchV3::schema())
            .field<&T::queries>("The frame whose rows are looked for.")
            .inout()
            .required()
            .field<&T::leaves>(
                "Leaves of 64 series that are looked at in each row group, for an "
                "approximate answer; 0 for the exact one.")
            .inout()
            .at_least(0);
    return kSchema;
  }
};

SeriesIndexV3 described(const series::Index& index) {
  return {.index_id = index.key,
          .frame = index.frame,
          .segments = index.settings.segments,
          .normalize = index.settings.normalize,
          .rows = index.rows(),
          .length = index.length,
          .byte_size = index.bytes,
          .checksum = std::to_string(index.checksum)};
}

series::Watch watch_of(job::Job& job) {
  return {.token = job.token(),
          .progress = [&job](double done) { job.progress(done); },
          .keep = [&job](const std::function<wire::Bytes()>& state) { job.keep(state); },
          .saved = job.saved()};
}

/// What builds an index; the frame as it was.
struct BuildRequest {
  static constexpr std::string_view kKind = "series.index";
  std::string name;
  frame::Frame frame;
  series::Settings settings;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, frame, settings);
  }
};

JobV3 build(Call& call, const SeriesIndexV3& request) {
  const frame::Frame frame = call.services.frames->require(request.frame.name, "frame");
  const series::Settings settings =
      series::check(frame, {.segments = request.segments, .normalize = request.normalize});
  std::string name = request.index_id.name;
  if (name.empty()) name = "series_index_" + std::to_string(call.services.store->next_id());
  return job_v3(
      *call.services.jobs->start({"SeriesIndex", name, "Key<SeriesIndex>"},
                                 {.kind = BuildRequest::kKind,
                                  .request = wire::encode(BuildRequest{name, frame, settings}),
                                  .columns = frame::column_ids(frame)}));
}

void do_build(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<BuildRequest>(bytes);
  series::Index index =
      series::build(*services.engine, request.frame, request.settings, watch_of(job));
  index.key = request.name;
  series::Indexes(*services.engine).publish(index);
}

/// What looks something up in an index, with or without a frame of queries.
struct SearchRequest {
  static constexpr std::string_view kNeighbors = "series.neighbors";
  static constexpr std::string_view kMotifs = "series.motifs";
  static constexpr std::string_view kDiscords = "series.discords";
  std::string name;
  series::Index index;
  series::Nearest what;
  std::optional<frame::Frame> queries;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, index, what, queries);
  }
};

JobV3 start(Call& call, std::string_view kind, const std::string& title, SearchRequest request) {
  if (request.name.empty()) {
    request.name = "series_search_" + std::to_string(call.services.store->next_id());
  }
  std::vector<ColumnId> columns = {request.index.column};
  if (request.queries) {
    for (const ColumnId id : frame::column_ids(*request.queries)) columns.push_back(id);
  }
  return job_v3(*call.services.jobs->start(
      {title, request.name, std::string(schema::FrameKind::type)},
      {.kind = kind, .request = wire::encode(request), .columns = std::move(columns)}));
}

series::Index index_of(Call& call, const SeriesSearchV3& request) {
  return series::Indexes(*call.services.engine).require(request.index_id.name, "index_id");
}

JobV3 find_neighbors(Call& call, const SeriesNeighborsV3& request) {
  SearchRequest search{.name = request.destination_frame.name,
                       .index = index_of(call, request),
                       .what = {.most = request.k, .leaves = request.leaves},
                       .queries = call.services.frames->require(request.queries.name, "queries")};
  series::check(search.index, *search.queries, search.what);
  return start(call, SearchRequest::kNeighbors, "SeriesNeighbors", std::move(search));
}

JobV3 find_motifs(Call& call, const SeriesSearchV3& request) {
  series::check_most(request.k);
  return start(call, SearchRequest::kMotifs, "SeriesMotifs",
               {request.destination_frame.name, index_of(call, request), {.most = request.k}, {}});
}

JobV3 find_discords(Call& call, const SeriesSearchV3& request) {
  series::check_most(request.k);
  return start(call, SearchRequest::kDiscords, "SeriesDiscords",
               {request.destination_frame.name, index_of(call, request), {.most = request.k}, {}});
}

void publish(Services& services, const SearchRequest& request, const series::Neighbors& found,
             const std::string& first, const std::string& second) {
  frame::Frame made = series::as_frame(*services.engine, found, first, second);
  made.key = request.name;
  services.frames->publish(made);
}

void do_neighbors(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<SearchRequest>(bytes);
  NEVE_CHECK(request.queries);
  publish(services, request,
          series::nearest(*services.engine, request.index, *request.queries, request.what,
                          watch_of(job)),
          "query", "row");
}

void do_motifs(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<SearchRequest>(bytes);
  publish(services, request,
          series::motifs(*services.engine, request.index, request.what.most, watch_of(job)), "row",
          "partner");
}

void do_discords(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<SearchRequest>(bytes);
  publish(services, request,
          series::discords(*services.engine, request.index, request.what.most, watch_of(job)),
          "row", "neighbor");
}

SeriesIndexesV3 list(Call& call, const SeriesIndexesV3& /*input*/) {
  SeriesIndexesV3 answer;
  for (const series::Index& index : series::Indexes(*call.services.engine).list()) {
    answer.indexes.push_back(described(index));
  }
  return answer;
}

SeriesIndexV3 describe(Call& call, const SeriesIndexV3& request) {
  return described(
      series::Indexes(*call.services.engine).require(request.index_id.name, "index_id"));
}

SeriesIndexV3 remove(Call& call, const SeriesIndexV3& request) {
  SeriesIndexV3 answer = describe(call, request);
  call.services.store->commit({.remove = {request.index_id.name}});
  return answer;
}

}  // namespace

const Resource& series_indexes();
const Resource& series_indexes() {
  static const Resource kResource{
      {route("POST", "/99/SeriesIndexes", "buildSeriesIndex",
             "Starts to make an iSAX index of a frame's rows, for searches of similar series.",
             &build),
       route("GET", "/99/SeriesIndexes", "listSeriesIndexes", "Lists the indexes of series.",
             &list),
       route("GET", "/99/SeriesIndexes/{index_id}", "describeSeriesIndex", "Describes an index.",
             &describe),
       route("DELETE", "/99/SeriesIndexes/{index_id}", "removeSeriesIndex", "Removes an index.",
             &remove),
       route("POST", "/99/SeriesIndexes/{index_id}/neighbors", "seriesNeighbors",
             "Starts to look for the k nearest series of each row of a frame.", &find_neighbors),
       route("POST", "/99/SeriesIndexes/{index_id}/motifs", "seriesMotifs",
             "Starts to look for the k pairs of series that are closest to one another.",
             &find_motifs),
       route("POST", "/99/SeriesIndexes/{index_id}/discords", "seriesDiscords",
             "Starts to look for the k series whose nearest neighbour is farthest.",
             &find_discords)},
      {{std::string(BuildRequest::kKind), &do_build},
       {std::string(SearchRequest::kNeighbors), &do_neighbors},
       {std::string(SearchRequest::kMotifs), &do_motifs},
       {std::string(SearchRequest::kDiscords), &do_discords}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
