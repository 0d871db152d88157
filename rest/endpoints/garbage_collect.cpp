#include <malloc.h>

#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"

namespace neve::rest::endpoints {

namespace {

struct GarbageCollect {
  static const schema::Schema& schema();
};

const schema::Schema& GarbageCollect::schema() {
  static const schema::Schema kSchema = schema::SchemaOf<GarbageCollect>("GarbageCollectV3");
  return kSchema;
}

/// There is no garbage, but freed memory that the allocator keeps can go back to the system.
GarbageCollect answer_collect(Call& /*call*/, const GarbageCollect& /*input*/) {
  ::malloc_trim(0);
  return {};
}

}  // namespace

const Resource& garbage_collect() {
  static const Resource kResource{
      {route("POST", "/3/GarbageCollect", "garbageCollect",
             "Gives freed memory back to the system.", &answer_collect)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
