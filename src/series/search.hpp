#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "series/part.hpp"
#include "series/part_builder.hpp"
#include "series/search_kernels.hpp"

namespace neve::series {

/// A series near another one.
struct Near {
  double squared = 0;     ///< distance
  std::int64_t row = -1;  ///< of the frame
  friend bool operator<(const Near& a, const Near& b) {
    return a.squared != b.squared ? a.squared < b.squared : a.row < b.row;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(squared, row);
  }
};

/// The nearest so far, at most `most`, in their order: by distance, ties by row. Nothing that is
/// farther than `within` is kept.
class NearestList {
 public:
  NearestList(std::vector<Near>& kept, std::size_t most, double within)
      : kept_(kept), most_(most), within_(within) {}
  /// Whatever is farther need not be looked at.
  [[nodiscard]] double bound() const {
    if (kept_.size() < most_) return within_;
    return kept_.back().squared < within_ ? kept_.back().squared : within_;
  }
  void offer(const Near& near);

 private:
  std::vector<Near>& kept_;
  std::size_t most_;
  double within_;
};

/// Which series of a part count as neighbours of a query.
struct Eligible {
  std::int64_t first_row = 0;  ///< of the part, in the frame
  std::int64_t not_row = -1;   ///< the query itself, where it is a row of the frame
  bool only_after = false;     ///< rows behind that one only
  [[nodiscard]] bool allows(std::int64_t row) const {
    return only_after ? row > not_row : row != not_row;
  }
};

/// A query: a series as the index holds them, and its word.
class Query {
 public:
  Query(const float* series, const Shape& shape);
  [[nodiscard]] const float* series() const { return series_; }
  [[nodiscard]] const std::vector<float>& means() const { return means_; }
  [[nodiscard]] float largest() const { return largest_; }

 private:
  const float* series_;
  std::vector<float> means_;
  float largest_ = 0;
};

/// Searches one part; keeps its arrays from query to query. One thread at a time.
class PartSearch {
 public:
  PartSearch(const Part& part, const Intervals& intervals);
  /// All series that are near enough. Ends early once one nearer than `enough` (squared) is found.
  void search(const Query& query, const Eligible& eligible, double enough, NearestList& nearest);
  /// The series of the `leaves` leaves with the lowest bounds.
  void look_near(const Query& query, const Eligible& eligible, std::size_t leaves,
                 NearestList& nearest);

 private:
  void bound_leaves(const Query& query);
  void fill_table(const Query& query, double bound);
  void visit(std::size_t leaf, std::uint64_t rows, const Query& query, const Eligible& eligible,
             NearestList& nearest);
  [[nodiscard]] QueryWord word_of(const Query& query) const {
    return {query.means().data(), weights_.data(), part_.shape().word_stride(), slack_};
  }

  const Part& part_;
  const Intervals& intervals_;
  const SearchKernels& kernels_;
  std::vector<float> weights_;
  float slack_ = 0;
  std::vector<float> bounds_;  ///< of leaves
  std::vector<std::uint32_t> lowest_;
  std::vector<std::uint8_t> table_;
};

/// The table of kernels for this process.
const SearchKernels& search_kernels();

/// The squared distance of a series of a part to another one, of Shape::stride() floats; or a
/// number above `bound`, where it is.
double distance(const Part& part, std::size_t place, const float* other, double bound);

}  // namespace neve::series
