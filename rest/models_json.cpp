#include "rest/models_json.hpp"

#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/model_json.hpp"
#include "rest/services.hpp"

namespace neve::rest {

const schema::Schema& models_schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<ModelsV3>("ModelsV3", "Models", "RequestSchemaV3")
          .field<&ModelsV3::model_id>("Name of the model.")
          .input()
          .silent()
          .field<&ModelsV3::preview>("Leave out the model's larger parts.")
          .input()
          .silent()
          .field<&ModelsV3::find_compatible_frames>("List frames that the model can score.")
          .input()
          .silent()
          .field<&ModelsV3::export_cross_validation_predictions>(
              "Export the predictions of the folds.")
          .input()
          .field<&ModelsV3::models>("The models.")
          .as_type("Model[]", "ModelSchemaBaseV3")
          .field<&ModelsV3::compatible_frames>("Always null.")
          .as_type("Frame[]", "FrameV3");
  return kSchema;
}

std::string models_json(const Call& call, bool export_cross_validation_predictions,
                        const std::vector<model::ModelPtr>& models) {
  schema::JsonWriter out(call.parameter("_exclude_fields"));
  const auto member = [&out](std::string_view name, auto write) {
    if (!out.key(name)) return;
    write();
    out.end_member();
  };
  out.begin_object();
  schema::write_meta("ModelsV3", "Models", 3, out);
  member("_exclude_fields", [&] { out.value(""); });
  member("models", [&] {
    out.begin_array();
    for (const model::ModelPtr& model : models) {
      write_model(*call.services.models, *model, out);
    }
    out.end_array();
  });
  member("compatible_frames", [&] { out.null(); });
  member("export_cross_validation_predictions",
         [&] { out.value(export_cross_validation_predictions); });
  out.end_object();
  return out.take();
}

}  // namespace neve::rest
