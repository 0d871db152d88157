// Files of models, with a real algorithm.
#include <cstring>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

#include "fold_session.hpp"

namespace {

using namespace neve;
using namespace neve::testing;

constexpr std::size_t kHeadBytes = 24;

void renew_checksum(wire::Bytes& file) {
  const std::size_t at = file.size() - 8;
  const std::uint64_t sum = hash_bytes(std::span(file).first(at));
  std::memcpy(file.data() + at, &sum, sizeof sum);
}

TEST(ModelFile, AModelComesBackAsItWas) {
  Session session;
  for (const char* response : {"y", "two"}) {
    const auto model = session.train(complete(response, {{"ntrees", "3"}, {"nfolds", "2"}}));
    const wire::Bytes file = session.models().to_file(*model);
    const wire::Bytes before = model->encode();
    EXPECT_TRUE(session.models().remove("model"));
    const auto again = session.models().from_file(file, "file", "");
    EXPECT_EQ(again->encode(), before);
    EXPECT_EQ(session.model("model")->encode(), before);
    EXPECT_EQ(session.models().from_file(file, "file", "other")->header.key, "other");
    EXPECT_EQ(session.model("other")->encode_learnt(), model->encode_learnt());
  }
}

TEST(ModelFile, EveryByteCounts) {
  Session session;
  const auto model = session.train(complete("y", {{"ntrees", "1"}, {"max_depth", "1"}}));
  const wire::Bytes file = session.models().to_file(*model);
  EXPECT_TRUE(session.models().remove("model"));
  for (std::size_t at = 0; at < file.size(); ++at) {
    wire::Bytes damaged = file;
    damaged[at] ^= std::byte{16};
    EXPECT_THROW(session.models().from_file(damaged, "file", ""), InputError) << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, kHeadBytes, file.size() - 1}) {
    EXPECT_THROW(session.models().from_file(std::span(file).first(size), "file", ""), InputError);
  }
  wire::Bytes longer = file;
  longer.push_back(std::byte{0});
  EXPECT_THROW(session.models().from_file(longer, "file", ""), InputError);
  EXPECT_TRUE(session.models().list().empty());
}

/// A file that someone made with care may say something else, but scoring stays inside the model.
TEST(ModelFile, MadeUpFilesAreRefusedOrCanBeScored) {
  Session session;
  const auto model = session.train(complete("two", {{"ntrees", "2"}, {"max_depth", "3"}}));
  const wire::Bytes file = session.models().to_file(*model);
  const auto frame = session.node().frames().require("tr");
  const CounterRng random(11);
  int loaded = 0;
  int refused = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    wire::Bytes made = file;
    const std::size_t body = file.size() - kHeadBytes - 16;
    made[kHeadBytes + random.below(2 * i, body)] ^= std::byte(1U << random.below(2 * i + 1, 8));
    renew_checksum(made);
    try {
      const auto found = session.models().from_file(made, "file", "made");
      std::vector<std::string> warnings;
      (void)found->output();
      (void)session.models().predict(found, frame, "scored", nullptr, warnings);
      ++loaded;
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(loaded, 10);
  EXPECT_GT(refused, 10);
}

TEST(ModelFile, OtherVersionsAndAlgorithmsAreNamed) {
  Session session;
  Session newer(1, 1, "9");
  const auto model = session.train(complete("y", {{"ntrees", "1"}}));
  try {
    newer.models().from_file(session.models().to_file(*model), "folder/file", "");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("folder/file"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("this is Neve 9"), std::string::npos);
  }
}

}  // namespace
