#include "algos/word2vec/session.hpp"

namespace neve::testing::word2vec {

void add_words(frame::Frame& frame, mr::Engine& engine, const std::string& name,
               const Words& words) {
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    frame::TextBuilder builder;
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    for (std::size_t i = first; i < first + rows; ++i) {
      words[i] ? builder.append(*words[i]) : builder.append_missing();
    }
    engine.put_chunk(*frame.layout, id, GroupIndex(g), builder.finish());
  }
  const mr::OutputColumn kind{.kind = mr::OutputKind::text, .type = frame::ColumnType::string};
  frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
}

frame::Frame words_frame(mr::Engine& engine, const std::string& key, const Words& words,
                         std::int64_t rows_each) {
  frame::Frame frame;
  frame.key = key;
  const auto rows = static_cast<std::int64_t>(words.size());
  std::vector<std::int64_t> cuts = frame::row_cuts(rows, 1);
  if (rows_each > 0) {
    cuts.clear();
    for (std::int64_t row = 0; row < rows; row += rows_each) cuts.push_back(row);
    cuts.push_back(rows);
  }
  frame.layout = engine.new_layout(std::move(cuts));
  add_words(frame, engine, "words", words);
  return frame;
}

Words planted_words(std::size_t sentences) {
  const CounterRng random(3);
  Words words;
  std::uint64_t drawn = 0;
  for (std::size_t s = 0; s < sentences; ++s) {
    const std::string topic = "t" + std::to_string(random.below(drawn++, 5));
    for (int i = 0; i < 10; ++i) {
      std::string word = "w" + std::to_string(random.below(drawn++, 10));
      const bool shared = random.below(drawn++, 4) == 0;
      if (!shared) word.insert(0, topic);
      words.emplace_back(std::move(word));
    }
    words.emplace_back(std::nullopt);
  }
  return words;
}

schema::Form complete(schema::Form form) {
  return with_defaults(std::move(form),
                       {{"training_frame", "words"}, {"model_id", "model"}, {"vec_size", "12"}});
}

}  // namespace neve::testing::word2vec
