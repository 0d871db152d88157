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

void fill(Catalog& catalog) {
  catalog.apply({.new_columns = {ColumnId(3), ColumnId(1), ColumnId(2)}});
  catalog.apply({.put = {entry("b", {ColumnId(1)}), entry("a", {ColumnId(2)})}});
  catalog.apply({.open_session = "s"});
}

TEST(CatalogSnapshot, EqualStatesGiveEqualBytesAndGoOnAlike) {
  Catalog one;
  fill(one);
  Catalog other;
  EXPECT_TRUE(other.restore(one.snapshot()).empty());
  EXPECT_EQ(other.snapshot(), one.snapshot());
  EXPECT_EQ(other.find("a")->columns, one.find("a")->columns);
  EXPECT_TRUE(other.has_session("s"));
  const Command last{.remove = {"b"}, .drop_refs = {ColumnId(1), ColumnId(3)}};
  EXPECT_EQ(wire::encode(other.apply(last)), wire::encode(one.apply(last)));
  EXPECT_EQ(other.snapshot(), one.snapshot());
}

TEST(CatalogSnapshot, ARestoreSaysWhichColumnsAreGone) {
  Catalog behind;
  fill(behind);
  Catalog ahead;
  fill(ahead);
  ahead.apply({.remove = {"b"}, .drop_refs = {ColumnId(1), ColumnId(3)}});
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
