// A file of any format that changes while it is read.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/ingest/packers.hpp"
#include "unit/ingest/watched_parse.hpp"

namespace neve::ingest {
namespace {

std::string corpus_file(const std::string& name) {
  std::ifstream in(NEVE_SOURCE_DIR "/tests/fuzz/corpus/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string rows() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  return text;
}

std::string pairs() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "1 1:" + std::to_string(i) + " 3:0.5\n";
  return text;
}

struct Case {
  std::string name;
  std::string bytes;
};

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"a.csv", "x,y\n" + rows()},
      {"a.arff", "@relation a\n@attribute x numeric\n@attribute y numeric\n@data\n" + rows()},
      {"a.svm", pairs()},
      {"a.xls", corpus_file("xls/sheet")},
      {"a.xlsx", corpus_file("xlsx/workbook")},
      {"a.avro", corpus_file("avro/null")}};
  for (const char* columns : {"plain.parquet", "plain.orc", "types.feather", "types.arrows"}) {
    all.push_back({columns, corpus_file(std::string("columnar/") + columns)});
  }
  for (const Packer& packer : packers()) {
    all.push_back({"a.csv." + std::string(packer.name), packer.pack("x,y\n" + rows())});
  }
  return all;
}

FileSetup setup_of(const Case& one) {
  Bench bench;
  const Imported found = bench.ingest.import_files({bench.folder.write(one.name, one.bytes)}, "");
  return bench.ingest.guess(found.keys, {});
}

class ChangedFile : public ::testing::TestWithParam<Case> {};

TEST_P(ChangedFile, IsATypedErrorThatLeavesNothingBehind) {
  const Case& one = GetParam();
  ASSERT_FALSE(one.bytes.empty());
  const FileSetup setup = setup_of(one);
  int reads = 0;
  {
    WatchedParse parse({});
    std::atomic<int> count = 0;
    parse.on_read = [&](int) { ++count; };
    parse.run(one.name, one.bytes, setup);
    ASSERT_EQ(parse.job.snapshot().status, job::Status::done) << parse.job.snapshot().exception;
    reads = count;
  }
  for (const bool shorter : {true, false}) {
    for (int at : {reads / 2, reads - 1}) {
      WatchedParse parse({});
      parse.on_read = [&](int n) {
        if (n != at) return;
        const std::string path = parse.folder.file(one.name);
        if (shorter) {
          std::filesystem::resize_file(path, one.bytes.size() / 2);
        } else {
          std::ofstream(path, std::ios::app) << "more";
        }
      };
      parse.run(one.name, one.bytes, setup);
      const job::Snapshot end = parse.job.snapshot();
      EXPECT_EQ(end.status, job::Status::failed) << "read " << at << " of " << reads;
      EXPECT_NE(end.exception.find(one.name), std::string::npos) << end.exception;
      EXPECT_NE(end.exception.find(" while "), std::string::npos) << end.exception;
      EXPECT_FALSE(parse.frames.find("a"));
      EXPECT_TRUE(parse.all_is_freed(1));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ChangedFile, ::testing::ValuesIn(cases()), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace neve::ingest
