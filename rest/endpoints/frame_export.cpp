#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/rapids/interpreter.hpp>

#include "rest/frames_v3.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

ingest::ExportOrder csv_order(const FramesV3& input) {
  return {.path = *input.path,
          .overwrite = input.force,
          .parts = input.num_parts,
          .packing = ingest::packing_of_word(input.compression.value_or("")),
          .form = {.separator = static_cast<char>(input.separator),
                   .header = input.header,
                   .quote_header = input.quote_header}};
}

/// Column by column, into a folder of parts (Parquet) or a file (Arrow).
FramesV3 export_columns(Call& call, const FramesV3& input) {
  const frame::Frame frame = call.services.frames->require(input.frame_id.name, "key");
  const ingest::ColumnarExportOrder order{
      .path = *input.path,
      .overwrite = input.force,
      .parts = input.num_parts,
      .write_checksum = input.write_checksum,
      .form = {.format = std::string(schema::enum_text(*input.format)),
               .compression = input.compression.value_or(""),
               .adjust_from_local = input.tz_adjust_from_local}};
  call.services.ingest->set_time_zone(call.services.rapids->time_zone());
  FramesV3 answer = input;
  answer.job = job_v3(*call.services.ingest->export_columns(frame, order));
  return answer;
}

FramesV3 export_frame(Call& call, const FramesV3& input) {
  if (!input.path || input.path->empty()) {
    throw InputError::illegal_argument("Required field path not specified", {{"field", "path"}});
  }
  if (input.format && *input.format != ExportFormat::csv) return export_columns(call, input);
  const frame::Frame frame = call.services.frames->require(input.frame_id.name, "key");
  FramesV3 answer = input;
  answer.job = job_v3(*call.services.ingest->export_csv(frame, csv_order(input)));
  return answer;
}

}  // namespace

const Resource& frame_export();
const Resource& frame_export() {
  static const Resource kResource{
      {route("POST", "/3/Frames/{frame_id}/export", "exportFrame",
             "Writes a frame to a file, or a folder of files, of this machine.", &export_frame),
       route("GET", "/3/Frames/{frame_id}/export/{path}/overwrite/{force}",
             "exportFrame_deprecated", "Writes a frame to a file of this machine.",
             &export_frame)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
