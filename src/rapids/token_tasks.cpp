#include "rapids/token_tasks.hpp"

#include <algorithm>

#include "rapids/text_work.hpp"

namespace neve::rapids {
namespace {

/// Texts that are cut again, at most, to find where some words begin.
constexpr std::int64_t kBlock = 64;

using Pieces = std::vector<std::string_view>;

/// Decodes and cuts the texts of a few neighbouring rows.
class Cutter {
 public:
  Cutter(const TextSplitter& splitter, std::span<const frame::Chunk> texts)
      : splitter_(splitter), chunks_(texts), texts_(texts.size()), missing_(texts.size()) {}
  /// visit(words of a row) for each row of a block.
  template <class Visit>
  void each_row(std::int64_t block, const Visit& visit) {
    const std::int64_t begin = block * kBlock;
    const auto rows = static_cast<std::size_t>(std::min(kBlock, chunks_.front().rows() - begin));
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      texts_[c].resize(rows);
      missing_[c].resize(rows);
      chunks_[c].decode_text(begin, texts_[c], missing_[c]);
    }
    for (std::size_t row = 0; row < rows; ++row) {
      words_.clear();
      for (std::size_t c = 0; c < chunks_.size(); ++c) {
        if (missing_[c][row] == 0) splitter_.cut(texts_[c][row], words_);
      }
      visit(words_);
    }
  }

 private:
  const TextSplitter& splitter_;
  std::span<const frame::Chunk> chunks_;
  std::vector<Pieces> texts_;
  std::vector<std::vector<std::uint8_t>> missing_;
  Pieces words_;
};

std::int64_t blocks_of(std::int64_t rows) { return (rows + kBlock - 1) / kBlock; }

}  // namespace

void CountTokensTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  scratch.pattern = state.pattern;
  scratch.texts.assign(group.columns.begin(), group.columns.end());
  scratch.begins = {0};
  const TextSplitter splitter(state.pattern);
  Cutter cutter(splitter, scratch.texts);
  for (std::int64_t block = 0; block < blocks_of(group.rows); ++block) {
    std::int64_t rows = 0;
    cutter.each_row(
        block, [&](const Pieces& words) { rows += static_cast<std::int64_t>(words.size()) + 1; });
    scratch.begins.push_back(scratch.begins.back() + rows);
  }
}

void CountTokensTask::map(const mr::RowGroup& group, const State& /*state*/, Scratch& scratch,
                          Partial& partial) {
  partial.rows[group.index.value()] = scratch.begins.back();
}

CountTokensTask::Answer CountTokensTask::answer(const Scratch& scratch, const Question& question) {
  Answer made;
  const TextSplitter splitter(scratch.pattern);
  Cutter cutter(splitter, scratch.texts);
  const auto after = std::ranges::upper_bound(scratch.begins, question.begin);
  std::int64_t block = after - scratch.begins.begin() - 1;
  std::int64_t at = *(after - 1);
  const auto add = [&](std::string_view word, bool missing) {
    if (at >= question.begin && at < question.end) {
      made.bytes.append(word);
      made.ends.push_back(made.bytes.size());
      made.missing.push_back(missing ? 1 : 0);
    }
    ++at;
  };
  for (; at < question.end; ++block) {
    cutter.each_row(block, [&](const Pieces& words) {
      for (const std::string_view word : words) add(word, false);
      add({}, true);
    });
  }
  return made;
}

void WriteTokensTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  using Question = CountTokensTask::Question;
  using Answer = CountTokensTask::Answer;
  std::vector<GroupIndex> groups;
  std::vector<Question> questions;
  const std::int64_t end = group.first_row + group.rows;
  for (std::size_t g = 0; g + 1 < state.begins.size(); ++g) {
    const std::int64_t first = state.begins[g];
    const Question wanted{std::max(group.first_row, first) - first,
                          std::min(end, state.begins[g + 1]) - first};
    if (wanted.begin >= wanted.end) continue;
    groups.emplace_back(static_cast<std::int32_t>(g));
    questions.push_back(wanted);
  }
  if (groups.empty()) return;
  const auto found = group.peers->ask<Question, Answer>(state.words, groups, questions);
  frame::TextBuilder& to = outputs.text(0);
  for (const auto& part : found.of) {
    group.peers->check();
    std::size_t begin = 0;
    for (std::size_t i = 0; i < part->ends.size(); ++i) {
      const std::size_t stop = part->ends[i];
      part->missing[i] != 0 ? to.append_missing()
                            : to.append(std::string_view(part->bytes).substr(begin, stop - begin));
      begin = stop;
    }
  }
}

}  // namespace neve::rapids
