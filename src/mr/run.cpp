#include "mr/run.hpp"

#include <neve/base/error.hpp>

namespace neve::mr {
namespace {

/// What comes before the Partials of a reply.
struct ReplyHead {
  struct Part {
    std::int32_t height = 0;
    std::int64_t place = 0;
    std::uint64_t bytes = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(height, place, bytes);
    }
  };
  std::vector<Part> parts;
  std::vector<NodeId> missed;
  template <class Archive>
  void fields(Archive& archive) {
    archive(parts, missed);
  }
};

}  // namespace

wire::Bytes encode_reply(const TaskEntry& task, const RunReply& reply) {
  ReplyHead head{.parts = {}, .missed = reply.missed};
  std::vector<wire::Bytes> partials;
  std::size_t size = sizeof(std::uint64_t);
  for (const Subtree& part : reply.parts) {
    partials.push_back(task.encode_partial(part.partial.get()));
    size += partials.back().size();
    head.parts.push_back({part.height, part.place, partials.back().size()});
  }
  const wire::Bytes head_bytes = wire::encode(head);
  wire::Bytes all = wire::encode(static_cast<std::uint64_t>(head_bytes.size()));
  all.reserve(size + head_bytes.size());
  all.insert(all.end(), head_bytes.begin(), head_bytes.end());
  for (const wire::Bytes& partial : partials) all.insert(all.end(), partial.begin(), partial.end());
  return all;
}

RunReply decode_reply(const TaskEntry& task, std::span<const std::byte> bytes) {
  const auto take = [&bytes](std::uint64_t size) {
    NEVE_CHECK(size <= bytes.size(), "a reply ends early");
    const auto taken = bytes.first(static_cast<std::size_t>(size));
    bytes = bytes.subspan(taken.size());
    return taken;
  };
  const auto head_size = wire::decode<std::uint64_t>(take(sizeof(std::uint64_t)));
  auto head = wire::decode<ReplyHead>(take(head_size));
  RunReply reply{.parts = {}, .missed = std::move(head.missed), .partial_bytes = bytes.size()};
  for (const ReplyHead::Part& part : head.parts) {
    reply.parts.push_back({part.height, part.place, task.decode_partial(take(part.bytes))});
  }
  NEVE_CHECK(bytes.empty(), "bytes left over after a reply");
  return reply;
}

}  // namespace neve::mr
