// One parse of a file of columns by several nodes: the frame of one node, whatever happens.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/formats/columnar/column_file.hpp"
#include "unit/ingest/same_everywhere.hpp"
#include "unit/ingest/text_output.hpp"
#include "unit/ingest/watched_parse.hpp"

namespace neve::ingest {
namespace {

constexpr int kGroups = 9;
constexpr int kRows = 7000;  // of each; row groups of the frame are cut elsewhere

/// Numbers, texts and levels in row groups.
std::string parquet_file() {
  using namespace columnar;
  const std::vector<std::string> levels = {"low", "high", "middle"};
  const std::vector<OutputField> fields = {
      {.name = "n", .type = OutputField::Type::integer},
      {.name = "x", .type = OutputField::Type::real},
      {.name = "s", .type = OutputField::Type::text},
      {.name = "k", .type = OutputField::Type::levels, .levels = levels}};
  Budget budget(std::int64_t{256} << 20);
  Trouble trouble;
  BudgetMemory memory(budget, "Testing", trouble);
  TextOutput output;
  Failure failure;
  const auto writer = library().create({.container = Container::parquet, .compression = ""}, fields,
                                       output, memory, failure);
  for (int group = 0; group < kGroups; ++group) {
    std::vector<std::int64_t> integers;
    std::vector<double> reals;
    std::vector<std::string> words;
    std::vector<std::int32_t> codes;
    for (int i = group * kRows; i < (group + 1) * kRows; ++i) {
      integers.push_back(i % 11 == 0 ? frame::kMissingInt64 : std::int64_t{i} * 7919 % 100'003);
      reals.push_back(i * 0.25);
      words.push_back("note " + std::to_string(i));
      codes.push_back(i % 13 == 0 ? -1 : i % 3);
    }
    const std::vector<std::string_view> texts(words.begin(), words.end());
    const std::vector<OutputValues> values = {
        {.integers = integers}, {.reals = reals}, {.texts = texts}, {.codes = codes}};
    EXPECT_TRUE(writer->write(values, kRows, failure)) << failure.what;
  }
  EXPECT_TRUE(writer->finish(failure)) << failure.what;
  return output.text;
}

FileSetup setup_of_columns() {
  using frame::ColumnType;
  return {.parse_type = "PARQUET",
          .columns = 4,
          .names = {"n", "x", "s", "k"},
          .types = {ColumnType::numeric, ColumnType::numeric, ColumnType::string,
                    ColumnType::categorical}};
}

TEST(SharedColumns, GiveTheSameFrameEverywhere) {
  const std::string bytes = parquet_file();
  ASSERT_GT(bytes.size(), std::size_t{1} << 20);  // so that nodes share the work
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.parquet", bytes)}; },
      setup_of_columns());
}

TEST(SharedColumns, ALostNodeChangesNothing) {
  const std::string bytes = parquet_file();
  const Whole alone = parse_files(
      {.nodes = 1}, [&](const Folder& folder) { return std::vector{folder.write("a", bytes)}; },
      setup_of_columns());
  int reads = 0;
  {
    WatchedParse parse({.nodes = 3, .copies = 2, .strangers = {1, 2}});
    std::atomic<int> count = 0;
    parse.on_read = [&](int) { ++count; };
    parse.run("a", bytes, setup_of_columns());
    EXPECT_EQ(whole(parse, "a"), alone);
    reads = count;
  }
  for (const int at : {reads / 4, reads / 2, reads * 3 / 4, reads - 2}) {
    WatchedParse parse({.nodes = 3, .copies = 2, .strangers = {1, 2}});
    std::atomic<bool> killed = false;
    parse.on_read = [&](int n) {
      if (n == at && !killed.exchange(true)) parse.cluster.kill(2);
    };
    parse.run("a", bytes, setup_of_columns());
    EXPECT_TRUE(killed) << at << " of " << reads;
    EXPECT_EQ(parse.job.snapshot().status, job::Status::done) << parse.job.snapshot().exception;
    EXPECT_EQ(whole(parse, "a"), alone);
    EXPECT_TRUE(parse.all_is_freed(2));
  }
}

TEST(SharedColumns, CancelFreesTheMemory) {
  const std::string bytes = parquet_file();
  for (const double at : {0.1, 0.81}) {
    WatchedParse parse({.nodes = 3});
    std::thread canceller([&] {
      while (parse.job.snapshot().progress < at) std::this_thread::yield();
      parse.job.cancel();
    });
    parse.run("a", bytes, setup_of_columns());
    canceller.join();
    // It may have been done already.
    if (parse.job.snapshot().status == job::Status::done) continue;
    EXPECT_EQ(parse.job.snapshot().status, job::Status::cancelled);
    EXPECT_FALSE(parse.frames.find("a"));
    EXPECT_TRUE(parse.all_is_freed(9));
  }
}

}  // namespace
}  // namespace neve::ingest
