#include "cluster/rpc/streams.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "cluster/rpc/outgoing_call.hpp"

namespace neve::cluster::rpc {
namespace {

/// What the far side does with a stream.
enum class Behaviour : std::uint8_t {
  answers,  ///< every request with its own bytes
  broken,   ///< takes nothing
  dies      ///< takes the request and ends
};

/// What became of all streams of a test.
struct Seen {
  int opened = 0;
  std::vector<wire::Bytes> requests;
};

class FakeStream final : public ClientStream {
 public:
  FakeStream(Seen& seen, const Behaviour& behaviour) : seen_(seen), behaviour_(behaviour) {}
  bool write(const Frame& frame) override {
    if (behaviour_ == Behaviour::broken) return false;
    request_.assign(frame.body.begin(), frame.body.end());
    seen_.requests.push_back(request_);
    return true;
  }
  bool read(Frame& frame) override {
    if (behaviour_ != Behaviour::answers) return false;
    frame = {};
    frame.head.emplace();
    frame.head->bytes = request_.size();
    frame.body = request_;
    return true;
  }
  void cancel() override {}
  std::string end() override { return "the stream broke"; }

 private:
  Seen& seen_;
  const Behaviour& behaviour_;
  wire::Bytes request_;
};

class FakeConnection final : public Connection {
 public:
  FakeConnection(Seen& seen, const Behaviour& behaviour) : seen_(seen), behaviour_(behaviour) {}
  std::unique_ptr<ClientStream> open(Method /*method*/) override {
    ++seen_.opened;
    return std::make_unique<FakeStream>(seen_, seen_.opened == 1 ? behaviour_ : kGood);
  }

 private:
  static constexpr Behaviour kGood = Behaviour::answers;
  Seen& seen_;
  const Behaviour& behaviour_;  ///< of the first stream, at any time
};

class StreamsTest : public ::testing::Test {
 protected:
  wire::Bytes call(const wire::Bytes& request) {
    OutgoingCall outgoing({streams_, "node 2", std::chrono::seconds(10)}, budget_, traffic_);
    return outgoing.run({}, request);
  }
  Seen seen_;
  Behaviour first_ = Behaviour::answers;
  Budget budget_{1 << 20};
  Traffic traffic_;
  std::shared_ptr<Streams> streams_ =
      std::make_shared<Streams>(std::make_shared<FakeConnection>(seen_, first_));
  const wire::Bytes one_{std::byte{1}};
  const wire::Bytes two_{std::byte{2}};
};

TEST_F(StreamsTest, AStreamServesOneCallAfterTheOther) {
  EXPECT_EQ(call(one_), one_);
  EXPECT_EQ(call(two_), two_);
  EXPECT_EQ(seen_.opened, 1);
}

TEST_F(StreamsTest, OneThatBrokeWhileItWasIdleIsReplaced) {
  call(one_);
  first_ = Behaviour::broken;
  EXPECT_EQ(call(two_), two_);
  EXPECT_EQ(seen_.opened, 2);
  EXPECT_EQ(seen_.requests, (std::vector<wire::Bytes>{one_, two_}));
}

TEST_F(StreamsTest, ARequestThatSomebodyMayHaveIsNotSentAgain) {
  call(one_);
  first_ = Behaviour::dies;
  EXPECT_THROW(call(two_), ClusterError);
  EXPECT_EQ(seen_.opened, 1);
  EXPECT_EQ(call(two_), two_) << "over a stream of its own";
  EXPECT_EQ(seen_.opened, 2);
}

}  // namespace
}  // namespace neve::cluster::rpc
