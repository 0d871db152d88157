#include "ingest/formats/arrow/batch_rows.hpp"

#include <algorithm>

#include "ingest/formats/arrow/bridge.hpp"

namespace neve::ingest::columnar {

bool BatchRows::take_batch() {
  begin_ = 0;
  count_ = 0;
  do {
    batch_ = next_();
    if (batch_ == nullptr) return false;
  } while (batch_->num_rows() == 0);
  // Lengths against buffers; what the buffers hold is checked as it is read.
  require(batch_->Validate());
  if (static_cast<std::size_t>(batch_->num_columns()) != columns_.size()) {
    throw Problem{"there are " + std::to_string(batch_->num_columns()) + " columns instead of " +
                  std::to_string(columns_.size())};
  }
  return true;
}

std::int64_t BatchRows::next(Failure& failure) noexcept {
  const bool went_well = guarded(failure, place_, [&] {
    begin_ += count_;
    count_ = 0;
    if ((batch_ == nullptr || begin_ >= batch_->num_rows()) && !take_batch()) return;
    count_ = std::min(block_rows_, batch_->num_rows() - begin_);
  });
  return went_well ? count_ : 0;
}

bool BatchRows::values(std::size_t i, Values& values, Failure& failure) noexcept {
  const auto column = static_cast<int>(i);
  std::string where = place_;
  if (batch_ != nullptr) where += ", column '" + batch_->schema()->field(column)->name() + "'";
  return guarded(failure, where, [&] {
    values = columns_.at(i).of(*batch_->column(column)->Slice(begin_, count_));
  });
}

std::string place_of(const Contents& contents, std::size_t part) {
  return contents.part_word + " " + std::to_string(part);
}

}  // namespace neve::ingest::columnar
