#include <neve/base/error.hpp>
#include <neve/mr/engine.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/frame_json.hpp"
#include "rest/frames_v3.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct FrameSynopsisV3 {
  schema::FrameRef frame_id;
  std::int64_t byte_size = 0;
  bool is_text = false;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  static const schema::Schema& schema() {
    using F = FrameSynopsisV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<F>("FrameSynopsisV3", "Iced", "FrameBaseV3")
            .echo_exclusions()
            .field<&F::frame_id>("Name of the frame.")
            .inout()
            .field<&F::byte_size>("Bytes that its columns hold.")
            .field<&F::is_text>("Whether it is text that was not parsed yet.")
            .field<&F::rows>("Number of rows.")
            .field<&F::columns>("Number of columns.");
    return kSchema;
  }
};

struct FramesListV3 {
  schema::FrameRef frame_id;
  std::vector<FrameSynopsisV3> frames;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<FramesListV3>("FramesListV3", "Frames", "RequestSchemaV3")
            .field<&FramesListV3::frame_id>("Name of a frame.")
            .input()
            .silent()
            .field<&FramesListV3::frames>("The frames.")
            .as_type("Iced[]", "FrameBaseV3");
    return kSchema;
  }
};

frame::Frame require_frame(const Call& call, const FramesV3& input) {
  return call.services.frames->require(input.frame_id.name, "key");
}

FramesV3 answer_window(Call& call, const FramesV3& input, const frame::Frame& frame,
                       FrameWindow window) {
  window.row_offset = input.row_offset;
  window.row_count = input.row_count;
  window.column_offset = input.column_offset;
  window.column_count = input.column_count;
  window.full_column_count = input.full_column_count;
  FramesV3 answer = input;
  answer.frames.emplace();
  answer.frames->push_back(frame_v3(call.services, frame, window, call.token));
  return answer;
}

FramesV3 fetch(Call& call, const FramesV3& input) {
  return answer_window(call, input, require_frame(call, input), {});
}

FramesV3 fetch_light(Call& call, const FramesV3& input) {
  return answer_window(call, input, require_frame(call, input), {.light = true});
}

FramesV3 fetch_summary(Call& call, const FramesV3& input) {
  return answer_window(call, input, require_frame(call, input), {.summary = true});
}

/// One column as a frame of its own, which keeps the frame's name.
frame::Frame require_column(const Call& call, const FramesV3& input) {
  const frame::Frame frame = require_frame(call, input);
  const ColumnIndex index = frame.require(input.column.value_or(""));
  frame::Frame column = frame.select({&index, 1});
  column.key = frame.key;
  return column;
}

FramesV3 fetch_column(Call& call, const FramesV3& input) {
  return answer_window(call, input, require_column(call, input), {});
}

FramesV3 fetch_column_summary(Call& call, const FramesV3& input) {
  return answer_window(call, input, require_column(call, input), {.summary = true});
}

FramesV3 fetch_domain(Call& call, const FramesV3& input) {
  const frame::Frame column = require_column(call, input);
  FramesV3 answer = input;
  answer.domain.emplace();
  if (column.columns[0].domain) answer.domain->push_back(*column.columns[0].domain);
  return answer;
}

FramesV3 remove(Call& call, const FramesV3& input) {
  (void)require_frame(call, input);
  call.services.frames->remove(input.frame_id.name);
  return input;
}

FramesV3 remove_all(Call& call, const FramesV3& input) {
  for (const std::string& key : call.services.frames->keys()) call.services.frames->remove(key);
  return input;
}

FramesListV3 list(Call& call, const FramesListV3& input) {
  FramesListV3 answer{input.frame_id, {}};
  for (const std::string& key : call.services.frames->keys()) {
    // A frame may go between the listing and the look.
    if (const auto frame = call.services.frames->find(key)) {
      answer.frames.push_back(
          {key, frame_bytes(call.services, *frame), false, frame->rows(), frame->width()});
    }
  }
  return answer;
}

}  // namespace

const Resource& frames();
const Resource& frames() {
  static const Resource kResource = {
      {route("GET", "/3/Frames", "frames", "Lists all frames.", &list),
       route("GET", "/3/Frames/{frame_id}", "frame", "Describes a frame and shows some rows.",
             &fetch),
       route("GET", "/3/Frames/{frame_id}/light", "lightFrame", "Shows some rows of a frame.",
             &fetch_light),
       route("GET", "/3/Frames/{frame_id}/summary", "frameSummary",
             "Describes a frame with percentiles and histograms.", &fetch_summary),
       route("GET", "/3/Frames/{frame_id}/columns", "frameColumns",
             "Describes the columns of a frame.", &fetch),
       route("GET", "/3/Frames/{frame_id}/columns/{column}", "frameColumn", "Describes a column.",
             &fetch_column),
       route("GET", "/3/Frames/{frame_id}/columns/{column}/summary", "frameColumnSummary",
             "Describes a column with percentiles and a histogram.", &fetch_column_summary),
       route("GET", "/3/Frames/{frame_id}/columns/{column}/domain", "frameColumnDomain",
             "Lists the levels of a categorical column.", &fetch_domain),
       route("DELETE", "/3/Frames/{frame_id}", "deleteFrame", "Removes a frame.", &remove),
       route("DELETE", "/3/Frames", "deleteAllFrames", "Removes all frames.", &remove_all)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
