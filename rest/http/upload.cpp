#include "rest/http/upload.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

namespace neve::rest::http {

namespace {

/// First size of an upload whose length is not told.
constexpr std::size_t kFirstBytes = std::size_t{1} << 20U;

}  // namespace

std::optional<std::uint64_t> content_length(const Headers& headers) {
  const auto text = headers.find("Content-Length");
  if (!text) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

Upload::Upload(Budget& budget, const Request& head) : budget_(budget) {
  if (const auto boundary = multipart_boundary(head.headers.find("Content-Type").value_or(""))) {
    multipart_.emplace(
        *boundary, [this](const PartHead& part) { begin_part(part); },
        [this](std::span<const std::byte> data) { append(data); });
    in_file_ = false;
  }
  if (const auto length = content_length(head.headers)) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    grow_to(static_cast<std::size_t>(std::min(*length, kLargest)));
  }
}

void Upload::write(std::span<const std::byte> block) {
  if (multipart_) {
    multipart_->write(block);
  } else {
    append(block);
  }
}

void Upload::finish() {
  if (!multipart_) return;
  multipart_->finish();
  if (parts_ == 0) throw InputError::bad_request("The multipart upload holds no file.");
}

void Upload::begin_part(const PartHead& head) {
  // The first part with a file name is the file; without any, the first part.
  const bool better = !head.file_name.empty() && file_name_.empty();
  in_file_ = parts_ == 0 || better;
  if (in_file_) {
    size_ = 0;
    file_name_ = head.file_name;
  }
  ++parts_;
}

void Upload::append(std::span<const std::byte> block) {
  if (!in_file_ || block.empty()) return;
  if (block.size() > buffer_.size() - size_) {
    grow_to(std::max({kFirstBytes, buffer_.size() * 2, size_ + block.size()}));
  }
  std::memcpy(buffer_.bytes().data() + size_, block.data(), block.size());
  size_ += block.size();
}

void Upload::grow_to(std::size_t capacity) {
  Reservation more = budget_.reserve(static_cast<std::int64_t>(capacity), "The upload");
  Buffer larger(capacity);
  if (size_ != 0) std::memcpy(larger.bytes().data(), buffer_.bytes().data(), size_);
  buffer_ = std::move(larger);
  memory_ = std::move(more);
}

Upload::File Upload::take() {
  buffer_.truncate(size_);
  auto bytes = std::make_shared<const Buffer>(std::move(buffer_));
  return {std::move(bytes), std::move(memory_), std::move(file_name_)};
}

}  // namespace neve::rest::http
