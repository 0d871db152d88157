#include "rest/http/upload.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace neve::rest::http {

namespace {

/// What an upload whose length is not told grows by.
constexpr std::int64_t kMoreBytes = std::int64_t{1} << 20U;

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
    reserve(static_cast<std::int64_t>(std::min(*length, kLargest)));
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
    bytes_ = {};
    file_name_ = head.file_name;
  }
  ++parts_;
}

void Upload::append(std::span<const std::byte> block) {
  if (!in_file_ || block.empty()) return;
  const auto size = static_cast<std::int64_t>(bytes_.size() + block.size());
  if (size > reserved_) reserve(std::max(size - reserved_, kMoreBytes));
  bytes_.append(block);
}

void Upload::reserve(std::int64_t more) {
  memory_.push_back(budget_.reserve(more, "The upload"));
  reserved_ += more;
}

Upload::File Upload::take() {
  const auto size = static_cast<std::int64_t>(bytes_.size());
  return {bytes_.finish(), size, std::move(memory_), std::move(file_name_)};
}

}  // namespace neve::rest::http
