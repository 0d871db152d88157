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

JobV3 insert_missing(Call& call, const MissingInserterV3& request) {
  const frame::Frame frame = call.services.frames->require(request.dataset.name, "dataset");
  const auto entry = call.services.store->catalog().find(frame.key);
  const std::string session = entry ? entry->session : std::string();
  const std::int64_t seed = request.seed == -1 ? draw_seed() : request.seed;
  const job::Description description{"MissingValueInserter", frame.key,
                                     std::string(schema::FrameKind::type)};
  mr::Engine& engine = *call.services.engine;
  frame::Frames& frames = *call.services.frames;
  const double fraction = request.fraction;
  const auto work = [&engine, &frames, frame, session, fraction, seed](job::Job& job) {
    frame::Frame made =
        munge::with_missing(engine, frame, fraction, static_cast<std::uint64_t>(seed), job.token());
    made.key = frame.key;
    frames.publish(made, session);
  };
  return job_v3(*call.services.jobs->start(description, work));
}

}  // namespace

const Resource& missing_inserter();
const Resource& missing_inserter() {
  static const Resource kResource{
      {route("POST", "/3/MissingInserter", "_missingInserter_run",
             "Makes a share of a frame's cells missing.", &insert_missing)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
