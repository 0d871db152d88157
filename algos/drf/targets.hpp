#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/trees/fixed_point.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::drf {

/// Sums from which the mean response and the classes' shares come.
struct StartTask {
  static constexpr std::string_view name = "drf.start";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::int32_t classes = 0;  ///< 0: the response is a number
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes);
    }
  };
  using Scratch = trees::RowStore;
  /// A sum of high and low part, so that rounding does not depend on how rows are repeated.
  struct Sum {
    double high = 0;
    double low = 0;
    void add(double value);
    [[nodiscard]] double value() const { return high + low; }
    template <class Archive>
    void fields(Archive& archive) {
      archive(high, low);
    }
  };
  struct Partial {
    Sum weight;
    Sum response;              ///< Σ weight · response
    std::vector<Sum> classes;  ///< their weights
    double least_response = 0, largest_response = 0;
    bool any = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(weight, response, classes, least_response, largest_response, any);
    }
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Makes what trees fit, unless it is there: the response's distance from its mean, or for each
/// class 1 where the row is of it and 0 elsewhere. All trees fit the same.
struct TargetTask {
  static constexpr std::string_view name = "drf.targets";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    bool is_class = false;
    std::int32_t first_class = 0;  ///< the first tree's; the next ones have the next ones
    double mean = 0;               ///< of a response that is a number
    bool whole_weights = true;
    template <class Archive>
    void fields(Archive& archive) {
      archive(is_class, first_class, mean, whole_weights);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    std::vector<trees::TargetRange> ranges;  ///< per tree of an iteration
    template <class Archive>
    void fields(Archive& archive) {
      archive(ranges);
    }
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::drf
