#include "unit/rapids/logic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/ingest/path_policy.hpp>
#include <neve/rapids/interpreter.hpp>

#include "munge/api/tasks.hpp"

namespace neve::rapids_test {
namespace {

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
constexpr std::int64_t kGroupRows = 3;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

bool is_missing(const std::string& cell) { return cell == "NA"; }

mr::TaskList all_tasks() {
  mr::TaskList tasks = munge::tasks();
  const mr::TaskList more = rapids::tasks();
  tasks.insert(tasks.end(), more.begin(), more.end());
  return tasks;
}

struct ColumnText {
  std::string name;
  std::string type;
  std::vector<std::string> cells;
  frame::DomainPtr domain;
};

frame::Chunk encode(const ColumnText& column, std::size_t begin, std::size_t rows) {
  if (column.type == "string") {
    frame::TextBuilder builder;
    for (std::size_t i = begin; i < begin + rows; ++i) {
      const std::string& cell = column.cells[i];
      is_missing(cell) ? builder.append_missing() : builder.append(cell == "\"\"" ? "" : cell);
    }
    return builder.finish();
  }
  if (column.type == "enum") {
    std::vector<std::int32_t> codes;
    for (std::size_t i = begin; i < begin + rows; ++i) {
      const auto at = std::ranges::find(*column.domain, column.cells[i]);
      codes.push_back(is_missing(column.cells[i])
                          ? frame::kMissingCode
                          : static_cast<std::int32_t>(at - column.domain->begin()));
    }
    return frame::encode_codes(codes);
  }
  std::vector<double> numbers;
  std::vector<std::int64_t> times;
  for (std::size_t i = begin; i < begin + rows; ++i) {
    const bool missing = is_missing(column.cells[i]);
    numbers.push_back(missing ? std::nan("") : std::stod(column.cells[i]));
    times.push_back(missing ? frame::kMissingInt64 : std::stoll(column.cells[i]));
  }
  return column.type == "time" ? frame::encode_times(times) : frame::encode_doubles(numbers);
}

mr::OutputColumn kind_of(const ColumnText& column) {
  mr::OutputColumn kind;
  if (column.type == "string") kind.type = frame::ColumnType::string;
  if (column.type == "time") kind.type = frame::ColumnType::time;
  if (column.type == "enum")
    kind = {.type = frame::ColumnType::categorical, .domain = column.domain};
  return kind;
}

std::vector<ColumnText> columns_of(const std::vector<std::string>& lines) {
  std::vector<ColumnText> columns;
  for (const std::string& head : split(lines[0])) {
    const std::size_t colon = head.find(':');
    columns.push_back({.name = head.substr(0, colon), .type = {}, .cells = {}, .domain = nullptr});
    if (colon != std::string::npos) columns.back().type = head.substr(colon + 1);
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto cells = split(lines[i]);
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].cells.push_back(cells.at(c));
  }
  for (ColumnText& column : columns) {
    if (column.type != "enum") continue;
    frame::Domain domain = column.cells;
    std::erase(domain, "NA");
    std::ranges::sort(domain);
    domain.erase(std::unique(domain.begin(), domain.end()), domain.end());
    column.domain = std::make_shared<const frame::Domain>(std::move(domain));
  }
  return columns;
}

std::string cell_text(const frame::Chunk& chunk, const frame::Column& column, std::int64_t row) {
  if (column.type == frame::ColumnType::string) {
    const auto text = chunk.text(row);
    if (!text) return "NA";
    return text->empty() ? "\"\"" : std::string(*text);
  }
  const double value = chunk.at(row);
  if (std::isnan(value)) return "NA";
  if (column.is_categorical()) return column.domain->at(static_cast<std::size_t>(value));
  if (value == std::trunc(value) && std::fabs(value) < 1e15) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

std::string type_suffix(const frame::Column& column) {
  if (column.type == frame::ColumnType::string) return ":string";
  if (column.type == frame::ColumnType::time) return ":time";
  return column.is_categorical() ? ":enum" : "";
}

std::string frame_text(mr::Engine& engine, const frame::Frame& frame) {
  std::string out;
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    out += (c > 0 ? "," : "") + frame.names[c] + type_suffix(frame.columns[c]);
  }
  for (std::int64_t row = 0; row < frame.rows(); ++row) {
    out += '\n';
    const GroupIndex group = frame.layout->group_of(row);
    for (std::size_t c = 0; c < frame.columns.size(); ++c) {
      const auto chunk = engine.chunk(*frame.layout, frame.columns[c].id, group);
      out += (c > 0 ? "," : "") +
             cell_text(chunk, frame.columns[c], row - frame.layout->first_row(group));
    }
  }
  return out;
}

std::string list_text(const std::vector<double>& values) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i > 0 ? " " : "") + java_double(values[i]);
  return out + "]";
}

}  // namespace

