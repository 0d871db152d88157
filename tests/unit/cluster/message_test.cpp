#include "cluster/rpc/message.hpp"

#include <gtest/gtest.h>

#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {
namespace {

wire::Bytes zeros(std::size_t size) { return wire::Bytes(size); }

Frame head_of(std::uint64_t bytes, std::span<const std::byte> body = {}) {
  Frame frame;
  frame.head = Head{1, NodeId(2), NodeId(3), "service", bytes};
  frame.body = body;
  return frame;
}

Frame body_of(std::span<const std::byte> body) {
  Frame frame;
  frame.body = body;
  return frame;
}

/// Keeps what is written, each body with its head's bytes or -1.
class Recorder final : public Stream {
 public:
  bool write(const Frame& frame) override {
    sizes.push_back(frame.body.size());
    heads += frame.head ? 1 : 0;
    return sizes.size() < fail_at;
  }
  bool read(Frame& /*frame*/) override { return false; }
  void cancel() override {}
  std::vector<std::size_t> sizes;
  std::size_t fail_at = 100;
  int heads = 0;
};

TEST(Message, IsCutIntoFrames) {
  Recorder stream;
  std::size_t written = 0;
  const auto count = [&](std::size_t bytes) { written += bytes; };
  EXPECT_TRUE(write_message(stream, {}, {}, count));
  EXPECT_EQ(stream.sizes, std::vector<std::size_t>{0});
  stream.sizes.clear();
  EXPECT_TRUE(write_message(stream, {}, zeros(2 * kFrameBytes), count));
  EXPECT_EQ(stream.sizes, (std::vector<std::size_t>{kFrameBytes, kFrameBytes}));
  stream.sizes.clear();
  EXPECT_TRUE(write_message(stream, {}, zeros(kFrameBytes + 1), count));
  EXPECT_EQ(stream.sizes, (std::vector<std::size_t>{kFrameBytes, 1}));
  EXPECT_EQ(stream.heads, 3);
  EXPECT_EQ(written, 3 * kFrameBytes + 1);
  stream.sizes.clear();
  stream.fail_at = 2;
  EXPECT_FALSE(write_message(stream, {}, zeros(5 * kFrameBytes), count));
  EXPECT_EQ(stream.sizes.size(), 2U);
}

TEST(Message, IsPutTogetherBetweenHeartbeats) {
  Budget budget(1 << 20);
  MessageReader reader(budget);
  const wire::Bytes part(40'000, std::byte{7});
  EXPECT_FALSE(reader.add({}));
  EXPECT_FALSE(reader.add(head_of(80'000, part)));
  EXPECT_EQ(budget.used(), 80'000);
  EXPECT_FALSE(reader.add({}));
  EXPECT_TRUE(reader.add(body_of(part)));
  {
    const Message message = reader.take();
    EXPECT_EQ(message.body, wire::Bytes(80'000, std::byte{7}));
    EXPECT_EQ(message.head.from, NodeId(2));
    EXPECT_EQ(budget.used(), 80'000);
  }
  EXPECT_EQ(budget.used(), 0);
  EXPECT_TRUE(reader.add(head_of(0)));
  EXPECT_TRUE(reader.take().body.empty());
}

TEST(Message, ThatIsMalformedIsRefused) {
  Budget budget(1 << 20);
  const wire::Bytes part = zeros(10);
  EXPECT_THROW(MessageReader(budget).add(body_of(part)), InternalError);
  EXPECT_THROW(MessageReader(budget).add(head_of(9, part)), InternalError);
  EXPECT_THROW(MessageReader(budget).add(head_of(~std::uint64_t{0})), InternalError);
  EXPECT_THROW(MessageReader(budget).add(head_of(1 << 21)), OutOfMemoryError);
  MessageReader twice(budget);
  EXPECT_FALSE(twice.add(head_of(20, part)));
  EXPECT_THROW(twice.add(head_of(20, part)), InternalError);
  MessageReader longer(budget);
  EXPECT_FALSE(longer.add(head_of(11, part)));
  EXPECT_THROW(longer.add(body_of(part)), InternalError);
  EXPECT_EQ(budget.used(), 0);
}

TEST(Message, FailuresAreThrown) {
  Budget budget(1);
  Frame frame;
  frame.failure = Failure{Failure::Kind::cancelled, 409, "", "", {}};
  EXPECT_THROW(MessageReader(budget).add(frame), Cancelled);
}

}  // namespace
}  // namespace neve::cluster::rpc
