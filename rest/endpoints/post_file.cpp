#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

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

struct PutKeyV3 {
  std::string destination_key;
  bool overwrite = true;
  std::int64_t total_bytes = 0;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<PutKeyV3>("PutKeyV3", "Iced", "RequestSchemaV3")
            .field<&PutKeyV3::destination_key>("The name for the bytes; one is made up without.")
            .inout()
            .field<&PutKeyV3::overwrite>("Whether an object of that name is replaced.")
            .input()
            .field<&PutKeyV3::total_bytes>("How many bytes were kept; -1 where none were.");
    return kSchema;
  }
};

/// Clients know these answers without the usual frame around them.
std::string answer_text(const char* name, const std::string& key, std::int64_t bytes) {
  schema::JsonWriter out;
  out.begin_object();
  if (out.key(name)) {
    out.value(std::string_view(key));
    out.end_member();
  }
  if (out.key("total_bytes")) {
    out.value(bytes);
    out.end_member();
  }
  out.end_object();
  return out.take();
}

/// Keeps the body under this name; how many bytes, -1 for none.
std::int64_t keep_body(Call& call, const std::string& key) {
  auto* upload = dynamic_cast<http::Upload*>(call.request.sink.get());
  http::Upload::File file = upload != nullptr ? upload->take() : http::Upload::File{};
  if (file.size == 0) return -1;
  call.services.ingest->keep_upload(key, file.pieces, std::move(file.memory));
  return file.size;
}

/// Code for the server's virtual machine is kept as any other bytes: nothing runs it.
void put_key(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  PutKeyV3 answer;
  read_input(*call, PutKeyV3::schema(), &answer);
  std::string& key = answer.destination_key;
  if (key.empty()) key = "func_" + call->services.ingest->new_upload_key();
  const bool taken = call->services.store->catalog().find(key).has_value();
  answer.total_bytes = taken && !answer.overwrite ? -1 : keep_body(*call, key);
  send_json(responder, answer_text("destination_key", key, answer.total_bytes));
}

void keep_file(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  PostFileV3 answer;
  read_input(*call, PostFileV3::schema(), &answer);
  std::string& key = answer.destination_frame;
  if (key.empty()) key = call->services.ingest->new_upload_key();
  answer.total_bytes = keep_body(*call, key);
  send_json(responder, answer_text("destination_frame", key, answer.total_bytes));
}

template <class T>
Route upload_route(std::string path, std::string name, std::string summary, RouteHandler handle) {
  Route made{.method = "POST",
             .path = std::move(path),
             .name = std::move(name),
             .summary = std::move(summary),
             .input = &T::schema(),
             .output = &T::schema(),
             .handle = std::move(handle)};
  made.takes_upload = true;
  return made;
}

}  // namespace

const Resource& post_file();
const Resource& post_file() {
  static const Resource kResource{
      {upload_route<PostFileV3>("/3/PostFile", "postFile", "Keeps the body as a file to be parsed.",
                                &keep_file),
       upload_route<PostFileV3>("/3/PostFile.bin", "postFileBinary",
                                "Keeps the body as a file, such as a saved model.", &keep_file),
       upload_route<PutKeyV3>("/3/PutKey", "putKey", "Keeps the body under a name.", &put_key),
       upload_route<PutKeyV3>("/3/PutKey.bin", "putKeyBinary", "Keeps the body under a name.",
                              &put_key)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
