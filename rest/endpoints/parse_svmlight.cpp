#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct ParseSVMLightV3 {
  std::optional<schema::FrameRef> destination_frame;
  std::vector<schema::FrameRef> source_frames;
  static const schema::Schema& schema();
};

const schema::Schema& ParseSVMLightV3::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<ParseSVMLightV3>("ParseSVMLightV3", "Iced", "RequestSchemaV3")
          .field<&ParseSVMLightV3::destination_frame>(
              "Name of the frame; made of the first file's if not given.")
          .input()
          .field<&ParseSVMLightV3::source_frames>("Imported or uploaded files.")
          .input()
          .required();
  return kSchema;
}

JobV3 parse_svmlight(Call& call, const ParseSVMLightV3& input) {
  ingest::Ingest& ingest = *call.services.ingest;
  ingest::ParseOrder order;
  for (const schema::FrameRef& frame : input.source_frames) order.source_keys.push_back(frame.name);
  ingest::FileSetup said;
  said.parse_type = "SVMLight";
  order.setup = ingest.guess(order.source_keys, said);
  const bool named = input.destination_frame && !input.destination_frame->empty();
  order.destination =
      named ? input.destination_frame->name : ingest.frame_name(order.source_keys.front());
  order.delete_sources = true;  // as H2O-3 does
  return job_v3(*ingest.parse(order));
}

}  // namespace

const Resource& parse_svmlight();
const Resource& parse_svmlight() {
  static const Resource kResource{
      {route("POST", "/3/ParseSVMLight", "parseSvmLight",
             "Makes a frame of files of SVMLight, whose set-up is guessed.", &parse_svmlight)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
