#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::trees {

/// Counts rows by the class of their response.
struct CountClassesTask {
  static constexpr std::string_view name = "trees.count_classes";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t classes = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes);
    }
  };
  struct Partial {
    std::vector<std::int64_t> rows;  ///< per class
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows);
    }
  };
  static Partial zero(const State& state) {
    return {std::vector<std::int64_t>(static_cast<std::size_t>(state.classes))};
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// What each row of a class counts for so that classes are balanced: `factors` where they are
/// given, else as often as makes all classes as large as the largest; less where that would be more
/// than `most_growth` times the rows, as in H2O-3. It draws so many rows at random; here they weigh
/// so much.
std::vector<double> class_weights(std::span<const std::int64_t> rows,
                                  std::span<const float> factors, double most_growth);

/// The weights of the training rows' classes; none unless the parameters ask for balance and the
/// response has classes.
std::vector<double> class_weights_of(const model::TrainContext& context,
                                     const model::CommonParameters& parameters);

/// Takes what balancing has done to the share of each class back out of probabilities, in place:
/// probabilities[k] are rows of class k.
void correct_probabilities(std::span<const double> class_weights,
                           std::span<const std::span<double>> probabilities);
/// The same where only the second class's probabilities are at hand, of two.
void correct_second_class(std::span<const double> class_weights, std::span<double> second);

}  // namespace neve::algos::trees
