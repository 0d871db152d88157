#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"

namespace neve::rest::endpoints {

namespace {

struct CapabilityEntry {
  std::string name;
  static const schema::Schema& schema();
};

const schema::Schema& CapabilityEntry::schema() {
  static const schema::Schema kSchema = schema::SchemaOf<CapabilityEntry>("CapabilityEntryV3")
                                            .field<&CapabilityEntry::name>("Its name.");
  return kSchema;
}

struct Capabilities {
  std::vector<CapabilityEntry> capabilities;
  static const schema::Schema& schema();
};

const schema::Schema& Capabilities::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Capabilities>("CapabilitiesV3", "Iced", "RequestSchemaV3")
          .field<&Capabilities::capabilities>("What this server offers.");
  return kSchema;
}

/// H2O-3's extensions by name; these three are what Neve has of them.
Capabilities answer_api(Call& /*call*/, const Capabilities& /*input*/) {
  return {{{"Core V3"}, {"Core V4"}, {"Algos"}}};
}

/// H2O-3's extensions of the core (Kerberos, XGBoost …); Neve has none of them.
Capabilities answer_core(Call& /*call*/, const Capabilities& /*input*/) { return {}; }

}  // namespace

const Resource& capabilities() {
  static const Resource kResource = about_nodes(
      {route("GET", "/3/Capabilities", "list_all_capabilities", "All capabilities.", &answer_api)
           .cheap(),
       route("GET", "/3/Capabilities/Core", "list_core_capabilities", "Those of the core.",
             &answer_core)
           .cheap(),
       route("GET", "/3/Capabilities/API", "list_rest_capabilities", "Those of the REST API.",
             &answer_api)
           .cheap()});
  return kResource;
}

}  // namespace neve::rest::endpoints
