#pragma once

#include <string>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/schema/schema.hpp>

#include "rest/router.hpp"

namespace neve::rest {

/// What clients may ask of models, and the schema of the answer.
struct ModelsV3 {
  schema::ModelRef model_id;
  bool preview = false;
  bool find_compatible_frames = false;
  bool export_cross_validation_predictions = false;
  /// Models are written by their own tables; this is for the metadata.
  schema::RawJson models;
  schema::RawJson compatible_frames;
};
const schema::Schema& models_schema();

/// "ModelsV3" with these models.
std::string models_json(const Call& call, bool export_cross_validation_predictions,
                        const std::vector<model::ModelPtr>& models);

}  // namespace neve::rest
