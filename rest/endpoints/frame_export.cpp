#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>

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

FramesV3 export_frame(Call& call, const FramesV3& input) {
  if (!input.path || input.path->empty()) {
    throw InputError::illegal_argument("Required field path not specified", {{"field", "path"}});
  }
  const frame::Frame frame = call.services.frames->require(input.frame_id.name, "key");
  FramesV3 answer = input;
  if (input.format == ExportFormat::parquet) {
    throw InputError::unsupported(
        "The value 'parquet' of format is not supported by this version; leave the parameter out.",
        {{"format", "parquet"}});
  }
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
