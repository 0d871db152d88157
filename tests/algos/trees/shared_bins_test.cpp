// Which models of a search may have the same bins.
#include <gtest/gtest.h>

#include <set>

#include "algos/families/trees/sketch.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

/// What bins follow from: columns 7, 8 and 9 of a layout, the last one of which may be weights.
struct Asked {
  mr::Inputs inputs{std::make_shared<frame::Layout>(), {ColumnId(7), ColumnId(8), ColumnId(9)}};
  RowColumns columns{.predictors = {0, 1}};
  std::vector<PredictorKind> kinds{{}, {.categorical = true, .levels = 4}};
  BinSettings settings;
  [[nodiscard]] wire::Bytes key() const { return bins_key(inputs, columns, kinds, settings); }
};

TEST(SharedBins, AreOfTheSameColumnsWeightsAndSettings) {
  std::set<wire::Bytes> keys;
  std::size_t asked = 0;
  const auto ask = [&](const auto& change) {
    Asked one;
    change(one);
    keys.insert(one.key());
    ++asked;
  };
  ask([](Asked&) {});
  ask([](Asked& a) { a.inputs.columns[0] = ColumnId(9); });
  ask([](Asked& a) { a.columns.predictors = {1, 0}; });
  ask([](Asked& a) { a.columns.weights = 2; });
  ask([](Asked& a) { a.kinds[1].levels = 5; });
  ask([](Asked& a) { a.kinds[1] = {}; });
  ask([](Asked& a) { a.settings.bins = 21; });
  ask([](Asked& a) { a.settings.bins_top_level = 64; });
  ask([](Asked& a) { a.settings.bins_categorical = 3; });
  ask([](Asked& a) { a.settings.cutting = Cutting::by_value; });
  EXPECT_EQ(keys.size(), asked);
  // What does not shape bins is not part of it.
  Asked other;
  other.columns.response = 2;
  other.columns.classes = 3;
  other.columns.counts_unseen = true;
  EXPECT_TRUE(keys.contains(other.key()));
}

TEST(SharedBins, AreMadeOnce) {
  Budget budget(1 << 20);
  SharedResults shared(budget);
  int made = 0;
  const auto make = [&] {
    ++made;
    return BinSpec{{{.count = 3, .cuts = {1, 2}}}};
  };
  for (int i = 0; i < 2; ++i) {
    const BinSpec spec = shared_bins(&shared, Asked().key(), make);
    EXPECT_EQ(spec.columns.at(0).cuts, (std::vector<float>{1, 2}));
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(shared_bins(nullptr, Asked().key(), make).columns.size(), 1U);
  EXPECT_EQ(made, 2);
}

}  // namespace
