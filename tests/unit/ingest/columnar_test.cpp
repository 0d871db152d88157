#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>
#include <neve/frame/chunk.hpp>

#include "ingest/formats/columnar/cell_writer.hpp"
#include "ingest/formats/columnar/column_file.hpp"
#include "ingest/formats/columnar/columnar_reader.hpp"
#include "ingest/formats/columnar/columnar_setup.hpp"
#include "ingest/formats/columnar/container_sniff.hpp"
#include "ingest/formats/late_cells.hpp"
#include "ingest/sources/memory_source.hpp"
#include "unit/ingest/text_output.hpp"

namespace neve::ingest::columnar {
namespace {

using frame::ColumnType;

constexpr std::int64_t kMissing = frame::kMissingInt64;

/// Three groups of three rows of each type.
std::string make_file(Container container) {
  const std::vector<std::string> levels = {"low", "high"};
  const std::vector<OutputField> fields = {
      {.name = "n", .type = OutputField::Type::integer},
      {.name = "x", .type = OutputField::Type::real},
      {.name = "t", .type = OutputField::Type::instant},
      {.name = "s", .type = OutputField::Type::text},
      {.name = "k", .type = OutputField::Type::levels, .levels = levels}};
  Budget budget(std::int64_t{64} << 20);
  Trouble trouble;
  BudgetMemory memory(budget, "Testing", trouble);
  TextOutput output;
  Failure failure;
  auto writer = library().create({.container = container, .compression = ""}, fields, output,
                                 memory, failure);
  EXPECT_FALSE(failure.failed()) << failure.what;
  const std::vector<std::int64_t> integers = {1, kMissing, -3};
  const std::vector<double> reals = {0.5, std::nan(""), -2};
  const std::vector<std::string_view> texts = {std::string_view(""), {}, "text"};
  const std::vector<std::int32_t> codes = {1, -1, 0};
  const std::vector<OutputValues> values = {{.integers = integers},
                                            {.reals = reals},
                                            {.integers = integers},
                                            {.texts = texts},
                                            {.codes = codes}};
  for (int group = 0; group < 3; ++group) EXPECT_TRUE(writer->write(values, 3, failure));
  EXPECT_TRUE(writer->finish(failure)) << failure.what;
  writer.reset();
  EXPECT_EQ(budget.used() > std::int64_t{8} << 20, false);
  return output.text;
}

ByteSourcePtr source_of(const std::string& bytes) {
  return std::make_shared<MemorySource>("made", bytes);
}

class ColumnarTest : public testing::TestWithParam<Container> {
 protected:
  Budget budget_{std::int64_t{256} << 20};
};

TEST_P(ColumnarTest, WhatWasWrittenIsRead) {
  const std::string bytes = make_file(GetParam());
  EXPECT_EQ(container_of(*source_of(bytes)), GetParam());
  const ColumnFile file(source_of(bytes), budget_, "Testing");
  const Contents& contents = file.contents();
  ASSERT_EQ(contents.fields.size(), 5U);
  ASSERT_EQ(contents.parts.size(), 3U);
  EXPECT_EQ(contents.fields[0].sort, Sort::integer);
  EXPECT_EQ(contents.fields[1].sort, Sort::real);
  EXPECT_EQ(contents.fields[2].sort, Sort::instant);
  EXPECT_EQ(contents.fields[3].sort, Sort::text);
  EXPECT_EQ(contents.fields[4].sort, Sort::levels);
  auto reader = file.read({.part = 1, .columns = {0, 1, 3, 4}, .block_rows = 2});
  ASSERT_EQ(reader.next(), 2);
  EXPECT_EQ(reader.values(0).integers[0], 1);
  EXPECT_EQ(reader.values(0).integers[1], kMissing);
  EXPECT_TRUE(std::isnan(reader.values(1).reals[1]));
  EXPECT_NE(reader.values(2).texts[0].data(), nullptr);
  EXPECT_EQ(reader.values(2).texts[1].data(), nullptr);
  const Values codes = reader.values(3);
  EXPECT_EQ(codes.levels[static_cast<std::size_t>(codes.codes[0])], "high");
  EXPECT_LT(codes.codes[1], 0);
  ASSERT_EQ(reader.next(), 1);
  EXPECT_EQ(reader.values(2).texts[0], "text");
  EXPECT_EQ(reader.next(), 0);
}

TEST_P(ColumnarTest, EveryCutIsAnErrorThatNamesTheFile) {
  const std::string bytes = make_file(GetParam());
  for (std::size_t size = 8; size < bytes.size(); ++size) {
    // A string's bytes must outlive their source.
    const std::string kept = bytes.substr(0, size);
    const ByteSourcePtr source = source_of(kept);
    try {
      const std::vector<ByteSourcePtr> files = {source};
      (void)columnar_setup(files, {}, budget_);
      ADD_FAILURE() << "a file of " << size << " bytes was read";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("made", 0), 0U) << error.what();
    }
  }
}

TEST_P(ColumnarTest, MemoryThatIsNotThereIsToldAsSuch) {
  const std::string bytes = make_file(GetParam());
  Budget little(100);
  EXPECT_THROW(ColumnFile(source_of(bytes), little, "Testing"), OutOfMemoryError);
  EXPECT_EQ(little.used(), 0);
}

/// A source whose holder is lost once its beginning was read.
class LostSource final : public ByteSource {
 public:
  explicit LostSource(std::string bytes) : ByteSource("lost"), bytes_(std::move(bytes)) {}
  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(bytes_.size());
  }
  std::size_t read(std::int64_t offset, std::span<char> out) const override {
    if (offset != 0 || out.size() > kSniffedBytes) throw ClusterError("the node is gone");
    return bytes_.copy(out.data(), out.size());
  }

