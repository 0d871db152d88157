#include "mr/run.hpp"

#include <neve/base/error.hpp>

namespace neve::mr {
namespace {

/// What comes behind the Partials of a reply, so that these need not be copied to make room.
struct ReplyTail {
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
  wire::Bytes all;
  const auto append = [&all](wire::Bytes more) {
    all.empty() ? all.swap(more) : void(all.insert(all.end(), more.begin(), more.end()));
  };
  ReplyTail tail{.parts = {}, .missed = reply.missed};
  for (const Subtree& part : reply.parts) {
    const std::size_t before = all.size();
    append(task.encode_partial(part.partial.get()));
    tail.parts.push_back({part.height, part.place, all.size() - before});
  }
  wire::Bytes tail_bytes = wire::encode(tail);
  const auto tail_size = static_cast<std::uint64_t>(tail_bytes.size());
  append(std::move(tail_bytes));
  append(wire::encode(tail_size));
  return all;
}

RunReply decode_reply(const TaskEntry& task, std::span<const std::byte> bytes) {
  const auto take_last = [&bytes](std::uint64_t size) {
    NEVE_CHECK(size <= bytes.size(), "a reply ends early");
    const auto taken = bytes.last(static_cast<std::size_t>(size));
    bytes = bytes.first(bytes.size() - taken.size());
    return taken;
  };
  const auto tail_size = wire::decode<std::uint64_t>(take_last(sizeof(std::uint64_t)));
  auto tail = wire::decode<ReplyTail>(take_last(tail_size));
  RunReply reply{.parts = {}, .missed = std::move(tail.missed), .partial_bytes = bytes.size()};
  for (const ReplyTail::Part& part : tail.parts) {
    NEVE_CHECK(part.bytes <= bytes.size(), "a reply ends early");
    const auto own = bytes.first(static_cast<std::size_t>(part.bytes));
    reply.parts.push_back({part.height, part.place, task.decode_partial(own)});
    bytes = bytes.subspan(own.size());
  }
  NEVE_CHECK(bytes.empty(), "bytes left over after a reply");
  return reply;
}

}  // namespace neve::mr
