#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/http/upload.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// The body of such a request is the file, raw or as multipart/form-data.
struct PostFileV3 {
  std::string destination_frame;
  std::int64_t total_bytes = 0;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<PostFileV3>("PostFileV3", "Iced", "RequestSchemaV3")
            .field<&PostFileV3::destination_frame>("The name for the file; one is made up without.")
            .inout()
            .field<&PostFileV3::total_bytes>("How many bytes were kept; -1 where none came.");
    return kSchema;
  }
};

/// Clients know this answer without the usual frame around it.
std::string answer_text(const PostFileV3& answer) {
  schema::JsonWriter out;
  out.begin_object();
  if (out.key("destination_frame")) {
    out.value(std::string_view(answer.destination_frame));
    out.end_member();
  }
  if (out.key("total_bytes")) {
    out.value(answer.total_bytes);
    out.end_member();
  }
  out.end_object();
  return out.take();
}

void keep_file(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  PostFileV3 answer;
  read_input(*call, PostFileV3::schema(), &answer);
  ingest::Ingest& ingest = *call->services.ingest;
  if (answer.destination_frame.empty()) answer.destination_frame = ingest.new_upload_key();
  auto* upload = dynamic_cast<http::Upload*>(call->request.sink.get());
  http::Upload::File file = upload != nullptr ? upload->take() : http::Upload::File{};
  answer.total_bytes = -1;
  if (file.size != 0) {
    answer.total_bytes = file.size;
    ingest.keep_upload(answer.destination_frame, file.pieces, std::move(file.memory));
  }
  send_json(responder, answer_text(answer));
}

Route upload_route(std::string path, std::string name, std::string summary) {
  Route made{.method = "POST",
             .path = std::move(path),
             .name = std::move(name),
             .summary = std::move(summary),
             .input = &PostFileV3::schema(),
             .output = &PostFileV3::schema(),
             .handle = &keep_file};
  made.takes_upload = true;
  return made;
}

}  // namespace

const Resource& post_file();
const Resource& post_file() {
  static const Resource kResource{
      {upload_route("/3/PostFile", "postFile", "Keeps the body as a file to be parsed."),
       upload_route("/3/PostFile.bin", "postFileBinary",
                    "Keeps the body as a file, such as a saved model.")}};
  return kResource;
}

}  // namespace neve::rest::endpoints
