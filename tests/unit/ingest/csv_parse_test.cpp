#include <gtest/gtest.h>

#include "unit/ingest/csv_table.hpp"

namespace neve::ingest {
namespace {

using Columns = std::vector<std::vector<std::string>>;

TEST(CsvParse, PlainTable) {
  const CsvTable table = parse_csv_text("1,a,2021-02-03\n-2.5,b,\n,a,x\n", plan_of("NET"), 1000);
  EXPECT_EQ(table.columns,
            (Columns{{"1.0", "-2.5", "NA"}, {"a", "b", "a"}, {"1.6123104E12", "NA", "NA"}}));
  EXPECT_EQ(table.unreadable, 1);
}

TEST(CsvParse, LineEndsBlankLinesAndComments) {
  for (const char* text : {"1,a\n2,b\n", "1,a\r\n2,b\r\n", "1,a\r2,b", "1,a\n\n\n  \n2,b",
                           "#x,\"\n1,a\n#\n2,b\n", "1,a\r\n\r\n2,b\r\n\r\n"}) {
    for (std::int64_t range : {1, 2, 3, 100}) {
      const CsvTable table = parse_csv_text(text, plan_of("NS"), range);
      EXPECT_EQ(table.columns, (Columns{{"1.0", "2.0"}, {"a", "b"}})) << text << " in " << range;
    }
  }
}

TEST(CsvParse, QuotesHoldSeparatorsAndLineEnds) {
  const std::string text =
      "\"a,b\",1\n\"c\nd\",2\n\"e\"\"f\",3\n\"\",4\n5'11\",5\n  \"g\"  ,\"6\"\n";
  for (std::int64_t range = 1; range < 60; ++range) {
    const CsvTable table = parse_csv_text(text, plan_of("SN"), range, 2);
    EXPECT_EQ(table.columns, (Columns{{"a,b", "c\nd", "e\"f", "", "5'11\"", "g"},
                                      {"1.0", "2.0", "3.0", "4.0", "5.0", "6.0"}}))
        << range;
  }
}

TEST(CsvParse, AnyRangeGivesTheSameTable) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += std::to_string(i) + ",\"line " + std::to_string(i % 7) + "\r\n,,\"\"\n\nend\"," +
            (i % 3 == 0 ? "x" : "\"y,\"\"z\"") + "," + std::to_string(i) + "." +
            std::to_string(i * i) + "\n";
  }
  const CsvTable whole = parse_csv_text(text, plan_of("NSEN"), 1 << 20);
  ASSERT_EQ(whole.columns[0].size(), 40U);
  for (std::int64_t range = 1; range < 200; range += range < 40 ? 1 : 13) {
    const CsvTable table = parse_csv_text(text, plan_of("NSEN"), range, 2);
    EXPECT_EQ(table.columns, whole.columns) << range;
    for (std::size_t c = 0; c < table.chunks.size(); ++c) {
      EXPECT_EQ(table.chunks[c].checksum(), whole.chunks[c].checksum()) << range << " column " << c;
    }
  }
}

TEST(CsvParse, RaggedRows) {
  const CsvTable table = parse_csv_text("1\n1,2\n1,2,3\n1,2,3,4\n1,2,3,\n", plan_of("NNN"), 4);
  EXPECT_EQ(table.columns, (Columns{{"1.0", "1.0", "1.0", "1.0", "1.0"},
                                    {"NA", "2.0", "2.0", "2.0", "2.0"},
                                    {"NA", "NA", "3.0", "3.0", "3.0"}}));
  EXPECT_EQ(table.long_rows, 1);
}

TEST(CsvParse, MissingTexts) {
  ParsePlan plan = plan_of("NES");
  for (ColumnPlan& column : plan.columns) column.missing_texts = {"-999", "none"};
  const CsvTable table = parse_csv_text("-999,none,x\n1,a,-999\n-998,\"none\",\n", plan, 100);
  EXPECT_EQ(table.columns,
            (Columns{{"NA", "1.0", "-998.0"}, {"NA", "a", "NA"}, {"x", "NA", "NA"}}));
}

