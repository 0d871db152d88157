#include "ingest/formats/structural_scan.hpp"

#include <algorithm>
#include <bit>

namespace neve::ingest {

namespace {

__m256i broadcast(unsigned char c) { return _mm256_set1_epi8(static_cast<char>(c)); }

}  // namespace

StructuralScan::StructuralScan(const Dialect& dialect)
    : separator_(broadcast(dialect.separator)),
      // What a dialect lacks is looked for as a line end, which is found anyway.
      quote_(broadcast(dialect.quotes() ? dialect.quote : '\n')),
      other_quote_(
          broadcast(dialect.quotes() && dialect.other_quote != 0 ? dialect.other_quote : '\n')),
      escape_(broadcast(dialect.escape != 0 ? dialect.escape : '\n')),
      positions_(kWindow + 64) {}

void StructuralScan::start(std::string_view text, std::size_t from) {
  text_ = text.data();
  size_ = text.size();
  scanned_ = from & ~std::size_t{63};
  read_ = filled_ = 0;
}

std::uint64_t StructuralScan::mask_at(const char* block) const {
  std::uint64_t mask = 0;
  for (int half = 0; half < 2; ++half) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32 * half));
    const __m256i ends = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')),
                                         _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
    const __m256i quotes =
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, quote_), _mm256_cmpeq_epi8(bytes, other_quote_));
    const __m256i cuts =
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, separator_), _mm256_cmpeq_epi8(bytes, escape_));
    const __m256i found = _mm256_or_si256(_mm256_or_si256(ends, quotes), cuts);
    mask |= std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(found))} << (32 * half);
  }
  return mask;
}

void StructuralScan::refill() {
  read_ = filled_ = 0;
  const std::size_t stop = std::min(size_, scanned_ + kWindow);
  std::uint32_t* out = positions_.data();
  for (; scanned_ < stop; scanned_ += 64) {
    std::uint64_t mask = mask_at(text_ + scanned_);
    if (size_ - scanned_ < 64) mask &= (std::uint64_t{1} << (size_ - scanned_)) - 1;
    const int count = std::popcount(mask);
    // Four at a time without a branch on the bit count: what is written too much is overwritten.
    for (int i = 0; i < count; i += 4) {
      for (int k = 0; k < 4; ++k) {
        out[i + k] = static_cast<std::uint32_t>(scanned_) +
                     static_cast<std::uint32_t>(std::countr_zero(mask));
        mask &= mask - 1;
      }
    }
    out += count;
  }
  filled_ = static_cast<std::size_t>(out - positions_.data());
}

}  // namespace neve::ingest
