#include <sstream>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>
#include <zip.h>

#include "unit/ingest/bench.hpp"

namespace neve::ingest {
namespace {

std::string sample_csv() {
  std::ostringstream text;
  text << "id,price,kind,when,note\n";
  for (int i = 0; i < 30000; ++i) {
    text << i << ',' << i % 977 << '.' << i % 89 << ",k" << i % 23 << ",2021-0" << 1 + i % 9 << "-0"
         << 1 + i % 7 << ",\"note, " << i << (i % 5 == 0 ? "\nline" : "") << "\"\n";
  }
  return text.str();
}

void write_zip(const std::string& path, const std::string& text) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
  zip_file_add(archive, "inside.csv", source, ZIP_FL_ENC_UTF_8);
  zip_close(archive);
}

TEST(ParseJob, SameFrameHoweverTheBytesCame) {
  Bench bench;
  const std::string text = sample_csv();
  bench.folder.write("plain.csv", text);
  write_gzip(bench.folder.file("packed.csv.gz"), text);
  write_zip(bench.folder.file("packed.csv.zip"), text);
  std::vector<std::string> names;
  for (const char* file : {"plain.csv", "packed.csv.gz", "packed.csv.zip"}) {
    const Imported found = bench.ingest.import_files({bench.folder.file(file)}, "");
    ASSERT_EQ(found.keys.size(), 1U);
    EXPECT_EQ(bench.parse(found.keys, file).status, job::Status::done);
    names.emplace_back(file);
  }
  const std::string key = bench.ingest.new_upload_key();
  bench.ingest.keep_upload(key, pieces_of(text), {});
  EXPECT_EQ(bench.parse({key}, "upload").status, job::Status::done);
  EXPECT_FALSE(bench.ingest.has_raw_file(key));
  for (const std::string& name : names) EXPECT_EQ(bench.checksum(name), bench.checksum("upload"));
  const frame::Frame frame = bench.frames.require("upload");
  EXPECT_EQ(frame.rows(), 30000);
  EXPECT_EQ(frame.columns[2].cardinality(), 23);
  EXPECT_EQ(frame.columns[3].type, frame::ColumnType::time);
}

TEST(ParseJob, SameFrameOnAnyNumberOfThreadsAndNodes) {
  const std::string text = sample_csv();
  std::vector<std::uint64_t> sums;
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 3}, {3, 2}}) {
    Bench bench(nodes, threads);
    const std::string path = bench.folder.write("a.csv", text);
    const Imported found = bench.ingest.import_files({path}, "");
    EXPECT_EQ(bench.parse(found.keys, "a").status, job::Status::done);
    sums.push_back(bench.checksum("a"));
  }
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_EQ(sums[0], sums[2]);
}

TEST(ParseJob, FolderOfFilesWithAndWithoutHeaders) {
  Bench bench;
  bench.folder.write("1.csv", "a,b\n1,x\n2,y\n");
  bench.folder.write("2.csv", "A,B\n3,x\n");
  bench.folder.write("3.csv", "4,z\n");
  bench.folder.write(".hidden.csv", "5,z\n");
  bench.folder.write("4.txt", "6,z\n");
  const Imported found = bench.ingest.import_files({bench.folder.path()}, "csv$");
  ASSERT_EQ(found.keys.size(), 3U);
  const auto job = bench.ingest.parse(
      {.source_keys = found.keys,
       .destination = "all",
       .setup = {.separator = ',',
                 .check_header = 1,
                 .columns = 2,
                 .names = {"a", "b"},
                 .types = {frame::ColumnType::numeric, frame::ColumnType::categorical}}});
  job->wait();
  EXPECT_EQ(bench.frames.require("all").rows(), 4);
}

TEST(ParseJob, SkippedAndNamedColumns) {
  Bench bench;
  const std::string path = bench.folder.write("a.csv", "1,2,x\n3,4,y\n");
  const Imported found = bench.ingest.import_files({path}, "");
  FileSetup setup = bench.ingest.guess(found.keys, {});
  setup.skipped_columns = {1};
  setup.names = {"first", "last"};
  bench.ingest.parse({.source_keys = found.keys, .destination = "a", .setup = setup})->wait();
  EXPECT_EQ(bench.frames.require("a").names, (std::vector<std::string>{"first", "last"}));
  setup.skipped_columns = {0, 1, 2};
  const ParseOrder order{.source_keys = found.keys, .destination = "b", .setup = setup};
  EXPECT_THROW(bench.ingest.parse(order), InputError);
}

TEST(ParseJob, WarnsOfCellsThatAreNoNumbers) {
  Bench bench;
  const std::string path = bench.folder.write("a.csv", "v\n1\n2\n3\nsurprise\nNA\n5,6\n");
  const Imported found = bench.ingest.import_files({path}, "");
  const job::Snapshot end = bench.parse(found.keys, "a", {.separator = ',', .columns = 1});
  ASSERT_EQ(end.status, job::Status::done);
  ASSERT_EQ(end.warnings.size(), 2U);
  EXPECT_NE(end.warnings[0].find("line 7, column 1"), std::string::npos) << end.warnings[0];
  EXPECT_NE(end.warnings[1].find("line 5, column 1"), std::string::npos) << end.warnings[1];
}

TEST(ParseJob, WhatWillNotFitIsRefused) {
  Bench bench(1, 1, 1 << 20);
  const std::string path = bench.folder.write("a.csv", sample_csv());
  const Imported found = bench.ingest.import_files({path}, "");
  const job::Snapshot end = bench.parse(found.keys, "a");
  EXPECT_EQ(end.status, job::Status::failed);
  EXPECT_NE(end.exception_type.find("OutOfMemory"), std::string::npos);
  EXPECT_FALSE(bench.frames.find("a"));
}

TEST(ParseJob, ExportReadsBackAsTheSameFrame) {
  Bench bench;
  const std::string path = bench.folder.write("a.csv", sample_csv());
  bench.parse(bench.ingest.import_files({path}, "").keys, "a");
  const std::string out = bench.folder.file("out.csv");
  const auto job = bench.ingest.export_csv(bench.frames.require("a"), {.path = out});
  job->wait();
  ASSERT_EQ(job->snapshot().status, job::Status::done);
  FileSetup said;
  said.types = {frame::ColumnType::numeric, frame::ColumnType::numeric,
                frame::ColumnType::categorical, frame::ColumnType::time, frame::ColumnType::string};
  bench.parse(bench.ingest.import_files({out}, "").keys, "b", said);
  EXPECT_EQ(bench.checksum("a"), bench.checksum("b"));
  EXPECT_THROW(bench.ingest.export_csv(bench.frames.require("a"), {.path = out}), InputError);
}

TEST(Import, NamesWhatCannotBeRead) {
  Bench bench;
  EXPECT_THROW(bench.ingest.import_files({bench.folder.file("none.csv")}, ""), InputError);
  EXPECT_THROW(bench.ingest.import_files({"/etc/passwd"}, ""), InputError);
  EXPECT_THROW(bench.ingest.import_files({bench.folder.path()}, "("), InputError);
  EXPECT_THROW((void)bench.ingest.guess({"nobody"}, {}), InputError);
}

}  // namespace
}  // namespace neve::ingest