TEST(CsvParse, OtherDialects) {
  const Columns wanted = {{"1.0", "2.0"}, {"a b", "c"}};
  EXPECT_EQ(parse_csv_text("1;'a b'\n2;'c'\n", plan_of("NS", {.separator = ';', .quote = '\''}), 5)
                .columns,
            wanted);
  EXPECT_EQ(parse_csv_text("1\ta b\n2\tc\n", plan_of("NS", {.separator = '\t'}), 5).columns,
            wanted);
  EXPECT_EQ(parse_csv_text("  1   \"a b\"\n2 c\n", plan_of("NS", {.separator = ' '}), 5).columns,
            wanted);
  EXPECT_EQ(parse_csv_text("1,\"a\\\"b\"\n2,c\\d\n", plan_of("NS", {.escape = '\\'}), 5).columns,
            (Columns{{"1.0", "2.0"}, {"a\"b", "cd"}}));
  EXPECT_EQ(parse_csv_text("1,#\n%2,c\n#2,d\n", plan_of("SS", {.comment_markers = "%"}), 5).columns,
            (Columns{{"1", "#2"}, {"#", "d"}}));
}

TEST(CsvParse, UnclosedQuoteIsAnError) {
  EXPECT_THROW(parse_csv_text("1,a\n2,\"b\n3,c\n", plan_of("NS"), 4, 2), InputError);
  try {
    parse_csv_text("1,a\n2,\"b\n3,c\n", plan_of("NS"), 100);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("text, line 2, column 3"), std::string::npos)
        << error.what();
  }
}

TEST(CsvParse, NumbersOfAllSizes) {
  const CsvTable table = parse_csv_text(
      "0.1\n3000000000\n-7\n9007199254740993\n0.12345678901234567\n1e300\n12.345678\n",
      plan_of("N"), 7);
  EXPECT_EQ(table.columns, (Columns{{"0.1", "3.0E9", "-7.0", "9.007199254740992E15",
                                     "0.12345678901234566", "1.0E300", "12.345678"}}));
  const CsvTable integers =
      parse_csv_text("9007199254740993\n-9223372036854775807\n1\n", plan_of("N"), 7);
  EXPECT_EQ(integers.chunks[0].int64_at(0), 9007199254740993);
  EXPECT_EQ(integers.chunks[0].int64_at(1), -9223372036854775807);
  // With the other's decimals, the second would not fit in 64 bits.
  const CsvTable apart = parse_csv_text("0.36661126462428\n575199643\n", plan_of("N"), 7);
  EXPECT_EQ(apart.columns, (Columns{{"0.36661126462428", "5.75199643E8"}}));
}

TEST(CsvParse, WholeColumnsLoseTheirFractions) {
  ParsePlan plan = plan_of("N");
  plan.columns[0].whole = true;
  const CsvTable table = parse_csv_text("1.9\n-1.9\n7\n1e-3\n0.12345678901234567\n", plan, 100);
  EXPECT_EQ(table.columns, (Columns{{"1.0", "-1.0", "7.0", "0.0", "0.0"}}));
  EXPECT_TRUE(table.chunks[0].holds_integers());
}

TEST(CsvParse, BytesThatAreNoUtf8AreSpelledOut) {
  const CsvTable table =
      parse_csv_text("caf\xE9,caf\xE9\nna\xC3\xAFve,\xFF\xFEx\n", plan_of("ES"), 100);
  EXPECT_EQ(table.columns, (Columns{{"caf<0xE9>", "na\xC3\xAFve"}, {"caf<0xE9>", "<0xFFFE>x"}}));
}

TEST(CsvParse, LevelsAreSortedByTheirBytes) {
  std::string text;
  for (const char* level :
       {"b", "a", "longer than eight", "B", "longer than nine", "\xC3\xA4", "", "aa"}) {
    text += "\"" + std::string(level) + "\"\n";
  }
  const CsvTable table = parse_csv_text(text, plan_of("E"), 6, 2);
  ASSERT_EQ(table.columns[0].size(), 8U);
  std::vector<std::int32_t> codes(8);
  table.chunks[0].decode_codes(0, codes);
  EXPECT_EQ(codes, (std::vector<std::int32_t>{4, 2, 5, 1, 6, 7, 0, 3}));
}

}  // namespace
}  // namespace neve::ingest
