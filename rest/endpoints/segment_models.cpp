#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/endpoints/builder_request_internal.hpp"
#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// What a request holds beside the algorithm's parameters.
struct SegmentModelsParameters {
  std::string algo;
  schema::AnyRef segment_models_id;
  schema::FrameRef segments;
  std::vector<std::string> segment_columns;
  std::int32_t parallelism = 1;
  static const schema::Schema& schema() {
    using S = SegmentModelsParameters;
    static const schema::Schema kSchema =
        schema::SchemaOf<S>("SegmentModelsParametersV3", "SegmentModelsParameters")
            .field<&S::algo>("Name of the algorithm.")
            .input()
            .field<&S::segment_models_id>("Name of the collection of models.")
            .as_type("Key<SegmentModels>", "SegmentModelsKeyV3")
            .input()
            .field<&S::segments>("Frame with a row for each segment that gets a model.")
            .input()
            .field<&S::segment_columns>("Columns whose values tell the segments apart.")
            .input()
            .field<&S::parallelism>("Number of models that are trained at a time.")
            .input();
    return kSchema;
  }
};

/// Takes what is not the algorithm's own out of the form.
SegmentModelsParameters take_order(schema::Form& form) {
  SegmentModelsParameters order;
  schema::Form own;
  const schema::Schema& schema = SegmentModelsParameters::schema();
  std::erase_if(form, [&](const auto& given) {
    if (schema.find(given.first) == nullptr) return false;
    own.push_back(given);
    return true;
  });
  schema::throw_problems("", schema::read_form(schema, &order, own));
  return order;
}

void train_segments(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Algorithm& algorithm = require_algorithm(*call);
  schema::Form form = builder_form(*call);
  const SegmentModelsParameters given = take_order(form);
  const auto job = call->services.models->train_segments(
      algorithm, form,
      {given.segment_models_id.name, given.segments.name, given.segment_columns, given.parallelism},
      client_word(*call));
  send_json(responder, schema::to_json(job_v3(*job), call->parameter("_exclude_fields")));
}

}  // namespace

const Resource& segment_models();
const Resource& segment_models() {
  static const Resource kResource = {
      {{.method = "POST",
        .path = "/3/SegmentModelsBuilders/{algo}",
        .name = "segment_train",
        .summary = "Starts to train a model for each segment of a frame.",
        .input = &SegmentModelsParameters::schema(),
        .output = &JobV3::schema(),
        .handle = &train_segments}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
