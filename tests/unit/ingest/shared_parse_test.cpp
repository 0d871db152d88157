// One parse by several nodes: the frame of one node, whoever has the files and whatever happens.
#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>

#include "ingest/parse_job.hpp"
#include "ingest/sources/fingerprint.hpp"
#include "ingest/sources/local_file.hpp"
#include "unit/ingest/bench.hpp"
#include "unit/ingest/packers.hpp"
#include "unit/ingest/same_everywhere.hpp"
#include "unit/ingest/watched_parse.hpp"

namespace neve::ingest {
namespace {

/// Rows with numbers of several scales, many levels, times, and quoted texts with line ends.
std::string rows_csv(int first, int count) {
  std::string text;
  for (int i = first; i < first + count; ++i) {
    const std::string n = std::to_string(i);
    text += n + "," + std::to_string(i % 977) + "." + std::to_string(i % 89) + ",level" +
            std::to_string(static_cast<std::int64_t>(i) * 7919 % 20011) + ",2021-0" +
            std::to_string(1 + i % 9) + "-0" + std::to_string(1 + i % 7) + ",\"note, " + n +
            (i % 5 == 0 ? "\nline, \"\"two\"\"\n,,\n" : "") + "\"\n";
  }
  return text;
}

constexpr const char* kHeader = "id,price,kind,when,note\n";
constexpr int kRows = 100'000;  // some 5 MB

FileSetup setup_of_rows() {
  using frame::ColumnType;
  return {.separator = ',',
          .check_header = FileSetup::kHasHeader,
          .columns = 5,
          .names = {"id", "price", "kind", "when", "note"},
          .types = {ColumnType::numeric, ColumnType::numeric, ColumnType::categorical,
                    ColumnType::time, ColumnType::string}};
}

void expect_same_everywhere(const Files& make) {
  ingest::expect_same_everywhere(make, setup_of_rows());
}

TEST(SharedParse, QuotesAndLevels) {
  const std::string text = kHeader + rows_csv(0, kRows);
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.csv", text)}; });
}

TEST(SharedParse, SeveralFilesPackedAndPlain) {
  expect_same_everywhere([](const Folder& folder) {
    std::vector<std::string> files;
    for (int i = 0; i < 4; ++i) {
      const std::string text = (i == 2 ? "" : kHeader) + rows_csv(i * 50'000, 30'000);
      files.push_back(folder.file(std::to_string(i) + ".csv" + (i % 2 == 0 ? ".gz" : "")));
      if (i % 2 == 0) {
        write_gzip(files.back(), text);
      } else {
        folder.write(std::to_string(i) + ".csv", text);
      }
    }
    return files;
  });
}

TEST(SharedParse, FilesOfEveryPacking) {
  expect_same_everywhere([](const Folder& folder) {
    std::vector<std::string> files;
    for (const Packer& packer : packers()) {
      const std::string text = kHeader + rows_csv(static_cast<int>(files.size()) * 20'000, 20'000);
      files.push_back(folder.write("a." + std::string(packer.name), packer.pack(text)));
    }
    return files;
  });
}

TEST(SharedParse, FoldersBecomeColumns) {
  FileSetup setup = setup_of_rows();
  setup.partition_by = {"year", "half"};
  const Files make = [](const Folder& folder) {
    std::vector<std::string> files;
    for (const char* year : {"2021", "2019", "2020"}) {
      const std::string path = folder.file("half=1/year=" + std::string(year) + "/a.csv");
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      std::ofstream(path) << kHeader << rows_csv(0, 30'000);
      files.push_back(path);
    }
    return files;
  };
  expect_same_everywhere(make, setup);
  const Whole all = parse_files({.nodes = 3}, make, setup);
  ASSERT_EQ(all.domains.size(), 7U);
  EXPECT_EQ(all.domains[5], (frame::Domain{"2019", "2020", "2021"}));
  EXPECT_EQ(all.domains[6], frame::Domain{"1"});
}

/// Records of a long and a string in Avro's binary form.
std::string avro_file(int rows) {
  const auto number = [](std::int64_t value) {
    std::string bytes;
    for (auto rest = static_cast<std::uint64_t>(2 * value);; rest >>= 7U) {
      bytes += static_cast<char>(rest < 128 ? rest : (rest & 127U) | 128U);
      if (rest < 128) return bytes;
    }
  };
  const auto text = [&](const std::string& value) {
    return number(static_cast<std::int64_t>(value.size())) + value;
  };
  const std::string sync = "0123456789abcdef";
  std::string file = "Obj\x01" + number(1) + text("avro.schema") +
                     text(R"({"type":"record","name":"r","fields":[{"name":"id","type":"long"},)"
                          R"({"name":"note","type":"string"}]})") +
                     number(0) + sync;
  for (int row = 0; row < rows; row += 1000) {
    std::string block;
    for (int i = row; i < row + 1000; ++i) block += number(i) + text("note, " + std::to_string(i));
    file += number(1000) + number(static_cast<std::int64_t>(block.size())) + block + sync;
  }
  return file;
}

TEST(SharedParse, RecordsOfAvro) {
  using frame::ColumnType;
  const FileSetup setup = {.parse_type = "AVRO",
                           .columns = 2,
                           .names = {"id", "note"},
                           .types = {ColumnType::numeric, ColumnType::string}};
  const std::string bytes = avro_file(100'000);
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.avro", bytes)}; }, setup);
}

TEST(SharedParse, OneRowGroupOnAllNodes) {
  // 3,000 rows are one group, their text several ranges.
  std::string text = kHeader;
  for (int i = 0; i < 3000; ++i) {
    text += std::to_string(i) + ",1.5,a,,\"" + std::string(2000, 'x') + "\"\n";
  }
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.csv", text)}; });
}

TEST(SharedParse, RowsLongerThanRanges) {
  std::string text = kHeader;
  for (int i = 0; i < 3; ++i) {
    text += rows_csv(i * 100, 100);
    text += "7,1,a,,\"";
    for (int line = 0; line < 150'000; ++line) text += "1,2,b,,\"\"c\"\"\n";
    text += "\"\n";
  }
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.csv", text)}; });
}

TEST(SharedParse, NoRowsAtAll) {
  std::string text = kHeader;
  for (int i = 0; i < 200'000; ++i) text += "# nothing here\n";
  expect_same_everywhere(
      [&](const Folder& folder) { return std::vector{folder.write("a.csv", text)}; });
}

TEST(SharedParse, UploadsAreSentToTheOtherNodes) {
  const std::string text = kHeader + rows_csv(0, kRows);
  const Files as_file = [&](const Folder& folder) {
    return std::vector{folder.write("a.csv", text)};
  };
  const Whole alone = parse_files({.nodes = 1}, as_file, setup_of_rows());
  Bench bench(3);
  bench.ingest.keep_upload("u", pieces_of(text), {});
  EXPECT_EQ(bench.parse({"u"}, "a", setup_of_rows()).status, job::Status::done);
  EXPECT_EQ(whole(bench, "a"), alone);
}

TEST(SharedParse, WarningsNameTheFirstPlaceInTheFile) {
  std::string text = kHeader + rows_csv(0, kRows);
  text.insert(text.rfind("\n99999,") + 1, "oops,1,a,,b\n");
  text.insert(text.rfind("\n60000,") + 1, "oops,1,a,,b,surplus\n");
  std::vector<std::string> warnings;
  for (int nodes : {1, 3}) {
    Bench bench(nodes);
    const auto path = bench.folder.write("a.csv", text);
    const job::Snapshot end =
        bench.parse(bench.ingest.import_files({path}, "").keys, "a", setup_of_rows());
    ASSERT_EQ(end.warnings.size(), 2U);
    EXPECT_NE(end.warnings[1].find("; 2 such cells are missing."), std::string::npos);
    for (std::string warning : end.warnings) {
      warnings.push_back(warning.substr(warning.find(", line ")));  // the folders differ
    }
  }
  EXPECT_EQ(warnings[0], warnings[2]);
  EXPECT_EQ(warnings[1], warnings[3]);
}

TEST(SharedParse, ErrorsOfOtherNodesEndTheJob) {
  Bench bench(3);
  const auto path = bench.folder.write("a.csv", kHeader + rows_csv(0, kRows) + "1,2,a,,\"open\n");
  const job::Snapshot end =
      bench.parse(bench.ingest.import_files({path}, "").keys, "a", setup_of_rows());
  EXPECT_EQ(end.status, job::Status::failed);
  EXPECT_NE(end.exception.find("never closed"), std::string::npos) << end.exception;
  EXPECT_FALSE(bench.frames.find("a"));
}

constexpr std::size_t kNobody = 99;
/// Reads before the bytes are cut: the fingerprint's blocks, the kind and the packing, the foreign
/// formats, the four that are recognised, the header.
constexpr int kFirstReads = 16 + 8;

TEST(SharedParse, EachNodeReadsItsPartOfAFileThatItHas) {
  std::vector<int> reads;
  for (const std::set<std::size_t>& strangers : {std::set<std::size_t>{}, {1, 2}}) {
    WatchedParse parse({.nodes = 3, .strangers = strangers});
    std::atomic<int> last = 0;
    parse.on_read = [&](int n) {
      int known = last;
      while (known < n && !last.compare_exchange_weak(known, n)) continue;
    };
    parse.run("a.csv", kHeader + rows_csv(0, kRows), setup_of_rows());
    EXPECT_EQ(parse.job.snapshot().status, job::Status::done);
    reads.push_back(last + 1 - kFirstReads);
  }
  EXPECT_LE(reads[0], 3);  // two of five ranges, and the rest of a row group
  EXPECT_GE(reads[1], 5);
}

TEST(SharedParse, CancelReachesAllNodesAndFreesTheirMemory) {
  for (int at : {-2, 0, 3, 5}) {
    WatchedParse parse({.nodes = 3, .strangers = {1, 2}});
    parse.on_read = [&](int n) {
      if (n == kFirstReads + at) parse.job.cancel();
    };
    parse.run("a.csv", kHeader + rows_csv(0, kRows), setup_of_rows());
    EXPECT_EQ(parse.job.snapshot().status, job::Status::cancelled);
    EXPECT_FALSE(parse.frames.find("a"));
    EXPECT_TRUE(parse.all_is_freed(kNobody));
  }
}

TEST(SharedParse, ALostNodeChangesNothing) {
  const std::string text = kHeader + rows_csv(0, kRows);
  const Files as_file = [&](const Folder& folder) {
    return std::vector{folder.write("a.csv", text)};
  };
  const Whole alone = parse_files({.nodes = 1}, as_file, setup_of_rows());
  for (int at : {-1, 0, 3, 6}) {
    WatchedParse parse({.nodes = 4, .copies = 2, .strangers = {1, 2, 3}});
    std::atomic<bool> killed = false;
    parse.on_read = [&](int n) {
      if (n != kFirstReads + at) return;
      parse.cluster.kill(2);
      killed = true;
    };
    parse.run("a.csv", text, setup_of_rows());
    EXPECT_TRUE(killed);
    EXPECT_EQ(parse.job.snapshot().status, job::Status::done) << parse.job.snapshot().exception;
    EXPECT_EQ(whole(parse, "a"), alone);
    EXPECT_TRUE(parse.all_is_freed(2));
  }
}

TEST(SharedParse, ANodeLostWhileChunksAreMadeChangesNothing) {
  const std::string text = kHeader + rows_csv(0, kRows);
  const Files as_file = [&](const Folder& folder) {
    return std::vector{folder.write("a.csv", text)};
  };
  const Whole alone = parse_files({.nodes = 1}, as_file, setup_of_rows());
  for (int copies : {1, 2}) {
    WatchedParse parse({.nodes = 3, .copies = copies});
    std::thread killer([&] {
      while (parse.job.snapshot().progress < 0.81) std::this_thread::yield();
      parse.cluster.kill(1);
    });
    parse.run("a.csv", text, setup_of_rows());
    killer.join();
    // With one copy the frame may have been complete, and its rows then lost with the node.
    if (copies == 1 && parse.job.snapshot().status == job::Status::done) continue;
    EXPECT_EQ(parse.job.snapshot().status, job::Status::done) << parse.job.snapshot().exception;
    EXPECT_EQ(whole(parse, "a"), alone);
    EXPECT_TRUE(parse.all_is_freed(1));
  }
}

TEST(SharedParse, AFileThatChangesMeanwhileIsATypedError) {
  const std::string text = kHeader + rows_csv(0, kRows);
  for (const bool shorter : {true, false}) {
    WatchedParse parse({.nodes = 3});
    parse.on_read = [&](int n) {
      const std::string path = parse.folder.file("a.csv");
      if (n != kFirstReads + 1) return;
      if (shorter)
        std::filesystem::resize_file(path, text.size() / 2);
      else
        std::ofstream(path, std::ios::app) << "more";
    };
    parse.run("a.csv", text, setup_of_rows());
    const job::Snapshot end = parse.job.snapshot();
    EXPECT_EQ(end.status, job::Status::failed);
    EXPECT_NE(end.exception.find("a.csv"), std::string::npos) << end.exception;
    EXPECT_NE(end.exception.find("node "), std::string::npos) << end.exception;
    EXPECT_FALSE(parse.frames.find("a"));
    EXPECT_TRUE(parse.all_is_freed(kNobody));
  }
}

TEST(Fingerprint, TellsTheSameFileFromOthers) {
  const Folder folder;
  const PathPolicy policy(
      {.import_roots = {folder.path()}, .export_roots = {}, .default_roots = {}});
  std::string text(300'000, 'x');
  const std::string path = folder.write("a.csv", text);
  const ByteSourcePtr file = open_local_file(path);
  const Fingerprint print{.stamp = *file->stamp(), .sample = sample_hash(*file)};
  EXPECT_NE(open_if_same(path, print, policy, "n"), nullptr);
  EXPECT_EQ(open_if_same(path, print, PathPolicy({}), "n"), nullptr);
  EXPECT_EQ(open_if_same(folder.file("b.csv"), print, policy, "n"), nullptr);
  Fingerprint older = print;
  older.stamp.changed_ns -= 1;
  EXPECT_EQ(open_if_same(path, older, policy, "n"), nullptr);
  EXPECT_NO_THROW(check_unchanged(*file, print.stamp, "n"));

  text.back() = 'y';  // as long, and another file
  folder.write("a.csv", text);
  try {
    open_if_same(path, print, policy, "host:7");
    FAIL() << "took another file for the same";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("host:7"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
  }
  folder.write("a.csv", "short");
  EXPECT_THROW(open_if_same(path, print, policy, "n"), InputError);
  EXPECT_THROW(check_unchanged(*file, print.stamp, "n"), InputError);
}

}  // namespace
}  // namespace neve::ingest
