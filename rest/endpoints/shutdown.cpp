#include <neve/base/log.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

struct Shutdown {
  static const schema::Schema& schema();
};

const schema::Schema& Shutdown::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Shutdown>("ShutdownV3", "Shutdown", "RequestSchemaV3");
  return kSchema;
}

/// The answer still goes out: the server lets running requests finish.
Shutdown answer_shutdown(Call& call, const Shutdown& /*input*/) {
  log::info("Asked to stop by " + call.request.remote);
  call.services.info.request_stop();
  return {};
}

}  // namespace

const Resource& shutdown() {
  static const Resource kResource = about_nodes(
      {route("POST", "/3/Shutdown", "shutdownCluster", "Stops the cluster.", &answer_shutdown)
           .cheap()});
  return kResource;
}

}  // namespace neve::rest::endpoints
