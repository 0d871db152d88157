#include <algorithm>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct FrameChunkV3 {
  std::int32_t chunk_id = 0;
  std::int32_t row_count = 0;
  std::int32_t node_idx = 0;
  static const schema::Schema& schema() {
    using T = FrameChunkV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("FrameChunkV3")
            .field<&T::chunk_id>("Number of the row group.")
            .field<&T::row_count>("Rows in it.")
            .field<&T::node_idx>(
                "Position among the nodes of /3/Cloud of the one that works on it.");
    return kSchema;
  }
};

struct FrameChunksV3 {
  schema::FrameRef frame_id;
  std::vector<FrameChunkV3> chunks;
  static const schema::Schema& schema() {
    using T = FrameChunksV3;
    static const schema::Schema kSchema = schema::SchemaOf<T>("FrameChunksV3")
                                              .field<&T::frame_id>("The frame.")
                                              .inout()
                                              .required()
                                              .field<&T::chunks>("Its row groups.");
    return kSchema;
  }
};

FrameChunksV3 list_chunks(Call& call, const FrameChunksV3& input) {
  const frame::Frame frame = call.services.frames->require(input.frame_id.name);
  const auto placement = call.services.engine->placement(*frame.layout);
  const auto members = call.services.members();
  FrameChunksV3 answer = input;
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const NodeId home = placement->home(GroupIndex(g));
    const auto at = std::ranges::find(members, home, &cluster::Member::id);
    answer.chunks.push_back(
        {.chunk_id = g,
         .row_count = static_cast<std::int32_t>(frame.layout->rows_of(GroupIndex(g))),
         .node_idx = at == members.end() ? -1 : static_cast<std::int32_t>(at - members.begin())});
  }
  return answer;
}

}  // namespace

const Resource& frame_chunks();
const Resource& frame_chunks() {
  static const Resource kResource{{route("GET", "/3/FrameChunks/{frame_id}", "frameChunks",
                                         "Where the row groups of a frame are.", &list_chunks)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
