#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/frame_verbs.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct DCTTransformerV3 {
  schema::FrameRef dataset;
  schema::FrameRef destination_frame;
  std::vector<std::int32_t> dimensions;
  bool inverse = false;
  static const schema::Schema& schema() {
    using T = DCTTransformerV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("DCTTransformerV3", "DCTTransformer", "RequestSchemaV3")
            .field<&T::dataset>("The frame, of numeric columns without missing values.")
            .input()
            .required()
            .field<&T::destination_frame>("Name of the frame; drawn where it is left out.")
            .input()
            .field<&T::dimensions>(
                "Three sides of the array that a row is, the last one running "
                "fastest: [n,1,1], [n,m,1] or [n,m,k].")
            .input()
            .required()
            .field<&T::inverse>("Whether the inverse transform is taken.")
            .input();
    return kSchema;
  }
};

struct TransformRequest {
  static constexpr std::string_view kKind = "frame.cosine";
  frame::Frame frame;
  std::string name;
  munge::CosineShape shape;
  template <class Archive>
  void fields(Archive& archive) {
    archive(frame, name, shape);
  }
};

JobV3 transform(Call& call, const DCTTransformerV3& input) {
  const frame::Frame frame = call.services.frames->require(input.dataset.name, "dataset");
  munge::CosineShape shape{.sides = {}, .inverse = input.inverse};
  if (input.dimensions.size() != shape.sides.size()) {
    throw InputError::illegal_argument(
        "dimensions must be three numbers (n,1,1 for rows of numbers; n,m,1; n,m,k), not " +
            std::to_string(input.dimensions.size()) + ".",
        {{"dimensions", std::to_string(input.dimensions.size())}});
  }
  std::ranges::copy(input.dimensions, shape.sides.begin());
  munge::check(shape, frame, *call.services.rollups);
  std::string name = input.destination_frame.name;
  if (name.empty()) name = "dct_" + std::to_string(call.services.store->next_id());
  const job::Description description{"DCTTransformer job", name,
                                     std::string(schema::FrameKind::type)};
  const TransformRequest order{frame, name, shape};
  return job_v3(*call.services.jobs->start(description, {.kind = TransformRequest::kKind,
                                                         .request = wire::encode(order),
                                                         .columns = frame::column_ids(frame)}));
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<TransformRequest>(bytes);
  frame::Frame made =
      munge::cosine_transform(*services.engine, request.frame, request.shape, job.token());
  made.key = request.name;
  services.frames->publish(made);
}

}  // namespace

const Resource& dct_transformer();
const Resource& dct_transformer() {
  static const Resource kResource{
      {route("POST", "/99/DCTTransformer", "_dctTransformer_run",
             "The discrete cosine transform of each row of a frame.", &transform)},
      {{std::string(TransformRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
