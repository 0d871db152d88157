#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct TypeaheadV3 {
  std::string src;
  std::int32_t limit = 0;
  std::vector<std::string> matches;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<TypeaheadV3>("TypeaheadV3", "Iced", "RequestSchemaV3")
            .field<&TypeaheadV3::src>("The beginning of a path.")
            .inout()
            .required()
            .field<&TypeaheadV3::limit>("The most paths to answer with; 0 for 100.")
            .inout()
            .at_least(0)
            .field<&TypeaheadV3::matches>("Paths that begin so.");
    return kSchema;
  }
};

TypeaheadV3 suggest(Call& call, const TypeaheadV3& input) {
  TypeaheadV3 answer = input;
  answer.matches = call.services.ingest->suggest_paths(input.src, input.limit);
  return answer;
}

}  // namespace

const Resource& typeahead();
const Resource& typeahead() {
  static const Resource kResource{{route("GET", "/3/Typeahead/files", "typeaheadFileSuggestions",
                                         "Completes the path of a file to import.", &suggest)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
