#include "rest/frames_v3.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::rest {

const schema::Schema& FramesV3::schema() {
  using F = FramesV3;
  static const schema::Schema kSchema =
      schema::SchemaOf<F>("FramesV3", "Frames", "RequestSchemaV3")
          .field<&F::frame_id>("Name of the frame.")
          .input()
          .silent()
          .field<&F::column>("Name of a column.")
          .input()
          .silent()
          .field<&F::row_offset>("First row to show.")
          .inout()
          .field<&F::row_count>("Number of rows to show; -1 for 100.")
          .inout()
          .field<&F::column_offset>("First column to show.")
          .inout()
          .field<&F::full_column_count>("Number of columns to show with their rows; -1 for all.")
          .inout()
          .field<&F::column_count>("Number of columns to show; -1 for all.")
          .inout()
          .field<&F::find_compatible_models>("List the models that can score the frame.")
          .input()
          .silent()
          .field<&F::path>("Where to export to.")
          .input()
          .silent()
          .field<&F::force>("Overwrite what is there.")
          .input()
          .silent()
          .field<&F::num_parts>("Number of files to export to.")
          .input()
          .silent()
          .field<&F::parallel>("Write the parts at once.")
          .input()
          .silent()
          .field<&F::format>("Format to export as.")
          .input()
          .silent()
          .field<&F::compression>("Compression of the exported file.")
          .input()
          .field<&F::write_checksum>("Write a checksum beside the exported file.")
          .input()
          .field<&F::tz_adjust_from_local>("Shift times by the local time zone.")
          .input()
          .field<&F::separator>("Separator of the exported text.")
          .input()
          .field<&F::header>("Write the names of the columns.")
          .input()
          .field<&F::quote_header>("Write them in quotes.")
          .input()
          .field<&F::job>("Job of the export.")
          .as_type("Job", "JobV3")
          .field<&F::frames>("The frames.")
          .field<&F::compatible_models>("The models that can score the frame.")
          .as_type("Model[]", "ModelSchemaV3")
          .field<&F::domain>("Levels of the column.");
  return kSchema;
}

}  // namespace neve::rest
