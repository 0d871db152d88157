#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

struct AboutEntry {
  std::string name;
  std::string value;
  static const schema::Schema& schema();
};

const schema::Schema& AboutEntry::schema() {
  static const schema::Schema kSchema = schema::SchemaOf<AboutEntry>("AboutEntryV3")
                                            .field<&AboutEntry::name>("What is told.")
                                            .field<&AboutEntry::value>("Its value.");
  return kSchema;
}

struct About {
  std::vector<AboutEntry> entries;
  static const schema::Schema& schema();
};

const schema::Schema& About::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<About>("AboutV3", "Iced", "RequestSchemaV3")
          .field<&About::entries>("Facts about this server.");
  return kSchema;
}

About answer_about(Call& call, const About& /*input*/) {
  const ServerInfo& info = call.services.info;
  return {{{"Server", "Neve"},
           {"Neve version", info.neve_version},
           {"Build project version", info.h2o_version},
           {"License", "Apache-2.0"}}};
}

}  // namespace

const Resource& about() {
  static const Resource kResource = about_nodes(
      {route("GET", "/3/About", "about", "Versions of this server.", &answer_about).cheap()});
  return kResource;
}

}  // namespace neve::rest::endpoints
