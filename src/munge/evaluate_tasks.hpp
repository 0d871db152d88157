#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/munge/evaluate.hpp>

#include "munge/program.hpp"

namespace neve::munge {

/// Writes a column per expression.
struct EvaluateTask {
  static constexpr std::string_view name = "munge.evaluate";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program program;
    std::vector<mr::OutputKind> kinds;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, kinds);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Counts, extremes and moments of a run of values.
struct Moments {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  double sum = 0;
  double product = 1;
  double mean = 0;
  double squares = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  static Moments of(std::span<const double> values);
  void merge(const Moments& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, missing, zeros, sum, product, mean, squares, min, max);
  }
};

Reduced reduced_of(const Moments& moments);

/// Moments of each expression.
struct ReduceTask {
  static constexpr std::string_view name = "munge.reduce";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Program;
  struct Partial {
    std::vector<Moments> moments;
    template <class Archive>
    void fields(Archive& archive) {
      archive(moments);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Sums and products of pairs of expressions about `centres`, over complete rows.
struct CrossTask {
  static constexpr std::string_view name = "munge.cross";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Program program;
    std::vector<double> centres;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, centres);
    }
  };
  struct Partial {
    std::int64_t rows = 0;
    std::vector<double> sums;
    std::vector<double> products;
    void add(std::span<const double> row);
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, sums, products);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::munge
