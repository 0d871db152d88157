#include "rapids/text_task.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <neve/base/error.hpp>
#include <neve/rapids/interpreter.hpp>

#include "rapids/sax_task.hpp"
#include "rapids/term_task.hpp"
#include "rapids/text_pair_task.hpp"
#include "rapids/token_tasks.hpp"

namespace neve::rapids {
namespace {

constexpr std::int64_t kBlock = 1024;

/// visit(row, text, is missing) for each row of a text chunk.
template <class Visit>
void each_text(const frame::Chunk& chunk, const Visit& visit) {
  std::vector<std::string_view> texts;
  std::vector<std::uint8_t> missing;
  for (std::int64_t begin = 0; begin < chunk.rows(); begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, chunk.rows() - begin));
    texts.resize(rows);
    missing.resize(rows);
    chunk.decode_text(begin, texts, missing);
    for (std::size_t i = 0; i < rows; ++i) {
      visit(static_cast<std::size_t>(begin) + i, texts[i], missing[i] != 0);
    }
  }
}

}  // namespace

mr::TaskList tasks() {
  return {&mr::task_entry<TextTask>(),        &mr::task_entry<DistinctTextTask>(),
          &mr::task_entry<SplitTask>(),       &mr::task_entry<ToTextTask>(),
          &mr::task_entry<TextPairTask>(),    &mr::task_entry<TermTask>(),
          &mr::task_entry<SaxTask>(),         &mr::task_entry<SaxTextTask>(),
          &mr::task_entry<CountTokensTask>(), &mr::task_entry<WriteTokensTask>()};
}

namespace {

/// visit(first row, block) for the rows of a text chunk.
template <class Visit>
void each_block(const frame::Chunk& chunk, const Visit& visit) {
  std::vector<std::string_view> texts(static_cast<std::size_t>(kBlock));
  std::vector<std::uint8_t> missing(static_cast<std::size_t>(kBlock));
  for (std::int64_t begin = 0; begin < chunk.rows(); begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, chunk.rows() - begin));
    const auto here = std::span(texts).first(rows);
    chunk.decode_text(begin, here, std::span(missing).first(rows));
    visit(static_cast<std::size_t>(begin),
          TextBlock{here, std::span(missing).first(rows), chunk.is_ascii()});
  }
}

/// Numbers that are there, as whatever the output holds.
template <class T>
void put_numbers(std::span<const double> from, std::span<T> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!std::isnan(from[i])) to[i] = static_cast<T>(from[i]);
  }
}

}  // namespace

void TextTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                   mr::Outputs& outputs) {
  const TextWorker worker(state.work);
  if (state.kind == mr::OutputKind::text) {
    frame::TextBuilder& to = outputs.text(0);
    to.reserve(group.rows, 0);
    each_block(group.columns[0],
               [&](std::size_t, const TextBlock& block) { worker.texts(block, to); });
    return;
  }
  if (state.work.kind == TextWork::Kind::length && state.kind == mr::OutputKind::int64s &&
      group.columns[0].is_ascii()) {
    group.columns[0].decode_text_sizes(0, outputs.int64s(0));
    return;
  }
  std::vector<double> numbers(static_cast<std::size_t>(kBlock));
  each_block(group.columns[0], [&](std::size_t first, const TextBlock& block) {
    const auto here = std::span(numbers).first(block.texts.size());
    worker.numbers(block, here);
    const auto put = [&](auto to) {
      put_numbers<typename decltype(to)::value_type>(here, to.subspan(first, here.size()));
    };
    if (state.kind == mr::OutputKind::doubles) {
      put(outputs.doubles(0));
    } else if (state.kind == mr::OutputKind::codes) {
      put(outputs.codes(0));
    } else {
      put(outputs.int64s(0));
    }
  });
}

void DistinctTextTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  std::unordered_set<std::string_view> seen;
  each_text(group.columns[0], [&](std::size_t, std::string_view text, bool missing) {
    if (!missing) seen.insert(text);
  });
  Partial here;
  here.texts.assign(seen.begin(), seen.end());
  std::ranges::sort(here.texts);
  merge(partial, here);
}

void DistinctTextTask::merge(Partial& left, const Partial& right) {
  std::vector<std::string> both;
  std::ranges::set_union(left.texts, right.texts, std::back_inserter(both));
  left.texts = std::move(both);
}

void SplitTask::map(const mr::RowGroup& group, const State& state, Partial& partial,
                    mr::Outputs& outputs) {
  const TextSplitter splitter(state.pattern);
  each_text(group.columns[0], [&](std::size_t, std::string_view text, bool missing) {
    std::vector<std::string> pieces;
    if (!missing) pieces = splitter.pieces(text);
    partial.most = std::max(partial.most, static_cast<std::int64_t>(pieces.size()));
    for (std::size_t i = 0; i < outputs.count(); ++i) {
      i < pieces.size() ? outputs.text(i).append(pieces[i]) : outputs.text(i).append_missing();
    }
  });
}

void ToTextTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  const frame::Chunk& chunk = group.columns[0];
  std::vector<double> values(static_cast<std::size_t>(kBlock));
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    chunk.decode(begin, std::span(values).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      if (std::isnan(values[i])) {
        outputs.text(0).append_missing();
      } else if (chunk.kind() == frame::ChunkKind::codes) {
        outputs.text(0).append(state.levels[static_cast<std::size_t>(values[i])]);
      } else {
        outputs.text(0).append(number_text(values[i]));
      }
    }
  }
}

frame::Column map_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                        const frame::Column& column, const TextWork& work,
                        const job::TokenPtr& token) {
  mr::RunOptions options{.token = token};
  options.outputs = {{.kind = mr::OutputKind::text, .type = frame::ColumnType::string}};
  const TextTask::State state{work, mr::OutputKind::text};
  return engine.run_with_outputs<TextTask>({layout, {column.id}}, state, options).columns[0];
}

frame::Column measure_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                            const frame::Column& column, const TextWork& work,
                            const mr::OutputColumn& output) {
  mr::RunOptions options;
  options.outputs = {output};
  if (work.counts() && output.kind == mr::OutputKind::doubles) {
    options.outputs[0].kind = mr::OutputKind::int64s;
  }
  const TextTask::State state{work, options.outputs[0].kind};
  return engine.run_with_outputs<TextTask>({layout, {column.id}}, state, options).columns[0];
}

std::vector<std::string> distinct_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                        const frame::Column& column) {
  return engine.run<DistinctTextTask>({layout, {column.id}}, {}).texts;
}

std::vector<frame::Column> split_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                       const frame::Column& column, const std::string& pattern) {
  const mr::Inputs inputs{layout, {column.id}};
  const std::int64_t most = engine.run<SplitTask>(inputs, {pattern}).most;
  mr::RunOptions options;
  const mr::OutputColumn text{.kind = mr::OutputKind::text, .type = frame::ColumnType::string};
  options.outputs.assign(static_cast<std::size_t>(std::max<std::int64_t>(1, most)), text);
  return engine.run_with_outputs<SplitTask>(inputs, {pattern}, options).columns;
}

frame::Column texts_of(mr::Engine& engine, const frame::LayoutPtr& layout,
                       const frame::Column& column, const std::vector<std::string>& levels) {
  mr::RunOptions options;
  options.outputs = {{.kind = mr::OutputKind::text, .type = frame::ColumnType::string}};
  return engine.run_with_outputs<ToTextTask>({layout, {column.id}}, {levels}, options).columns[0];
}

}  // namespace neve::rapids
