#include <gtest/gtest.h>
#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/arff_header.hpp"
#include "unit/ingest/bench.hpp"
#include "unit/ingest/csv_table.hpp"

namespace neve::ingest {
namespace {

using frame::ColumnType;
using Rows = std::vector<std::vector<std::string>>;
using Names = std::vector<std::string>;

std::optional<Declarations> header_of(std::string_view text) {
  return read_arff_header(MemorySource("a.arff", text));
}

FileSetup guess(const std::string& text, const FileSetup& said = {}) {
  const std::vector<Sample> samples = {{.name = "a.arff", .bytes = text, .whole = true}};
  return guess_setup(samples, said);
}

constexpr const char* kHeader =
    "% weather\r\n"
    "@RELATION 'the weather'\r\n"
    "\r\n"
    "@attribute outlook {sunny, 'rather rainy', \"}\"}  % levels\r\n"
    " @Attribute\t'it\\'s warm'  NUMERIC\r\n"
    "@attribute note string\r\n"
    "@attribute when date \"yyyy-MM-dd HH:mm:ss\"\r\n"
    "@attribute two words INTEGER % unquoted, as H2O-3 takes it\r\n"
    "@attribute id uuid\r\n"
    "@DATA\r\n";

TEST(Arff, Header) {
  const auto declared = header_of(std::string(kHeader) + "1,2");
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->names, (Names{"outlook", "it's warm", "note", "when", "two words", "id"}));
  EXPECT_EQ(declared->types,
            (std::vector{ColumnType::categorical, ColumnType::numeric, ColumnType::string,
                         ColumnType::time, ColumnType::numeric, ColumnType::uuid}));
  EXPECT_EQ(declared->data_start, static_cast<std::int64_t>(std::string(kHeader).size()));
}

TEST(Arff, HeaderLongerThanABlockAndOtherLineEnds) {
  std::string text = "\xEF\xBB\xBF" + std::string(200'000, '\n') + "@relation r";
  text += "\r@attribute x {";
  for (int i = 0; i < 20'000; ++i) text += (i == 0 ? "level" : ", level") + std::to_string(i);
  text += "}\r@attribute y real\r@data";
  const auto declared = header_of(text);
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->names, (Names{"x", "y"}));
  EXPECT_EQ(declared->data_start, static_cast<std::int64_t>(text.size()));
}

TEST(Arff, TheFirstWordMayLieAcrossBlocks) {
  const std::string rest = "@relation r\n@attribute x real\n@data\n";
  for (std::size_t before = (64 << 10) - 14; before <= (64 << 10) + 1; ++before) {
    const std::string text = "%" + std::string(before - 2, 'c') + "\n" + rest;
    const auto declared = header_of(text);
    ASSERT_TRUE(declared) << before;
    EXPECT_EQ(declared->data_start, static_cast<std::int64_t>(text.size()));
  }
}

TEST(Arff, OtherTextIsNone) {
  for (const char* text : {"", "%", "% x\n", "a,b\n1,2\n", "@relations x\n", "@data\n1\n", "@"}) {
    EXPECT_FALSE(header_of(text)) << text;
  }
}

TEST(Arff, ErrorsOfTheHeaderNameTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"@attribute\n@data\n", "line 2, column 11: an attribute needs a name"},
      {"@attribute x\n@data\n", "line 2, column 13: the attribute has no type"},
      {"@attribute x % y\n@data\n", "line 2, column 14: the attribute has no type"},
      {"@attribute x blob\n@data\n", "line 2, column 14: 'blob' is no type"},
      {"@attribute x relational\n@data\n", "line 2, column 14: relational"},
      {"@attribute 'x numeric\n@data\n", "line 2, column 12: the quote that opens here"},
      {"@attribute 'x'y numeric\n@data\n", "line 2, column 15: behind the attribute's name"},
      {"@attribute x {a, b\n@data\n", "line 2, column 14: the list of levels that begins"},
      {"@attribute x {a, 'b}\n@data\n", "line 2, column 18: the quote that opens here"},
      {"@attribute x {}\n@data\n", "line 2, column 14: the list of levels is empty"},
      {"@attribute x {a} b\n@data\n", "line 2, column 17: there is text behind"},
      {"@data\n1\n", "line 2, column 1: no attribute is declared"},
      {"\n  x numeric\n@data\n", "line 3, column 3: an ARFF file declares"},
      {"@attribute x real\n", "line 3, column 1: the file is cut off"},
      {"@attribute x real\n@dat", "line 3, column 1: an ARFF file declares"},
  };
  for (const auto& [text, place] : wrong) {
    const std::string error = error_of([&] { header_of("@relation r\n" + text); });
    EXPECT_NE(error.find("a.arff, " + place), std::string::npos) << text << " gives " << error;
  }
}

