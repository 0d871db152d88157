#include "rest/http/multipart.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>

#include "rest/http/message.hpp"

namespace neve::rest::http {

namespace {

/// More than any client sends for one part; keeps a body without line ends from being collected.
constexpr std::size_t kMaxHeadBytes = std::size_t{16} << 10U;
/// RFC 2046, section 5.1.1.
constexpr std::size_t kMaxBoundaryBytes = 70;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes a quoted or bare value off the front of `rest`, up to the next ';'.
std::string take_value(std::string_view& rest) {
  rest = trimmed(rest);
  std::string value;
  if (!rest.starts_with('"')) {
    const std::string_view bare = rest.substr(0, rest.find(';'));
    rest.remove_prefix(bare.size());
    return std::string(trimmed(bare));
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    // Browsers escape only quotes this way and leave backslashes of paths alone.
    if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == '"') ++i;
    value.push_back(rest[i]);
  }
  rest.remove_prefix(std::min(rest.size(), i + 1));
  return value;
}

/// Value of `; name=value` in a header such as Content-Disposition.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  std::size_t semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    header.remove_prefix(semicolon + 1);
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = trimmed(header.substr(0, equals));
    header.remove_prefix(equals + 1);
    std::string value = take_value(header);
    if (same_ignoring_case(key, name)) return value;
    semicolon = header.find(';');
  }
  return std::nullopt;
}

PartHead parse_head(std::string_view text) {
  PartHead head;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(text.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      throw InputError::bad_request("Multipart body: a part's header line has no ':'.");
    }
    if (!same_ignoring_case(trimmed(line.substr(0, colon)), "Content-Disposition")) continue;
    head.name = parameter(line.substr(colon + 1), "name").value_or("");
    head.file_name = parameter(line.substr(colon + 1), "filename").value_or("");
  }
  return head;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!same_ignoring_case(type, "multipart/form-data")) return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes) {
    throw InputError::bad_request(
        "Content-Type multipart/form-data needs a boundary of 1 to 70 characters.");
  }
  return boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, OnPart on_part, OnData on_data)
    : delimiter_("\r\n--" + std::string(boundary)),
      on_part_(std::move(on_part)),
      on_data_(std::move(on_data)) {}

void MultipartParser::write(std::span<const std::byte> block) {
  if (state_ == State::done) return;
  pending_.append(reinterpret_cast<const char*>(block.data()), block.size());
  while (step()) {
  }
}

void MultipartParser::finish() const {
  if (state_ == State::done) return;
  throw InputError::bad_request("Multipart body ends before its closing boundary.");
}

bool MultipartParser::step() {
  switch (state_) {
    case State::preamble:
      return skip_to_boundary();
    case State::after_boundary:
      return read_after_boundary();
    case State::head:
      return read_head();
    case State::data:
      return read_data();
    case State::done:
      break;
  }
  return false;
}

bool MultipartParser::skip_to_boundary() {
  const std::size_t at = pending_.find(delimiter_);
  if (at == std::string::npos) {
    if (pending_.size() >= delimiter_.size()) {
      pending_.erase(0, pending_.size() - delimiter_.size() + 1);
    }
    return false;
  }
  pending_.erase(0, at + delimiter_.size());
  state_ = State::after_boundary;
  return true;
}

bool MultipartParser::read_after_boundary() {
  if (pending_.starts_with("--")) {
    pending_.clear();
    state_ = State::done;
    return false;
  }
  const std::size_t end = pending_.find("\r\n");
  if (end == std::string::npos) {
    if (pending_.size() > kMaxHeadBytes) {
      throw InputError::bad_request("Multipart body: no line end after a boundary.");
    }
    return false;
  }
  if (!trimmed(std::string_view(pending_).substr(0, end)).empty()) {
    throw InputError::bad_request("Multipart body: a boundary is followed by other text.");
  }
  // Keeps the line end: a head without any line is then found by the same blank line.
  pending_.erase(0, end);
  state_ = State::head;
  return true;
}

bool MultipartParser::read_head() {
  const std::size_t end = pending_.find("\r\n\r\n");
  if (end == std::string::npos || end > kMaxHeadBytes) {
    if (pending_.size() > kMaxHeadBytes) {
      throw InputError::bad_request("Multipart body: the head of a part is longer than 16 KiB.");
    }
    return false;
  }
  on_part_(end < 2 ? PartHead{} : parse_head(std::string_view(pending_).substr(2, end - 2)));
  pending_.erase(0, end + 4);
  state_ = State::data;
  return true;
}

bool MultipartParser::read_data() {
  const std::size_t at = pending_.find(delimiter_);
  const bool found = at != std::string::npos;
  const std::size_t held = delimiter_.size() - 1;
  const std::size_t ready = found ? at : pending_.size() - std::min(pending_.size(), held);
  if (ready != 0) on_data_(std::as_bytes(std::span(pending_).first(ready)));
  pending_.erase(0, found ? ready + delimiter_.size() : ready);
  if (found) state_ = State::after_boundary;
  return found;
}

}  // namespace neve::rest::http
