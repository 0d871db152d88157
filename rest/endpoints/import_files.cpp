#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// What both ways to import answer with.
struct Found {
  std::vector<std::string> files;
  std::vector<std::string> destination_frames;
  std::vector<std::string> fails;
  std::vector<std::string> dels;
};

struct ImportFilesV3 : Found {
  std::string path;
  std::string pattern;
  static const schema::Schema& schema();
};

struct ImportFilesMultiV3 : Found {
  std::vector<std::string> paths;
  std::optional<std::string> pattern;
  static const schema::Schema& schema();
};

template <class T>
void add_found(schema::SchemaOf<T>& table) {
  table.template field<&T::files>("Files that were found.")
      .template field<&T::destination_frames>("Names under which they can be parsed.")
      .template field<&T::fails>("Paths that could not be imported.")
      .template field<&T::dels>("Names that were removed; always empty.");
}

const schema::Schema& ImportFilesV3::schema() {
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<ImportFilesV3> table("ImportFilesV3", "ImportFiles", "RequestSchemaV3");
    table.field<&ImportFilesV3::path>("A file, a folder or an http(s) URL.")
        .inout()
        .required()
        .field<&ImportFilesV3::pattern>(
            "A regular expression that paths below a folder must match.")
        .inout();
    add_found(table);
    return static_cast<schema::Schema>(table);
  }();
  return kSchema;
}

const schema::Schema& ImportFilesMultiV3::schema() {
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<ImportFilesMultiV3> table("ImportFilesMultiV3", "ImportFilesMulti",
                                               "RequestSchemaV3");
    table.field<&ImportFilesMultiV3::paths>("Files, folders and http(s) URLs.")
        .inout()
        .required()
        .field<&ImportFilesMultiV3::pattern>(
            "A regular expression that paths below a folder must match.")
        .inout();
    add_found(table);
    return static_cast<schema::Schema>(table);
  }();
  return kSchema;
}

template <class Answer>
Answer import(Call& call, const Answer& input, const std::vector<std::string>& paths,
              const std::string& pattern) {
  ingest::Imported found = call.services.ingest->import_files(paths, pattern);
  Answer answer = input;
  answer.files = std::move(found.files);
  answer.destination_frames = std::move(found.keys);
  answer.fails = std::move(found.fails);
  return answer;
}

ImportFilesV3 import_one(Call& call, const ImportFilesV3& input) {
  return import(call, input, {input.path}, input.pattern);
}

ImportFilesMultiV3 import_many(Call& call, const ImportFilesMultiV3& input) {
  return import(call, input, input.paths, input.pattern.value_or(""));
}

}  // namespace

const Resource& import_files();
const Resource& import_files() {
  static const Resource kResource{
      {route("GET", "/3/ImportFiles", "importFiles_deprecated",
             "Makes files of this machine, or a URL, known for parsing.", &import_one),
       route("POST", "/3/ImportFiles", "importFiles",
             "Makes files of this machine, or a URL, known for parsing.", &import_one),
       route("POST", "/3/ImportFilesMulti", "importFilesMulti",
             "Makes files of this machine and URLs known for parsing.", &import_many)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
