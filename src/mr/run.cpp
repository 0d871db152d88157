#include "mr/run.hpp"

#include <neve/base/error.hpp>

namespace neve::mr {
namespace {

/// What comes behind the Partials of a reply.
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
  ReplyTail tail{.parts = {}, .missed = reply.missed};
  std::size_t size = 0;
  for (const Subtree& part : reply.parts) {
    wire::Writer counter = wire::Writer::counting();
    task.write_partial(counter, part.partial.get());
    tail.parts.push_back({part.height, part.place, counter.size()});
    size += counter.size();
  }
  wire::Writer counter = wire::Writer::counting();
  counter(tail);
  const auto tail_size = static_cast<std::uint64_t>(counter.size());
  wire::Writer out(size + tail_size + sizeof tail_size);
  for (const Subtree& part : reply.parts) task.write_partial(out, part.partial.get());
  out(tail, tail_size);
  return out.take();
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
