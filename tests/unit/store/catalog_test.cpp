#include <neve/store/catalog.hpp>

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::store {
namespace {

Entry entry(const std::string& name, std::vector<ColumnId> columns) {
  Entry made;
  made.name = name;
  made.manifest = std::make_shared<const wire::Bytes>(wire::Bytes{std::byte{1}});
  made.columns = std::move(columns);
  return made;
}

constexpr NodeId kSelf(7);
constexpr NodeId kOther(8);

cluster::View two_members() {
  return {.epoch = 1, .members = {{.id = kSelf, .number = 1}, {.id = kOther, .number = 2}}};
}

/// Columns 1 to 3 on one layout of four groups, with copies on both members.
void fill(Catalog& catalog) {
  catalog.change_view(two_members());
  catalog.apply({.writer = kSelf, .copies = 2});
  Placement placement = place(4, two_members().ids(), 2);
  placement.epoch = 1;
  catalog.apply({.writer = kSelf,
                 .new_columns = {.ids = {ColumnId(3), ColumnId(1), ColumnId(2)},
                                 .layout = LayoutId(9),
                                 .placement = std::make_shared<const Placement>(placement)}});
  catalog.apply({.writer = kSelf, .put = {entry("b", {ColumnId(1)}), entry("a", {ColumnId(2)})}});
  catalog.apply({.writer = kSelf, .open_session = "s"});
}

TEST(Catalog, AMemberThatIsGoneHoldsNothing) {
  Catalog catalog;
  fill(catalog);
  EXPECT_TRUE(catalog.apply({.writer = kOther, .add_refs = {ColumnId(3)}}).accepted);
  cluster::View alone{.epoch = 2, .members = {{.id = kOther, .number = 2}}};
  EXPECT_TRUE(catalog.change_view(alone).freed.empty()) << "the other one has a lease, too";
  for (const store::Run& run : catalog.placement(LayoutId(9))->runs) {
    EXPECT_EQ(run.homes, std::vector<NodeId>{kOther});
    EXPECT_FALSE(run.incoming.has_value()) << "nobody is left to hold a copy";
  }
  EXPECT_FALSE(catalog.apply({.writer = kSelf, .remove = {"a"}}).accepted);
  EXPECT_EQ(catalog.apply({.writer = kOther, .drop_refs = {ColumnId(3)}}).freed,
            std::vector<ColumnId>{ColumnId(3)});
}

TEST(Catalog, ANewMemberFetchesCopiesUntilTheyHaveArrived) {
  Catalog catalog;
  fill(catalog);
  cluster::View changed{.epoch = 2,
                        .members = {{.id = kSelf, .number = 1}, {.id = NodeId(9), .number = 3}}};
  catalog.change_view(changed);
  const auto wanted = catalog.fetches_of(NodeId(9));
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_EQ(wanted[1].first_group, 2);
  EXPECT_EQ(wanted[1].end_group, 4);
  EXPECT_EQ(wanted[1].columns.size(), 3U);
  EXPECT_EQ(catalog.placement(LayoutId(9))->receivers(GroupIndex(0)),
            (std::vector<NodeId>{kSelf, NodeId(9)}));
  for (const auto& fetch : wanted) {
    catalog.apply({.writer = NodeId(9), .arrival = fetch.arrival(NodeId(9))});
  }
  EXPECT_TRUE(catalog.fetches_of(NodeId(9)).empty());
  // Both hold all then, so each is the first home of a half.
  EXPECT_EQ(catalog.placement(LayoutId(9))->run_of(GroupIndex(0)).homes,
            (std::vector<NodeId>{kSelf, NodeId(9)}));
  EXPECT_EQ(catalog.placement(LayoutId(9))->run_of(GroupIndex(3)).homes,
            (std::vector<NodeId>{NodeId(9), kSelf}));
}

/// All copies that are on their way arrive.
void arrive(Catalog& catalog, NodeId node) {
  for (const auto& fetch : catalog.fetches_of(node)) {
    catalog.apply({.writer = node, .arrival = fetch.arrival(node)});
  }
}

TEST(Catalog, ADrainedMemberIsGivenNothingNewAndKeepsItsRowsUntilOthersHaveThem) {
  Catalog catalog;
  fill(catalog);
  const NodeId third(9);
  cluster::View view = two_members();
  view.members.push_back({.id = third, .number = 3});
  view.epoch = 2;
  catalog.change_view(view);
  arrive(catalog, third);
  EXPECT_EQ(catalog.spread().missing_copies, 0);
  view.members[0].draining = true;
  view.epoch = 3;
  catalog.change_view(view);
  EXPECT_EQ(catalog.view()->homes(), (std::vector<NodeId>{kOther, third}));
  EXPECT_GT(catalog.spread().groups_of(kSelf), 0);
  EXPECT_EQ(catalog.spread().missing_copies, 0) << "what is on the draining one still counts";
  EXPECT_FALSE(catalog.elsewhere(kSelf, 0).size() == catalog.placement(LayoutId(9))->runs.size());
  for (int round = 0; round < 3; ++round) {
    arrive(catalog, kOther);
    arrive(catalog, third);
  }
  EXPECT_EQ(catalog.spread().groups_of(kSelf), 0);
  EXPECT_EQ(catalog.spread().missing_copies, 0);
  for (const store::Run& run : catalog.placement(LayoutId(9))->runs)
    EXPECT_EQ(run.homes.size(), 2U);
}

TEST(Catalog, TellsWhatAMemberNeedNotHoldAnyMore) {
  Catalog catalog;
  fill(catalog);
  EXPECT_TRUE(catalog.elsewhere(kSelf, 0).empty()) << "with two copies both hold all";
  catalog.apply({.writer = kSelf, .copies = 1});
  const std::uint64_t before = catalog.version();
  cluster::View view = two_members();
  view.members.push_back({.id = NodeId(9), .number = 3});
  view.members[0].draining = true;
  view.epoch = 2;
  catalog.change_view(view);
  const auto elsewhere = catalog.elsewhere(kSelf, before);
  std::int32_t groups = 0;
  for (const auto& run : elsewhere) {
    groups += run.end_group - run.first_group;
    EXPECT_EQ(run.columns.size(), 3U);
  }
  EXPECT_EQ(groups, 4) << "the other one has copies of all, so this one is let go";
  EXPECT_TRUE(catalog.elsewhere(kSelf, catalog.version()).empty()) << "nothing has changed since";
  EXPECT_EQ(catalog.placement_of(ColumnId(1)), catalog.placement(LayoutId(9)));
  EXPECT_EQ(catalog.placement_of(ColumnId(77)), nullptr);
}

TEST(Catalog, ReplicasEvenOutAlike) {
  Catalog one;
  fill(one);
  Catalog other;
  other.restore(one.snapshot());
  cluster::View view = two_members();
  view.members.push_back({.id = NodeId(9), .number = 3});
  view.epoch = 2;
  for (Catalog* catalog : {&one, &other}) {
    catalog->change_view(view);
    catalog->apply({.writer = kSelf, .rebalance = true});
    arrive(*catalog, NodeId(9));
  }
  EXPECT_EQ(one.snapshot(), other.snapshot());
  EXPECT_GT(one.spread().groups_of(NodeId(9)), 0);
}

TEST(Catalog, ColumnsThatWerePutForAnotherViewAreRefused) {
  Catalog catalog;
  fill(catalog);
  const PlacementPtr before = catalog.placement(LayoutId(9));
  cluster::View alone{.epoch = 2, .members = {{.id = kSelf, .number = 1}}};
  catalog.change_view(alone);
  const auto add = [&](LayoutId layout, PlacementPtr placement) {
    const NewColumns columns{{ColumnId(4)}, layout, std::move(placement)};
    return catalog.apply({.writer = kSelf, .new_columns = columns}).accepted;
  };
  EXPECT_FALSE(add(LayoutId(9), before));
  EXPECT_FALSE(add(LayoutId(10), before)) << "a new layout, placed under the old epoch";
  EXPECT_TRUE(add(LayoutId(9), catalog.placement(LayoutId(9))));
}

TEST(Catalog, WhatANodeWorksAtIsItsOwnUntilItLeavesAndThenAnothers) {
  Catalog catalog;
  fill(catalog);
  const auto of = [](NodeId owner) {
    Entry made = entry("job", {ColumnId(3)});
    made.owner = owner;
    return made;
  };
  EXPECT_FALSE(catalog.apply({.writer = kOther, .put = {of(kSelf)}}).accepted);
  EXPECT_TRUE(catalog.apply({.writer = kSelf, .put = {of(kSelf)}}).accepted);
  EXPECT_FALSE(catalog.apply({.writer = kOther, .put = {of(kOther)}}).accepted);
  EXPECT_FALSE(catalog.apply({.writer = kOther, .put = {entry("job", {})}}).accepted);
  EXPECT_TRUE(catalog.apply({.writer = kSelf, .drop_refs = {ColumnId(3)}}).freed.empty());
  catalog.change_view({.epoch = 2, .members = {{.id = kOther, .number = 2}}});
  EXPECT_EQ(catalog.find("job")->owner, kOther);
  EXPECT_FALSE(catalog.apply({.writer = kSelf, .put = {entry("job", {})}}).accepted);
  const Applied ended = catalog.apply({.writer = kOther, .put = {entry("job", {})}});
  EXPECT_TRUE(ended.accepted);
  EXPECT_EQ(ended.freed, std::vector<ColumnId>{ColumnId(3)}) << "the job alone had it";
  EXPECT_FALSE(catalog.find("job")->owner.has_value());
}

TEST(CatalogSnapshot, EqualStatesGiveEqualBytesAndGoOnAlike) {
  Catalog one;
  fill(one);
  Catalog other;
  EXPECT_TRUE(other.restore(one.snapshot()).empty());
  EXPECT_EQ(other.snapshot(), one.snapshot());
  EXPECT_EQ(other.find("a")->columns, one.find("a")->columns);
  EXPECT_TRUE(other.has_session("s"));
  const Command last{.writer = kSelf, .remove = {"b"}, .drop_refs = {ColumnId(1), ColumnId(3)}};
  EXPECT_EQ(wire::encode(other.apply(last)), wire::encode(one.apply(last)));
  EXPECT_EQ(other.snapshot(), one.snapshot());
}

TEST(CatalogSnapshot, ARestoreSaysWhichColumnsAreGone) {
  Catalog behind;
  fill(behind);
  Catalog ahead;
  fill(ahead);
  ahead.apply({.writer = kSelf, .remove = {"b"}, .drop_refs = {ColumnId(1), ColumnId(3)}});
  EXPECT_EQ(behind.restore(ahead.snapshot()), (std::vector<ColumnId>{ColumnId(1), ColumnId(3)}));
  EXPECT_FALSE(behind.find("b").has_value());
}

TEST(CatalogSnapshot, ForeignBytesChangeNothing) {
  Catalog catalog;
  fill(catalog);
  const wire::Bytes good = catalog.snapshot();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THROW(catalog.restore(std::span(good).first(size)), InternalError);
  }
  EXPECT_EQ(catalog.snapshot(), good);
}

}  // namespace
}  // namespace neve::store
