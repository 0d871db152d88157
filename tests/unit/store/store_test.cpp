#include <neve/store/store.hpp>

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::store {
namespace {

/// An id that the member with this number draws.
ColumnId column_of(std::uint64_t number) { return ColumnId((number << 40U) + 1); }

cluster::View view_of(std::uint64_t epoch, std::initializer_list<std::uint32_t> numbers) {
  cluster::View view{.epoch = epoch};
  for (const std::uint32_t number : numbers) {
    view.members.push_back({.id = NodeId(number), .number = number});
  }
  return view;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    sequencer_.add(store_);
    sequencer_.change_view(view_of(1, {1, 2}));
    for (const std::uint64_t number : {1, 2, 3, 4, 5}) {
      store_.put(column_of(number), GroupIndex(0), SharedBuffer(Buffer(8)));
    }
  }
  bool holds(std::uint64_t number) {
    return store_.find(column_of(number), GroupIndex(0)) != nullptr;
  }
  Budget budget_{1000};
  LocalSequencer sequencer_;
  Store store_{budget_, sequencer_, NodeId(1)};
};

TEST_F(StoreTest, WhatADeadWriterNeverCommittedIsSwept) {
  sequencer_.change_view(view_of(2, {1, 3}));
  EXPECT_TRUE(holds(1));
  EXPECT_FALSE(holds(2));
  EXPECT_TRUE(holds(3));
  EXPECT_TRUE(holds(4)) << "who will have joined when this node has heard of it";
  sequencer_.change_view(view_of(3, {1}));
  EXPECT_FALSE(holds(3)) << "the youngest";
}

TEST_F(StoreTest, ASnapshotSweepsAfterWritersThatThisNodeNeverKnew) {
  Catalog ahead;
  ahead.change_view(view_of(6, {1, 4}));
  store_.restore(ahead.snapshot());
  EXPECT_TRUE(holds(1));
  EXPECT_FALSE(holds(2));
  EXPECT_FALSE(holds(3)) << "it came and left in between";
  EXPECT_TRUE(holds(4));
  EXPECT_TRUE(holds(5)) << "it may be about to join";
  sequencer_.change_view(view_of(8, {1, 4, 6}));
  EXPECT_FALSE(holds(5)) << "it has left before 6 came";
}

TEST_F(StoreTest, ChunksOfAColumnAreFoundInWhateverOrderTheyCame) {
  const ColumnId column(1);
  const std::int64_t before = store_.chunk_bytes();
  for (const std::int32_t group : {5, 0, 3, 9, 4}) {
    store_.put(column, GroupIndex(group), SharedBuffer(Buffer(static_cast<std::size_t>(group))));
  }
  for (const std::int32_t group : {0, 3, 4, 5, 9}) {
    ASSERT_TRUE(store_.find(column, GroupIndex(group)));
    EXPECT_EQ(store_.find(column, GroupIndex(group))->size(), static_cast<std::size_t>(group));
  }
  EXPECT_FALSE(store_.find(column, GroupIndex(2)));
  EXPECT_FALSE(store_.find(column, GroupIndex(10)));
  store_.put(column, GroupIndex(4), SharedBuffer(Buffer(40)));
  EXPECT_EQ(store_.find(column, GroupIndex(4))->size(), 40U);
  EXPECT_EQ(store_.chunk_bytes(std::vector{column}), 5 + 0 + 3 + 9 + 40);
  EXPECT_EQ(store_.chunk_bytes(), before + 57);
  EXPECT_EQ(budget_.used(), store_.chunk_bytes());
  EXPECT_THROW(store_.put(column, GroupIndex(7), SharedBuffer(Buffer(2000))), OutOfMemoryError);
  EXPECT_FALSE(store_.find(column, GroupIndex(7)));
  store_.drop({column});
  EXPECT_EQ(store_.chunk_bytes(), before);
  EXPECT_EQ(budget_.used(), before);
}

}  // namespace
}  // namespace neve::store
