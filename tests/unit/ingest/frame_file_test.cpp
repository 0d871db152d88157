#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "ingest/formats/frame_file.hpp"
#include "ingest/sources/memory_source.hpp"

namespace {

using namespace neve;
using namespace neve::ingest;

constexpr std::int64_t kMemory = std::int64_t{1} << 26U;

/// Bytes that a test looks at.
class TextSink final : public ByteSink {
 public:
  explicit TextSink(std::string& to) : to_(to) {}
  void write(std::string_view bytes) override { to_ += bytes; }
  void finish() override {}

 private:
  std::string& to_;
};

FramePlan plan_of_all_types() {
  using frame::ColumnType;
  const auto levels = std::make_shared<const frame::Domain>(frame::Domain{"no", "yes", "maybe"});
  return {.names = {"number", "level", "text", "time", "uuid", "nothing"},
          .types = {ColumnType::numeric, ColumnType::categorical, ColumnType::string,
                    ColumnType::time, ColumnType::uuid, ColumnType::bad},
          .domains = {nullptr, levels, nullptr, nullptr, nullptr, nullptr},
          .cuts = {0, 4, 4, 7}};
}

std::vector<frame::Chunk> chunks_of(std::int64_t rows) {
  const auto count = static_cast<std::size_t>(rows);
  std::vector<double> numbers(count, 0.25);
  numbers[0] = frame::kMissingDouble;
  std::vector<std::int32_t> codes(count, 2);
  codes[1] = frame::kMissingCode;
  frame::TextBuilder texts;
  for (std::int64_t i = 0; i < rows; ++i) texts.append("text " + std::to_string(i));
  std::vector<std::int64_t> times(count, 1'600'000'000'000);
  std::vector<frame::Uuid> uuids(count, {1, 2});
  return {frame::encode_doubles(numbers),
          frame::encode_codes(codes),
          texts.finish(),
          frame::encode_times(times),
          frame::encode_uuids(uuids, {}),
          frame::encode_missing(frame::ChunkKind::numbers, rows)};
}

std::string written(const FramePlan& plan) {
  std::string bytes;
  TextSink sink(bytes);
  FrameFileWriter writer(sink, plan);
  for (const std::int64_t rows : {4, 3}) {
    for (const frame::Chunk& chunk : chunks_of(rows)) writer.add(chunk);
  }
  writer.finish();
  return bytes;
}

/// Reads all of a file; its chunks' checksums.
std::vector<std::uint64_t> read_all(const std::string& bytes) {
  Budget budget(kMemory);
  const MemorySource source("frame.neve", bytes);
  FrameFileReader reader(source, budget);
  std::vector<std::uint64_t> sums;
  for (std::int32_t g = 0; g < reader.plan().groups(); ++g) {
    const auto at = static_cast<std::size_t>(g);
    if (reader.plan().cuts[at] == reader.plan().cuts[at + 1]) continue;
    for (std::size_t c = 0; c < reader.plan().types.size(); ++c) {
      sums.push_back(reader.next(g, c).checksum());
    }
  }
  reader.finish();
  return sums;
}

TEST(FrameFiles, GiveBackWhatWasWritten) {
  const FramePlan plan = plan_of_all_types();
  const std::string bytes = written(plan);
  Budget budget(kMemory);
  const MemorySource source("frame.neve", bytes);
  const FrameFileReader reader(source, budget);
  EXPECT_EQ(reader.plan().names, plan.names);
  EXPECT_EQ(reader.plan().types, plan.types);
  EXPECT_EQ(reader.plan().cuts, plan.cuts);
  EXPECT_EQ(*reader.plan().domains[1], *plan.domains[1]);
  std::vector<std::uint64_t> wanted;
  for (const std::int64_t rows : {4, 3}) {
    for (const frame::Chunk& chunk : chunks_of(rows)) wanted.push_back(chunk.checksum());
  }
  EXPECT_EQ(read_all(bytes), wanted);
}

TEST(FrameFiles, CutOffAtAnyByteAreRefused) {
  const std::string bytes = written(plan_of_all_types());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(read_all(bytes.substr(0, size)), InputError) << size;
  }
  EXPECT_THROW(read_all(bytes + "x"), InputError);
}

TEST(FrameFiles, ChangedAtAnyByteAreRefused) {
  const std::string bytes = written(plan_of_all_types());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char change : {'\x01', '\x80'}) {
      std::string wrong = bytes;
      wrong[at] = static_cast<char>(wrong[at] ^ change);
      EXPECT_THROW(read_all(wrong), InputError) << at;
    }
  }
}

