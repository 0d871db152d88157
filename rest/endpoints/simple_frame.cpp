#include <array>

#include <neve/base/rng.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/random_frame.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_v4.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

template <>
struct neve::schema::EnumText<neve::munge::SimpleFrame::Response> {
  static constexpr std::string_view name = "CreateframerecipesSimpleCreateFrameRecipeResponseType";
  static constexpr std::array<std::string_view, 6> values = {"none", "real", "int",
                                                             "bool", "enum", "time"};
};

namespace neve::rest::endpoints {
namespace {

struct SimpleRecipe {
  schema::FrameRef dest;
  std::int64_t seed = -1;
  std::int32_t nrows = 100;
  std::int32_t ncols_real = 0;
  std::int32_t ncols_int = 0;
  std::int32_t ncols_enum = 0;
  std::int32_t ncols_bool = 0;
  std::int32_t ncols_str = 0;
  std::int32_t ncols_time = 0;
  double real_lb = -100;
  double real_ub = 100;
  std::int32_t int_lb = -100;
  std::int32_t int_ub = 100;
  std::int32_t enum_nlevels = 10;
  double bool_p = 0.3;
  std::int64_t time_lb = 946'080'000'000;
  std::int64_t time_ub = 1'576'800'000'000;
  std::int32_t str_length = 8;
  double missing_fraction = 0;
  munge::SimpleFrame::Response response_type = munge::SimpleFrame::Response::none;
  double response_lb = 0;
  double response_ub = 10;
  double response_p = 0.6;
  std::int32_t response_nlevels = 25;
  std::string _fields;
  static const schema::Schema& schema();
};

const schema::Schema& SimpleRecipe::schema() {
  using T = SimpleRecipe;
  const auto made = [] {
    schema::SchemaOf<T> table("CreateFrameSimpleIV4", "SimpleCreateFrameRecipe", "InputSchemaV4",
                              4);
    table.field<&T::dest>("Name of the frame; drawn where it is left out.").input();
    table.field<&T::seed>("Seed of the values; -1 draws one.").input();
    table.field<&T::nrows>("Number of rows.").input();
    table.field<&T::ncols_real>("Columns of reals.").input();
    table.field<&T::ncols_int>("Columns of whole numbers.").input();
    table.field<&T::ncols_enum>("Categorical columns.").input();
    table.field<&T::ncols_bool>("Columns of 0 and 1.").input();
    table.field<&T::ncols_str>("Columns of texts.").input();
    table.field<&T::ncols_time>("Columns of times.").input();
    table.field<&T::real_lb>("Least real.").input();
    table.field<&T::real_ub>("Greatest real.").input();
    table.field<&T::int_lb>("Least whole number.").input();
    table.field<&T::int_ub>("Greatest whole number.").input();
    table.field<&T::enum_nlevels>("Levels of each categorical column.").input();
    table.field<&T::bool_p>("Share of 1 among zeros and ones.").input();
    table.field<&T::time_lb>("Earliest time, in ms since 1970.").input();
    table.field<&T::time_ub>("Latest time, in ms since 1970.").input();
    table.field<&T::str_length>("Letters of each text.").input();
    table.field<&T::missing_fraction>("Share of cells that are missing.").input();
    table.field<&T::response_type>("What a first column \"response\" holds; none: it is not there.")
        .input();
    table.field<&T::response_lb>("Least response.").input();
    table.field<&T::response_ub>("Greatest response.").input();
    table.field<&T::response_p>("Share of 1 of a response of 0 and 1.").input();
    table.field<&T::response_nlevels>("Levels of a categorical response.").input();
    table.field<&T::_fields>("Fields of the answer that are wanted; all are given.").input();
    return schema::Schema(table);
  };
  static const schema::Schema kSchema = made();
  return kSchema;
}

munge::SimpleFrame description_of(const SimpleRecipe& request) {
  const std::int64_t seed = request.seed == -1 ? draw_seed() : request.seed;
  return {.seed = static_cast<std::uint64_t>(seed),
          .rows = request.nrows,
          .reals = request.ncols_real,
          .integers = request.ncols_int,
          .categories = request.ncols_enum,
          .booleans = request.ncols_bool,
          .texts = request.ncols_str,
          .times = request.ncols_time,
          .real_low = request.real_lb,
          .real_high = request.real_ub,
          .integer_low = request.int_lb,
          .integer_high = request.int_ub,
          .levels = request.enum_nlevels,
          .ones = request.bool_p,
          .time_low = request.time_lb,
          .time_high = request.time_ub,
          .letters = request.str_length,
          .missing = request.missing_fraction,
          .response = request.response_type,
          .response_low = request.response_lb,
          .response_high = request.response_ub,
          .response_ones = request.response_p,
          .response_levels = request.response_nlevels};
}

struct SimpleRequest {
  static constexpr std::string_view kKind = "frame.create_simple";
  std::string name;
  munge::SimpleFrame like;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, like);
  }
};

JobV4 create_simple(Call& call, const SimpleRecipe& request) {
  const munge::SimpleFrame like = description_of(request);
  munge::check(like);
  std::string name = request.dest.name;
  if (name.empty()) name = "simple_frame_" + std::to_string(call.services.store->next_id());
  const job::Description description{"CreateFrame:simple", name,
                                     std::string(schema::FrameKind::type)};
  return job_v4(call.services.jobs
                    ->start(description, {.kind = SimpleRequest::kKind,
                                          .request = wire::encode(SimpleRequest{name, like})})
                    ->snapshot());
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<SimpleRequest>(bytes);
  frame::Frame made = munge::make_simple_frame(*services.engine, request.like, job.token());
  made.key = request.name;
  services.frames->publish(made);
}

}  // namespace

const Resource& simple_frame();
const Resource& simple_frame() {
  static const Resource kResource{
      {route("POST", "/4/Frames/$simple", "createSimpleFrame",
             "Makes a frame of random columns, so many of each type.", &create_simple)},
      {{std::string(SimpleRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
