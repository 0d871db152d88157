#include "store/api/objects.hpp"

#include <map>

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::store {
namespace {

/// Keeps bytes until they are forgotten, each as a column of the store.
class MapBlobs final : public Blobs {
 public:
  explicit MapBlobs(Store& store) : store_(store) {}
  std::pair<Blob, std::shared_ptr<const ColumnLease>> keep(
      std::span<const std::byte> bytes) override {
    const ColumnId column = store_.new_column_id();
    store_.commit({.new_columns = {.ids = {column}}});
    kept_[column] = wire::Bytes(bytes.begin(), bytes.end());
    return {{.column = column, .size = static_cast<std::int64_t>(bytes.size())},
            std::make_shared<const ColumnLease>(store_, column)};
  }
  wire::Bytes fetch(const Blob& blob) override {
    const auto at = kept_.find(blob.column);
    if (at == kept_.end()) throw ClusterError("gone");
    return at->second;
  }
  void forget() { kept_.clear(); }

 private:
  Store& store_;
  std::map<ColumnId, wire::Bytes> kept_;
};

class ObjectsTest : public testing::Test {
 protected:
  ObjectsTest() {
    sequencer_.add(store_);
    cluster::View view{.epoch = 1};
    view.members.push_back({.id = NodeId(1), .number = 1});
    sequencer_.change_view(view);
  }
  void put(std::string_view name, std::size_t size, std::byte byte) {
    put_object(store_, blobs_, std::string(name), Kind::grid, wire::Bytes(size, byte));
  }
  std::optional<wire::Bytes> find(std::string_view name, Kind kind = Kind::grid) {
    return find_object(store_, blobs_, name, kind);
  }
  Budget budget_{1000};
  LocalSequencer sequencer_;
  Store store_{budget_, sequencer_, NodeId(1)};
  MapBlobs blobs_{store_};
};

TEST_F(ObjectsTest, ComeBackShortOrLongAndOfTheirKindOnly) {
  put("short", 3, std::byte{1});
  put("long", 100'000, std::byte{2});
  EXPECT_EQ(find("short"), wire::Bytes(3, std::byte{1}));
  EXPECT_EQ(find("long"), wire::Bytes(100'000, std::byte{2}));
  EXPECT_TRUE(store_.catalog().find("short")->columns.empty());
  EXPECT_EQ(store_.catalog().find("long")->columns.size(), 1U);
  EXPECT_EQ(find("short", Kind::automl), std::nullopt);
  EXPECT_EQ(find("none"), std::nullopt);
}

TEST_F(ObjectsTest, AreReadAgainWhereTheNameWasPutAnewMeanwhile) {
  put("a", 1, std::byte{1});
  int calls = 0;
  const bool found = read_entry(store_, "a", Kind::grid, [&](const Entry& entry) {
    if (++calls > 1) {
      EXPECT_EQ(wire::decode<Kept>(*entry.manifest).bytes, wire::Bytes(1, std::byte{2}));
      return;
    }
    put("a", 1, std::byte{2});
    throw ClusterError("gone");
  });
  EXPECT_TRUE(found);
  EXPECT_EQ(calls, 2);
}

TEST_F(ObjectsTest, AreNotThereWhereTheNameIsRemovedMeanwhile) {
  put("a", 1, std::byte{1});
  const bool found = read_entry(store_, "a", Kind::grid, [&](const Entry& /*entry*/) {
    store_.commit({.remove = {"a"}});
    throw ClusterError("gone");
  });
  EXPECT_FALSE(found);
}

TEST_F(ObjectsTest, SayWhereTheirBytesAreLost) {
  put("a", 100'000, std::byte{1});
  blobs_.forget();
  EXPECT_THROW(find("a"), ClusterError);
}

}  // namespace
}  // namespace neve::store
