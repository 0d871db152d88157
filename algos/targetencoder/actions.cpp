#include "algos/targetencoder/actions.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/targetencoder/transform.hpp"

namespace neve::algos::targetencoder {
namespace {

/// What is encoded, and how. Numbers that no parameter may be stand for the model's own.
struct TransformRequest {
  schema::ModelRef model;
  schema::FrameRef frame;
  bool as_training = false;
  bool blending = false;
  double inflection_point = -1;
  double smoothing = -1;
  double noise = kModelsNoise;
  static constexpr double kModelsNoise = -2;
  static const schema::Schema& schema();
};

const schema::Schema& TransformRequest::schema() {
  using T = TransformRequest;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<T> table("TargetEncoderTransformParametersV3",
                              "TargetEncoderTransformParameters", "SchemaV3");
    table.field<&T::model>("Target encoder.").input();
    table.field<&T::frame>("Frame to encode.").input();
    table.field<&T::as_training>("Encode as the rows that the model was trained on.").input();
    table.field<&T::blending>("Blend the means of levels with that of all rows.").input();
    table.field<&T::inflection_point>("As the parameter of that name; -1: the model's.").input();
    table.field<&T::smoothing>("As the parameter of that name; -1: the model's.").input();
    table.field<&T::noise>("As the parameter of that name; -2: the model's.").input();
    return schema::Schema(table);
  }();
  return kSchema;
}

/// The key of a frame as an answer of its own.
struct FrameAnswer {
  std::string name;
  std::string type{schema::FrameKind::type};
  std::string URL;
  static const schema::Schema& schema();
};

const schema::Schema& FrameAnswer::schema() {
  using F = FrameAnswer;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<F> table("FrameKeyV3", "Key<Frame>", "KeyV3");
    table.field<&F::name>("Key of the frame.")
        .field<&F::type>("Its type.")
        .field<&F::URL>("Where the frame is.");
    return schema::Schema(table);
  }();
  return kSchema;
}

std::string encoded_key(const std::string& model, const std::string& frame) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "_%012llx", static_cast<unsigned long long>(draw_seed()));
  return frame + "_encoded_by_" + model + text.data();
}

std::shared_ptr<const TargetEncoderModel> require(const model::Models& models,
                                                  const std::string& key) {
  auto model = std::dynamic_pointer_cast<const TargetEncoderModel>(models.require(key, "model"));
  if (model != nullptr) return model;
  throw InputError::illegal_argument("Model '" + key + "' is not a target encoder.",
                                     {{"model", key}});
}

model::ActionAnswer run_transform(model::Models& models, const void* input) {
  const auto& asked = *static_cast<const TransformRequest*>(input);
  const auto model = require(models, asked.model.name);
  const frame::Frame frame = models.frames().require(asked.frame.name, "frame");
  TransformOrder order = default_order(*model);
  order.as_training = asked.as_training;
  order.blending.wanted = asked.blending;
  if (asked.inflection_point > 0) order.blending.inflection_point = asked.inflection_point;
  if (asked.smoothing > 0) order.blending.smoothing = asked.smoothing;
  if (asked.noise != TransformRequest::kModelsNoise) order.noise = asked.noise;
  frame::Frame made = transform(models.engine(), *model, frame, order, nullptr);
  if (made.key.empty()) {
    made.key = encoded_key(asked.model.name, frame.key);
    models.frames().publish(made);
  }
  FrameAnswer answer;
  answer.name = made.key;
  answer.URL = std::string(schema::FrameKind::url) + made.key;
  return {.object = schema::any_object(std::move(answer))};
}

}  // namespace

std::vector<model::Action> actions() {
  return {{.method = "GET",
           .path = "/3/TargetEncoderTransform",
           .name = "target_encoder_transform",
           .summary = "Encodes the columns of a frame.",
           .input = &TransformRequest::schema(),
           .output = &FrameAnswer::schema(),
           .run = &run_transform}};
}

}  // namespace neve::algos::targetencoder
