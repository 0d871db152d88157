#include "ingest/formats/columnar/column_file.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/container_sniff.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kGrant = std::int64_t{1} << 20;

}  // namespace

void Trouble::keep() noexcept {
  const std::lock_guard lock(mutex_);
  if (!first_) first_ = std::current_exception();
}

void Trouble::tell() const {
  const std::lock_guard lock(mutex_);
  if (first_) std::rethrow_exception(first_);
}

bool BudgetMemory::reserve(std::int64_t bytes) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (bytes > granted_ - used_) {
      grants_.push_back(budget_.reserve(std::max(bytes, kGrant), what_));
      granted_ += grants_.back().bytes();
    }
    used_ += bytes;
    return true;
  } catch (...) {  // told by the caller's caller
    trouble_.keep();
    return false;
  }
}

void BudgetMemory::release(std::int64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  // A little is kept, as what is freed is mostly asked for again.
  while (!grants_.empty() && granted_ - used_ >= grants_.back().bytes() + 4 * kGrant) {
    granted_ -= grants_.back().bytes();
    grants_.pop_back();
  }
}

/// The source's bytes; what it throws is kept.
class ColumnFile::Bytes final : public Input {
 public:
  Bytes(const ByteSource& source, Trouble& trouble) : source_(source), trouble_(trouble) {}
  [[nodiscard]] std::int64_t size() const noexcept override { return source_.size(); }
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) noexcept override {
    try {
      const auto wanted = static_cast<std::size_t>(count);
      return static_cast<std::int64_t>(source_.read(offset, {static_cast<char*>(out), wanted}));
    } catch (...) {  // told by the caller's caller
      trouble_.keep();
      return -1;
    }
  }

 private:
  const ByteSource& source_;
  Trouble& trouble_;
};

ColumnFile::ColumnFile(ByteSourcePtr source, Budget& budget, const std::string& what)
    : source_(std::move(source)),
      container_(Container::parquet),
      trouble_(std::make_unique<Trouble>()),
      bytes_(std::make_unique<Bytes>(*source_, *trouble_)),
      memory_(std::make_unique<BudgetMemory>(budget, what, *trouble_)) {
  const std::optional<Container> container = container_of(*source_);
  if (!container) {
    throw InputError::illegal_argument(
        name() +
        ": this does not begin as a Parquet, ORC or Arrow file, but others of the frame "
        "do; parse files of such formats and others apart.");
  }
  container_ = *container;
  Failure failure;
  file_ = library().open(container_, *bytes_, *memory_, failure);
  if (file_ == nullptr) refuse(failure);
  check_rows();
}

void ColumnFile::check_rows() const {
  std::int64_t rows = 0;
  for (std::size_t p = 0; p < contents().parts.size(); ++p) {
    const std::int64_t count = contents().parts[p].rows;
    if (count >= 0 && !__builtin_add_overflow(rows, count, &rows)) continue;
    refuse({.where = contents().part_word + " " + std::to_string(p),
            .what = "it says that it has " + std::to_string(count) + " rows"});
  }
}

ColumnFile::~ColumnFile() = default;

void ColumnFile::refuse(const Failure& failure) const {
  trouble_->tell();
  const std::string place = name() + (failure.where.empty() ? "" : ", " + failure.where) + ": ";
  const std::string kind(describe(container_).name);
  if (failure.unsupported) throw InputError::unsupported(place + failure.what + ".");
  throw InputError::illegal_argument(place + "this " + kind + " is damaged or cut off (" +
                                     failure.what + ").");
}

ColumnFile::Reader ColumnFile::read(const File::Wish& wish) const {
  Failure failure;
  auto rows = file_->read(wish, failure);
  if (rows == nullptr) refuse(failure);
  return {*this, std::move(rows)};
}

std::int64_t ColumnFile::Reader::next() {
  Failure failure;
  const std::int64_t rows = rows_->next(failure);
  if (failure.failed()) file_.refuse(failure);
  return rows;
}

Values ColumnFile::Reader::values(std::size_t i) {
  Failure failure;
  Values values;
  if (!rows_->values(i, values, failure)) file_.refuse(failure);
  return values;
}

}  // namespace neve::ingest::columnar