 private:
  std::string bytes_;
};

TEST_P(ColumnarTest, WhatTheSourceThrowsComesThrough) {
  const auto lost = std::make_shared<LostSource>(make_file(GetParam()));
  EXPECT_THROW(ColumnFile(lost, budget_, "Testing"), ClusterError);
}

TEST_P(ColumnarTest, TheReaderFillsCells) {
  const std::string bytes = make_file(GetParam());
  const TableSources sources = {{0, source_of(bytes)}};
  ParsePlan plan;
  plan.columns = {{.type = ColumnType::numeric},
                  {.type = ColumnType::bad},
                  {.type = ColumnType::time},
                  {.type = ColumnType::string},
                  {.type = ColumnType::categorical}};
  std::vector<ByteRange> ranges;
  cut_file(0, ColumnFile(source_of(bytes), budget_, "Testing").contents(), ranges);
  ASSERT_EQ(ranges.size(), 3U);
  Pool pool(2);
  const TableOptions options;
  std::int64_t reserved = 0;
  std::mutex mutex;
  ColumnarReader reader(
      sources, plan, pool, budget_, options, ranges,
      [&](std::int64_t more) {
        const std::lock_guard lock(mutex);
        reserved += more;
      },
      "Testing");
  reader.read();
  EXPECT_EQ(reader.rows(), (std::vector<std::int64_t>{3, 3, 3}));
  EXPECT_GE(reserved, 9 * 4);
  ParsedTable table = reader.take();
  const std::vector<CellColumn>& columns = table.ranges[2].columns;
  const bool by_column = GetParam() == Container::parquet;
  EXPECT_EQ(columns[0].is_late(), by_column);
  EXPECT_TRUE(std::holds_alternative<NoCells>(columns[1].cells));
  LateCells late(table);
  const auto cells_of = [&](std::size_t c) {
    return columns[c].is_late() ? late.get(2, c)
                                : std::shared_ptr<const CellColumn>(&columns[c], [](auto*) {});
  };
  EXPECT_EQ(std::get<NumberCells>(cells_of(0)->cells).at(2).mantissa, -3);
  EXPECT_EQ(std::get<TimeCells>(cells_of(2)->cells).times[1], kMissing);
  EXPECT_EQ(std::get<TextCells>(cells_of(3)->cells).at(2), "text");
  EXPECT_EQ(std::get<TextCells>(cells_of(3)->cells).missing[1], 1);
  const auto& codes = std::get<CodeCells>(columns[4].cells);
  EXPECT_EQ(codes.levels.level(codes.at(0)), "high");
}

class LateColumns : public testing::Test {
 protected:
  Budget budget_{std::int64_t{256} << 20};
};

TEST_F(LateColumns, AreHeldWhileChunksNeedThem) {
  const std::string bytes = make_file(Container::parquet);
  const TableSources sources = {{0, source_of(bytes)}};
  ParsePlan plan;
  plan.columns.assign(5, {.type = ColumnType::numeric});
  plan.columns[2].type = ColumnType::time;
  plan.columns[3].type = plan.columns[4].type = ColumnType::string;
  std::vector<ByteRange> ranges;
  cut_file(0, ColumnFile(source_of(bytes), budget_, "Testing").contents(), ranges);
  Pool pool(1);
  const TableOptions options;
  ColumnarReader reader(
      sources, plan, pool, budget_, options, ranges, [](std::int64_t) {}, "Testing");
  reader.read();
  ParsedTable table = reader.take();
  // Without levels the first column is read at once.
  EXPECT_FALSE(table.ranges[0].columns[0].is_late());
  EXPECT_TRUE(table.ranges[0].columns[1].is_late());
  LateCells late(table);
  const std::vector<std::int64_t> cuts = {0, 2, 4, 9};
  late.expect(cuts);
  const std::int64_t before = budget_.used();
  const auto used = [&] { return budget_.used() > before; };
  (void)late.get(0, 1);
  EXPECT_TRUE(used());
  late.done(0, 1);
  EXPECT_TRUE(used());  // rows 2 to 3 are in the same range
  late.done(0, 1);
  EXPECT_FALSE(used());
  late.look_at_rest(3);
  EXPECT_FALSE(used());
}

