#include <memory>

#include <neve/frame/frame.hpp>
#include <neve/ingest/columnar_writer.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/http/upload.hpp"
#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

constexpr const char* kContentType = "application/vnd.apache.arrow.stream";

/// A frame as an Arrow stream: the answer is nothing but this.
struct ArrowDownloadV99 {
  schema::FrameRef frame_id;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ArrowDownloadV99>("ArrowDownloadV99", "Iced", "RequestSchemaV3")
            .field<&ArrowDownloadV99::frame_id>("The frame.")
            .input()
            .required();
    return kSchema;
  }
};

/// The body of such a request is an Arrow stream or file.
struct ArrowUploadV99 {
  std::optional<schema::FrameRef> destination_frame;
  std::optional<JobV3> job;
  static const schema::Schema& schema() {
    using T = ArrowUploadV99;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("ArrowUploadV99", "Iced", "RequestSchemaV3")
            .field<&T::destination_frame>("Name of the frame; one is made up without.")
            .inout()
            .field<&T::job>("The job that makes the frame.");
    return kSchema;
  }
};

void download(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  ArrowDownloadV99 input;
  read_input(*call, ArrowDownloadV99::schema(), &input);
  const frame::Frame frame = call->services.frames->require(input.frame_id.name);
  const auto stream = std::make_shared<ingest::ArrowStream>(*call->services.engine, frame);
  http::Response response;
  response.content_type = kContentType;
  response.producer = [stream](std::string& block) { return stream->next(block); };
  responder.send(std::move(response));
}

/// Sets up and parses what was sent, as a client would in three requests.
void upload(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  ArrowUploadV99 answer;
  read_input(*call, ArrowUploadV99::schema(), &answer);
  ingest::Ingest& ingest = *call->services.ingest;
  auto* body = dynamic_cast<http::Upload*>(call->request.sink.get());
  http::Upload::File file = body != nullptr ? body->take() : http::Upload::File{};
  if (file.size == 0) {
    throw InputError::bad_request("The request has no body; send an Arrow stream as its body.");
  }
  const std::string key = ingest.new_upload_key();
  ingest.keep_upload(key, file.pieces, std::move(file.memory));
  try {
    ingest::ParseOrder order;
    order.source_keys = {key};
    order.delete_sources = true;
    order.sent_for_this = true;
    order.setup = ingest.guess({key}, {.parse_type = "ARROW"});
    order.destination = answer.destination_frame ? answer.destination_frame->name : "";
    if (order.destination.empty()) order.destination = ingest.frame_name(key);
    answer.destination_frame = schema::FrameRef(order.destination);
    answer.job = job_v3(*ingest.parse(order));
  } catch (...) {
    ingest.forget_upload(key);
    throw;
  }
  send_json(responder, schema::to_json(answer, call->parameter("_exclude_fields")));
}

}  // namespace

const Resource& arrow();
const Resource& arrow() {
  static const Resource kResource = [] {
    Route to{.method = "POST",
             .path = "/99/Arrow",
             .name = "uploadArrow",
             .summary = "Makes a frame of an Arrow stream, which is the body.",
             .input = &ArrowUploadV99::schema(),
             .output = &ArrowUploadV99::schema(),
             .handle = &upload};
    to.takes_upload = true;
    Route from{.method = "GET",
               .path = "/99/Arrow/{frame_id}",
               .name = "downloadArrow",
               .summary = "A frame as an Arrow stream.",
               .input = &ArrowDownloadV99::schema(),
               .output = &ArrowDownloadV99::schema(),
               .handle = &download};
    return Resource{{std::move(to), std::move(from)}};
  }();
  return kResource;
}

}  // namespace neve::rest::endpoints
