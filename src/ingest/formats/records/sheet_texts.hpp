#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/budget.hpp>

#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

/// The texts of a workbook, each of which it holds once, in memory that the budget bounds.
class SheetTexts {
 public:
  SheetTexts(Budget& budget, const std::string& what)
      : budget_(budget), what_(what), bytes_(budget, what) {}

  /// Appends to the text that is not ended yet.
  void append(std::string_view piece) {
    if (!piece.empty()) bytes_.append(piece);
  }
  void end_text() {
    if (ends_.size() == ends_.capacity()) {
      const std::size_t capacity = std::max<std::size_t>(1024, 2 * ends_.capacity());
      Reservation more =
          budget_.reserve(static_cast<std::int64_t>(capacity * sizeof(std::size_t)), what_);
      ends_.reserve(capacity);
      memory_ = std::move(more);
    }
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::string_view at(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return begin == ends_[i] ? std::string_view() : bytes_.view().substr(begin, ends_[i] - begin);
  }

 private:
  Budget& budget_;
  std::string what_;
  OwnedBytes bytes_;
  Reservation memory_;
  std::vector<std::size_t> ends_;
};

}  // namespace neve::ingest
