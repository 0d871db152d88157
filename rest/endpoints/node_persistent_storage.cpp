#include <array>
#include <cstdio>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/document_folder.hpp"
#include "rest/http/upload.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct DocumentEntry {
  std::string category;
  std::string name;
  std::int64_t size = 0;
  std::int64_t timestamp_millis = 0;
  static const schema::Schema& schema() {
    using T = DocumentEntry;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("NodePersistentStorageEntryV3")
            .field<&T::category>("Its category.")
            .field<&T::name>("Its name.")
            .field<&T::size>("Its bytes.")
            .field<&T::timestamp_millis>("When it was changed last, in ms since 1970.");
    return kSchema;
  }
};

struct DocumentStorage {
  std::optional<std::string> category;
  std::optional<std::string> name;
  std::optional<std::string> value;
  bool configured = false;
  bool exists = false;
  std::optional<std::vector<DocumentEntry>> entries;
  static const schema::Schema& schema() {
    using T = DocumentStorage;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("NodePersistentStorageV3", "Iced", "RequestSchemaV3")
            .field<&T::category>("Category of the document.")
            .inout()
            .field<&T::name>("Name of the document.")
            .inout()
            .field<&T::value>("The document, as text.")
            .inout()
            .field<&T::configured>("Whether this node keeps documents.")
            .field<&T::exists>("Whether there is such a category or document.")
            .field<&T::entries>("The documents of the category.");
    return kSchema;
  }
};

DocumentFolder folder_of(const Call& call) {
  return DocumentFolder(call.services.info.documents_directory);
}

/// A random name, written as a UUID.
std::string drawn_name() {
  const auto high = static_cast<std::uint64_t>(draw_seed());
  const auto low = static_cast<std::uint64_t>(draw_seed());
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(high >> 32U), static_cast<unsigned>(high >> 16U & 0xFFFFU),
                static_cast<unsigned>(high & 0xFFFFU), static_cast<unsigned>(low >> 48U),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFU));
  return text.data();
}

DocumentStorage tell_configured(Call& /*call*/, const DocumentStorage& input) {
  DocumentStorage answer = input;
  answer.configured = true;
  return answer;
}

DocumentStorage tell_exists(Call& call, const DocumentStorage& input) {
  DocumentStorage answer = input;
  const std::string category = input.category.value_or("");
  answer.exists = input.name ? folder_of(call).has(category, *input.name)
                             : folder_of(call).has_category(category);
  return answer;
}

DocumentStorage put_document(Call& call, const DocumentStorage& input) {
  DocumentStorage answer = input;
  if (!input.value) {
    throw InputError::illegal_argument("Required field value not specified", {{"field", "value"}});
  }
  if (!answer.name) answer.name = drawn_name();
  folder_of(call).put(input.category.value_or(""), *answer.name, *input.value);
  return answer;
}

DocumentStorage get_document(Call& call, const DocumentStorage& input) {
  DocumentStorage answer = input;
  answer.value = folder_of(call).get(input.category.value_or(""), input.name.value_or(""));
  return answer;
}

DocumentStorage list_documents(Call& call, const DocumentStorage& input) {
  DocumentStorage answer = input;
  answer.entries.emplace();
  const std::string category = input.category.value_or("");
  for (const DocumentFolder::Entry& entry : folder_of(call).list(category)) {
    answer.entries->push_back({category, entry.name, entry.bytes, entry.changed_ms});
  }
  return answer;
}

DocumentStorage remove_document(Call& call, const DocumentStorage& input) {
  folder_of(call).remove(input.category.value_or(""), input.name.value_or(""));
  return input;
}

void send_file(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const std::string name = call->parameter("name");
  http::Response response;
  response.body = folder_of(*call).get(call->parameter("category"), name);
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=" + name + ".flow");
  responder.send(std::move(response));
}

void keep_file(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  auto* upload = dynamic_cast<http::Upload*>(call->request.sink.get());
  const http::Upload::File file = upload != nullptr ? upload->take() : http::Upload::File{};
  std::string text;
  for (const frame::Chunk& piece : file.pieces) {
    const auto bytes = piece.opaque();
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  const std::string category = call->parameter("category");
  const std::string name = call->parameter("name");
  folder_of(*call).put(category, name, text);
  schema::JsonWriter out;
  out.begin_object();
  const auto member = [&out](const char* key, const auto& value) {
    if (!out.key(key)) return;
    out.value(value);
    out.end_member();
  };
  member("category", std::string_view(category));
  member("name", std::string_view(name));
  member("total_bytes", static_cast<std::int64_t>(text.size()));
  out.end_object();
  send_json(responder, out.take());
}

Route file_route(std::string method, std::string name, std::string summary, RouteHandler handle) {
  return {.method = std::move(method),
          .path = "/3/NodePersistentStorage.bin/{category}/{name}",
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &DocumentStorage::schema(),
          .output = &DocumentStorage::schema(),
          .handle = std::move(handle)};
}

Resource made_resource() {
  Resource made;
  const auto add = [&](const char* method, const std::string& path, const char* name,
                       const char* summary, auto* answer) {
    made.routes.push_back(route(method, "/3/NodePersistentStorage" + path, name, summary, answer));
  };
  add("GET", "/configured", "npsEnabled", "Whether this node keeps documents.", &tell_configured);
  add("GET", "/categories/{category}/names/{name}/exists", "npsContains",
      "Whether this node has a document.", &tell_exists);
  add("GET", "/categories/{category}/exists", "npsExistsCategory",
      "Whether this node has documents of a category.", &tell_exists);
  add("POST", "/{category}/{name}", "npsPut", "Keeps a document at this node.", &put_document);
  add("POST", "/{category}", "npsCreateCategory", "Keeps a document under a name that is drawn.",
      &put_document);
  add("GET", "/{category}/{name}", "npsGet", "A document of this node.", &get_document);
  add("GET", "/{category}", "npsKeys", "The documents of a category.", &list_documents);
  add("DELETE", "/{category}/{name}", "npsRemove", "Removes a document.", &remove_document);
  made.routes.push_back(
      file_route("GET", "npsGetFile", "A document of this node, as a file.", &send_file));
  made.routes.push_back(
      file_route("POST", "npsPutFile", "Keeps the body as a document at this node.", &keep_file));
  made.routes.back().takes_upload = true;
  return made;
}

}  // namespace

const Resource& node_persistent_storage();
const Resource& node_persistent_storage() {
  static const Resource kResource = made_resource();
  return kResource;
}

}  // namespace neve::rest::endpoints
