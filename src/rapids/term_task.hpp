#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::rapids {

/// Counts the words of documents. Columns: numbers of documents, and a text, or one word, of each.
/// Rows without either have no words.
struct TermTask {
  static constexpr std::string_view name = "rapids.terms";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    bool split = true;  ///< texts at white space; else each text is a word
    bool lower_case = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(split, lower_case);
    }
  };
  struct Partial {
    /// How often a word occurs in a document, for words by their bytes.
    std::map<std::string, std::map<double, std::int64_t>> counts = {};
    std::vector<double> documents = {};  ///< sorted, each once, also those without words
    template <class Archive>
    void fields(Archive& archive) {
      archive(counts, documents);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::rapids
