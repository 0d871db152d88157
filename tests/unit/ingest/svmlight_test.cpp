#include <map>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/pair_line.hpp"
#include "unit/ingest/bench.hpp"
#include "unit/ingest/csv_table.hpp"

namespace neve::ingest {
namespace {

using frame::ColumnType;
using Rows = std::vector<std::vector<std::string>>;

FileSetup guess(const std::string& text, const FileSetup& said = {}) {
  const std::vector<Sample> samples = {{.name = "a.svm", .bytes = text, .whole = true}};
  return guess_setup(samples, said);
}

ParsePlan pair_plan() {
  ParsePlan plan;
  plan.dialect = dialect_of({}, text_format("SVMLight"));
  return plan;
}

TEST(SvmLight, IsRecognisedByItsFirstRow) {
  for (const char* text : {"1 1:2\n", "-1.5 1:2 3:4e-3", "# made\n\n +1 2:0.5 # x\n",
                           "0\t1:2\t 7:1 \r\n", "2 qid:4 1:3\n", "\xEF\xBB\xBF-1 1:2\n"}) {
    EXPECT_TRUE(read_svmlight_start(MemorySource("a", text))) << text;
  }
  for (const char* text : {"", "#\n", "1\n", "1 qid:3\n", "a 1:2\n", "1,2\n", "1 2:3 x\n",
                           "1 2:3 2:4\n", "1 0:3\n", "12:30 1:2\n", "1 1:x\n", "1 1:2,3\n"}) {
    EXPECT_FALSE(read_svmlight_start(MemorySource("a", text))) << text;
  }
  std::string wide = "1";
  for (int i = 1; i < 20'000; ++i) wide += " " + std::to_string(i) + ":123.456";
  EXPECT_TRUE(read_svmlight_start(MemorySource("a", wide)));
}

TEST(SvmLight, SetUp) {
  const FileSetup setup = guess("1 1:2 3:4.5\n# c\n-1 2:7 # d\n0 5:1e3\n");
  EXPECT_EQ(setup.parse_type, "SVMLight");
  EXPECT_EQ(setup.separator, -1);
  EXPECT_EQ(setup.check_header, -1);
  EXPECT_EQ(setup.columns, 6);
  EXPECT_TRUE(setup.names.empty());
  EXPECT_EQ(setup.types, std::vector(6, ColumnType::numeric));
  EXPECT_EQ(setup.preview, (Rows{{"1.0", "2.0", "0", "4.5", "0", "0"},
                                 {"-1.0", "0", "7.0", "0", "0", "0"},
                                 {"0.0", "0", "0", "0", "0", "1000.0"}}));
  EXPECT_EQ(guess("1 500:2\n").preview[0].size(), 100U);
  EXPECT_EQ(guess("1 2:30\n2 3:40\n", {.parse_type = "CSV"}).parse_type, "CSV");
  EXPECT_THROW(guess("1,2\n", {.parse_type = "SVMLight"}), InputError);
}

TEST(SvmLight, WhatARowDoesNotNameIsZero) {
  const std::string text =
      "1 1:2 4:0.25\r\n\r\n#x\n  # y\n-1 2:7 #1:1\n2.50\n0 qid:3 1:1e-3 3:12345678901234567890\n3";
  for (std::int64_t range : {1, 2, 5, 1000}) {
    const CsvTable table = parse_csv_text(text, pair_plan(), range, 2);
    EXPECT_EQ(table.columns, (Rows{{"1.0", "-1.0", "2.5", "0.0", "3.0"},
                                   {"2.0", "0.0", "0.0", "0.001", "0.0"},
                                   {"0.0", "7.0", "0.0", "0.0", "0.0"},
                                   {"0.0", "0.0", "0.0", "1.2345678901234567E19", "0.0"},
                                   {"0.25", "0.0", "0.0", "0.0", "0.0"}}))
        << range;
  }
}

TEST(SvmLight, AnyRangeGivesTheSameTable) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += std::to_string(i % 3 - 1);
    for (int c = 1 + i % 5; c < 40; c += 1 + (i * c) % 11) {
      text += " " + std::to_string(c) + ":" + std::to_string(i % 7) + "." + std::to_string(c * i);
    }
    text += i % 13 == 0 ? " # note 1:2\n" : "\n";
  }
  const CsvTable whole = parse_csv_text(text, pair_plan(), 1 << 20);
  ASSERT_EQ(whole.columns.size(), 40U);
  ASSERT_EQ(whole.columns[0].size(), 300U);
  for (std::int64_t range = 1; range < 3000; range += range < 40 ? 3 : 131) {
    const CsvTable table = parse_csv_text(text, pair_plan(), range, 2);
    ASSERT_EQ(table.columns, whole.columns) << range;
    for (std::size_t c = 0; c < table.chunks.size(); ++c) {
      EXPECT_EQ(table.chunks[c].checksum(), whole.chunks[c].checksum()) << range << " column " << c;
    }
  }
}

TEST(SvmLight, ErrorsNameTheirPlaceInAnyRange) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"1 1:2\nx 1:2\n2 1:\n", "line 2, column 1: a row begins with a number, which 'x' is not"},
      {"1 1:2\n1 2:3 1\n", "line 2, column 7: '1' is no pair"},
      {"1 1:2\n1 0:3\n", "line 2, column 3: the index '0' is no whole number from 1 to"},
      {"1 1:2\n1 -4:3\n", "line 2, column 3: the index '-4'"},
      {"1 1:2\n1 1.5:3\n", "line 2, column 3: the index '1.5'"},
      {"1 1:2\n1 1000000:3\n", "line 2, column 3: the index '1000000'"},
      {"1 1:2\n1 99999999999999999999:3\n", "line 2, column 3: the index '9999"},
      {"1 1:2\n1 4:3 2:5\n", "line 2, column 7: the index '2' follows 4"},
      {"1 1:2\n1 4:3 4:5\n", "line 2, column 7: the index '4' follows 4"},
      {"1 1:2\n1 4:3 5:\n", "line 2, column 9: the value '' is no number"},
      {"1 1:2\n1 4:3x\n", "line 2, column 5: the value '3x' is no number"},
  };
  for (const auto& [text, place] : wrong) {
    for (std::int64_t range = 1; range < 20; ++range) {
      const std::string error = error_of([&] { parse_csv_text(text, pair_plan(), range, 2); });
      EXPECT_NE(error.find("text, " + place), std::string::npos) << range << " gives " << error;
    }
  }
}