/// Where the block of this number begins.
std::size_t block_at(const std::string& bytes, int block) {
  std::size_t at = 16;
  for (; block > 0; --block) {
    std::uint64_t length = 0;
    std::copy_n(bytes.data() + at, sizeof length, reinterpret_cast<char*>(&length));
    at += sizeof length + length;
  }
  return at;
}

TEST(FrameFiles, WithBlocksInAnotherOrderAreRefused) {
  const FramePlan plan{.names = {"a", "b"},
                       .types = {frame::ColumnType::numeric, frame::ColumnType::numeric},
                       .domains = {nullptr, nullptr},
                       .cuts = {0, 2}};
  std::string bytes;
  TextSink sink(bytes);
  FrameFileWriter writer(sink, plan);
  for (const double value : {1.5, 2.5}) writer.add(frame::encode_constant(value, 2));
  writer.finish();
  EXPECT_EQ(read_all(bytes).size(), 2U);
  const std::size_t a = block_at(bytes, 3);
  const std::size_t b = block_at(bytes, 4);
  const std::size_t end = block_at(bytes, 5);
  std::rotate(bytes.begin() + static_cast<std::ptrdiff_t>(a),
              bytes.begin() + static_cast<std::ptrdiff_t>(b),
              bytes.begin() + static_cast<std::ptrdiff_t>(end));
  EXPECT_THROW(read_all(bytes), InputError);
}

TEST(FrameFiles, ThatContradictThemselvesAreRefused) {
  const auto refuses = [](const FramePlan& plan, const frame::Chunk& chunk) {
    std::string bytes;
    TextSink sink(bytes);
    FrameFileWriter writer(sink, plan);
    writer.add(chunk);
    writer.finish();
    EXPECT_THROW(read_all(bytes), InputError);
  };
  const auto level = std::make_shared<const frame::Domain>(frame::Domain{"only"});
  const std::vector<std::int32_t> codes = {0, 1};
  const FramePlan factor{.names = {"a"},
                         .types = {frame::ColumnType::categorical},
                         .domains = {level},
                         .cuts = {0, 2}};
  refuses(factor, frame::encode_codes(codes));    // a level that does not exist
  refuses(factor, frame::encode_constant(0, 2));  // numbers
  FramePlan number{
      .names = {"a"}, .types = {frame::ColumnType::numeric}, .domains = {nullptr}, .cuts = {0, 2}};
  refuses(number, frame::encode_constant(0, 3));  // other rows
  number.cuts = {0, std::int64_t{1} << 40};
  refuses(number, frame::encode_constant(0, 2));  // more than a group may have
  number.cuts = {0, 5, 2};
  refuses(number, frame::encode_constant(0, 2));  // falling
  number.cuts = {0, 2};
  number.names = {"\xFF"};
  refuses(number, frame::encode_constant(0, 2));  // no text
  number.names = {"a", "b"};
  refuses(number, frame::encode_constant(0, 2));  // more names than columns
  number = {.names = {"a", "a"},
            .types = {frame::ColumnType::numeric, frame::ColumnType::numeric},
            .domains = {nullptr, nullptr},
            .cuts = {0, 2}};
  refuses(number, frame::encode_constant(0, 2));  // twice
}

TEST(FrameFiles, ReadNoMoreThanFits) {
  // A text that is there once, for very many levels: 64 KiB of file, far more in memory.
  frame::TextBuilder same;
  for (int i = 0; i < 1'000'000; ++i) same.append("");
  FramePlan plan{.names = {"a"},
                 .types = {frame::ColumnType::categorical},
                 .domains = {std::make_shared<const frame::Domain>()},
                 .cuts = {0, 0}};
  std::string bytes;
  TextSink sink(bytes);
  FrameFileWriter writer(sink, plan);
  Budget budget(std::int64_t{1} << 20U);
  std::string begin = bytes.substr(0, block_at(bytes, 3));
  const frame::Chunk chunk = same.finish();
  const std::uint64_t length = chunk.byte_size();
  begin.append(reinterpret_cast<const char*>(&length), sizeof length);
  begin.append(reinterpret_cast<const char*>(chunk.buffer()->bytes().data()), length);
  const MemorySource source("frame.neve", begin);
  EXPECT_THROW(FrameFileReader(source, budget), OutOfMemoryError);
}

}  // namespace
