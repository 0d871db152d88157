#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/points/space.hpp"
#include "algos/families/trees/fixed_point.hpp"

namespace neve::algos::kmeans {

/// The units that coordinates are added up in, by axis.
struct Units {
  std::vector<double> whole;
  double rest = 1;
  [[nodiscard]] trees::TwoPartScale of(std::size_t axis) const { return {whole[axis], rest}; }
  /// For sums over so many points of coordinates within ±reach, by axis.
  static Units finest(std::span<const double> reaches, std::int64_t rows);
  template <class Archive>
  void fields(Archive& archive) {
    archive(whole, rest);
  }
};

/// Rows and sums of coordinates by cluster, exact: points can be added and taken away in any order.
class Totals {
 public:
  Totals() = default;
  Totals(const points::Space& space, std::size_t clusters);
  void add(const Units& units, std::size_t cluster, const points::Points& from, std::size_t point) {
    change<1>(units, cluster, from, point);
  }
  void take(const Units& units, std::size_t cluster, const points::Points& from,
            std::size_t point) {
    change<-1>(units, cluster, from, point);
  }
  void merge(const Totals& right);
  /// Makes room for further clusters, which have no rows.
  void grow(std::size_t clusters);
  [[nodiscard]] std::int64_t size(std::size_t cluster) const { return sizes_[cluster]; }
  [[nodiscard]] std::size_t clusters() const { return sizes_.size(); }
  [[nodiscard]] double sum(const Units& units, std::size_t cluster, std::size_t axis) const;
  /// Rows of a cluster with a level of a category.
  [[nodiscard]] std::int64_t count(std::size_t cluster, std::size_t category,
                                   std::size_t level) const;
  /// Means and most frequent levels, the first of equals; of clusters without rows what `otherwise`
  /// has.
  [[nodiscard]] points::Points means(const Units& units, const points::Points& otherwise) const;
  [[nodiscard]] static std::int64_t byte_size(const points::Space& space, std::size_t clusters);
  template <class Archive>
  void fields(Archive& archive) {
    archive(axes_, level_begins_, sizes_, whole_, rest_, levels_);
  }

 private:
  template <int Sign>
  void change(const Units& units, std::size_t cluster, const points::Points& from,
              std::size_t point);
  std::size_t axes_ = 0;
  std::vector<std::size_t> level_begins_;  ///< of categories, and the end
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> whole_;   ///< by cluster and axis
  std::vector<std::int64_t> rest_;    ///< likewise
  std::vector<std::int64_t> levels_;  ///< by cluster, category and level
};

}  // namespace neve::algos::kmeans