/// Rows of pairs, and the same as CSV without pairs.
struct Twins {
  std::string svm;
  std::string csv;
};

Twins twins(int rows, int columns) {
  Twins texts;
  for (int i = 0; i < rows; ++i) {
    const std::string label = std::to_string(i % 2);
    std::map<int, std::string> cells;
    for (int k = 0; k < 9; ++k) {
      // The last column is named in one row only, near the end.
      const int c = 1 + (i * 31 + k * k * 17) % (columns - 2);
      cells[c] = std::to_string(i % 97) + "." + std::to_string(k * i % 1000);
    }
    if (i == rows - 3) cells[columns - 1] = "7";
    texts.svm += label;
    texts.csv += label;
    for (int c = 1; c < columns; ++c) texts.csv += cells.contains(c) ? "," + cells[c] : ",0";
    for (const auto& [c, text] : cells) texts.svm += " " + std::to_string(c) + ":" + text;
    texts.svm += "\n";
    texts.csv += "\n";
  }
  return texts;
}

TEST(SvmLight, TheFrameOfTheSameRowsAsCsvOnOneAndThreeNodes) {
  const Twins texts = twins(30'000, 30);
  std::vector<std::uint64_t> sums;
  for (int nodes : {1, 3}) {
    Bench bench(nodes);
    const std::string svm = bench.folder.write("a.svm", texts.svm);
    const std::string csv = bench.folder.write("a.csv", texts.csv);
    const job::Snapshot end = bench.parse(bench.ingest.import_files({svm}, "").keys, "a");
    ASSERT_EQ(end.status, job::Status::done) << end.exception;
    FileSetup said{.check_header = FileSetup::kNoHeader};
    said.types.assign(30, ColumnType::numeric);
    ASSERT_EQ(bench.parse(bench.ingest.import_files({csv}, "").keys, "b", said).status,
              job::Status::done);
    const frame::Frame frame = bench.frames.require("a");
    EXPECT_EQ(frame.rows(), 30'000);
    EXPECT_EQ(frame.names, bench.frames.require("b").names);
    EXPECT_EQ(frame.layout->cuts, bench.frames.require("b").layout->cuts);
    sums.push_back(bench.checksum("a"));
    sums.push_back(bench.checksum("b"));
  }
  EXPECT_EQ(sums, std::vector(4, sums[0]));
}

TEST(SvmLight, ColumnsBeyondTheSetUpAreFound) {
  Bench bench;
  bench.folder.write("1.svm", "1 1:2\n");
  bench.folder.write("2.svm", "3\n4 3:5\n");
  const Imported found = bench.ingest.import_files({bench.folder.path()}, "");
  FileSetup setup = bench.ingest.guess({found.keys[0]}, {});
  EXPECT_EQ(setup.columns, 2);
  setup.names = {"label", "C3"};
  bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup})->wait();
  EXPECT_EQ(bench.frames.require("a").names,
            (std::vector<std::string>{"label", "C3", "C3C3", "C4"}));
  EXPECT_EQ(bench.frames.require("a").rows(), 3);
}

TEST(SvmLight, WhatItCannotDoIsRefused) {
  Bench bench;
  const std::string path = bench.folder.write("a.svm", "1 1:2 3:5\n");
  const Imported found = bench.ingest.import_files({path}, "");
  FileSetup setup = bench.ingest.guess(found.keys, {});
  setup.skipped_columns = {1};
  const auto parse = [&] {
    bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  };
  EXPECT_NE(error_of(parse).find("skipped_columns are not supported"), std::string::npos);
  setup.skipped_columns = {};
  setup.types[2] = ColumnType::categorical;
  EXPECT_NE(error_of(parse).find("C3"), std::string::npos);
}

TEST(SvmLight, OnePairThatAsksForTooManyColumnsIsRefused) {
  Bench bench(1, 1, 64 << 20);
  const std::string path = bench.folder.write("a.svm", "1 999999:1\n");
  const Imported found = bench.ingest.import_files({path}, "");
  const FileSetup setup{.parse_type = "SVMLight", .columns = 2};
  const auto job =
      bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::failed);
  EXPECT_NE(job->snapshot().exception_type.find("OutOfMemory"), std::string::npos);
  EXPECT_FALSE(bench.frames.find("a"));
}

TEST(SvmLight, AFailedParseLeavesNothingBehind) {
  Bench bench(3);
  const std::string path = bench.folder.write("a.svm", twins(30'000, 30).svm + "1 4:");
  const Imported found = bench.ingest.import_files({path}, "");
  const FileSetup setup{.parse_type = "SVMLight", .columns = 30};
  const auto job =
      bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  job->wait();
  const job::Snapshot end = job->snapshot();
  EXPECT_EQ(end.status, job::Status::failed);
  EXPECT_NE(end.exception.find("a.svm, line 30001, column 5: the value '' is no number"),
            std::string::npos)
      << end.exception;
  EXPECT_FALSE(bench.frames.find("a"));
}

}  // namespace
}  // namespace neve::ingest