TEST(Arff, AHeaderThatIsCutOffIsAnError) {
  const std::string text = kHeader;
  const std::size_t relation = text.find("@RELATION") + 9;
  const std::size_t data = text.find("@DATA") + 5;
  for (std::size_t size = relation; size < data; ++size) {
    EXPECT_FALSE(error_of([&] { header_of(text.substr(0, size)); }).empty()) << size;
  }
}

constexpr const char* kRows =
    "% inner\n"
    "sunny,1.5,\"n, 1\",\"2021-02-03 04:05:06\",3,?\n"
    "'rather rainy',?,'it\\'s\\tso',?,4,?\n"
    "\n"
    "?,-2,?,?,5,6ba7b810-9dad-11d1-80b4-00c04fd430c8\n"
    "storm, 3 , C:\\new ,?,6,?\n";

TEST(Arff, SetUp) {
  const FileSetup setup = guess(std::string(kHeader) + kRows);
  EXPECT_EQ(setup.parse_type, "ARFF");
  EXPECT_EQ(setup.separator, ',');
  EXPECT_EQ(setup.check_header, -1);
  EXPECT_EQ(setup.columns, 6);
  EXPECT_EQ(setup.names[1], "it's warm");
  EXPECT_EQ(setup.types[3], ColumnType::time);
  EXPECT_EQ(setup.missing_texts, Rows(6, {"?"}));
  ASSERT_EQ(setup.preview.size(), 4U);
  EXPECT_EQ(setup.preview[1], (Names{"rather rainy", "?", "it's\tso", "?", "4", "?"}));
}

TEST(Arff, WhatTheUserSaysComesFirst) {
  const std::string text = "@relation r\n@attribute x real\n@attribute y {a}\n@data\n1,a\n";
  const FileSetup said{.parse_type = "ARFF",
                       .names = {"p", "q"},
                       .types = {ColumnType::bad, ColumnType::string},
                       .missing_texts = {{"0"}, {}}};
  const FileSetup setup = guess(text, said);
  EXPECT_EQ(setup.names, (Names{"p", "q"}));
  EXPECT_EQ(setup.types, (std::vector{ColumnType::numeric, ColumnType::string}));
  EXPECT_EQ(setup.missing_texts, (Rows{{"0", "?"}, {"?"}}));
  EXPECT_THROW(guess(text, {.parse_type = "CSV"}), InputError);
  EXPECT_THROW(guess("a,b\n1,2\n", {.parse_type = "ARFF"}), InputError);
  EXPECT_THROW(guess(text, {.parse_type = "XLS"}), InputError);
}

TEST(Arff, SeparatorsAndEmptyData) {
  const std::string header = "@relation r\n@attribute x real\n@attribute y real\n@data\n";
  EXPECT_EQ(guess(header + "1\t2\n").separator, '\t');
  EXPECT_EQ(guess(header + "1   2\n").separator, ' ');
  EXPECT_EQ(guess(header + "'a b',2\n").separator, ',');
  const FileSetup empty = guess(header);
  EXPECT_EQ(empty.separator, ',');
  EXPECT_EQ(empty.columns, 2);
  EXPECT_TRUE(empty.preview.empty());
}

