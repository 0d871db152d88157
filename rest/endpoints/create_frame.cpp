#include <neve/base/rng.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/random_frame.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct CreateFrameV3 {
  schema::FrameRef dest;
  std::int64_t rows = 10'000;
  std::int32_t cols = 10;
  std::int64_t seed = -1;
  std::int64_t seed_for_column_types = -1;
  bool randomize = true;
  std::int64_t value = 0;
  std::int64_t real_range = 100;
  double categorical_fraction = 0.2;
  std::int32_t factors = 100;
  double integer_fraction = 0.2;
  std::int64_t integer_range = 100;
  double binary_fraction = 0.1;
  double binary_ones_fraction = 0.02;
  double time_fraction = 0;
  double string_fraction = 0;
  double missing_fraction = 0.01;
  bool has_response = false;
  std::int32_t response_factors = 2;
  bool positive_response = false;
  schema::JobRef key;
  static const schema::Schema& schema();
};

const schema::Schema& CreateFrameV3::schema() {
  using T = CreateFrameV3;
  const auto made = [] {
    schema::SchemaOf<T> table("CreateFrameV3", "CreateFrame", "RequestSchemaV3");
    table.field<&T::dest>("Name of the frame; drawn where it is left out.").inout();
    table.field<&T::rows>("Number of rows.").inout();
    table.field<&T::cols>("Number of columns, without the response.").inout();
    table.field<&T::seed>("Seed of the values; -1 draws one.").inout();
    table.field<&T::seed_for_column_types>("Seed of the columns' types; -1 takes `seed`.").inout();
    table.field<&T::randomize>("Whether values are drawn; otherwise all are `value`.").inout();
    table.field<&T::value>("The value of every cell, without `randomize`.").inout();
    table.field<&T::real_range>("Reals are within ± this.").inout();
    table.field<&T::categorical_fraction>("Share of categorical columns.").inout();
    table.field<&T::factors>("Levels of each categorical column.").inout();
    table.field<&T::integer_fraction>("Share of columns of whole numbers.").inout();
    table.field<&T::integer_range>("Whole numbers are within ± this.").inout();
    table.field<&T::binary_fraction>("Share of columns of 0 and 1.").inout();
    table.field<&T::binary_ones_fraction>("Share of 1 in those.").inout();
    table.field<&T::time_fraction>("Share of columns of times.").inout();
    table.field<&T::string_fraction>("Share of columns of strings.").inout();
    table.field<&T::missing_fraction>("Share of cells that are missing.").inout();
    table.field<&T::has_response>("Whether a first column \"response\" is added.").inout();
    table.field<&T::response_factors>("Levels of the response; 1 for numbers.").inout();
    table.field<&T::positive_response>("Whether a numeric response is never negative.").inout();
    table.field<&T::key>("The job.");
    return schema::Schema(table);
  };
  static const schema::Schema kSchema = made();
  return kSchema;
}

munge::RandomFrame description_of(const CreateFrameV3& request) {
  const std::int64_t seed = request.seed == -1 ? draw_seed() : request.seed;
  const std::int64_t type_seed =
      request.seed_for_column_types == -1 ? seed : request.seed_for_column_types;
  return {.rows = request.rows,
          .columns = request.cols,
          .seed = static_cast<std::uint64_t>(seed),
          .type_seed = static_cast<std::uint64_t>(type_seed),
          .randomize = request.randomize,
          .value = static_cast<double>(request.value),
          .real_range = static_cast<double>(request.real_range),
          .categorical_fraction = request.categorical_fraction,
          .levels = request.factors,
          .integer_fraction = request.integer_fraction,
          .integer_range = request.integer_range,
          .binary_fraction = request.binary_fraction,
          .ones = request.binary_ones_fraction,
          .time_fraction = request.time_fraction,
          .string_fraction = request.string_fraction,
          .missing = request.missing_fraction,
          .has_response = request.has_response,
          .response_levels = request.response_factors,
          .positive_response = request.positive_response};
}

struct CreateRequest {
  static constexpr std::string_view kKind = "frame.create";
  std::string name;
  munge::RandomFrame like;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, like);
  }
};

JobV3 create(Call& call, const CreateFrameV3& request) {
  const munge::RandomFrame like = description_of(request);
  munge::check(like);
  std::string name = request.dest.name;
  if (name.empty()) name = "random_frame_" + std::to_string(call.services.store->next_id());
  const job::Description description{"CreateFrame", name, std::string(schema::FrameKind::type)};
  return job_v3(*call.services.jobs->start(
      description,
      {.kind = CreateRequest::kKind, .request = wire::encode(CreateRequest{name, like})}));
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<CreateRequest>(bytes);
  frame::Frame made = munge::make_random_frame(*services.engine, request.like, job.token());
  made.key = request.name;
  services.frames->publish(made);
}

}  // namespace

const Resource& create_frame();
const Resource& create_frame() {
  static const Resource kResource{{route("POST", "/3/CreateFrame", "createFrame",
                                         "Makes a frame of random or constant columns.", &create)},
                                  {{std::string(CreateRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