struct Session::Parts {
  mr::LocalCluster cluster;
  munge::Rollups rollups;
  const ingest::PathPolicy files{{.import_roots = {::testing::TempDir()},
                                  .export_roots = {},
                                  .default_roots = {},
                                  .local_users_only = true}};
  rapids::Interpreter interpreter;
  int counter = 0;
  Parts(int nodes, int threads)
      : cluster(nodes, threads, kMemory, all_tasks()),
        rollups(cluster.node(0).engine()),
        interpreter(cluster.node(0).engine(), cluster.node(0).frames(), rollups, files) {}
};

Session::Session(int nodes, int threads) : parts_(std::make_unique<Parts>(nodes, threads)) {}
Session::~Session() = default;

void Session::load(const std::string& name, const std::vector<std::string>& lines) {
  mr::Engine& engine = parts_->cluster.node(0).engine();
  const auto columns = columns_of(lines);
  const auto rows = static_cast<std::int64_t>(lines.size()) - 1;
  std::vector<std::int64_t> cuts = {0};
  while (cuts.back() < rows) cuts.push_back(std::min(rows, cuts.back() + kGroupRows));
  if (cuts.size() == 1) cuts.push_back(0);
  frame::Frame frame;
  frame.key = name;
  frame.layout = engine.new_layout(cuts);
  for (const ColumnText& column : columns) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto begin = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
      const auto count = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
      engine.put_chunk(*frame.layout, id, GroupIndex(g), encode(column, begin, count));
    }
    const mr::OutputColumn kind = kind_of(column);
    frame.add(column.name, engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  parts_->cluster.node(0).frames().publish(frame);
}

std::string Session::run(const std::string& expression) {
  using Kind = rapids::Answer::Kind;
  try {
    rapids::Answer answer = parts_->interpreter.run(expression, "_sid_test", nullptr);
    if (answer.kind == Kind::number) return java_double(answer.numbers[0]);
    if (answer.kind == Kind::numbers) return list_text(answer.numbers);
    if (answer.kind == Kind::string) return '"' + answer.strings[0] + '"';
    if (answer.kind != Kind::frame) return "";
    if (answer.frames[0].key.empty()) {
      const std::string name = "result_" + std::to_string(++parts_->counter);
      answer =
          parts_->interpreter.run("(tmp= " + name + " " + expression + ")", "_sid_test", nullptr);
    }
    const auto frame = parts_->cluster.node(0).frames().require(answer.frames[0].key);
    return frame_text(parts_->cluster.node(0).engine(), frame);
  } catch (const Error& error) {
    return "error: " + std::string(error.what());
  }
}

LogicFile read_logic(const std::string& path) {
  LogicFile file;
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::vector<std::string> block;
  int line_number = 0;
  int start = 0;
  const auto finish = [&] {
    if (block.empty()) return;
    const std::vector<std::string> rest(block.begin() + 1, block.end());
    if (block[0].starts_with("frame ")) {
      file.frames.emplace_back(block[0].substr(6), rest);
    } else {
      std::string expected;
      for (const std::string& line : rest) expected += (expected.empty() ? "" : "\n") + line;
      file.cases.push_back({start, block[0].size() > 2 ? block[0].substr(2) : "", expected});
    }
    block.clear();
  };
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      finish();
      continue;
    }
    if (line.starts_with("> ")) finish();
    if (block.empty()) start = line_number;
    block.push_back(line);
  }
  finish();
  return file;
}

namespace {

void check(const std::string& path, int nodes, int threads) {
  const LogicFile file = read_logic(path);
  Session session(nodes, threads);
  for (const auto& [name, lines] : file.frames) session.load(name, lines);
  for (const Case& one : file.cases) {
    EXPECT_EQ(session.run(one.expression), one.expected)
        << path << ":" << one.line << "\n  " << one.expression << "\n  on " << nodes << " nodes, "
        << threads << " threads";
  }
}

TEST(RapidsLogic, GivesWhatTheFilesSayOnOneNodeAndOnThree) {
  const std::string folder = std::string(NEVE_SOURCE_DIR) + "/tests/logic/rapids";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    check(entry.path().string(), 1, 1);
    check(entry.path().string(), 1, 3);
    check(entry.path().string(), 3, 2);
  }
}

}  // namespace
}  // namespace neve::rapids_test