Dialect arff_dialect() { return dialect_of({}, text_format("ARFF")); }

TEST(Arff, AnyRangeGivesTheSameTable) {
  std::string text = kHeader;
  const auto start = static_cast<std::int64_t>(text.size());
  for (int i = 0; i < 12; ++i) text += kRows;
  text += "\"a\n'b,\",0,'\n\"?%',?,1,?\n%'end\n";
  ParsePlan plan = plan_of("ENSTNU", arff_dialect());
  for (ColumnPlan& column : plan.columns) column.missing_texts = {"?"};
  const CsvTable whole = parse_csv_text(text, plan, 1 << 20, 1, start);
  ASSERT_EQ(whole.columns[0].size(), 49U);
  EXPECT_EQ(whole.unreadable, 0);
  EXPECT_EQ(whole.columns[0][1], "rather rainy");
  EXPECT_EQ(whole.columns[0][2], "NA");
  EXPECT_EQ(whole.columns[0][3], "storm");  // not declared, and yet a level, as in H2O-3
  EXPECT_EQ(whole.columns[1][3], "3.0");
  EXPECT_EQ(whole.columns[2][1], "it's\tso");
  EXPECT_EQ(whole.columns[2][3], "C:\\new ");
  EXPECT_EQ(whole.columns[0][48], "a\n'b,");
  EXPECT_EQ(whole.columns[2][48], "\n\"?%");
  for (std::int64_t range = 1; range < 300; range += range < 60 ? 1 : 17) {
    const CsvTable table = parse_csv_text(text, plan, range, 2, start);
    EXPECT_EQ(table.columns, whole.columns) << range;
    for (std::size_t c = 0; c < table.chunks.size(); ++c) {
      EXPECT_EQ(table.chunks[c].checksum(), whole.chunks[c].checksum()) << range << " column " << c;
    }
  }
}

TEST(Arff, ErrorsOfRowsNameTheirPlaceInAnyRange) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"1,a,x\n2,b,y\n3,c\n4,d,z\n", "line 3, column 4: the row ends here with 2 of 3 cells"},
      {"1,a,x\n2,b,y\n{0 1, 2 b}\n", "line 3, column 1: rows of index and value"},
      {"1,a,x\n2,b,'y\n3,c,z\n", "line 2, column 5: the quote that opens here is never closed"},
      {"1,'a\n,',x\n2,", "line 3, column 3: the row ends here with 2 of 3 cells"},
  };
  const ParsePlan plan = plan_of("NES", arff_dialect());
  for (const auto& [text, place] : wrong) {
    for (std::int64_t range = 1; range < 40; ++range) {
      const std::string error = error_of([&] { parse_csv_text(text, plan, range, 2); });
      EXPECT_NE(error.find("text, " + place), std::string::npos) << range << " gives " << error;
    }
  }
}

std::string many_rows(const std::string& quote, const std::string& missing) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    const std::string n = std::to_string(i);
    text += n + "," + std::to_string(i % 977);
    text += "." + std::to_string(i % 89) + ",";
    text += i % 11 == 0 ? missing : "k" + std::to_string(i % 2003);
    text += ",2021-0" + std::to_string(1 + i % 9);
    text += "-0" + std::to_string(1 + i % 7);
    text += "," + quote + "note, ";
    text += n + (i % 5 == 0 ? "\nline" : "");
    text += quote + "\n";
  }
  return text;
}

constexpr const char* kManyHeader =
    "@relation many\n@attribute id integer\n@attribute price real\n@attribute kind {k1, never}\n"
    "@attribute when date\n@attribute note string\n@data\n";

