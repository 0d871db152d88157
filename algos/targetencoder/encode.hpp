#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/mr/task.hpp>

#include "algos/targetencoder/cells.hpp"
#include "algos/targetencoder/parameters.hpp"

namespace neve::algos::targetencoder {

/// How the mean response of a level's rows is blended with that of all rows (Micci-Barreca 2001):
/// λ · own + (1 - λ) · prior, λ = 1 / (1 + exp((inflection_point - rows) / smoothing)).
struct Blending {
  bool wanted = false;
  double inflection_point = 10;
  double smoothing = 20;
  [[nodiscard]] double blend(double own, double prior, double rows) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(wanted, inflection_point, smoothing);
  }
};

/// How rows are encoded.
struct EncodingRules {
  LeakageHandling leakage = LeakageHandling::none;
  Blending blending;
  double noise = 0;
  std::uint64_t seed = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(leakage, blending, noise, seed);
  }
};

/// What is known of all rows, by group.
struct Overall {
  std::vector<double> priors;       ///< mean response, or share of each class
  std::vector<std::int64_t> folds;  ///< that there were, ascending
  template <class Archive>
  void fields(Archive& archive) {
    archive(priors, folds);
  }
};
Overall overall_of(const Cells& cells);

/// The cells of a group, looked up for one row after the other. Outlived by what it refers to.
class LookUp {
 public:
  /// `rest` is the key of the missing level, which stands for levels that training did not see
  /// where it had rows without a level; kUnseen where there is no such key.
  LookUp(const Cells& cells, const Overall& overall, const EncodingRules& rules, std::uint64_t rest)
      : cells_(cells), overall_(overall), rules_(rules), rest_(rest) {}
  struct Row {
    std::uint64_t key = 0;
    std::int64_t fold = 0;
    double response = 0;
    std::optional<std::int64_t> held_out = {};  ///< another fold that it is not encoded by
  };
  /// The encoding by sum k of a row; without noise where nothing but other rows are known.
  struct Encoded {
    double value = 0;
    bool may_be_noisy = true;
  };
  [[nodiscard]] Encoded encode(const Row& row, std::size_t k, bool is_class) const;

 private:
  /// Rows that a row is encoded by, and sum k of their responses.
  struct Found {
    double rows = 0;
    double sum = 0;
  };
  [[nodiscard]] Found find(const Row& row, std::size_t k) const;
  [[nodiscard]] double mean(const Found& found, std::size_t k) const;
  const Cells& cells_;
  const Overall& overall_;
  const EncodingRules& rules_;
  std::uint64_t rest_;
};

/// Writes the encodings of rows: for each group, one column for each sum of a cell.
struct EncodeRowsTask {
  static constexpr std::string_view name = "targetencoder.encode";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    model::ScorePlan plan;
    RowReader rows;
    std::vector<Group> groups;
    std::vector<Cells> cells;           ///< per group
    std::vector<Overall> overall;       ///< per group
    std::vector<std::int32_t> streams;  ///< per group: of the noise
    EncodingRules rules;
    template <class Archive>
    void fields(Archive& archive) {
      archive(plan, rows, groups, cells, overall, streams, rules);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Gives missing values of a categorical column a level.
struct FillTask {
  static constexpr std::string_view name = "targetencoder.fill";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t level = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(level);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::algos::targetencoder
