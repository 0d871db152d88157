#include "rapids/term_task.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <neve/frame/chunk.hpp>

#include "rapids/text_work.hpp"

namespace neve::rapids {
namespace {

constexpr std::int64_t kBlock = 1024;

/// visit(word) for each of a text's words.
template <class Visit>
void each_word(std::string_view text, const Visit& visit) {
  constexpr std::string_view kBlank = " \t\n\v\f\r";
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    if (text.empty()) return;
    const std::size_t end = std::min(text.find_first_of(kBlank), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void add_text(double document, std::string_view text, bool split, TermTask::Partial& partial) {
  const auto add = [&](std::string_view word) { ++partial.counts[std::string(word)][document]; };
  split ? each_word(text, add) : add(text);
}

}  // namespace

void TermTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const TextWork lower{.kind = TextWork::Kind::lower};
  const TextWorker worker(lower);
  std::vector<double> documents;
  std::vector<std::string_view> texts;
  std::vector<std::uint8_t> missing;
  std::string room;
  Partial here;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    documents.resize(rows);
    texts.resize(rows);
    missing.resize(rows);
    group.columns[0].decode(begin, std::span(documents));
    group.columns[1].decode_text(begin, texts, missing);
    for (std::size_t i = 0; i < rows; ++i) {
      if (std::isnan(documents[i])) continue;
      here.documents.push_back(documents[i]);
      if (missing[i] != 0) continue;
      const std::string_view text = state.lower_case ? worker.text(texts[i], room) : texts[i];
      add_text(documents[i], text, state.split, here);
    }
  }
  std::ranges::sort(here.documents);
  here.documents.erase(std::unique(here.documents.begin(), here.documents.end()),
                       here.documents.end());
  merge(partial, here);
}

void TermTask::merge(Partial& left, const Partial& right) {
  for (const auto& [word, documents] : right.counts) {
    auto& counts = left.counts[word];
    for (const auto& [document, count] : documents) counts[document] += count;
  }
  std::vector<double> both;
  std::ranges::set_union(left.documents, right.documents, std::back_inserter(both));
  left.documents = std::move(both);
}

}  // namespace neve::rapids