TEST_F(LateColumns, NeedMemoryThatIsThere) {
  const std::string bytes = make_file(Container::parquet);
  const TableSources sources = {{0, source_of(bytes)}};
  ParsePlan plan;
  plan.columns.assign(2, {.type = ColumnType::numeric});
  plan.columns.resize(5, {.type = ColumnType::bad});
  std::vector<ByteRange> ranges;
  cut_file(0, ColumnFile(source_of(bytes), budget_, "Testing").contents(), ranges);
  Pool pool(1);
  const TableOptions options;
  ColumnarReader reader(
      sources, plan, pool, budget_, options, ranges, [](std::int64_t) {}, "Testing");
  reader.read();
  ParsedTable table = reader.take();
  LateCells late(table);
  const Reservation rest =
      budget_.reserve((std::int64_t{256} << 20) - budget_.used() - 8, "A test");
  EXPECT_THROW((void)late.get(0, 1), OutOfMemoryError);
}

INSTANTIATE_TEST_SUITE_P(Containers, ColumnarTest,
                         testing::Values(Container::parquet, Container::arrow_file,
                                         Container::arrow_stream));

/// The fuzz target's corpus: well-made files, and damaged ones that once did harm.
TEST(CorpusFiles, AreReadOrRefused) {
  int read = 0;
  int refused = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(NEVE_SOURCE_DIR "/tests/fuzz/corpus/columnar")) {
    Budget budget(std::int64_t{256} << 20);
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const std::vector<ByteSourcePtr> files = {source_of(bytes)};
    try {
      EXPECT_FALSE(columnar_setup(files, {}, budget).types.empty()) << entry.path();
      ++read;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("made", 0), 0U) << error.what();
      ++refused;
    }
  }
  EXPECT_GE(read, 10);
  EXPECT_GE(refused, 1);
}

TEST(ColumnTypes, NumbersAndTimesStayAndTextsBecomeNoNumbers) {
  const auto type = [](Sort sort, ColumnType wanted, ColumnType guessed = ColumnType::bad) {
    return type_of({.name = "a", .sort = sort}, wanted, guessed);
  };
  EXPECT_EQ(type(Sort::integer, ColumnType::categorical), ColumnType::numeric);
  EXPECT_EQ(type(Sort::decimal, ColumnType::bad), ColumnType::numeric);
  EXPECT_EQ(type(Sort::instant, ColumnType::string), ColumnType::time);
  EXPECT_EQ(type(Sort::boolean, ColumnType::bad), ColumnType::categorical);
  EXPECT_EQ(type(Sort::boolean, ColumnType::numeric), ColumnType::numeric);
  EXPECT_EQ(type(Sort::text, ColumnType::bad, ColumnType::categorical), ColumnType::categorical);
  EXPECT_EQ(type(Sort::text, ColumnType::bad, ColumnType::numeric), ColumnType::string);
  EXPECT_EQ(type(Sort::text, ColumnType::numeric), ColumnType::string);
  EXPECT_EQ(type(Sort::text, ColumnType::time), ColumnType::time);
  EXPECT_EQ(type(Sort::levels, ColumnType::string), ColumnType::string);
}

TEST(Containers, AreToldByTheirFirstBytes) {
  const auto kind = [](std::string_view bytes) {
    return container_of(MemorySource("file", bytes));
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(kind("PAR1...."), Container::parquet);
  EXPECT_EQ(kind("ORC....."), Container::orc);
  EXPECT_EQ(kind("ARROW1\0\0"sv), Container::arrow_file);
  EXPECT_EQ(kind("\xFF\xFF\xFF\xFF\x10\x01\0\0"sv), Container::arrow_stream);
  EXPECT_EQ(kind("\xFF\xFF\xFF\xFF is text"), std::nullopt);
  EXPECT_EQ(kind("ARROW1,a,b\n"), std::nullopt);
  EXPECT_EQ(kind(""), std::nullopt);
  EXPECT_THROW((void)kind("FEA1...."), InputError);
}

}  // namespace
}  // namespace neve::ingest::columnar
