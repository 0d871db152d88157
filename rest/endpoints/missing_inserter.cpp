#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/random_frame.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/catalog.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct MissingInserterV3 {
  schema::FrameRef dataset;
  double fraction = 0;
  std::int64_t seed = -1;
  static const schema::Schema& schema() {
    using T = MissingInserterV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("MissingInserterV3", "MissingInserter", "RequestSchemaV3")
            .field<&T::dataset>("The frame, which is changed.")
            .input()
            .required()
            .field<&T::fraction>("Share of cells that become missing.")
            .input()
            .required()
            .at_least(0)
            .at_most(1)
            .field<&T::seed>("Seed of the draw; -1 draws one.")
            .input();
    return kSchema;
  }
};

/// The frame comes by value: done again under its name, cells would go missing twice.
struct InsertRequest {
  static constexpr std::string_view kKind = "frame.insert_missing";
  frame::Frame frame;
  std::string session;
  double fraction = 0;
  std::int64_t seed = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(frame, session, fraction, seed);
  }
};

JobV3 insert_missing(Call& call, const MissingInserterV3& request) {
  const frame::Frame frame = call.services.frames->require(request.dataset.name, "dataset");
  const auto entry = call.services.store->catalog().find(frame.key);
  const InsertRequest order{.frame = frame,
                            .session = entry ? entry->session : std::string(),
                            .fraction = request.fraction,
                            .seed = request.seed == -1 ? draw_seed() : request.seed};
  const job::Description description{"MissingValueInserter", frame.key,
                                     std::string(schema::FrameKind::type)};
  return job_v3(*call.services.jobs->start(description, {.kind = InsertRequest::kKind,
                                                         .request = wire::encode(order),
                                                         .columns = frame::column_ids(frame)}));
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<InsertRequest>(bytes);
  frame::Frame made = munge::with_missing(*services.engine, request.frame, request.fraction,
                                          static_cast<std::uint64_t>(request.seed), job.token());
  made.key = request.frame.key;
  services.frames->publish(made, request.session);
}

}  // namespace

const Resource& missing_inserter();
const Resource& missing_inserter() {
  static const Resource kResource{
      {route("POST", "/3/MissingInserter", "_missingInserter_run",
             "Makes a share of a frame's cells missing.", &insert_missing)},
      {{std::string(InsertRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
