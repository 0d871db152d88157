#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct RemoveV3 {
  schema::AnyRef key;
  bool cascade = false;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<RemoveV3>("RemoveV3", "Iced", "RequestSchemaV3")
            .field<&RemoveV3::key>("Name of the object to remove.")
            .input()
            .field<&RemoveV3::cascade>("Remove what belongs to it too.")
            .input();
    return kSchema;
  }
};

struct RemoveAllV3 {
  std::optional<std::vector<schema::AnyRef>> retained_keys;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<RemoveAllV3>("RemoveAllV3", "Iced", "RequestSchemaV3")
            .field<&RemoveAllV3::retained_keys>("Names of objects to keep.")
            .input();
    return kSchema;
  }
};

/// Removing what is not there is fine, as the wish is fulfilled.
RemoveV3 remove_key(Call& call, const RemoveV3& input) {
  if (input.cascade && call.services.models->remove(input.key.name)) return input;
  call.services.store->commit({.remove = {input.key.name}});
  return input;
}

RemoveAllV3 remove_all(Call& call, const RemoveAllV3& input) {
  store::Command command;
  const auto keep = input.retained_keys.value_or(std::vector<schema::AnyRef>());
  for (const store::Entry& entry : call.services.store->catalog().list()) {
    if (entry.kind == store::Kind::job) continue;  // they end by themselves
    if (std::ranges::find(keep, entry.name, &schema::AnyRef::name) == keep.end()) {
      command.remove.push_back(entry.name);
    }
  }
  call.services.store->commit(command);
  return input;
}

}  // namespace

const Resource& dkv();
const Resource& dkv() {
  static const Resource kResource = {
      {route("DELETE", "/3/DKV/{key}", "deleteKey", "Removes an object of any kind.", &remove_key),
       route("DELETE", "/3/DKV", "deleteAllKeys", "Removes all objects but those to retain.",
             &remove_all)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
