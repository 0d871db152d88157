#include "rest/lenient_map.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace neve;
using namespace neve::rest;
using Elements = std::vector<std::string>;

TEST(LenientMap, ReadsWhatPythonAndRWrite) {
  const auto map = split_map(
      R"({"strategy": RandomDiscrete,"max_models": 2, 'on' : True, "text": "a, b: {c}"})");
  EXPECT_EQ(map, (schema::Form{{"strategy", "RandomDiscrete"},
                               {"max_models", "2"},
                               {"on", "True"},
                               {"text", "a, b: {c}"}}));
  EXPECT_EQ(split_map(R"({"strategy"="RandomDiscrete","max_models"=2})"),
            (schema::Form{{"strategy", "RandomDiscrete"}, {"max_models", "2"}}));
  EXPECT_EQ(split_map("{}"), schema::Form());
  EXPECT_EQ(split_map(R"({"a":["x","y"]})"), (schema::Form{{"a", R"(["x","y"])"}}));
}

TEST(LenientMap, ListsAndMapsMayLieInside) {
  const auto map = split_map(R"({"scale": [0.5,1], "subspaces": [{'scale': [[1, 1], [2, 2]], )"
                             R"('columns': [['C1', 'C2']]},{'k': [3]}]})");
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)[0].second, "[0.5,1]");
  const auto subspaces = split_elements((*map)[1].second);
  ASSERT_TRUE(subspaces && subspaces->size() == 2);
  const auto first = split_map((*subspaces)[0]);
  ASSERT_TRUE(first);
  EXPECT_EQ(split_elements((*first)[0].second), (Elements{"[1,1]", "[2,2]"}));
  EXPECT_EQ(split_elements((*first)[1].second), (Elements{R"(["C1","C2"])"}));
}

TEST(LenientMap, ElementsLoseTheirQuotesAndNoOthers) {
  EXPECT_EQ(split_elements(R"(["a b", 'it"s', plain, don't, "\"q\"", 1e-5])"),
            (Elements{"a b", "it\"s", "plain", "don't", "\"q\"", "1e-5"}));
  EXPECT_EQ(split_elements("5"), (Elements{"5"}));
  EXPECT_EQ(split_elements("[]"), Elements());
}

TEST(LenientMap, WhatDoesNotMatchIsNothing) {
  for (const char* text : {"", "5", "[1]", "{", "{\"a\": [1}", "{\"a\": range(2, 4)}", "{\"a\"}",
                           "{\"a\":}", "{:1}", "{\"a\": 1,}", "{\"a: 1}", "{\"a\": 1]}"}) {
    EXPECT_FALSE(split_map(text)) << text;
  }
  EXPECT_FALSE(split_elements("[1,,2]"));
  EXPECT_FALSE(split_elements("[1,[2]"));
}

}  // namespace
