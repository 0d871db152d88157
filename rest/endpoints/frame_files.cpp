#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// Request and answer of both ways, which differ in name only.
struct FrameFile {
  schema::FrameRef frame_id;
  std::optional<std::string> dir;
  bool force = true;
  std::optional<JobV3> job;
};

schema::Schema schema_named(const char* name, const char* force) {
  using T = FrameFile;
  return schema::SchemaOf<T>(name, "Iced", "RequestSchemaV3")
      .field<&T::frame_id>("Name of the frame.")
      .input()
      .silent()
      .field<&T::dir>("Folder of the file, which is called as the frame.")
      .input()
      .field<&T::force>(force)
      .input()
      .field<&T::job>("The job.")
      .as_type("Job", "JobV3");
}

struct FrameSave : FrameFile {
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema_named("FrameSaveV3", "Overwrite the file where it is there.");
    return kSchema;
  }
};

struct FrameLoad : FrameFile {
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema_named("FrameLoadV3", "Replace the frame where there is one of this name.");
    return kSchema;
  }
};

void check(const FrameFile& input) {
  const bool has_folder = input.dir && !input.dir->empty();
  if (has_folder && !input.frame_id.empty()) return;
  const std::string field = has_folder ? "frame_id" : "dir";
  throw InputError::illegal_argument("Required field " + field + " not specified",
                                     {{"field", field}});
}

FrameSave save_frame(Call& call, const FrameSave& input) {
  check(input);
  const frame::Frame frame = call.services.frames->require(input.frame_id.name, "frame_id");
  FrameSave answer = input;
  answer.job = job_v3(*call.services.ingest->save_frame(frame, *input.dir, input.force));
  return answer;
}

FrameLoad load_frame(Call& call, const FrameLoad& input) {
  check(input);
  FrameLoad answer = input;
  answer.job =
      job_v3(*call.services.ingest->load_frame(input.frame_id.name, *input.dir, input.force));
  return answer;
}

}  // namespace

const Resource& frame_files();
const Resource& frame_files() {
  static const Resource kResource{
      {route("POST", "/3/Frames/{frame_id}/save", "saveFrame",
             "Writes a frame to a file of this machine, in Neve's own form.", &save_frame),
       route("POST", "/3/Frames/load", "loadFrame", "Reads a frame that was saved.", &load_frame)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