TEST(Arff, TheFrameOfTheSameRowsAsCsvOnOneAndThreeNodes) {
  std::vector<std::uint64_t> sums;
  for (int nodes : {1, 3}) {
    Bench bench(nodes);
    const std::string arff = bench.folder.write("a.arff", kManyHeader + many_rows("'", "?"));
    const std::string csv =
        bench.folder.write("a.csv", "id,price,kind,when,note\n" + many_rows("\"", ""));
    ASSERT_EQ(bench.parse(bench.ingest.import_files({arff}, "").keys, "a").status,
              job::Status::done);
    FileSetup said;
    said.types = {ColumnType::numeric, ColumnType::numeric, ColumnType::categorical,
                  ColumnType::time, ColumnType::string};
    ASSERT_EQ(bench.parse(bench.ingest.import_files({csv}, "").keys, "b", said).status,
              job::Status::done);
    const frame::Frame frame = bench.frames.require("a");
    EXPECT_EQ(frame.rows(), 60'000);
    EXPECT_EQ(frame.names, bench.frames.require("b").names);
    EXPECT_EQ(*frame.columns[2].domain, *bench.frames.require("b").columns[2].domain);
    sums.push_back(bench.checksum("a"));
    sums.push_back(bench.checksum("b"));
  }
  EXPECT_EQ(sums, std::vector(4, sums[0]));
}

TEST(Arff, FilesAfterTheFirstMayHoldRowsOnly) {
  Bench bench;
  const std::string header = "@relation r\n@attribute x real\n@attribute y {a}\n@data\n";
  bench.folder.write("1.arff", header + "1,a\n2,b\n");
  bench.folder.write("2.arff", "% rows only\n3,a\n4,?\n");
  bench.folder.write("3.arff", header + "5,a\n");
  const Imported found = bench.ingest.import_files({bench.folder.path()}, "");
  ASSERT_EQ(found.keys.size(), 3U);
  ASSERT_EQ(bench.parse(found.keys, "a").status, job::Status::done);
  EXPECT_EQ(bench.frames.require("a").rows(), 5);
  EXPECT_EQ(bench.frames.require("a").columns[1].cardinality(), 2);
}

TEST(Arff, FilesThatDeclareOtherColumnsAreRefused) {
  Bench bench;
  bench.folder.write("1.arff", "@relation r\n@attribute x real\n@data\n1\n");
  bench.folder.write("2.arff", "@relation r\n@attribute y real\n@data\n1\n");
  const Imported found = bench.ingest.import_files({bench.folder.path()}, "");
  EXPECT_THROW((void)bench.ingest.guess(found.keys, {}), InputError);
  const FileSetup setup = bench.ingest.guess({found.keys[0]}, {});
  const auto job =
      bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::failed);
  EXPECT_NE(job->snapshot().exception.find("2.arff"), std::string::npos);
}

TEST(Arff, AFailedParseLeavesNothingBehind) {
  Bench bench(3);
  const std::string path =
      bench.folder.write("a.arff", kManyHeader + many_rows("'", "?") + "1,2,k1,");
  const Imported found = bench.ingest.import_files({path}, "");
  const job::Snapshot end = bench.parse(found.keys, "a");
  EXPECT_EQ(end.status, job::Status::failed);
  EXPECT_NE(end.exception.find("a.arff, line 72008, column 8: the row ends here with 4 of 5"),
            std::string::npos)
      << end.exception;
  EXPECT_FALSE(bench.frames.find("a"));
  EXPECT_TRUE(bench.ingest.has_raw_file(found.keys[0]));
}

TEST(Arff, TheParseIsToldIfTheSetUpIsOfAnotherFormat) {
  Bench bench;
  const std::string path =
      bench.folder.write("a.arff", "@relation r\n@attribute x real\n@data\n1\n");
  const Imported found = bench.ingest.import_files({path}, "");
  FileSetup setup = bench.ingest.guess(found.keys, {});
  setup.parse_type = "CSV";
  const auto job =
      bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup});
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::failed);
  EXPECT_NE(job->snapshot().exception.find("ParseSetup"), std::string::npos);
}

}  // namespace
}  // namespace neve::ingest
