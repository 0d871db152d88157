#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "rapids/text_work.hpp"

namespace neve::rapids {

/// Applies a TextWork to each text of a column; the kind of the output says where results go.
struct TextTask {
  static constexpr std::string_view name = "rapids.text";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    TextWork work;
    mr::OutputKind kind = mr::OutputKind::text;
    template <class Archive>
    void fields(Archive& archive) {
      archive(work, kind);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// A sorted set of texts.
struct TextSet {
  std::vector<std::string> texts;
  template <class Archive>
  void fields(Archive& archive) {
    archive(texts);
  }
};

/// Collects the texts that occur.
struct DistinctTextTask {
  static constexpr std::string_view name = "rapids.distinct_texts";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  using Partial = TextSet;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Cuts texts into pieces; without outputs it only counts the most pieces of a text.
struct SplitTask {
  static constexpr std::string_view name = "rapids.split";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::string pattern;
    template <class Archive>
    void fields(Archive& archive) {
      archive(pattern);
    }
  };
  struct Partial {
    std::int64_t most = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(most);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& left, const Partial& right) {
    left.most = std::max(left.most, right.most);
  }
};

/// Writes codes and numbers as texts.
struct ToTextTask {
  static constexpr std::string_view name = "rapids.to_text";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::string> levels;
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::rapids
